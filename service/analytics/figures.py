"""What is asked of the market, and the rows that answer it; their descriptions are the API's as well.

Amounts are annual, in the installation's reference currency. A share is between 0 and 1. A figure that too few
documents stand behind is None.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import Field

MIN_GROUP = 5
"""Groups of fewer documents have no salary figure: it could be one person's, or one contract's."""


class Dimension(StrEnum):
    """What documents are grouped by."""

    ALL = "all"
    CATEGORY = "category"
    SKILL = "skill"
    COUNTRY = "country"
    CITY = "city"
    EXPERIENCE = "experience"
    EMPLOYMENT = "employment"
    WORK_FORMAT = "work_format"


class SkillOrder(StrEnum):
    """What the list of skills begins with."""

    WANTED = "wanted"
    OFFERED = "offered"
    GAP = "gap"
    SURPLUS = "surplus"


class CompanyOrder(StrEnum):
    """What the list of companies begins with: the most open vacancies, the best pay, the fastest to close."""

    OPEN = "open"
    SALARY = "salary"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFilter:
    """Which documents are looked at; None is any. Months are "2026-11" and count by the date of publication."""

    country: str | None = None
    city: str | None = None
    category: str | None = None
    skill: str | None = None
    month_from: str | None = None
    month_to: str | None = None


Row = TypeVar("Row", covariant=True)

Documents = Annotated[int, Field(description="Documents behind the row.")]
Paid = Annotated[int, Field(description="Those of them that name a salary; the salary figures are of these.")]
Amount = Annotated[
    float | None,
    Field(description=f"Annual, in the reference currency; null where fewer than {MIN_GROUP} documents name a salary."),
]
Days = Annotated[float | None, Field(description="Days; null where not so many have closed yet, or too few are known.")]
Share = Annotated[float, Field(description="0 to 1.")]


@dataclass(frozen=True, slots=True)
class Report(Generic[Row]):
    """Rows, and how many documents passed the filter."""

    documents: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of publication."""

    month: Annotated[str, Field(description="`2026-11`.")]
    documents: Documents
    with_salary: Paid
    median_salary: Amount


@dataclass(frozen=True, slots=True)
class SalaryRow:
    """The salaries of a group. A document that states a range counts with its middle."""

    group: Annotated[str | None, Field(description="The group; null where the document does not say.")]
    documents: Documents
    with_salary: Paid
    p10: Amount
    p25: Amount
    median: Amount
    p75: Amount
    p90: Amount


@dataclass(frozen=True, slots=True)
class BinRow:
    """A bar of the histogram of salaries."""

    low: Annotated[float, Field(description="From here (inclusive).")]
    high: Annotated[float, Field(description="To here (exclusive).")]
    documents: Annotated[
        int | None, Field(description=f"Null where it is fewer than {MIN_GROUP} resumes, but not none.")
    ]


@dataclass(frozen=True, slots=True)
class TitleRow:
    """The salaries of documents whose title holds all words asked for."""

    title: Annotated[str, Field(description="As asked for.")]
    documents: Documents
    with_salary: Paid
    p25: Amount
    median: Amount
    p75: Amount


@dataclass(frozen=True, slots=True)
class SkillRow:
    """How often a skill is wanted and offered."""

    skill: str
    wanted: Annotated[int, Field(description="Vacancies that name it.")]
    wanted_share: Annotated[Share, Field(description="Of all vacancies that passed the filter.")]
    offered: Annotated[int, Field(description="Resumes that name it.")]
    offered_share: Annotated[Share, Field(description="Of all resumes that passed the filter.")]
    gap: Annotated[float, Field(description="`wanted_share` less `offered_share`: above 0 the skill is scarce.")]


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company and its vacancies."""

    company: Annotated[str, Field(description="In its most frequent spelling.")]
    open: Annotated[int, Field(description="Vacancies that are open.")]
    documents: Annotated[int, Field(description="Vacancies that are known, open or closed.")]
    with_salary: Paid
    median_salary: Amount
    median_days_open: Days


@dataclass(frozen=True, slots=True)
class CompanySuccess:
    """What can be known of how well a company fills its vacancies.

    Nobody tells whether somebody was hired: a vacancy counts as closed once it was taken out or has expired, whatever
    the reason. So this compares how many of its vacancies ended and how soon, with all vacancies that pass the filter.
    """

    company: Annotated[str, Field(description="In its most frequent spelling.")]
    documents: Documents
    open: Annotated[int, Field(description="Vacancies that are open.")]
    closed: Annotated[int, Field(description="Vacancies that were taken out or have expired.")]
    closed_share: Share
    market_closed_share: Annotated[Share, Field(description="Of all vacancies that pass the filter.")]
    median_days_open: Days
    market_median_days_open: Days
    with_salary: Paid
    median_salary: Amount
    market_median_salary: Amount


@dataclass(frozen=True, slots=True)
class OpenRow:
    """How long the vacancies of a group stay open, by the estimator of Kaplan and Meier."""

    group: Annotated[str | None, Field(description="The group; null where the vacancy does not say.")]
    documents: Documents
    closed: Annotated[int, Field(description="Those whose end is known.")]
    quarter_days: Annotated[Days, Field(description="A quarter has closed after so many days.")]
    median_days: Annotated[Days, Field(description="Half have closed after so many days.")]
    three_quarter_days: Annotated[Days, Field(description="Three quarters have closed after so many days.")]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """The share of vacancies that are still open after so many days."""

    days: int
    at_risk: Annotated[int, Field(description="Vacancies that were open just before.")]
    closed: Annotated[int, Field(description="Vacancies that closed on this day.")]
    share_open: Annotated[Share, Field(description="Kaplan-Meier estimate.")]


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One finding about the data."""

    check: Annotated[str, Field(description="missing, outlier, duplicates, language, source or load.")]
    kind: Annotated[str | None, Field(description="resumes or vacancies; null for both.")]
    source: Annotated[str | None, Field(description="The documents' `source`; null where the row is of all of them.")]
    name: Annotated[str, Field(description="The field, or what was looked for.")]
    documents: Annotated[int, Field(description="Documents that it is true of.")]
    total: Annotated[int, Field(description="Documents that were looked at.")]
    share: Share
