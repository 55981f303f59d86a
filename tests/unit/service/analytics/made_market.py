"""A market from a few rows, and hypothesis' idea of such rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ingestion import SnapshotFolder, SnapshotManifest
from milvus import Kind
from service.analytics import Market

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = 86_400
SECONDS = int(NOW.timestamp())

Row = dict[str, Any]


def make_market(folder: Path, vacancies: Sequence[Row] = (), resumes: Sequence[Row] = ()) -> Market:
    """The market of these rows; those that have `closed_at` were taken out."""
    live = [row for row in vacancies if row.get("closed_at") is None]
    closed = [row for row in vacancies if row.get("closed_at") is not None]
    snapshots = SnapshotFolder(folder)
    with snapshots.hold():
        rows = {
            Kind.RESUMES: snapshots.write("resumes.parquet", Kind.RESUMES, iter([_complete(resumes)])),
            Kind.VACANCIES: snapshots.write("vacancies.parquet", Kind.VACANCIES, iter([_complete(live)])),
        }
        snapshots.write("closed.parquet", Kind.VACANCIES, iter([_complete(closed)]))
        snapshots.save(
            SnapshotManifest(
                made_at=NOW,
                seconds=0,
                mark="",
                currency="EUR",
                files={kind: f"{kind}.parquet" for kind in Kind},
                closed_file="closed.parquet",
                rows=rows,
                closed=len(closed),
                failed=1,
                rejected=2,
            )
        )
    return Market(snapshots)


def _complete(rows: Sequence[Row]) -> list[Row]:
    empty: Row = {"skills": [], "title_words": [], "employment_types": [], "languages": [], "text_length": 10}
    return [empty | {"first_seen": SECONDS - DAY} | row for row in rows]


def days_ago(days: float) -> int:
    """Epoch seconds of so many days before NOW."""
    return SECONDS - round(days * DAY)


NAMES = st.sampled_from(["a", "b", "=c", "Ü d"])
SALARIES = st.none() | st.integers(1, 200_000).map(float)
ROWS = st.fixed_dictionaries(
    {
        "category": st.none() | NAMES,
        "country": st.sampled_from(["GB", "RU", None]),
        "salary_min": SALARIES,
        "published_at": st.none() | st.integers(0, 500).map(days_ago),
        "skills": st.lists(NAMES, unique=True),
    }
)
VACANCIES = st.builds(
    lambda row, company, days: (
        row
        | {"company": company, "company_key": company and company.casefold()}
        # A vacancy closes after it came in.
        | ({"closed_at": row["published_at"] + days * DAY} if days and row["published_at"] else {})
    ),
    ROWS,
    st.none() | NAMES,
    st.none() | st.integers(1, 60),
)
