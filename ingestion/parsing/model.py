"""What is read out of a resume's text. Missing is None or empty."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from milvus import EducationLevel


class SectionKind(StrEnum):
    """What a section of a resume is about. The header is what stands before the first heading."""

    HEADER = "header"
    SUMMARY = "summary"
    EXPERIENCE = "experience"
    EDUCATION = "education"
    SKILLS = "skills"
    LANGUAGES = "languages"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its heading. `spans` are character offsets (start, end) into the text, in reading order.

    There are several where the section stands in one of two columns.
    """

    kind: SectionKind
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """One position held, first day of its first month to that of its last; `end` is None while it lasts."""

    start: date
    end: date | None
    title: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """A language by ISO 639-1 code; `level` is a CEFR level in small letters ("b2") or "native"."""

    code: str
    level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedResume:
    """Everything read out of one text.

    `title` is the one wanted, else the last held. `experience_months` are the months of the union of the positions, or
    the total that the text states where that is over a year more. `skills` are as written. `education` is the highest
    level completed, `unfinished` the highest begun and not completed. `place` is as written, without street and house.
    """

    sections: tuple[Section, ...]
    title: str | None
    positions: tuple[Position, ...]
    experience_months: int | None
    skills: tuple[str, ...]
    languages: tuple[SpokenLanguage, ...]
    education: EducationLevel | None
    unfinished: EducationLevel | None
    place: str | None
