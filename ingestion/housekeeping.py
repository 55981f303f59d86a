"""What a worker does when it has nothing else to do: taking out what expired long ago, and records nobody asks for."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, or_, select

from ingestion.database import Database, retry_conflicts
from ingestion.ledger import Ledger
from ingestion.tables import documents, tasks, workers

DAY = 86_400.0
_DOCUMENTS_A_ROUND = 200
_TASKS_A_ROUND = 2_000


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days things are kept; 0 is for ever."""

    expired_days: int
    task_days: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a round purged; `is_complete` where nothing is left to purge now."""

    documents: int
    tasks: int

    @property
    def is_complete(self) -> bool:
        """Whether the round's bounds stopped nothing."""
        return self.documents < _DOCUMENTS_A_ROUND and self.tasks < _TASKS_A_ROUND


class Housekeeper:
    """Purges in rounds so small that nobody waits for one. `clock` gives epoch seconds."""

    def __init__(
        self, database: Database, ledger: Ledger, retention: Retention, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._retention = retention
        self._clock = clock

    def run(self) -> Round:
        """Do one round. Raises LedgerUnavailable."""
        self._forget_workers()
        return Round(self._purge_documents(), self._purge_tasks())

    def _purge_documents(self) -> int:
        if not (days := self._retention.expired_days):
            return 0
        return self._ledger.delete_expired(self._clock() - days * DAY, limit=_DOCUMENTS_A_ROUND)

    @retry_conflicts
    def _purge_tasks(self) -> int:
        """Delete old tasks that are done. A document's newest task stays as long as the document, which names it.

        So does the newest task of all, so that an id below it that is not there is known to have been purged.
        """
        if not (days := self._retention.task_days):
            return 0
        same = and_(documents.c.kind == tasks.c.kind, documents.c.id == tasks.c.document_id)
        is_over = or_(
            documents.c.version.is_(None),
            and_(documents.c.version > tasks.c.id, documents.c.indexed_version >= tasks.c.id),
        )
        # Read beforehand, since it may walk over as many rows as there are documents, and nobody could write meanwhile.
        with self._database.read() as connection:
            newest = connection.scalar(select(func.max(tasks.c.id))) or 0
            old = connection.scalars(
                select(tasks.c.id)
                .select_from(tasks.outerjoin(documents, same))
                .where(tasks.c.created_at < self._clock() - days * DAY, tasks.c.id < newest, is_over)
                .limit(_TASKS_A_ROUND)
            ).all()
        with self._database.write() as connection:
            connection.execute(delete(tasks).where(tasks.c.id.in_(old)))
        return len(old)

    def _forget_workers(self) -> None:
        with self._database.write() as connection:
            connection.execute(delete(workers).where(workers.c.seen_at < self._clock() - DAY))
