"""Reading stored originals again with today's readers, so that what an older reader missed comes in."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from ingestion.documents import AnyDocument
from ingestion.installation import Books
from ingestion.originals import StoredOriginal
from ingestion.records import Change
from ingestion.sources import Rejection, read_original
from milvus import Kind

_ORIGINALS_A_BATCH = 25
_MOST_LISTED = 100


@dataclass(slots=True)
class RereadReport:
    """What reading again came to. Documents whose original cannot be read stay as they are.

    `overtaken` counts those that were recorded anew or erased meanwhile; `missing` are ids that have no original.
    """

    changes: Counter[Change] = field(default_factory=Counter)
    unreadable: list[Rejection] = field(default_factory=list)
    unreadable_total: int = 0
    overtaken: int = 0
    missing: list[str] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """Originals that were looked at."""
        return sum(self.changes.values()) + self.unreadable_total + self.overtaken


def reread(
    books: Books,
    *,
    ids: Collection[str] | None = None,
    kind: Kind | None = None,
    of_format: str | None = None,
    report_progress: Callable[[RereadReport], None] | None = None,
) -> RereadReport:
    """Read originals again and record what they give; all of them, or those of these ids, of a kind, of a format.

    Indexing what changed is the worker's. The report lists the first 100 that cannot be read.
    """
    report = RereadReport()
    seen: set[str] = set()
    for one_kind in Kind if kind is None else (kind,):
        for batch in _in_batches(books, one_kind, ids=ids, of_format=of_format):
            seen |= {one.id for one in batch} if ids is not None else set()
            _reread_batch(books, batch, report)
            if report_progress:
                report_progress(report)
    report.missing = [id_ for id_ in dict.fromkeys(ids or ()) if id_ not in seen]
    return report


def _in_batches(
    books: Books, kind: Kind, *, ids: Collection[str] | None, of_format: str | None
) -> Iterator[list[StoredOriginal]]:
    after = ""
    while batch := books.originals.read(kind, ids=ids, of_format=of_format, after=after, limit=_ORIGINALS_A_BATCH):
        yield batch
        after = batch[-1].id


def _reread_batch(books: Books, batch: list[StoredOriginal], report: RereadReport) -> None:
    read: list[tuple[StoredOriginal, AnyDocument]] = []
    for one in batch:
        row = read_original(one.original, kind=one.kind, id_=one.id)
        if isinstance(row, Rejection):
            report.unreadable_total += 1
            report.unreadable += [row] if len(report.unreadable) < _MOST_LISTED else []
        else:
            read.append((one, row.document))
    recorded = books.ledger.record_again(read)
    report.changes.update(one.change for one in recorded if one)
    report.overtaken += recorded.count(None)
