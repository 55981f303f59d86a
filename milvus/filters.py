"""What a search may be narrowed by, as a Milvus expression."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from milvus.entities import EducationLevel, EmploymentType, WorkFormat
from milvus.geo import MAX_DISTANCE_KM, Box, cover_circle, distance_km
from milvus.keys import company_key, hash_term
from milvus.languages import LANGUAGE_PATTERN, list_sufficient

MAX_VALUES = 200
MAX_EXCLUDED = 10_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MONTHS = 1200

# The escapes that both Milvus and Milvus Lite read; Lite refuses \uXXXX, so every other character stands for itself.
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})

Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]  # as long as a document may have it
Id = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Texts = Annotated[tuple[Text, ...], Field(max_length=MAX_VALUES)]
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Months = Annotated[int, Field(ge=0, le=_MAX_MONTHS)]
TopicId = Annotated[int, Field(ge=1, lt=2**31, strict=True)]
Languages = Annotated[tuple[Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)], ...], Field(max_length=50)]

_EDUCATION_LEVELS = list(EducationLevel)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Range(_Part):
    min: float | None
    max: float | None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is greater than max ({self.max})")
        return self


class SalaryRange(_Range):
    """Salaries that overlap a range. A range without bounds restricts nothing."""

    min: Amount | None = Field(None, description="Least annual salary, in the reference currency.")
    max: Amount | None = Field(None, description="Greatest annual salary, in the reference currency.")
    or_missing: bool = Field(False, description="Also pass documents that state no salary.")


class ExperienceRange(_Range):
    """Lengths of experience that overlap a range. A range without bounds restricts nothing."""

    min: Months | None = Field(None, description="Least length of experience, in months.")
    max: Months | None = Field(None, description="Greatest length of experience, in months.")
    or_missing: bool = Field(False, description="Also pass documents that state no experience.")


class EducationRange(_Part):
    """Levels of education within a range, bounds included. A range without bounds restricts nothing."""

    min: EducationLevel | None = Field(None, description="Lowest level that passes.")
    max: EducationLevel | None = Field(None, description="Highest level that passes.")
    or_missing: bool = Field(False, description="Also pass documents that state no level of education.")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        low, high = self._ranks
        if low > high:
            raise ValueError(f"min ({self.min}) is above max ({self.max})")
        return self

    @property
    def _ranks(self) -> tuple[int, int]:
        low = 0 if self.min is None else _EDUCATION_LEVELS.index(self.min)
        high = len(_EDUCATION_LEVELS) - 1 if self.max is None else _EDUCATION_LEVELS.index(self.max)
        return low, high

    def list_levels(self) -> tuple[EducationLevel, ...]:
        """The levels that pass; empty where the range restricts nothing."""
        if self.min is None and self.max is None:
            return ()
        low, high = self._ranks
        return tuple(_EDUCATION_LEVELS[low : high + 1])


class Near(_Part):
    """Places within a great-circle distance of a point."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees north, WGS 84.")
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees east, WGS 84.")
    radius_km: float = Field(gt=0, le=MAX_DISTANCE_KM, allow_inf_nan=False, description="Distance in kilometers.")
    or_remote: bool = Field(False, description="Also pass remote work, wherever it is.")


class Filter(BaseModel):
    """What both collections can be narrowed by. All given parts must hold; an empty list restricts nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skills_any: Texts = Field((), description="At least one of these skills (canonical names).")
    skills_all: Texts = Field((), description="Every one of these skills (canonical names).")
    countries: Texts = Field((), description="Any of these countries, as stored.")
    regions: Texts = Field((), description="Any of these regions, as stored.")
    cities: Texts = Field((), description="Any of these cities, as stored.")
    near: Near | None = Field(
        None, description="Within a distance of a point; documents without coordinates do not pass."
    )
    work_formats: tuple[WorkFormat, ...] = Field((), max_length=MAX_VALUES, description="Any of these work formats.")
    employment_types: tuple[EmploymentType, ...] = Field(
        (), max_length=MAX_VALUES, description="At least one of these terms of employment."
    )
    salary: SalaryRange | None = Field(None, description="Annual salary in the reference currency.")
    languages: Texts = Field((), description="Any of these document languages (ISO 639-1 codes).")
    languages_any: Languages = Field(
        (),
        description="At least one of these languages is spoken, or asked for by a vacancy: an ISO 639-1 code, or one "
        "with the least level, which must be known then (`en:b2`; a1 to c2 and native).",
    )
    languages_all: Languages = Field((), description="Every one of these languages is; written as in `languages_any`.")
    education: EducationRange | None = Field(
        None, description="Level of education completed, or asked for by a vacancy."
    )
    categories: Texts = Field((), description="Any of these categories, as stored.")
    sources: Texts = Field((), description="Any of these sources, as stored.")
    published_since: AwareDatetime | None = Field(
        None, description="Published at this time or later (with a UTC offset, to the second)."
    )
    published_before: AwareDatetime | None = Field(
        None, description="Published before this time (with a UTC offset, to the second)."
    )
    exclude_ids: Annotated[tuple[Id, ...], Field(max_length=MAX_EXCLUDED)] = Field(
        (), description="None of these ids, at most 10,000."
    )


class ResumeFilter(Filter):
    """What resumes can be narrowed by."""

    experience: ExperienceRange | None = Field(None, description="Total work experience, in months.")


class VacancyFilter(Filter):
    """What vacancies can be narrowed by."""

    companies: Texts = Field((), description="Any of these companies; letter case and spacing do not matter.")
    experience: ExperienceRange | None = Field(
        None, description="Overlaps the experience that the vacancy demands, in months; its missing bound is open."
    )
    topics: Annotated[tuple[TopicId, ...], Field(max_length=MAX_VALUES)] = Field(
        (), description="Any of these topics, by the ids that `GET /v1/topics` lists."
    )


def build_expression(filter: Filter | None, *, active_at: datetime | None = None, with_arrays: bool = True) -> str:
    """A Milvus boolean expression, "" where there is nothing to filter.

    `near` is widened to boxes that hold its circle; check hits with `is_near`. With `active_at`, rows that expired
    before it are dropped. Comparisons with null are unknown and drop the row, so each null that passes is named.
    Without `with_arrays`, lists are tested through their key columns (see `terms_key`), for an engine whose array
    functions are slow.
    """
    clauses = [] if filter is None else _filter_clauses(filter, with_arrays=with_arrays)
    if active_at is not None:
        clauses.append(f"(expires_at is null or expires_at >= {epoch_seconds(active_at)})")
    return " and ".join(clauses)


def is_near(near: Near, *, latitude: float | None, longitude: float | None, work_format: str | None) -> bool:
    """Whether a row's place lies within the circle, or its work is remote and `or_remote` lets that pass."""
    if near.or_remote and work_format == WorkFormat.REMOTE:
        return True
    if latitude is None or longitude is None:
        return False
    return distance_km(near.latitude, near.longitude, latitude, longitude) <= near.radius_km


def quote_text(text: str) -> str:
    """A string literal of the expression language, whatever the text holds."""
    return f'"{text.translate(_ESCAPES)}"'


def quote_list(texts: tuple[str, ...] | list[str]) -> str:
    """A list of string literals."""
    return f"[{', '.join(quote_text(text) for text in texts)}]"


def list_new_columns(filter: Filter) -> dict[str, str]:
    """The column behind every part that restricts and whose column a collection of an older schema may lack."""
    given = {
        "languages_any": ("languages", filter.languages_any),
        "languages_all": ("languages", filter.languages_all),
        "education": ("education_level", filter.education and filter.education.list_levels()),
        "topics": ("topic", filter.topics if isinstance(filter, VacancyFilter) else ()),
    }
    return {part: column for part, (column, value) in given.items() if value}


def list_one_of(filter: Filter) -> list[tuple[str, tuple[str, ...]]]:
    """Columns of single texts with the values that pass; none where every value does."""
    companies = filter.companies if isinstance(filter, VacancyFilter) else ()
    return [
        ("country", filter.countries),
        ("region", filter.regions),
        ("city", filter.cities),
        ("work_format", filter.work_formats),
        ("language", filter.languages),
        ("category", filter.categories),
        ("source", filter.sources),
        ("company_key", tuple(company_key(company) for company in companies)),
    ]


def epoch_seconds(time: datetime) -> int:
    """Whole seconds since 1970 in UTC, rounded down. Raises ValueError for a time without an offset."""
    if time.tzinfo is None:
        raise ValueError(f"the time {time.isoformat()} has no UTC offset")
    return (time - _EPOCH) // timedelta(seconds=1)


def _filter_clauses(filter: Filter, *, with_arrays: bool) -> list[str]:
    clauses = [f"{column} in {quote_list(values)}" for column, values in list_one_of(filter) if values]
    clauses.extend(_list_clauses(filter, with_arrays=with_arrays))
    clauses.extend(_language_clauses(filter, with_arrays=with_arrays))
    if filter.education is not None:
        clauses.extend(_education_clause(filter.education))
    if filter.near is not None:
        clauses.append(_near_clause(filter.near))
    if filter.salary is not None:
        clauses.extend(_overlap_clause(filter.salary, "salary_min", "salary_max"))
    if isinstance(filter, VacancyFilter) and filter.experience is not None:
        clauses.extend(_overlap_clause(filter.experience, "experience_min_months", "experience_max_months"))
    if isinstance(filter, VacancyFilter) and filter.topics:
        clauses.append(f"topic in {list(filter.topics)}")
    if isinstance(filter, ResumeFilter) and filter.experience is not None:
        clauses.extend(_within_clause(filter.experience, "experience_months"))
    if filter.published_since is not None:
        clauses.append(f"published_at >= {epoch_seconds(filter.published_since)}")
    if filter.published_before is not None:
        clauses.append(f"published_at < {epoch_seconds(filter.published_before)}")
    if filter.exclude_ids:
        clauses.append(f"id not in {quote_list(filter.exclude_ids)}")
    return clauses


def _list_clauses(filter: Filter, *, with_arrays: bool) -> list[str]:
    contains = _array_clause if with_arrays else _key_clause
    given: list[tuple[str, tuple[str, ...], bool]] = [
        ("skills", filter.skills_any, False),
        ("skills", filter.skills_all, True),
        ("employment_types", filter.employment_types, False),
    ]
    return [contains(column, terms, every=every) for column, terms, every in given if terms]


def _array_clause(column: str, terms: tuple[str, ...], *, every: bool) -> str:
    return f"array_contains_{'all' if every else 'any'}({column}, {quote_list(terms)})"


def _key_clause(column: str, terms: tuple[str, ...], *, every: bool) -> str:
    tests = [f'{column}_key like "%|{hash_term(term)}|%"' for term in terms]
    return f"({(' and ' if every else ' or ').join(tests)})"


def _language_clauses(filter: Filter, *, with_arrays: bool) -> list[str]:
    """Through the array, any form that suffices may stand there; the key holds all that a language satisfies."""
    if not with_arrays:
        given = ((filter.languages_any, False), (filter.languages_all, True))
        return [_key_clause("languages", asked, every=every) for asked, every in given if asked]
    every_one = [_array_clause("languages", list_sufficient(asked), every=False) for asked in filter.languages_all]
    any_one = dict.fromkeys(form for asked in filter.languages_any for form in list_sufficient(asked))
    return every_one + ([_array_clause("languages", tuple(any_one), every=False)] if any_one else [])


def _overlap_clause(asked: SalaryRange | ExperienceRange, low: str, high: str) -> list[str]:
    """Rows whose range between two columns overlaps the asked one; one missing bound is open."""
    bounds = []
    if asked.min is not None:
        bounds.append(f"({high} >= {asked.min!r} or ({high} is null and {low} is not null))")
    if asked.max is not None:
        bounds.append(f"({low} <= {asked.max!r} or ({low} is null and {high} is not null))")
    return _with_missing(bounds, f"({low} is null and {high} is null)" if asked.or_missing else None)


def _education_clause(asked: EducationRange) -> list[str]:
    levels = asked.list_levels()
    passing = [f"education_level in {quote_list(levels)}"] if levels else []
    return _with_missing(passing, "education_level is null" if asked.or_missing else None)


def _within_clause(asked: ExperienceRange, column: str) -> list[str]:
    bounds = []
    if asked.min is not None:
        bounds.append(f"{column} >= {asked.min}")
    if asked.max is not None:
        bounds.append(f"{column} <= {asked.max}")
    return _with_missing(bounds, f"{column} is null" if asked.or_missing else None)


def _with_missing(bounds: list[str], missing: str | None) -> list[str]:
    if not bounds:
        return []
    inside = " and ".join(bounds)
    return [f"({inside})" if missing is None else f"(({inside}) or {missing})"]


def _near_clause(near: Near) -> str:
    options = [_box_clause(box) for box in cover_circle(near.latitude, near.longitude, near.radius_km)]
    if near.or_remote:
        options.append(f"work_format == {quote_text(WorkFormat.REMOTE)}")
    return f"({' or '.join(options)})"


def _box_clause(box: Box) -> str:
    latitudes = f"latitude >= {box.south!r} and latitude <= {box.north!r}"
    if box.west is None or box.east is None:
        return f"({latitudes} and longitude is not null)"
    joint = "and" if box.west <= box.east else "or"
    return f"({latitudes} and (longitude >= {box.west!r} {joint} longitude <= {box.east!r}))"
