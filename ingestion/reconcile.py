"""Comparing the index with the ledger row by row, and queueing anew what differs."""

from ingestion.queue import WorkQueue
from ingestion.standby import StandbyBook
from milvus import Kind, Store

_PAGE_ROWS = 5_000


def queue_differences(store: Store, *, standby: StandbyBook, queue: WorkQueue) -> int:
    """Queue documents whose rows are missing or stale though they count as indexed, and rows without a document.

    Returns how many. What changes meanwhile may be queued needlessly, which costs a write and harms nothing.
    """
    queued = 0
    for kind in Kind:
        rows = store.collection(kind).list_hashes()
        wrong: list[str] = []
        after = ""
        while page := standby.list_known(kind, after=after, limit=_PAGE_ROWS):
            for document in page:
                found = rows.pop(document.id, None)
                if document.is_indexed and found != document.document_hash:
                    wrong.append(document.id)
            after = page[-1].id
        queued += queue.queue_anew(kind, wrong) + queue.queue_removals(kind, list(rows))
    return queued
