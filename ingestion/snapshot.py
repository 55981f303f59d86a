"""Snapshots for analytics: the normalized fields of every document, in Parquet, and who refreshes them.

The fields come from the rows of the index: they are normalized already, which costs milliseconds a document. What the
index does not know (when a document was first seen, what was closed) comes from the ledger.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import func, select

from ingestion.closings import ClosingBook
from ingestion.database import Database
from ingestion.errors import IngestionError, SnapshotRefused
from ingestion.facts import describe
from ingestion.queue import WorkQueue
from ingestion.records import Priority, State
from ingestion.serving import Serving
from ingestion.snapshot_files import Rows, SnapshotFolder, SnapshotManifest
from ingestion.tables import documents, rejections, tasks
from milvus import Kind, Store
from milvus.errors import MilvusError

_BATCH_ROWS = 500
_LOOK_SECONDS = 2.0
_LONGEST = timedelta(days=1)
_SHARE = 0.02  # of the time at most, as reading every row takes from searches
_PATIENCE = 8  # times the interval that a queue which is never empty may put it off

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMaker:
    """Makes snapshots of what serves. `clock` gives epoch seconds."""

    database: Database
    closings: ClosingBook
    serving: Serving
    folder: SnapshotFolder
    currency: str
    clock: Callable[[], float] = time.time

    def make(self, *, is_stopped: Callable[[], bool] = lambda: False) -> SnapshotManifest:
        """Put a new snapshot in the place of the last one; rows are read and written in batches.

        `is_stopped` is asked between batches. Raises SnapshotRefused, LedgerUnavailable, IndexUnavailable; the last
        snapshot then stays.
        """
        started = time.monotonic()
        with self.folder.hold():
            self.folder.answer()
            self.folder.tidy()
            made_at = datetime.fromtimestamp(self.clock(), UTC)
            store = self.serving.get().store
            mark = self.read_mark(store)
            version = f"{made_at:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
            files = {kind: f"{kind.value}-{version}.parquet" for kind in Kind}
            rows = {
                kind: self.folder.write(files[kind], kind, _until(is_stopped, self._list_live(store, kind)))
                for kind in Kind
            }
            closed_file = files[Kind.VACANCIES].replace("vacancies", "closed")
            closed = self.folder.write(closed_file, Kind.VACANCIES, self.closings.iterate())
            failed, rejected = self._count_refused()
            manifest = SnapshotManifest(
                made_at=made_at,
                seconds=time.monotonic() - started,
                mark=mark,
                currency=self.currency,
                files=files,
                closed_file=closed_file,
                rows=rows,
                closed=closed,
                failed=failed,
                rejected=rejected,
            )
            self.folder.save(manifest)
        return manifest

    def read_mark(self, store: Store) -> str:
        """A text that is another one as soon as anything came into the index or left it. Cheap: indexes answer it."""
        with self.database.read() as connection:
            newest = connection.scalar(select(func.max(tasks.c.id)))
            pending = connection.scalar(
                select(func.count()).select_from(documents).where(documents.c.state == State.PENDING)
            )
            indexed = [
                connection.scalar(
                    select(func.max(documents.c.state_since)).where(
                        documents.c.state == State.INDEXED, documents.c.priority == priority
                    )
                )
                for priority in Priority
            ]
        collections = [store.collection(kind).instance_id for kind in Kind]
        return " ".join(map(str, (newest, pending, *indexed, *collections)))

    def _list_live(self, store: Store, kind: Kind) -> Rows:
        """Facts of the rows that the ledger has a document of: what it has erased may stand in the index a while."""
        for entities in store.collection(kind).iterate(_BATCH_ROWS):
            query = select(documents.c.id, documents.c.created_at).where(
                documents.c.kind == kind, documents.c.id.in_([one.id for one in entities]), ~documents.c.deleted
            )
            with self.database.read() as connection:
                seen = {row.id: row.created_at for row in connection.execute(query)}
            yield [describe(one) | {"first_seen": seen[one.id]} for one in entities if one.id in seen]

    def _count_refused(self) -> tuple[int, int]:
        with self.database.read() as connection:
            failed = connection.scalar(
                select(func.count()).select_from(documents).where(documents.c.state == State.FAILED)
            )
            rejected = connection.scalar(select(func.count()).select_from(rejections))
        return failed or 0, rejected or 0


def _until(is_stopped: Callable[[], bool], batches: Rows) -> Rows:
    for batch in batches:
        if is_stopped():
            raise SnapshotRefused("the process is ending")
        yield batch


class SnapshotKeeper:
    """Refreshes the snapshot while nothing else is to be done, at most once in `every`, if anything has changed.

    Every time it waits at least 50 times as long as the last snapshot took.
    """

    def __init__(self, maker: SnapshotMaker, queue: WorkQueue, *, every: timedelta) -> None:
        self._maker = maker
        self._queue = queue
        self._every = every
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask it to end soon; a snapshot at hand is given up."""
        self._stop.set()

    def run(self) -> None:
        """Look every few seconds whether a snapshot is due, until stopped."""
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                if self.is_due():
                    manifest = self._maker.make(is_stopped=self._stop.is_set)
                    log.info("snapshot made", rows=sum(manifest.rows.values()), seconds=round(manifest.seconds, 1))
            except SnapshotRefused as error:
                log.info("no snapshot made", reason=str(error))
            except (IngestionError, MilvusError) as error:
                log.warning("no snapshot made", error=str(error))
                self._stop.wait(self._every.total_seconds())
            except Exception:  # figures that are old must not take down what brings documents in
                log.exception("snapshot failed")
                self._stop.wait(_LONGEST.total_seconds())

    def is_due(self) -> bool:
        """Whether a snapshot should be made now."""
        if self._maker.folder.is_asked():
            return True
        if not self._every:
            return False
        last = self._maker.folder.read()
        if last is None:
            return not self._queue.count_pending()
        age = datetime.fromtimestamp(self._maker.clock(), UTC) - last.made_at
        # What is of an empty index is no reason to wait: the first documents should be seen soon.
        if any(last.rows.values()) and age < max(self._every, timedelta(seconds=last.seconds / _SHARE)):
            return False
        if age < _LONGEST and self._maker.read_mark(self._maker.serving.get().store) == last.mark:
            return False
        return not self._queue.count_pending() or age > _PATIENCE * self._every
