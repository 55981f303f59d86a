"""Plots of the market's figures as SVG: Altair describes them, vl-convert draws them without a browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from service.analytics.figures import BinRow, CompanyRow, CurveRow, MonthRow, SalaryRow, SkillRow

if TYPE_CHECKING:
    import altair

_WIDTH = 620
_ROW = 24
_MAX_POINTS = 400
_LABEL_PIXELS = 220


class Theme(StrEnum):
    """What a plot is seen on. A picture cannot know the page's colors, so there is one for each."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Look:
    """The colors of a plot, and the words of a language for what it says."""

    theme: Theme = Theme.LIGHT
    translate: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class _Colors:
    ink: str
    line: str
    first: str
    second: str
    soft: str


_COLORS: Mapping[Theme, _Colors] = MappingProxyType(
    {
        Theme.LIGHT: _Colors("#59626e", "#d5d8d6", "#1f7a63", "#b4571f", "#a5cfc3"),
        Theme.DARK: _Colors("#a2abb8", "#3a414c", "#7fcfb8", "#f0a56b", "#33604f"),
    }
)
_Rows = list[dict[str, Any]]


def plot_months(rows: Sequence[MonthRow], look: Look) -> str:
    """Bars: documents by month."""
    import altair as alt

    chart = _chart(_list(rows)).mark_bar(color=_COLORS[look.theme].first)
    axis = alt.Axis(labelAngle=-45, labelOverlap=True)
    return _draw(
        chart.encode(
            alt.X("month:O", title=None, axis=axis),
            alt.Y("documents:Q", title=look.translate("documents")),
        ),
        look,
    )


def plot_histogram(rows: Sequence[BinRow], look: Look) -> str:
    """Bars: documents by salary."""
    import altair as alt

    chart = _chart(_list(rows)).mark_bar(color=_COLORS[look.theme].first, stroke=None)
    return _draw(
        chart.encode(
            alt.X("low:Q", bin="binned", title=look.translate("annual salary"), axis=alt.Axis(format="~s")),
            alt.X2("high:Q"),
            alt.Y("documents:Q", title=look.translate("documents")),
        ),
        look,
    )


def plot_salaries(rows: Sequence[SalaryRow], look: Look) -> str:
    """A bar from the lower to the upper quartile of each group, and a tick at the median."""
    import altair as alt

    colors = _COLORS[look.theme]
    shown = [row | {"group": row["group"] or look.translate("not stated")} for row in _list(rows) if row["median"]]
    base = _chart(shown).encode(_by_name("group", [row["group"] for row in shown]))
    scale = alt.Scale(zero=False)
    bar = base.mark_bar(color=colors.soft, size=12).encode(
        alt.X(
            "p25:Q",
            title=look.translate("annual salary: middle half and median"),
            scale=scale,
            axis=alt.Axis(format="~s"),
        ),
        alt.X2("p75:Q"),
    )
    tick = base.mark_tick(color=colors.second, thickness=3, size=18).encode(alt.X("median:Q"))
    return _draw(alt.layer(bar, tick), look, rows=len(shown))


def plot_skills(rows: Sequence[SkillRow], look: Look) -> str:
    """Two bars for each skill: the share of vacancies that want it and of resumes that offer it."""
    import altair as alt

    colors = _COLORS[look.theme]
    sides = {
        "wanted_share": look.translate("wanted by vacancies"),
        "offered_share": look.translate("offered by resumes"),
    }
    shown = [
        {"skill": row.skill, "side": said, "share": getattr(row, name)} for row in rows for name, said in sides.items()
    ]
    scale = alt.Scale(domain=list(sides.values()), range=[colors.first, colors.second])
    chart = (
        _chart(shown)
        .mark_bar(size=8)
        .encode(
            _by_name("skill", [row.skill for row in rows]),
            alt.X("share:Q", title=None, axis=alt.Axis(format="%")),
            alt.YOffset("side:N", sort=list(sides.values())),
            alt.Color("side:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=_LABEL_PIXELS)),
        )
    )
    return _draw(chart, look, rows=len(rows))


def plot_companies(rows: Sequence[CompanyRow], look: Look) -> str:
    """Bars: open vacancies by company."""
    import altair as alt

    chart = _chart(_list(rows)).mark_bar(color=_COLORS[look.theme].first, size=14)
    return _draw(
        chart.encode(
            _by_name("company", [row.company for row in rows]),
            alt.X("open:Q", title=look.translate("open vacancies")),
        ),
        look,
        rows=len(rows),
    )


def plot_openings(rows: Sequence[CurveRow], look: Look) -> str:
    """Steps: the share of vacancies that is still open after so many days."""
    import altair as alt

    step = max(1, len(rows) // _MAX_POINTS)
    start: _Rows = [{"days": 0, "share_open": 1.0}] if rows and rows[0].days else []
    chart = _chart(start + _list(rows[::step])).mark_line(
        interpolate="step-after", color=_COLORS[look.theme].first, strokeWidth=2
    )
    return _draw(
        chart.encode(
            alt.X("days:Q", title=look.translate("days since publication")),
            alt.Y(
                "share_open:Q",
                title=look.translate("still open"),
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
        ),
        look,
    )


def _list(rows: Sequence[Any]) -> _Rows:
    return [asdict(row) for row in rows]


def _chart(rows: _Rows) -> "altair.Chart":
    import altair as alt

    return alt.Chart(alt.InlineData(values=rows))


def _by_name(field: str, order: list[str]) -> "altair.Y":
    import altair as alt

    return alt.Y(f"{field}:N", title=None, sort=order, axis=alt.Axis(labelLimit=_LABEL_PIXELS))


def _draw(chart: Any, look: Look, *, rows: int | None = None) -> str:
    import vl_convert

    colors = _COLORS[look.theme]
    text = {"labelColor": colors.ink, "titleColor": colors.ink, "labelFontSize": 12, "titleFontSize": 12}
    lines = {"gridColor": colors.line, "domainColor": colors.line, "tickColor": colors.line}
    styled = (
        chart.properties(width=_WIDTH, height=260 if rows is None else max(_ROW * rows, _ROW), background="transparent")
        .configure_axis(**text, **lines, titleFontWeight="normal")
        .configure_legend(**text)
        .configure_view(stroke=None)
    )
    return str(vl_convert.vegalite_to_svg(styled.to_dict()))
