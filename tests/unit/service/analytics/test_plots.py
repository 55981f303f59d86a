"""Plots of any rows are pictures of them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from lxml import etree

from service.analytics import BinRow, CompanyRow, CurveRow, MonthRow, SalaryRow, SkillRow
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

HOSTILE = '<script>alert("&")</script>'
CASES: list[tuple[Callable[..., str], list[Any], str]] = [
    (plot_months, [MonthRow("2026-10", 5, 0, None), MonthRow("2026-11", 7, 7, 1.0)], "2026-11"),
    (plot_histogram, [BinRow(0.0, 10.0, 5), BinRow(10.0, 20.0, None)], "documents"),
    (plot_salaries, [SalaryRow(None, 9, 9, 1.0, 2.0, 3.0, 4.0, 5.0), SalaryRow("b", 1, 0, *[None] * 5)], "not stated"),
    (plot_skills, [SkillRow("SQL", 3, 0.3, 1, 0.1, 0.2)], "SQL"),
    (plot_companies, [CompanyRow(HOSTILE, 3, 4, 0, None, None)], "script"),
    (plot_openings, [CurveRow(day, 2000 - day, 1, 1 - day / 2000) for day in range(1, 2000)], "still open"),
]


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(("plot", "rows", "said"), CASES)
def test_plots_are_svg_that_a_strict_page_may_show(
    plot: Callable[..., str], rows: Sequence[Any], said: str, theme: Theme
) -> None:
    svg = plot(rows, Look(theme))
    root = etree.fromstring(svg.encode())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert said in "".join(root.itertext())
    for element in root.iter():
        assert etree.QName(element).localname not in {"script", "style", "image", "foreignObject", "a"}
        assert not {"style", "href", "onload", "{http://www.w3.org/1999/xlink}href"} & set(element.attrib)


@pytest.mark.parametrize("plot", [plot for plot, _, _ in CASES])
def test_plots_of_nothing_are_empty_pictures(plot: Callable[..., str]) -> None:
    assert plot((), Look()).startswith("<svg")


def test_plots_speak_the_language_that_they_are_given() -> None:
    assert "ДОКУМЕНТЫ" in plot_months(
        [MonthRow("2026-10", 5, 0, None)], Look(translate={"documents": "ДОКУМЕНТЫ"}.__getitem__)
    )
