"""How documents are grouped."""

from milvus import Kind
from service.analytics.figures import Dimension
from service.analytics.market import View

_COLUMNS = {
    Dimension.ALL: "'all'",
    Dimension.CATEGORY: "category",
    Dimension.COUNTRY: "country",
    Dimension.CITY: "city",
    Dimension.EXPERIENCE: "experience",
    Dimension.WORK_FORMAT: "work_format",
    Dimension.EMPLOYMENT: "unnest(employment_types)",
}


def select_grouped(view: View, kind: Kind, by: Dimension, columns: str) -> str:
    """Columns of the documents that pass the filter, with their group, as "WITH chosen"; the group is `grp`.

    A document counts once in each of its groups, where it can have several. The groups of most documents are among
    them, $limit at least.
    """
    if by is not Dimension.SKILL:
        return f"WITH chosen AS (SELECT {columns}, {_COLUMNS[by]} AS grp FROM {kind} WHERE {view.where(kind)})"
    # There are so many that figures for all of them would take several times as long as for the largest.
    grouped = f"SELECT {columns}, skill AS grp FROM {kind} JOIN {kind}_skills USING (doc) WHERE {view.where(kind)}"
    largest = "SELECT grp FROM grouped GROUP BY grp ORDER BY count(*) DESC, grp LIMIT $limit"
    return (
        f"WITH grouped AS ({grouped}), largest AS ({largest}), "
        "chosen AS (SELECT * FROM grouped WHERE grp IN (FROM largest))"
    )
