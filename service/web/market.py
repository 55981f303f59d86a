"""The page of the market: its figures as plots, with the table behind each, under one filter."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import model_validator

from milvus import Kind
from service.analytics import (
    CompanyOrder,
    Dimension,
    MarketFilter,
    SkillOrder,
    compare_skills,
    count_months,
    describe_openings,
    describe_salaries,
    describe_title,
    draw_openings,
    draw_salaries,
    judge_company,
    rank_companies,
)
from service.analytics.plots import (
    Look,
    Theme,
    plot_companies,
    plot_histogram,
    plot_months,
    plot_openings,
    plot_salaries,
    plot_skills,
)
from service.api.analytics_payloads import MarketQuery, Name
from service.api.dependencies import GivenServices, Services
from service.errors import NoSnapshot
from service.web.languages import choose_language, translatable
from service.web.rendering import find_request_words, link_query, render
from service.web.words import Words, find_words

_ROWS = 15
_KEPT_PLOTS = 128
# A picture loads nothing; its colors are attributes of its own.
_PLOT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
}

NAMES: Mapping[str, str] = MappingProxyType(
    {
        Dimension.ALL: translatable("all together"),
        Dimension.CATEGORY: translatable("trade"),
        Dimension.SKILL: translatable("skill"),
        Dimension.COUNTRY: translatable("country"),
        Dimension.CITY: translatable("city"),
        Dimension.EXPERIENCE: translatable("experience"),
        Dimension.EMPLOYMENT: translatable("terms of employment"),
        Dimension.WORK_FORMAT: translatable("place of work"),
        SkillOrder.WANTED: translatable("most wanted"),
        SkillOrder.OFFERED: translatable("most offered"),
        SkillOrder.GAP: translatable("scarcest"),
        SkillOrder.SURPLUS: translatable("most abundant"),
        CompanyOrder.OPEN: translatable("open vacancies"),
        CompanyOrder.SALARY: translatable("median salary"),
        CompanyOrder.DAYS: translatable("soonest to close"),
    }
)
"""What the choices of the page are called."""

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "month": translatable("month"),
        "group": translatable("group"),
        "documents": translatable("documents"),
        "with_salary": translatable("with a salary"),
        "median_salary": translatable("median salary"),
        "market_median_salary": translatable("median salary of the market"),
        "p10": "10 %",
        "p25": "25 %",
        "median": translatable("median"),
        "p75": "75 %",
        "p90": "90 %",
        "low": translatable("from"),
        "high": translatable("to"),
        "title": translatable("title"),
        "skill": translatable("skill"),
        "wanted": translatable("vacancies"),
        "wanted_share": translatable("wanted by vacancies"),
        "offered": translatable("resumes"),
        "offered_share": translatable("offered by resumes"),
        "gap": translatable("gap"),
        "company": translatable("company"),
        "open": translatable("open"),
        "closed": translatable("closed"),
        "closed_share": translatable("share closed"),
        "market_closed_share": translatable("share closed in the market"),
        "median_days_open": translatable("median days open"),
        "market_median_days_open": translatable("median days open in the market"),
        "quarter_days": translatable("a quarter closed, days"),
        "median_days": translatable("half closed, days"),
        "three_quarter_days": translatable("three quarters closed, days"),
        "days": translatable("days"),
        "at_risk": translatable("open just before"),
        "share_open": translatable("still open"),
        "check": translatable("check"),
        "kind": translatable("documents of"),
        "name": translatable("finding"),
        "total": translatable("of"),
        "share": translatable("share"),
    }
)
_VALUES: Mapping[str, str] = MappingProxyType(
    {
        **{
            said: said
            for said in (
                translatable("annual salary"),
                translatable("annual salary: middle half and median"),
                translatable("days since publication"),
                translatable("under 1 year"),
                translatable("1-3 years"),
                translatable("3-6 years"),
                translatable("6-10 years"),
                translatable("10+ years"),
                translatable("missing"),
                translatable("outlier"),
                translatable("duplicates"),
                translatable("load"),
                translatable("could not be read"),
                translatable("could not be indexed"),
                translatable("salary beyond the outer fences"),
                translatable("salary of 0 or less"),
                translatable("experience over 60 years"),
                translatable("published in the future"),
                translatable("published before 2000"),
                translatable("expires before it is published"),
                translatable("no text"),
                translatable("documents that others are one text with"),
                translatable("groups"),
                translatable("documents of the largest group"),
            )
        },
        "skills": translatable("skills"),
        "salary": translatable("salary"),
        "language": translatable("language"),
        "languages": translatable("languages"),
        "source": translatable("source"),
        "work_format": translatable("place of work"),
        "employment_types": translatable("terms of employment"),
        "education_level": translatable("education"),
        "category": translatable("trade"),
        "published_at": translatable("date of publication"),
        "expires_at": translatable("date of expiry"),
    }
)
"""What the figures' own words are called."""

_MONEY = frozenset({"median_salary", "market_median_salary", "p10", "p25", "median", "p75", "p90", "low", "high"})
_SHARES = frozenset({"share", "gap", "share_open"})

router = APIRouter()


class MarketState(MarketQuery):
    """What the page shows; all fields are names in its URL."""

    kind: Kind = Kind.VACANCIES
    by: Dimension = Dimension.CATEGORY
    skills: SkillOrder = SkillOrder.WANTED
    companies: CompanyOrder = CompanyOrder.OPEN
    title: Name | None = None
    company: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def drop_blank(cls, values: Any) -> Any:
        """Forms send what is not filled in as well."""
        return {name: value for name, value in dict(values).items() if not isinstance(value, str) or value.strip()}

    def to_query(self) -> dict[str, object]:
        """The fields that are not as they are anyway."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def to_filter_query(self) -> dict[str, object]:
        """The filter alone, as the API takes it."""
        return {name: value for name, value in self.to_query().items() if name in MarketQuery.model_fields}


Analysis = tuple[Callable[..., Any], tuple[Any, ...]]


def _choose_analyses(state: MarketState) -> dict[str, Analysis]:
    """What is computed for the page, by the name of the section, in the order of these."""
    chosen: dict[str, Analysis] = {
        "months": (count_months, (state.kind,)),
        "histogram": (draw_salaries, (state.kind,)),
        "salaries": (describe_salaries, (state.kind, state.by, _ROWS)),
        "skills": (compare_skills, (state.skills, _ROWS)),
        "companies": (rank_companies, (state.companies, _ROWS)),
        "openings": (draw_openings, ()),
        "times": (describe_openings, (state.by, _ROWS)),
    }
    if state.title:
        chosen["title"] = (describe_title, (state.kind, state.title))
    if state.company:
        chosen["company"] = (judge_company, (state.company,))
    return chosen


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    path: str
    plot: Callable[..., str] | None = None
    note: str = ""


_SECTIONS: Mapping[str, _Section] = MappingProxyType(
    {
        "title": _Section(translatable("Salary of a title"), "/titles/{title}"),
        "company": _Section(
            translatable("A company against the market"),
            "/companies/{company}",
            note=translatable(
                "Nobody tells whether somebody was hired: a vacancy counts as closed once it was taken out or has "
                "expired."
            ),
        ),
        "months": _Section(translatable("Published by month"), "/months", plot_months),
        "histogram": _Section(translatable("Salaries"), "/salaries/histogram", plot_histogram),
        "salaries": _Section(
            translatable("Salaries by group"),
            "/salaries",
            plot_salaries,
            translatable("Groups with fewer than 5 stated salaries show none; those of resumes are rounded."),
        ),
        "skills": _Section(translatable("Skills wanted and offered"), "/skills", plot_skills),
        "companies": _Section(translatable("Companies"), "/companies", plot_companies),
        "openings": _Section(
            translatable("How long vacancies stay open"),
            "/time-open/curve",
            plot_openings,
            translatable("Kaplan-Meier estimate: those still open count for as long as they have been."),
        ),
        "times": _Section(translatable("How long vacancies stay open, by group"), "/time-open"),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as the template takes it. Cells are texts; `plots` are URLs by theme."""

    name: str
    title: str
    note: str
    documents: int
    plots: Mapping[Theme, str]
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    csv: str


@router.get("/market")
def show_market(request: Request, services: GivenServices, state: Annotated[MarketState, Query()]) -> HTMLResponse:
    """All figures; where there are none yet, how to get them."""
    words = find_request_words(request)
    context: dict[str, Any] = {"state": state, "names": NAMES, "dimensions": list(Dimension)}
    context |= {"skill_orders": list(SkillOrder), "company_orders": list(CompanyOrder)}
    try:
        manifest = services.market.manifest
        sections = [*_show_sections(services, state, words), _show_quality(services, words)]
    except NoSnapshot as error:
        context |= {"manifest": None, "sections": [], "reason": str(error)}
        return render(request, "market.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return render(request, "market.html", context | {"manifest": manifest, "sections": sections})


@router.get("/market/plots/{name}.svg")
def show_plot(
    request: Request,
    services: GivenServices,
    name: str,
    state: Annotated[MarketState, Query()],
) -> Response:
    """A plot of the page, under the same state."""
    section, analysis = _SECTIONS.get(name), _choose_analyses(state).get(name)
    if section is None or section.plot is None or analysis is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    _, report = services.market.ask(analysis[0], _make_filter(services, state), *analysis[1])
    theme = Theme.DARK if request.query_params.get("theme") == Theme.DARK else Theme.LIGHT
    content = _draw(section.plot, report.rows, theme, choose_language(request))
    return Response(content, media_type="image/svg+xml", headers=_PLOT_HEADERS)


@lru_cache(maxsize=_KEPT_PLOTS)
def _draw(plot: Callable[..., str], rows: tuple[Any, ...], theme: Theme, language: str) -> str:
    return plot(rows, Look(theme, find_words(language).translate))


def _make_filter(services: Services, state: MarketState) -> MarketFilter:
    return state.make_filter(services.searcher.normalizer)


def _show_sections(services: Services, state: MarketState, words: Words) -> Iterable[Shown]:
    asked = _make_filter(services, state)
    analyses = _choose_analyses(state)
    for name, section in _SECTIONS.items():
        if name not in analyses:
            continue
        analysis, arguments = analyses[name]
        manifest, report = services.market.ask(analysis, asked, *arguments)
        version = {"v": int(manifest.made_at.timestamp()), "lang": words.language}
        plots = {
            theme: link_query(f"/market/plots/{name}.svg", {**state.to_query(), **version, "theme": theme})
            for theme in Theme
            if section.plot is not None and report.rows
        }
        headers, rows = _make_table(report.rows, words, manifest.currency)
        csv = link_query(f"/v1/analytics{_fill(section.path, state)}", _list_parameters(name, state))
        yield Shown(name, section.title, section.note, report.documents, plots, headers, rows, csv)


def _fill(path: str, state: MarketState) -> str:
    return path.format(title=quote(state.title or "", safe=""), company=quote(state.company or "", safe=""))


def _list_parameters(name: str, state: MarketState) -> dict[str, object]:
    own: dict[str, dict[str, object]] = {
        "months": {"kind": state.kind},
        "histogram": {"kind": state.kind},
        "title": {"kind": state.kind},
        "salaries": {"kind": state.kind, "by": state.by},
        "times": {"by": state.by},
        "skills": {"order": state.skills},
        "companies": {"order": state.companies},
    }
    return {**state.to_filter_query(), **own.get(name, {}), "format": "csv"}


def _show_quality(services: Services, words: Words) -> Shown:
    """The findings about all documents; those of single sources are in the CSV."""
    manifest, report = services.market.describe_quality()
    shown = [row for row in report.rows if row.source is None and row.check not in {"source", "language"}]
    headers, rows = _make_table(shown, words, manifest.currency)
    title = translatable("Quality of the data")
    return Shown("quality", title, "", report.documents, {}, headers, rows, "/v1/analytics/quality?format=csv")


def _make_table(rows: Sequence[Any], words: Words, currency: str) -> tuple[list[str], list[list[str]]]:
    names = [field.name for field in fields(rows[0]) if field.name != "source"] if rows else []
    headers = [words.translate(_HEADERS[name]) for name in names]
    return headers, [[_say(name, getattr(row, name), words, currency) for name in names] for row in rows]


def _say(name: str, value: Any, words: Words, currency: str) -> str:
    if value is None:
        return words.translate("not stated") if name == "group" else "–"
    if name in _MONEY:
        return words.say_money(value, currency)
    if name in _SHARES or name.endswith("_share"):
        return words.say_percent(value)
    return words.name(_VALUES.get(value, value)) if isinstance(value, str) else words.say_number(value)
