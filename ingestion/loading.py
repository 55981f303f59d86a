"""Loading paths into the ledger: every row that can be read goes in, every other is kept with its reason."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingestion.documents import check_id, kind_of, refuse_nul
from ingestion.errors import UnreadableSource
from ingestion.installation import Books
from ingestion.originals import Provenance
from ingestion.records import Change, Priority
from ingestion.sources import Rejection, SourceRow, read_path
from ingestion.sources.validation import make_writable, reject
from milvus import Kind

_BATCH_ROWS = 500
_BATCH_BYTES = 32 * 1024**2  # of originals, which may be whole files
_NAMED_ORIGINS = 3
MAX_PREFIX = 100


@dataclass(slots=True)
class LoadReport:
    """What a load came to: documents per change, rejected rows, and columns that no field took (with rows).

    `replaced` counts, by where they came from, the documents that gave way to ones of their id from here.
    """

    changes: Counter[Change] = field(default_factory=Counter)
    rejected: list[Rejection] = field(default_factory=list)
    rejected_total: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)

    @property
    def documents(self) -> int:
        """Rows that went in, changed or not."""
        return sum(self.changes.values())

    def describe_replaced(self) -> str | None:
        """A line on documents of one id from two places, None where there are none."""
        if not self.replaced:
            return None
        named = ", ".join(f"{origin} ({count:,})" for origin, count in self.replaced.most_common(_NAMED_ORIGINS))
        others = len(self.replaced) - _NAMED_ORIGINS
        return (
            f"{self.replaced.total():,} documents replaced ones of the same id that came from {named}"
            f"{f' and {others:,} other places' if others > 0 else ''}; if they are not the same, "
            "--id-prefix keeps them apart"
        )


def load_paths(
    paths: Sequence[Path],
    *,
    books: Books,
    kind: Kind | None = None,
    mapping: Mapping[str, str] | None = None,
    id_prefix: str = "",
    report_progress: Callable[[LoadReport], None] | None = None,
) -> LoadReport:
    """Read files and folders into the ledger; indexing is the worker's. The report lists the first 100 rejections.

    `id_prefix` goes before every id. Raises UnreadableSource where it cannot, or a path cannot be read.
    """
    report = LoadReport()
    # All are opened before any is read, so that a path that cannot be read stops the load before it began.
    sources = [(str(path), read_path(path, kind=kind, mapping=mapping or {})) for path in paths]
    check_prefix(id_prefix)
    for origin, source in sources:
        rows = prefix_ids(_name_in_full(source), id_prefix)
        load_rows(origin, rows, books=books, report=report, report_progress=report_progress)
    return report


def _name_in_full(rows: Iterable[SourceRow | Rejection]) -> Iterator[SourceRow | Rejection]:
    """The rows with whole paths of their files, so that a file is the same from wherever it is loaded."""
    for row in rows:
        if isinstance(row, SourceRow) and row.file:
            # As text, because what lies in an archive is no path.
            yield replace(row, file=make_writable(os.path.abspath(row.file)))  # noqa: PTH100
        else:
            yield row


def prefix_ids(rows: Iterable[SourceRow | Rejection], prefix: str) -> Iterator[SourceRow | Rejection]:
    """The rows with the prefix before their ids; one whose id gets too long is rejected."""
    if not prefix:
        yield from rows
        return
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        id_ = f"{prefix}{row.document.id}"
        try:
            yield replace(row, document=row.document.model_copy(update={"id": check_id(id_)}))
        except ValueError as error:
            yield reject(row.location, f"id: {error} with --id-prefix", kind=kind_of(row.document))


def check_prefix(prefix: str) -> None:
    """Raise UnreadableSource where no id can begin so."""
    try:
        check_id(f"{refuse_nul(prefix)}1")
        prefix.encode()
    except ValueError as error:
        raise UnreadableSource(f"--id-prefix {make_writable(prefix)[:40]!r}: {error}") from None
    if len(prefix) > MAX_PREFIX:
        raise UnreadableSource(f"--id-prefix: is longer than {MAX_PREFIX} characters")


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

    Without `hold` they count as given by hand. What earlier loads of this origin rejected is forgotten.
    """
    books.rejections.forget(origin)
    for batch in _in_batches(rows):
        found = [item for item in batch if isinstance(item, SourceRow)]
        rejected = [item for item in batch if isinstance(item, Rejection)]
        if hold:
            hold(found)
        recorded = books.ledger.record(
            [row.document for row in found],
            provenance=[Provenance(row.file or origin, by_hand=hold is None, original=row.original) for row in found],
            priority=Priority.BULK,
        )
        report.changes.update(one.change for one in recorded)
        report.replaced.update(one.replaced for one in recorded if one.replaced)
        report.ignored.update(column for row in found for column in row.ignored)
        books.rejections.add(origin, rejected)
        report.rejected_total += len(rejected)
        report.rejected += rejected[: 100 - len(report.rejected)]
        if report_progress:
            report_progress(report)


def _in_batches(rows: Iterable[SourceRow | Rejection]) -> Iterator[list[SourceRow | Rejection]]:
    batch: list[SourceRow | Rejection] = []
    kept = 0
    for row in rows:
        batch.append(row)
        kept += len(row.original.raw) if isinstance(row, SourceRow) and row.original else 0
        if len(batch) == _BATCH_ROWS or kept >= _BATCH_BYTES:
            yield batch
            batch, kept = [], 0
    if batch:
        yield batch
