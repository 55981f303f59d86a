"""Endpoints of the market's figures, as JSON and as CSV."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from milvus import Kind
from service.analytics import (
    BinRow,
    CompanyOrder,
    CompanyRow,
    CompanySuccess,
    CurveRow,
    Dimension,
    MonthRow,
    OpenRow,
    QualityRow,
    SalaryRow,
    SkillOrder,
    SkillRow,
    TitleRow,
    compare_skills,
    count_month,
    count_months,
    describe_openings,
    describe_salaries,
    describe_title,
    draw_openings,
    draw_salaries,
    judge_company,
    rank_companies,
)
from service.api.analytics_payloads import (
    CSV_TYPE,
    MarketQuery,
    Month,
    ReportPayload,
    SnapshotPayload,
    is_csv_wanted,
    make_csv,
)
from service.api.dependencies import GivenServices, PathText
from service.errors import CompanyNotFound

router = APIRouter(prefix="/v1/analytics", tags=["analytics"])

_ALSO_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV_TYPE: {"schema": {"type": "string"}}}}}

WantsCsv = Annotated[bool, Depends(is_csv_wanted)]
OfKind = Annotated[Kind, Query(description="Which documents are counted.")]
By = Annotated[Dimension, Query(description="What the documents are grouped by.")]
Most = Annotated[int, Query(ge=1, le=500, description="At most so many rows.")]


class Answerer:
    """Answers with what an analysis gives of the documents that a request's filter lets through."""

    def __init__(
        self,
        services: GivenServices,
        query: Annotated[MarketQuery, Query()],
        csv: WantsCsv,
    ) -> None:
        self._services = services
        self._query = query
        self._csv = csv

    def answer(self, analysis: Callable[..., Any], *arguments: Any) -> Any:
        """The payload, or the same rows as CSV. Raises NoSnapshot."""
        asked = self._query.make_filter(self._services.searcher.normalizer)
        manifest, report = self._services.market.ask(analysis, asked, *arguments)
        if self._csv:
            return make_csv(report.rows, manifest, name=analysis.__name__)
        return ReportPayload[Any](
            as_of=manifest.made_at,
            currency=manifest.currency,
            filter=asked,
            documents=report.documents,
            rows=list(report.rows),
        )


Asked = Annotated[Answerer, Depends()]


@router.get("", summary="See what the figures are of")
def get_snapshot(services: GivenServices) -> SnapshotPayload:
    """When the snapshot was made that all figures are computed from, and how many documents it has."""
    return SnapshotPayload.model_validate(services.market.manifest)


@router.get(
    "/months",
    summary="Count documents by month",
    response_model=ReportPayload[MonthRow],
    responses=_ALSO_CSV,
)
def get_months(asked: Asked, kind: OfKind = Kind.VACANCIES) -> Any:
    """Every month in which something was published, with the number of documents and their median salary."""
    return asked.answer(count_months, kind)


@router.get(
    "/months/{month}",
    summary="Count the documents of one month",
    response_model=ReportPayload[MonthRow],
    responses=_ALSO_CSV,
)
def get_month(asked: Asked, month: Month, kind: OfKind = Kind.VACANCIES) -> Any:
    """How many vacancies (or resumes) were published in this month: one row, of 0 where there were none."""
    return asked.answer(count_month, kind, month)


@router.get(
    "/salaries",
    summary="Compare salaries",
    response_model=ReportPayload[SalaryRow],
    responses=_ALSO_CSV,
)
def get_salaries(asked: Asked, kind: OfKind = Kind.VACANCIES, by: By = Dimension.CATEGORY, limit: Most = 20) -> Any:
    """Quantiles of the salaries by trade, skill, place, experience or terms; the largest groups first.

    A document that states a range counts with its middle. A group in which fewer than 5 documents name a salary has
    no salary figures, and those of resumes are rounded to two digits.
    """
    return asked.answer(describe_salaries, kind, by, limit)


@router.get(
    "/salaries/histogram",
    summary="See how salaries are distributed",
    response_model=ReportPayload[BinRow],
    responses=_ALSO_CSV,
)
def get_histogram(asked: Asked, kind: OfKind = Kind.VACANCIES) -> Any:
    """How many documents name a salary within each of some 24 ranges of one width, the outermost 1 % left out."""
    return asked.answer(draw_salaries, kind)


@router.get(
    "/titles/{title}",
    summary="Find the median salary of a title",
    response_model=ReportPayload[TitleRow],
    responses=_ALSO_CSV,
)
def get_title(asked: Asked, title: PathText, kind: OfKind = Kind.VACANCIES) -> Any:
    """The salaries of documents whose title has every word of this one, in any form and order: `nurse` finds
    "Night nurses"."""
    return asked.answer(describe_title, kind, title)


@router.get(
    "/skills",
    summary="Compare skills wanted with skills offered",
    response_model=ReportPayload[SkillRow],
    responses=_ALSO_CSV,
)
def get_skills(
    asked: Asked,
    order: Annotated[SkillOrder, Query(description="What the list begins with.")] = SkillOrder.WANTED,
    limit: Most = 20,
) -> Any:
    """The share of vacancies that name a skill, the share of resumes that do, and the gap between the two."""
    return asked.answer(compare_skills, order, limit)


@router.get(
    "/companies",
    summary="Rank companies",
    response_model=ReportPayload[CompanyRow],
    responses=_ALSO_CSV,
)
def get_companies(
    asked: Asked,
    order: Annotated[CompanyOrder, Query(description="What the list begins with.")] = CompanyOrder.OPEN,
    limit: Most = 20,
) -> Any:
    """Companies by open vacancies, by median salary, or by how soon their vacancies close."""
    return asked.answer(rank_companies, order, limit)


@router.get(
    "/companies/{name}",
    summary="Compare a company with the market",
    response_model=ReportPayload[CompanySuccess],
    responses=_ALSO_CSV,
)
def get_company(asked: Asked, name: PathText) -> Any:
    """How many of its vacancies have closed and how soon, beside all vacancies that pass the filter.

    Nobody tells whether somebody was hired, so this is as much as can be known of a company's success. Names are
    compared without regard to case. 404 where no vacancy that passes the filter is of this company.
    """
    answer = asked.answer(judge_company, name)
    if isinstance(answer, ReportPayload) and not answer.rows:
        raise CompanyNotFound(f"no vacancy that passes the filter is of the company {name!r}")
    return answer


@router.get(
    "/time-open",
    summary="See how long vacancies stay open",
    response_model=ReportPayload[OpenRow],
    responses=_ALSO_CSV,
)
def get_openings(asked: Asked, by: By = Dimension.ALL, limit: Most = 20) -> Any:
    """Days after which a quarter, half and three quarters of the vacancies have closed (Kaplan-Meier).

    Vacancies that are still open count for as long as they have been. A vacancy has closed when it was taken out or
    has expired; the time runs from its publication, or from when it came in where that is not stated.
    """
    return asked.answer(describe_openings, by, limit)


@router.get(
    "/time-open/curve",
    summary="See which share of vacancies is still open after so many days",
    response_model=ReportPayload[CurveRow],
    responses=_ALSO_CSV,
)
def get_curve(asked: Asked) -> Any:
    """The Kaplan-Meier curve: a row for every day on which some closed."""
    return asked.answer(draw_openings)


@router.get(
    "/quality",
    summary="See how good the data is",
    response_model=ReportPayload[QualityRow],
    responses=_ALSO_CSV,
)
def get_quality(
    services: GivenServices,
    csv: WantsCsv,
) -> Any:
    """What is missing, out of bounds or there twice, by field and source, in the documents as they were loaded."""
    manifest, report = services.market.describe_quality()
    if csv:
        return make_csv(report.rows, manifest, name="quality")
    return ReportPayload[QualityRow](
        as_of=manifest.made_at,
        currency=manifest.currency,
        documents=report.documents,
        rows=list(report.rows),
    )
