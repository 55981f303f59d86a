"""The ledger's side of exports and bulk imports: pages of documents, and leases that last for a whole shard."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from ingestion.database import Database, retry_conflicts
from ingestion.ledger import read_claims
from ingestion.queue import WorkQueue
from ingestion.records import Claim, Outcome, Priority, State
from ingestion.standby import is_switching
from ingestion.tables import documents
from milvus import Kind

_ROWS_A_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """A row that an import brought into the index: the document's version and hash, and the hash of its text."""

    id: str
    version: int
    document_hash: str
    text_hash: str


class BulkBook:
    """Documents in the order of their ids, as shards hold them. `clock` gives epoch seconds.

    What is leased here is a load's, and new: neither in the index nor ever tried, as an import replaces no row.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._queue = WorkQueue(database, clock=clock)

    def count_live(self, kind: Kind, *, pending_only: bool) -> int:
        """How many documents `list_live` gives in all."""
        query = select(func.count()).select_from(documents).where(_is_live(kind, pending_only=pending_only))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def list_live(self, kind: Kind, *, after: str, limit: int, pending_only: bool) -> list[Claim]:
        """Documents after an id, without a lease; those that were set aside or deleted are left out."""
        which = and_(_is_live(kind, pending_only=pending_only), documents.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(select(documents).where(which).order_by(documents.c.id).limit(limit)).all()
            return read_claims(connection, rows)

    def count_new(self, kind: Kind) -> int:
        """How many documents could be leased now, but for those that others hold."""
        query = select(func.count()).select_from(documents).where(_is_new(kind))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    @retry_conflicts
    def lease(self, owner: str, kind: Kind, *, after: str, limit: int, lease_seconds: float) -> list[Claim]:
        """Lease new documents after an id; those of an `owner` that crashed are among them."""
        which = and_(_is_new(kind), self._is_free_for(owner), documents.c.id > after)
        return self._lease(owner, which, limit=limit, lease_seconds=lease_seconds)

    @retry_conflicts
    def retake(self, owner: str, kind: Kind, versions: dict[str, int], *, lease_seconds: float) -> bool:
        """Lease documents again after a crash; False where not all of them are still new, free and of these versions.

        Those that are may have been leased nevertheless.
        """
        ids = list(versions)
        for start in range(0, len(ids), _ROWS_A_STATEMENT):
            chunk = ids[start : start + _ROWS_A_STATEMENT]
            which = and_(_is_new(kind), self._is_free_for(owner), documents.c.id.in_(chunk))
            claims = self._lease(owner, which, limit=len(chunk), lease_seconds=lease_seconds)
            if {claim.id: claim.version for claim in claims} != {id_: versions[id_] for id_ in chunk}:
                return False
        return True

    def renew(self, owner: str, *, lease_seconds: float) -> None:
        """Prolong all leases of an owner."""
        self._queue.renew(owner, lease_seconds=lease_seconds)

    def release(self, owner: str, kind: Kind | None = None, ids: Sequence[str] | None = None) -> None:
        """Give leases back to the workers: those of some documents, or all."""
        if kind is None or ids is None:
            self._queue.release(owner)
            return
        with self._database.write() as connection:
            for start in range(0, len(ids), _ROWS_A_STATEMENT):
                these = and_(documents.c.kind == kind, documents.c.id.in_(ids[start : start + _ROWS_A_STATEMENT]))
                connection.execute(
                    update(documents)
                    .where(these, documents.c.lease_owner == owner)
                    .values(lease_owner=None, lease_until=None)
                )

    def settle(self, owner: str, kind: Kind, imported: Sequence[Imported]) -> None:
        """Write down that documents are in the index, and give their leases back.

        One that changed meanwhile stays pending. One whose lease ran out, so that a worker may have written it too, is
        queued anew: an upsert replaces all rows of its id.
        """
        for start in range(0, len(imported), _ROWS_A_STATEMENT):
            chunk = imported[start : start + _ROWS_A_STATEMENT]
            held = self._read_held(owner, kind, [row.id for row in chunk])
            outcomes = [
                Outcome(
                    replace(held[row.id], version=row.version, document_hash=row.document_hash), text_hash=row.text_hash
                )
                for row in chunk
                if row.id in held
            ]
            self._queue.settle(owner, outcomes)
            self.requeue(kind, [row.id for row in chunk if row.id not in held])

    def requeue(self, kind: Kind, ids: Sequence[str]) -> None:
        """Let the worker write documents anew that count as indexed, for their ids may have two rows."""
        self._queue.queue_anew(kind, ids)

    def _is_free_for(self, owner: str) -> ColumnElement[bool]:
        now = self._clock()
        unleased = or_(documents.c.lease_until.is_(None), documents.c.lease_until < now)
        return and_(documents.c.not_before <= now, or_(unleased, documents.c.lease_owner == owner))

    def _lease(self, owner: str, which: ColumnElement[bool], *, limit: int, lease_seconds: float) -> list[Claim]:
        with self._database.write() as connection:
            if is_switching(connection):
                return []
            chosen = select(documents).where(which).order_by(documents.c.id).limit(limit)
            rows = connection.execute(chosen.with_for_update(skip_locked=True)).all()
            if rows:
                connection.execute(
                    update(documents)
                    .where(documents.c.kind == rows[0].kind, documents.c.id.in_([row.id for row in rows]))
                    .values(lease_owner=owner, lease_until=self._clock() + lease_seconds)
                )
            return read_claims(connection, rows)

    def _read_held(self, owner: str, kind: Kind, ids: Sequence[str]) -> dict[str, Claim]:
        these = and_(documents.c.kind == kind, documents.c.id.in_(ids), documents.c.lease_owner == owner)
        with self._database.read() as connection:
            claims = read_claims(connection, connection.execute(select(documents).where(these)).all())
        return {claim.id: claim for claim in claims}


def _is_live(kind: Kind, *, pending_only: bool) -> ColumnElement[bool]:
    state = documents.c.state == State.PENDING if pending_only else documents.c.state != State.FAILED
    return and_(documents.c.kind == kind, ~documents.c.deleted, state)


def _is_new(kind: Kind) -> ColumnElement[bool]:
    return and_(
        _is_live(kind, pending_only=True),
        documents.c.priority == Priority.BULK,
        # A worker that crashed may have written it before it could say so.
        documents.c.attempts == 0,
        documents.c.indexed_version.is_(None),
    )
