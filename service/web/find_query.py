"""What a search page was asked, as it stands in its URL or in its form."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import UploadFile
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from milvus import EmploymentType, Filter, Kind, ResumeFilter, VacancyFilter, WorkFormat
from milvus.filters import MAX_VALUES, Amount, SalaryRange, Text
from milvus.languages import LANGUAGE_PATTERN
from service.ranking import RankingOptions

MAX_TEXT = 100_000
PAGE_SIZE = 20
MAX_PAGE = 50


class Sort(StrEnum):
    """The orders of results."""

    FIT = "fit"
    NEWEST = "newest"
    SALARY = "salary"


def _drop_blank(values: Any) -> Any:
    """Forms send what is not filled in as well."""
    if isinstance(values, list):
        return [value for value in values if not isinstance(value, str) or value.strip()]
    return None if isinstance(values, str) and not values.strip() else values


_Blankless = BeforeValidator(_drop_blank)
_Names = Annotated[list[Text], Field(max_length=MAX_VALUES), _Blankless]


class FindState(BaseModel):
    """What is sought, and how it is narrowed and ordered. All fields are names in the URL."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    find: Kind = Kind.VACANCIES
    skill: _Names = []
    country: _Names = []
    city: _Names = []
    company: _Names = []
    work_format: Annotated[list[WorkFormat], Field(max_length=MAX_VALUES), _Blankless] = []
    employment: Annotated[list[EmploymentType], Field(max_length=MAX_VALUES), _Blankless] = []
    language: Annotated[
        list[Annotated[str, Field(pattern=LANGUAGE_PATTERN)]], Field(max_length=MAX_VALUES), _Blankless
    ] = []
    salary: Annotated[Amount | None, _Blankless] = None
    since: Annotated[Annotated[int, Field(ge=1, le=3650)] | None, _Blankless] = None
    fit: Annotated[Annotated[int, Field(ge=1, le=99)] | None, _Blankless] = None
    expired: bool = False
    sort: Sort = Sort.FIT
    page: int = Field(1, ge=1, le=MAX_PAGE)

    def make_filter(self, now: datetime | None = None) -> Filter | None:
        """The filter of the index; None where nothing is narrowed."""
        if not self.list_chosen():
            return None
        since = (now or datetime.now(UTC)) - timedelta(days=self.since) if self.since else None
        common: dict[str, Any] = {
            "skills_all": self.skill,
            "countries": self.country,
            "cities": self.city,
            "work_formats": self.work_format,
            "employment_types": self.employment,
            "languages_any": self.language,
            "salary": SalaryRange(min=self.salary) if self.salary else None,
            "published_since": since,
        }
        if self.find is Kind.RESUMES:
            return ResumeFilter(**common)
        return VacancyFilter(**common, companies=self.company)

    def make_options(self) -> RankingOptions:
        """The options of the ranking."""
        return RankingOptions(min_score=self.fit / 100 if self.fit else None)

    def list_chosen(self) -> list[tuple[str, str]]:
        """Everything that narrows the search, as field and value."""
        chosen = []
        for name in ("skill", "country", "city", "company", "work_format", "employment", "language"):
            if name != "company" or self.find is Kind.VACANCIES:
                chosen += [(name, str(value)) for value in getattr(self, name)]
        return chosen + [(name, f"{value:g}") for name in ("salary", "since", "fit") if (value := getattr(self, name))]

    def to_query(self, **changes: Any) -> dict[str, Any]:
        """The state in a URL, with changes: defaults are left out. What changes goes back to the first page."""
        changed = self.model_copy(update={"page": 1, **changes})
        values: dict[str, Any] = {"find": changed.find.value}
        for name, value in changed.model_dump(
            mode="json", exclude_defaults=True, include=_NARROWING, warnings=False
        ).items():
            values[name] = f"{value:g}" if isinstance(value, float) else int(value) if value is True else value
        return values

    def without(self, name: str, value: str) -> dict[str, Any]:
        """The state in a URL without one of the things that narrow it."""
        current = getattr(self, name)
        left = [one for one in current if str(one) != value] if isinstance(current, list) else None
        return self.to_query(**{name: left})

    def widened(self) -> dict[str, Any]:
        """The state in a URL with nothing that narrows it."""
        return FindState(find=self.find, sort=self.sort, expired=self.expired).to_query()


_NARROWING = set(FindState.model_fields) - {"find"}


class FindQuery(FindState):
    """A search by URL."""

    text: str = Field("", max_length=MAX_TEXT)


class FindForm(FindQuery):
    """A search by form. `go` is another state, as a query: the one that a button leads to."""

    file: UploadFile | None = None
    go: str = Field("", max_length=20_000)

    @property
    def state(self) -> FindState:
        """The state that was asked for. Raises ValueError for a `go` that no button of ours has."""
        if not self.go:
            return self
        fields = FindState.model_fields
        given = {name: values for name, values in parse_qs(self.go).items() if name in fields}
        lists = {name for name, field in fields.items() if isinstance(field.default, list)}
        return FindState.model_validate(
            {name: values if name in lists else values[-1] for name, values in given.items()}
        )
