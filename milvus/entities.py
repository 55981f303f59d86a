"""The stored rows: what a resume and a vacancy are once they have been normalized and redacted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The two sides of a match; each has a collection of its own."""

    RESUMES = "resumes"
    VACANCIES = "vacancies"

    @property
    def counterpart(self) -> "Kind":
        """The other side: vacancies for resumes, resumes for vacancies."""
        return Kind.VACANCIES if self is Kind.RESUMES else Kind.RESUMES


class WorkFormat(StrEnum):
    """Where the work is done."""

    ON_SITE = "on_site"
    HYBRID = "hybrid"
    REMOTE = "remote"


class EmploymentType(StrEnum):
    """The terms of employment; a document may have several."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CONTRACT = "contract"
    TEMPORARY = "temporary"
    SHIFT = "shift"
    INTERNSHIP = "internship"
    VOLUNTEER = "volunteer"


class EducationLevel(StrEnum):
    """Levels of education, lowest first. They follow ISCED 2011: 3, 4-5, 6, 7, 8."""

    SECONDARY = "secondary"
    VOCATIONAL = "vocational"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What resumes and vacancies share. Missing is None (or an empty tuple), never 0 or "".

    `id` is the caller's own and unique in its collection. `title` and `text` are redacted: they hold no names, contacts
    or protected attributes. `salary_min` and `salary_max` are annual amounts in the installation's reference currency,
    and `salary_original` is the salary as the document stated it. `languages` are those that the person speaks or the
    vacancy asks for, as `milvus.languages` writes them ("en", "en:b2"); `education_level` is the one completed or asked
    for. Times are timezone-aware. `text_hash` covers what is embedded, `document_hash` the whole document. Entities of
    one kind that share a `duplicate_group` are one text under several ids.
    """

    id: str
    title: str | None = None
    text: str
    skills: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    work_format: WorkFormat | None = None
    employment_types: tuple[EmploymentType, ...] = ()
    salary_min: float | None = None
    salary_max: float | None = None
    salary_original: str | None = None
    salary_gross: bool | None = None
    language: str | None = None
    languages: tuple[str, ...] = ()
    education_level: EducationLevel | None = None
    category: str | None = None
    source: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    duplicate_group: str | None = None
    text_hash: str
    document_hash: str

    @property
    def embedded_text(self) -> str:
        """The text that stands for this entity in vector space: the title, then the body unless it only repeats it."""
        if not self.title or self.text.startswith(self.title):
            return self.text
        return f"{self.title}\n{self.text}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Entity):
    """A person's side. `experience_months` is the total length of work experience."""

    experience_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy(Entity):
    """An employer's side. Experience bounds are what the vacancy demands, in months.

    `topic` is the id of the group of vacancies about the same work that it belongs to.
    """

    company: str | None = None
    experience_min_months: int | None = None
    experience_max_months: int | None = None
    topic: int | None = None


ENTITY_TYPES: dict[Kind, type[Entity]] = {Kind.RESUMES: Resume, Kind.VACANCIES: Vacancy}
