"""Loading paths into the ledger: every row that can be read goes in, every other is kept with its reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ingestion.installation import Books
from ingestion.records import Change, Priority
from ingestion.sources import Rejection, SourceRow, read_path
from milvus import Kind

_BATCH_ROWS = 500


@dataclass(slots=True)
class LoadReport:
    """What a load came to: documents per change, rejected rows, and columns that no field took (with rows)."""

    changes: Counter[Change] = field(default_factory=Counter)
    rejected: list[Rejection] = field(default_factory=list)
    rejected_total: int = 0
    ignored: Counter[str] = field(default_factory=Counter)

    @property
    def documents(self) -> int:
        """Rows that went in, changed or not."""
        return sum(self.changes.values())


def load_paths(
    paths: Sequence[Path],
    *,
    books: Books,
    kind: Kind | None = None,
    mapping: Mapping[str, str] | None = None,
    report_progress: Callable[[LoadReport], None] | None = None,
) -> LoadReport:
    """Read files and folders into the ledger; indexing is the worker's. The report lists the first 100 rejections."""
    report = LoadReport()
    # All are opened before any is read, so that a path that cannot be read stops the load before it began.
    sources = [(str(path), read_path(path, kind=kind, mapping=mapping or {})) for path in paths]
    for origin, source in sources:
        load_rows(origin, source, books=books, report=report, report_progress=report_progress)
    return report


def load_rows(
    origin: str,
    rows: Iterable[SourceRow | Rejection],
    *,
    books: Books,
    report: LoadReport,
    hold: Callable[[Sequence[SourceRow]], None] | None = None,
    report_progress: Callable[[LoadReport], None] | None = None,
) -> None:
    """Record rows batch by batch, and add what became of them to the report; `hold` sees a batch before it is recorded.

    What earlier loads of this origin rejected is forgotten.
    """
    books.rejections.forget(origin)
    for batch in _in_batches(rows):
        found = [item for item in batch if isinstance(item, SourceRow)]
        rejected = [item for item in batch if isinstance(item, Rejection)]
        if hold:
            hold(found)
        recorded = books.ledger.record([row.document for row in found], priority=Priority.BULK)
        report.changes.update(one.change for one in recorded)
        report.ignored.update(column for row in found for column in row.ignored)
        books.rejections.add(origin, rejected)
        report.rejected_total += len(rejected)
        report.rejected += rejected[: 100 - len(report.rejected)]
        if report_progress:
            report_progress(report)


def _in_batches(rows: Iterable[SourceRow | Rejection]) -> Iterator[list[SourceRow | Rejection]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH_ROWS)):
        yield batch
