"""How many documents were published in which month."""

from milvus import Kind
from service.analytics.figures import MonthRow, Report
from service.analytics.market import View, clear_amount, parse_month

_MONTHS = """
SELECT strftime(month, '%Y-%m'), count(*), count(salary), median(salary)
FROM {kind} WHERE month IS NOT NULL AND {chosen} AND {where}
GROUP BY month ORDER BY month
"""


def count_months(view: View, kind: Kind) -> Report[MonthRow]:
    """Every month in which something was published, in their order; documents without a date are left out."""
    return _make_report(kind, view.fetch(_MONTHS.format(kind=kind, chosen="true", where=view.where(kind))))


def count_month(view: View, kind: Kind, month: str) -> Report[MonthRow]:
    """One month ("2026-11"), with one row even where nothing was published in it."""
    rows = view.fetch(_MONTHS.format(kind=kind, chosen="month = $one", where=view.where(kind)), one=parse_month(month))
    return _make_report(kind, rows or [(month, 0, 0, None)])


def _make_report(kind: Kind, found: list[tuple[str, int, int, float | None]]) -> Report[MonthRow]:
    rows = tuple(
        MonthRow(month, documents, paid, clear_amount(pay, paid, kind)) for month, documents, paid, pay in found
    )
    return Report(sum(row.documents for row in rows), rows)
