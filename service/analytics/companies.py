"""Companies side by side, and one against the market."""

from milvus import Kind, company_key
from service.analytics.figures import MIN_GROUP, CompanyOrder, CompanyRow, CompanySuccess, Dimension, Report
from service.analytics.market import View, clear_amount
from service.analytics.openings import describe_openings, find_medians

_COMPANIES = """
SELECT company_key, any_value(company), count(*) FILTER (NOT is_closed) AS open, count(*) AS documents,
    count(salary) AS paid,
    CASE WHEN paid >= $least THEN median(salary) END AS pay
FROM vacancies WHERE company_key IS NOT NULL AND {where}
GROUP BY company_key ORDER BY {order}, documents DESC, company_key
"""
_TOTALS = """
SELECT any_value(company), count(*), count(*) FILTER (is_closed), count(salary), median(salary)
FROM vacancies WHERE {chosen} AND {where}
"""


def rank_companies(view: View, order: CompanyOrder, limit: int) -> Report[CompanyRow]:
    """The first `limit` companies; those without the figure that orders them come last."""
    by_pay = order is CompanyOrder.SALARY
    where = view.where(Kind.VACANCIES)
    sql = _COMPANIES.format(where=where, order="pay DESC NULLS LAST" if by_pay else "open DESC")
    # What orders by time needs the time of all of them first.
    is_late = order is CompanyOrder.DAYS
    found = view.fetch(sql if is_late else f"{sql} LIMIT {int(limit)}", least=MIN_GROUP)
    medians = find_medians(view, [key for key, _, _, documents, *_ in found if documents >= MIN_GROUP])
    rows = [
        CompanyRow(name, open_, documents, paid, clear_amount(pay, paid, Kind.VACANCIES), medians.get(key))
        for key, name, open_, documents, paid, pay in found
    ]
    if is_late:
        rows.sort(key=lambda row: (row.median_days_open is None, row.median_days_open, -row.documents))
    return Report(view.count(Kind.VACANCIES), tuple(rows[:limit]))


def judge_company(view: View, name: str) -> Report[CompanySuccess]:
    """One company beside all that passes the filter; without a row where it has no vacancy there."""
    key, where = company_key(name), view.where(Kind.VACANCIES)
    if not view.knows(key):
        return Report(0, ())
    own = _TOTALS.format(chosen="company_key = $key", where=where)
    ((spelling, documents, closed, paid, pay),) = view.fetch(own, key=key)
    if not documents:
        return Report(0, ())
    ((_, all_, all_closed, all_paid, all_pay),) = view.fetch(_TOTALS.format(chosen="true", where=where))
    (market,) = describe_openings(view, Dimension.ALL, 1).rows
    row = CompanySuccess(
        company=spelling,
        documents=documents,
        open=documents - closed,
        closed=closed,
        closed_share=closed / documents,
        market_closed_share=all_closed / all_,
        median_days_open=find_medians(view, [key])[key],
        market_median_days_open=market.median_days,
        with_salary=paid,
        median_salary=clear_amount(pay, paid, Kind.VACANCIES),
        market_median_salary=clear_amount(all_pay, all_paid, Kind.VACANCIES),
    )
    return Report(documents, (row,))
