"""How good the data is: what is missing, what is out of bounds, what is there twice; of every row, as it was loaded.

A salary is an outlier beyond Tukey's outer fences (J. W. Tukey, "Exploratory Data Analysis", 1977: three times the
distance of the quartiles beyond them), on a logarithmic scale, as salaries are skewed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion import SnapshotManifest
from milvus import Kind
from service.analytics.figures import QualityRow, Report

if TYPE_CHECKING:
    import duckdb

_MAX_SOURCES = 20
_MAX_LANGUAGES = 20
_TABLES = {Kind.RESUMES: "every_resume", Kind.VACANCIES: "every_vacancy"}
_FIELDS = (
    "title_words",
    "skills",
    "country",
    "city",
    "work_format",
    "employment_types",
    "salary",
    "language",
    "languages",
    "education_level",
    "category",
    "source",
    "published_at",
    "expires_at",
)
_OWN_FIELDS = {Kind.RESUMES: ("experience",), Kind.VACANCIES: ("company", "experience")}
_NAMES = {"title_words": "title"}
_LISTS = frozenset({"title_words", "skills", "employment_types", "languages"})
_EXPERIENCE = {
    Kind.RESUMES: "experience_months",
    Kind.VACANCIES: "coalesce(experience_min_months, experience_max_months)",
}
_MAX_EXPERIENCE_MONTHS = 60 * 12
_OUTLIERS = {
    "salary beyond the outer fences": "salary > 0 AND (ln(salary) < low OR ln(salary) > high)",
    "salary of 0 or less": "salary <= 0",
    "experience over 60 years": f"experience > {_MAX_EXPERIENCE_MONTHS}",
    "published in the future": "published_at > $as_of + INTERVAL 1 DAY",
    "published before 2000": "published_at < DATE '2000-01-01'",
    "expires before it is published": "expires_at < published_at",
    "no text": "text_length = 0",
}
_FENCES = """
(SELECT q[1] - 3 * (q[2] - q[1]) AS low, q[2] + 3 * (q[2] - q[1]) AS high
FROM (SELECT quantile_cont(ln(salary), [0.25, 0.75]) AS q FROM seen WHERE salary > 0))
"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The rows of a kind, with one column for each field."""

    connection: "duckdb.DuckDBPyConnection"
    kind: Kind

    def fetch(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        seen = f"SELECT * REPLACE ({_EXPERIENCE[self.kind]} AS experience) FROM {_TABLES[self.kind]}"
        return self.connection.execute(f"WITH seen AS ({seen}) {sql}", values).fetchall()


def inspect_rows(connection: "duckdb.DuckDBPyConnection", manifest: SnapshotManifest) -> Report[QualityRow]:
    """All findings in the rows that were loaded."""
    total = sum(manifest.rows.values()) + manifest.closed
    rows = [
        _make_row("load", None, "could not be read", (manifest.rejected, total + manifest.rejected)),
        _make_row("load", None, "could not be indexed", (manifest.failed, total + manifest.failed)),
    ]
    for kind in Kind:
        seen = _Seen(connection, kind)
        rows += [*_find_missing(seen), *_find_outliers(seen, manifest.made_at), *_find_duplicates(seen)]
        rows += [*_count_values(seen, "language", _MAX_LANGUAGES), *_count_values(seen, "source", _MAX_SOURCES)]
    return Report(total, tuple(rows))


def _find_missing(seen: _Seen) -> Iterator[QualityRow]:
    """Of all documents of a kind, and of each of the largest sources."""
    fields = (*_FIELDS, *_OWN_FIELDS[seen.kind])
    empty = [f"count(*) FILTER ({f'len({name}) = 0' if name in _LISTS else f'{name} IS NULL'})" for name in fields]
    counts = f"count(*), {', '.join(empty)} FROM seen"
    found = seen.fetch(
        f"SELECT NULL, {counts} UNION ALL "
        f"(SELECT source, {counts} WHERE source IS NOT NULL GROUP BY source ORDER BY count(*) DESC, source "
        f"LIMIT {_MAX_SOURCES})"
    )
    for source, total, *missing in found:
        for name, count in zip(fields, missing, strict=True):
            yield _make_row("missing", seen.kind, _NAMES.get(name, name), (count, total), source=source)


def _find_outliers(seen: _Seen, as_of: datetime) -> Iterator[QualityRow]:
    counts = ", ".join(f"count(*) FILTER ({test})" for test in _OUTLIERS.values())
    ((total, *found),) = seen.fetch(f"SELECT count(*), {counts} FROM seen, {_FENCES}", as_of=as_of.replace(tzinfo=None))
    for name, count in zip(_OUTLIERS, found, strict=True):
        yield _make_row("outlier", seen.kind, name, (count, total))


def _find_duplicates(seen: _Seen) -> Iterator[QualityRow]:
    ((total, grouped, groups, largest),) = seen.fetch(
        "SELECT (SELECT count(*) FROM seen), coalesce(sum(size), 0), count(*), coalesce(max(size), 0) FROM "
        "(SELECT count(*) AS size FROM seen WHERE duplicate_group IS NOT NULL GROUP BY duplicate_group)"
    )
    for name, count in (
        ("documents that others are one text with", grouped),
        ("groups", groups),
        ("documents of the largest group", largest),
    ):
        yield _make_row("duplicates", seen.kind, name, (count, total))


def _count_values(seen: _Seen, column: str, limit: int) -> Iterator[QualityRow]:
    found = seen.fetch(
        f"SELECT {column}, count(*), (SELECT count(*) FROM seen) FROM seen WHERE {column} IS NOT NULL "
        f"GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {limit}"
    )
    for name, count, total in found:
        yield _make_row(column, seen.kind, name, (count, total))


def _make_row(
    check: str, kind: Kind | None, name: str, counted: tuple[int, int], *, source: str | None = None
) -> QualityRow:
    documents, total = map(int, counted)
    return QualityRow(check, kind, source, name, documents, total, documents / total if total else 0.0)
