"""Reads resumes that are plain text: sections, positions, skills, languages, education, place.

It knows how people write resumes in English, Russian and Spanish; it calls no model and makes nothing up.
"""

from ingestion.parsing.model import (
    EducationLevel,
    ParsedResume,
    Position,
    Section,
    SectionKind,
    SpokenLanguage,
)
from ingestion.parsing.resume import parse_resume

__all__ = [
    "EducationLevel",
    "ParsedResume",
    "Position",
    "Section",
    "SectionKind",
    "SpokenLanguage",
    "parse_resume",
]
