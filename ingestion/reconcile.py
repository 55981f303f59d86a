"""Comparing the index with the ledger row by row, and queueing anew what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.queue import WorkQueue
from ingestion.standby import StandbyBook
from milvus import Collection, Kind, Store

_PAGE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Differences:
    """Documents that count as indexed and whose rows are missing, stale or spoiled; and rows without a document."""

    wrong: Sequence[str]
    strays: Sequence[str]


def find_differences(
    collection: Collection, kind: Kind, standby: StandbyBook, *, with_vectors: bool = False
) -> Differences:
    """Hold the rows of a collection against the ledger; `with_vectors` also reads every vector."""
    rows = collection.list_hashes()
    wrong: list[str] = []
    after = ""
    while page := standby.list_known(kind, after=after, limit=_PAGE_ROWS):
        spoiled = set(collection.list_spoiled([one.id for one in page])) if with_vectors else set[str]()
        for document in page:
            found = rows.pop(document.id, None)
            if document.is_indexed and (found != document.document_hash or document.id in spoiled):
                wrong.append(document.id)
        after = page[-1].id
    return Differences(wrong, list(rows))


def queue_differences(store: Store, *, standby: StandbyBook, queue: WorkQueue, with_vectors: bool = False) -> int:
    """Queue what differs; how many documents and rows that is.

    What changes meanwhile may be queued needlessly, which costs a write and harms nothing.
    """
    queued = 0
    for kind in Kind:
        found = find_differences(store.collection(kind), kind, standby, with_vectors=with_vectors)
        queued += queue.queue_anew(kind, found.wrong) + queue.queue_removals(kind, found.strays)
    return queued
