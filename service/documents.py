"""What callers do with documents: store, erase, look up, list, follow into the index."""

import base64
import binascii
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ingestion import AnyDocument, Books, Normalizer, Priority, Provenance, Recorded, StoredDocument, Task, TaskState
from milvus import Entity, Kind, Vacancy
from service.errors import BadCursor, DocumentNotFound, TaskNotFound, TaskPurged

WAIT_SECONDS = 60.0
# Each that waits holds a thread, and the server answers every request from 40 of them.
MAX_WAITING = 16
# Our own JSON: the document is all there is to keep.
_API = Provenance("api", by_hand=True)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.2


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of stored documents with what they were understood as; `next_cursor` is None on the last page."""

    items: list[tuple[StoredDocument, Entity]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What recording a document came to, and where its task stood after the wait; None where there was no wait."""

    recorded: Recorded
    state: TaskState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDesk:
    """The documents of one installation. `wake` tells the worker that there is something to do."""

    books: Books
    normalizer: Normalizer
    wake: Callable[[], None]
    _waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_WAITING))

    def store(self, documents: Sequence[AnyDocument], *, wait: bool) -> list[Stored]:
        """Store documents; with `wait`, return once searches show them, they failed, or WAIT_SECONDS passed.

        While MAX_WAITING others wait, it returns at once, as if `wait` were false.
        """
        recorded = self.books.ledger.record(
            documents, provenance=[_API] * len(documents), priority=Priority.for_size(len(documents))
        )
        self.wake()
        states = self._await([one.task_id for one in recorded]) if wait else {}
        return [Stored(one, states.get(one.task_id)) for one in recorded]

    def erase(self, kind: Kind, id_: str, *, wait: bool) -> Task:
        """Erase a document; `wait` as in `store`. Raises DocumentNotFound."""
        task_id = self.books.ledger.delete(kind, [id_])[0]
        if task_id is None:
            raise DocumentNotFound(f"{kind.value} {id_!r} is not stored")
        self.wake()
        if wait:
            self._await([task_id])
        return self.find_task(task_id)

    def find(self, kind: Kind, id_: str) -> tuple[StoredDocument, Entity]:
        """A stored document and what it was understood as. Raises DocumentNotFound."""
        stored = self.books.ledger.get_document(kind, id_)
        if stored is None:
            raise DocumentNotFound(f"{kind.value} {id_!r} is not stored")
        return stored, self._understand(kind, [stored])[0]

    def find_task(self, task_id: int) -> Task:
        """A task. Raises TaskNotFound, TaskPurged."""
        task = self.books.ledger.get_task(task_id)
        if task is not None:
            return task
        if self.books.ledger.has_newer_task(task_id):
            raise TaskPurged(f"task {task_id} is over, and its record is no longer kept")
        raise TaskNotFound(f"there is no task {task_id}")

    def list_documents(self, kind: Kind, *, cursor: str | None, limit: int) -> Listing:
        """One page, in the order of ids. Raises BadCursor."""
        after = decode_cursor(cursor) if cursor else None
        stored = self.books.ledger.list_documents(kind, after=after, limit=limit + 1)
        page = list(zip(stored[:limit], self._understand(kind, stored[:limit]), strict=True))
        more = len(stored) > limit
        return Listing(page, encode_cursor(stored[limit - 1].document.id) if more else None)

    def _understand(self, kind: Kind, stored: Sequence[StoredDocument]) -> list[Entity]:
        entities = [
            self.normalizer.normalize(one.document, document_hash=one.document_hash, names=one.names) for one in stored
        ]
        if kind is Kind.RESUMES:
            return entities
        topics = self.books.topics.read_topics([one.id for one in entities])
        return [replace(one, topic=topics.get(one.id)) if isinstance(one, Vacancy) else one for one in entities]

    def _await(self, task_ids: Sequence[int]) -> dict[int, TaskState]:
        """The tasks' states once they are settled or WAIT_SECONDS passed; empty where too many others wait."""
        if not self._waiting.acquire(blocking=False):
            return {}
        try:
            deadline = time.monotonic() + WAIT_SECONDS
            return {task_id: self._follow(task_id, deadline) for task_id in sorted(task_ids)}
        finally:
            self._waiting.release()

    def _follow(self, task_id: int, deadline: float) -> TaskState:
        pause = _FIRST_PAUSE
        while True:
            state = self.find_task(task_id).state
            if state in (TaskState.DONE, TaskState.FAILED) or time.monotonic() > deadline:
                return state
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def encode_cursor(id_: str) -> str:
    """What a caller goes on with behind an id."""
    return base64.urlsafe_b64encode(id_.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The id that a cursor stands for. Raises BadCursor."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadCursor("the cursor is not one that this list gave") from None
