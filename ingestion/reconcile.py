"""Comparing the index with the ledger row by row, and queueing anew what differs."""

from ingestion.queue import WorkQueue
from ingestion.standby import StandbyBook
from milvus import Kind, Store

_PAGE_ROWS = 1_000


def queue_differences(store: Store, *, standby: StandbyBook, queue: WorkQueue, with_vectors: bool = False) -> int:
    """Queue documents whose rows are missing or stale though they count as indexed, and rows without a document.

    `with_vectors` also reads every vector, and queues the documents of those that are spoiled. Returns how many. What
    changes meanwhile may be queued needlessly, which costs a write and harms nothing.
    """
    queued = 0
    for kind in Kind:
        collection = store.collection(kind)
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
        queued += queue.queue_anew(kind, wrong) + queue.queue_removals(kind, list(rows))
    return queued
