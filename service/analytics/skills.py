"""Which skills are wanted, which are offered, and the gap between them."""

from milvus import Kind
from service.analytics.figures import Report, SkillOrder, SkillRow
from service.analytics.market import View

_ORDERS = {
    SkillOrder.WANTED: "wanted DESC",
    SkillOrder.OFFERED: "offered DESC",
    SkillOrder.GAP: "gap DESC",
    SkillOrder.SURPLUS: "gap ASC",
}
_COMPARED = """
WITH wanted AS (
    SELECT skill, count(*) AS documents FROM vacancies_skills WHERE {of_vacancies} GROUP BY skill
), offered AS (
    SELECT skill, count(*) AS documents FROM resumes_skills WHERE {of_resumes} GROUP BY skill
), compared AS (
    SELECT skill, coalesce(wanted.documents, 0) AS wanted, coalesce(offered.documents, 0) AS offered
    FROM wanted FULL JOIN offered USING (skill)
)
SELECT skill, wanted, offered, wanted / greatest($vacancies, 1) - offered / greatest($resumes, 1) AS gap
FROM compared ORDER BY {order}, skill LIMIT $limit
"""


def compare_skills(view: View, order: SkillOrder, limit: int) -> Report[SkillRow]:
    """Skills by the share of vacancies that name them against the share of resumes that do."""
    vacancies, resumes = view.count(Kind.VACANCIES), view.count(Kind.RESUMES)
    sql = _COMPARED.format(
        of_vacancies=_choose(view, Kind.VACANCIES), of_resumes=_choose(view, Kind.RESUMES), order=_ORDERS[order]
    )
    found = view.fetch(sql, vacancies=vacancies, resumes=resumes, limit=limit)
    rows = (
        SkillRow(skill, wanted, wanted / max(vacancies, 1), offered, offered / max(resumes, 1), gap)
        for skill, wanted, offered, gap in found
    )
    return Report(vacancies + resumes, tuple(rows))


def _choose(view: View, kind: Kind) -> str:
    """The filter over the skills of a kind."""
    where = view.where(kind)
    return where if where == "true" else f"doc IN (SELECT doc FROM {kind} WHERE {where})"
