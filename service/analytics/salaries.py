"""What is paid, and what is asked for."""

import math

from ingestion import list_title_words
from milvus import Kind
from service.analytics.dimensions import select_grouped
from service.analytics.figures import MIN_GROUP, BinRow, Dimension, Report, SalaryRow, TitleRow
from service.analytics.market import View, clear_amount

BINS = 24
_QUANTILES = "quantile_cont(salary, [0.1, 0.25, 0.5, 0.75, 0.9])"


def describe_salaries(view: View, kind: Kind, by: Dimension, limit: int) -> Report[SalaryRow]:
    """Salaries by group: the `limit` groups of most documents, in the order of these."""
    found = view.fetch(
        f"{select_grouped(view, kind, by, 'salary')} SELECT grp, count(*), count(salary), {_QUANTILES} FROM chosen "
        "GROUP BY grp ORDER BY count(*) DESC, grp NULLS LAST LIMIT $limit",
        limit=limit,
    )
    rows = (
        SalaryRow(name, documents, paid, *(clear_amount(one, paid, kind) for one in quantiles or [None] * 5))
        for name, documents, paid, quantiles in found
    )
    return Report(view.count(kind), tuple(rows))


def describe_title(view: View, kind: Kind, title: str) -> Report[TitleRow]:
    """The salaries of the documents whose title holds every word of this one, in whatever form and order."""
    words = list_title_words(title)
    ((documents, paid, quantiles),) = view.fetch(
        f"SELECT count(*), count(salary), {_QUANTILES} FROM {kind} "
        f"WHERE len($words) > 0 AND list_has_all(title_words, $words) AND {view.where(kind)}",
        words=words,
    )
    _, p25, median, p75, _ = (clear_amount(one, paid, kind) for one in quantiles or [None] * 5)
    return Report(documents, (TitleRow(title, documents, paid, p25, median, p75),))


def draw_salaries(view: View, kind: Kind) -> Report[BinRow]:
    """The histogram between the 1st and the 99th percentile, in about BINS bars of a round width.

    `documents` of the report are those within. Of resumes, bars of a few people do not say how many.
    """
    ((paid, ends),) = view.fetch(
        f"SELECT count(salary), quantile_cont(salary, [0.01, 0.99]) FROM {kind} WHERE {view.where(kind)}"
    )
    if paid < MIN_GROUP:
        return Report(paid, ())
    width = round_width((ends[1] - ends[0]) / BINS)
    first, last = math.floor(ends[0] / width), math.floor(ends[1] / width)
    found = view.fetch(
        f"SELECT CAST(floor(salary / $width) AS BIGINT) AS bin, count(*) FROM {kind} "
        f"WHERE salary >= $low AND salary < $high AND {view.where(kind)} GROUP BY bin",
        width=width,
        low=first * width,
        high=(last + 1) * width,
    )
    counts = dict(found)
    rows = (
        BinRow(place * width, (place + 1) * width, clear_count(counts.get(place, 0), kind))
        for place in range(first, last + 1)
    )
    return Report(sum(counts.values()), tuple(rows))


def clear_count(documents: int, kind: Kind) -> int | None:
    """The height of a bar as it may be shown."""
    return None if kind is Kind.RESUMES and 0 < documents < MIN_GROUP else documents


def round_width(width: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ... that is not less; 1 at least."""
    if width <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))
