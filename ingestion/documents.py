"""The documents that come in: what a caller may say about a resume or a vacancy, before anything is normalized."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from milvus import EducationLevel, EmploymentType, Kind, WorkFormat

MAX_TEXT_CHARACTERS = 100_000
MAX_ID_BYTES = 512


def refuse_nul(text: str) -> str:
    """Refuse NUL, which no database column of ours can hold and no honest document contains."""
    if "\x00" in text:
        raise ValueError(f"contains a NUL byte at character {text.index(chr(0))}")
    return text


def check_id(value: str) -> str:
    """Any characters but control characters, up to MAX_ID_BYTES bytes of UTF-8."""
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("contains a control character")
    if len(value.encode("utf-8", "surrogatepass")) > MAX_ID_BYTES:
        raise ValueError(f"is longer than {MAX_ID_BYTES} bytes")
    if value != value.strip():
        raise ValueError("begins or ends with white space")
    return value


def make_aware(moment: datetime) -> datetime:
    """The time in UTC; one without a zone is taken as UTC."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def check_order(minimum: float | None, maximum: float | None, *, what: str) -> None:
    """Refuse a range that is upside down."""
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError(f"{what}: min {minimum:g} is above max {maximum:g}")


DocumentId = Annotated[str, Field(min_length=1), AfterValidator(refuse_nul), AfterValidator(check_id)]
Viewer = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(refuse_nul)]
ShortText = Annotated[str, Field(max_length=500), AfterValidator(refuse_nul)]
LongText = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(refuse_nul)]
SkillName = Annotated[str, Field(max_length=200), AfterValidator(refuse_nul)]
Moment = Annotated[datetime, AfterValidator(make_aware)]
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Months = Annotated[int, Field(ge=0, le=1200)]


class Part(BaseModel):
    """Base of everything a document is made of: unknown fields are errors, blank strings are nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def blank_is_missing(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value


class PlaceDocument(Part):
    """Where the work is, or where the person is. Give what is known; names may be in any language."""

    city: ShortText | None = Field(None, description="City or town, in any language.", examples=["Казань"])
    region: ShortText | None = Field(None, description="State, province or county.", examples=["Tatarstan"])
    country: ShortText | None = Field(None, description="ISO 3166-1 code or a name in any language.", examples=["RU"])
    text: ShortText | None = Field(None, description="The place as written, where its parts are not known apart.")
    latitude: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False, description="Degrees north.")
    longitude: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False, description="Degrees east.")


class SalaryDocument(Part):
    """A salary as the document states it. Either amounts, or `text` to be read, or both (amounts win)."""

    min: Amount | None = Field(None, description="Lowest amount, per `period`, in `currency`.", examples=[42000])
    max: Amount | None = Field(None, description="Highest amount, per `period`, in `currency`.", examples=[50000])
    currency: ShortText | None = Field(None, description="ISO 4217 code.", examples=["GBP"])
    period: Literal["hour", "day", "week", "month", "year"] | None = Field(
        None, description="What the amounts are for."
    )
    gross: bool | None = Field(None, description="True before taxes, false after, null where it is not said.")
    text: ShortText | None = Field(
        None, description="The salary as written.", examples=["£42,000 to £50,000 per annum"]
    )

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        check_order(self.min, self.max, what="salary")
        return self


class WorkPeriod(Part):
    """One position held. Dates are YYYY, YYYY-MM or YYYY-MM-DD, or as people write them ("March 2019")."""

    start: ShortText = Field(description="When it began.", examples=["2019-03"])
    end: ShortText | None = Field(None, description="When it ended; null where it goes on.", examples=["2022-11"])
    title: ShortText | None = Field(None, description="Position held.")
    company: ShortText | None = Field(None, description="Employer.")
    description: LongText | None = Field(None, description="What was done there.")


class LanguageSkill(Part):
    """A language that the person speaks, or that the vacancy asks for."""

    language: ShortText = Field(description="ISO 639-1 code or a name.", examples=["en"])
    level: ShortText | None = Field(
        None, description="CEFR level (A1 to C2), `native`, or as written.", examples=["B2"]
    )


class Person(Part):
    """Who a resume is about. Kept apart from the document, never embedded, indexed or returned by a search."""

    name: ShortText | None = Field(None, description="Full name; also cut from the text.")
    email: ShortText | None = Field(None, description="E-mail address.")
    phone: ShortText | None = Field(None, description="Telephone number.")
    links: list[ShortText] = Field(default_factory=list, max_length=50, description="Profiles and personal pages.")
    address: ShortText | None = Field(None, description="Street address.")
    birth_date: ShortText | None = Field(None, description="Date of birth.")
    gender: ShortText | None = Field(None, description="Gender, as stated.")
    citizenship: ShortText | None = Field(None, description="Citizenship, as stated.")
    family_status: ShortText | None = Field(None, description="Family status, as stated.")


class Content(Part):
    """What resumes and vacancies have in common, but the id."""

    title: ShortText | None = Field(
        None, description="Position offered, wanted or last held.", examples=["Data engineer"]
    )
    text: LongText | None = Field(None, description="The whole text, plain or HTML; at most 100,000 characters.")
    skills: list[SkillName] = Field(
        default_factory=list,
        max_length=500,
        description="Skills by name, in any language.",
        examples=[["SQL", "Python"]],
    )
    place: PlaceDocument | None = Field(None, description="Where the work or the person is.")
    work_format: WorkFormat | None = Field(None, description="On site, hybrid or remote.")
    employment_types: list[EmploymentType] = Field(
        default_factory=list, max_length=10, description="Terms of employment."
    )
    salary: SalaryDocument | None = Field(None, description="Salary offered or wanted.")
    language: str | None = Field(
        None, pattern="^[a-z]{2}$", description="ISO 639-1 code of the text; detected where missing.", examples=["en"]
    )
    languages: list[LanguageSkill] = Field(
        default_factory=list,
        max_length=50,
        description="Languages that the person speaks, or that the vacancy asks for; a resume's are read from its text "
        "where none are given.",
    )
    education_level: EducationLevel | None = Field(
        None,
        description="Highest level of education completed, or the level that the vacancy asks for; a resume's is read "
        "from `education` and its text where it is not given.",
    )
    category: ShortText | None = Field(None, description="Trade or category, your own term.", examples=["nursing"])
    source: ShortText | None = Field(None, description="Where the document comes from.", examples=["careers page"])
    url: Annotated[str, Field(max_length=2000), AfterValidator(refuse_nul)] | None = Field(
        None, description="Page of the document.", examples=["https://example.com/vacancies/42"]
    )
    published_at: Moment | None = Field(
        None, description="When it was published, ISO 8601; UTC where no zone is given."
    )
    expires_at: Moment | None = Field(
        None, description="When it stops being valid; searches leave it out from then on."
    )

    @field_validator("skills", "employment_types", "languages", mode="before")
    @classmethod
    def null_is_empty(cls, value: Any) -> Any:
        return [] if value is None else value

    @model_validator(mode="after")
    def has_something_to_match(self) -> Self:
        if not (self.title or self.text or self.skills):
            raise ValueError("has neither a title nor a text nor skills: nothing to match")
        return self


class VacancyContent(Content):
    """A vacancy as it comes in, without its id."""

    company: ShortText | None = Field(None, description="Employer.", examples=["Northwind Hospital"])
    experience_min_months: Months | None = Field(None, description="Experience demanded, at least, in months.")
    experience_max_months: Months | None = Field(None, description="Experience demanded, at most, in months.")
    experience: ShortText | None = Field(
        None, description="Experience demanded, as written; read where the months are not given.", examples=["3+ years"]
    )

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        check_order(self.experience_min_months, self.experience_max_months, what="experience months")
        return self


class ResumeContent(Content):
    """A resume as it comes in, without its id."""

    person: Person | None = Field(None, description="Name, contacts and the like: stored apart, never searched.")
    experience_months: Months | None = Field(None, description="Total experience in months.")
    experience: ShortText | None = Field(
        None,
        description="Total experience, as written; read where the months are not given.",
        examples=["5 лет 8 месяцев"],
    )
    work_periods: list[WorkPeriod] = Field(default_factory=list, max_length=200, description="Positions held.")
    education: LongText | None = Field(None, description="Education, as written.")


class Identified(Part):
    """A document's key."""

    id: DocumentId = Field(description="Your own id; a second document of this id replaces the first.", examples=["42"])


class VacancyDocument(VacancyContent, Identified):
    """A vacancy as it comes in."""


class ResumeDocument(ResumeContent, Identified):
    """A resume as it comes in."""


AnyDocument = ResumeDocument | VacancyDocument

DOCUMENT_TYPES: dict[Kind, type[ResumeDocument] | type[VacancyDocument]] = {
    Kind.RESUMES: ResumeDocument,
    Kind.VACANCIES: VacancyDocument,
}


def kind_of(document: AnyDocument) -> Kind:
    """The collection that a document belongs to."""
    return Kind.RESUMES if isinstance(document, ResumeDocument) else Kind.VACANCIES


def find_names(document: AnyDocument) -> tuple[str, ...]:
    """The person's names that a document gives apart from its text."""
    person = document.person if isinstance(document, ResumeDocument) else None
    return (person.name,) if person and person.name else ()
