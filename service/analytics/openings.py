"""How long vacancies stay open.

Most of those that we know are still open, and when they will close is unknown: leaving them out would make the time too
short. So it is estimated as survival times are (E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete
observations", 1958): the share that is open after t days is the product, over every day i up to t on which some
closed, of 1 - d_i / n_i, where d_i closed on that day of n_i that were open just before it. The time runs from
publication (where that is not stated, from when the vacancy came in) to when it was taken out or expired. A vacancy
that had gone before it could come in is not known, so the estimate leans to the long side.
"""

from collections.abc import Sequence

from milvus import Kind
from service.analytics.dimensions import select_grouped
from service.analytics.figures import MIN_GROUP, CurveRow, Dimension, OpenRow, Report
from service.analytics.market import View

# S of a day on which all that were left closed is 0, which a sum of logarithms cannot say; its neighbors in floating
# point are allowed for, so that exactly a half is a half.
_SURVIVAL = """
days AS (
    SELECT grp, days, count(*) AS seen, count(*) FILTER (is_closed) AS closed FROM chosen GROUP BY grp, days
), risk AS (
    SELECT *, sum(seen) OVER (PARTITION BY grp ORDER BY days DESC) AS at_risk FROM days
), survival AS (
    SELECT *, min(CASE WHEN closed = at_risk THEN 0 ELSE 1 END) OVER until_then
        * exp(sum(CASE WHEN closed < at_risk THEN ln(1 - closed / at_risk) ELSE 0 END) OVER until_then) AS share
    FROM risk WINDOW until_then AS (PARTITION BY grp ORDER BY days)
)
"""
_MEDIANS = """
SELECT grp, sum(seen), sum(closed), min(days) FILTER (share <= 0.75 + 1e-9), min(days) FILTER (share <= 0.5 + 1e-9),
    min(days) FILTER (share <= 0.25 + 1e-9)
FROM survival GROUP BY grp ORDER BY sum(seen) DESC, grp NULLS LAST
"""


def describe_openings(view: View, by: Dimension, limit: int) -> Report[OpenRow]:
    """Times by group: the `limit` groups of most vacancies, in the order of these. Small groups have no times."""
    sql = f"{select_grouped(view, Kind.VACANCIES, by, 'days, is_closed')}, {_SURVIVAL} {_MEDIANS} LIMIT $limit"
    rows = (
        OpenRow(name, int(seen), int(closed), *(days if seen >= MIN_GROUP else None for days in times))
        for name, seen, closed, *times in view.fetch(sql, limit=limit)
    )
    return Report(view.count(Kind.VACANCIES), tuple(rows))


def draw_openings(view: View) -> Report[CurveRow]:
    """The share that is still open, for every day on which some closed."""
    chosen = f"SELECT *, 'all' AS grp FROM vacancies WHERE {view.where(Kind.VACANCIES)}"
    rows = view.fetch(
        f"WITH chosen AS ({chosen}), {_SURVIVAL} "
        "SELECT days, at_risk, closed, share FROM survival WHERE closed > 0 ORDER BY days"
    )
    return Report(view.count(Kind.VACANCIES), tuple(CurveRow(days, int(n), d, share) for days, n, d, share in rows))


def find_medians(view: View, companies: Sequence[str]) -> dict[str, float | None]:
    """The median time of each of these companies, by their keys; None for one with few vacancies."""
    keys = "SELECT CAST(unnest($companies) AS term) AS key"
    chosen = (
        f"SELECT *, company_key AS grp FROM vacancies JOIN ({keys}) ON company_key = key "
        f"WHERE {view.where(Kind.VACANCIES)}"
    )
    found = view.fetch(f"WITH chosen AS ({chosen}), {_SURVIVAL} {_MEDIANS}", companies=list(companies))
    return {key: median if seen >= MIN_GROUP else None for key, seen, _, _, median, _ in found}
