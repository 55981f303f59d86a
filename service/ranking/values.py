"""The values of ranking: parts of a score, notes that say why in codes and numbers, spans of a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NoteValue = str | int | float | bool | tuple[str, ...] | None


class PartName(StrEnum):
    """The parts of a score."""

    MEANING = "meaning"
    TITLE = "title"
    REQUIRED_SKILLS = "required_skills"
    DESIRED_SKILLS = "desired_skills"
    EXPERIENCE = "experience"
    LANGUAGE = "language"
    LICENSE = "license"
    PLACE = "place"
    SALARY = "salary"
    EMPLOYMENT = "employment"
    RECENCY = "recency"


class Direction(StrEnum):
    """Whose wishes are met by whom."""

    RESUME_MEETS_VACANCY = "resume_meets_vacancy"
    VACANCY_MEETS_RESUME = "vacancy_meets_resume"


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell the reader: a code that a translation is found by, and the values that go into it.

    Lengths are months, distances kilometers, salaries annual amounts in the reference currency.
    """

    code: str
    values: Mapping[str, NoteValue] = field(default_factory=dict)


def make_note(code: str, **values: NoteValue) -> Note:
    """A note whose values cannot be changed."""
    return Note(code, MappingProxyType(values))


@dataclass(frozen=True, slots=True)
class PartScore:
    """How well one part fits, in [0, 1]; None where the data to tell it is missing, which is not a bad fit."""

    value: float | None
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a value outside [0, 1] or NaN."""
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"the value of a part must be within 0 and 1, not {self.value}")


def know(value: float, code: str, **values: NoteValue) -> PartScore:
    """A part that is known, with one note; rounding beyond [0, 1] is cut off."""
    return PartScore(min(1.0, max(0.0, value)), (make_note(code, **values),))


def know_nothing(code: str, **values: NoteValue) -> PartScore:
    """A part without data, with the note that says what is missing."""
    return PartScore(None, (make_note(code, **values),))


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: `text` stands at `start` to `end` (characters, end exclusive) of its source."""

    start: int
    end: int
    text: str
