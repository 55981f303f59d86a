"""Reads resumes that are plain text: sections, positions, skills, languages, education, place.

It knows how people write resumes in English, Russian and Spanish; it calls no model and makes nothing up.
"""

from ingestion.parsing.education import read_education_level
from ingestion.parsing.languages import find_languages, read_level
from ingestion.parsing.model import (
    ParsedResume,
    Position,
    Section,
    SectionKind,
    SpokenLanguage,
)
from ingestion.parsing.resume import parse_resume

__all__ = [
    "ParsedResume",
    "Position",
    "Section",
    "SectionKind",
    "SpokenLanguage",
    "find_languages",
    "parse_resume",
    "read_education_level",
    "read_level",
]
