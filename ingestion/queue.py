"""The work queue over the ledger: pending documents leased to workers, and what became of them."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Row,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)

from ingestion.database import Database, ignore_conflict, insert_or_update, retry_conflicts
from ingestion.ledger import read_claims
from ingestion.records import Claim, Outcome, Priority, State
from ingestion.standby import is_switching, note_for_standby
from ingestion.tables import collections, documents, tasks, workers
from milvus import Kind

MAX_ATTEMPTS = 5
_RETRY_SECONDS = 2.0
_ROWS_A_STATEMENT = 500


class WorkQueue:
    """Hands out pending documents, each to one worker at a time. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @retry_conflicts
    def claim(
        self, owner: str, *, limit: int, lease_seconds: float, first: Priority = Priority.INTERACTIVE
    ) -> list[Claim]:
        """Lease up to `limit` pending documents of one priority to a worker, oldest change first.

        Those of the priority `first`, or of the other where none of these is free: a mixed batch would let a single
        document wait for a load. A lease that ran out is taken over. A document whose batch came to no end before is
        leased alone, so that a document that takes its worker down costs no other anything; after MAX_ATTEMPTS times it
        is set aside.
        """
        now = self._clock()
        free = and_(
            documents.c.state == State.PENDING,
            documents.c.not_before <= now,
            or_(documents.c.lease_until.is_(None), documents.c.lease_until < now),
        )
        with self._database.write() as connection:
            if is_switching(connection):
                return []
            connection.execute(
                update(documents)
                .where(free, documents.c.priority.in_(list(Priority)), documents.c.attempts >= MAX_ATTEMPTS)
                .values(
                    state=State.FAILED,
                    state_since=now,
                    error=func.coalesce(documents.c.error, f"set aside after {MAX_ATTEMPTS} attempts"),
                    lease_owner=None,
                    lease_until=None,
                )
            )
            lease = {"lease_owner": owner, "lease_until": now + lease_seconds}
            rows: Sequence[Row[Any]] = []
            for priority in sorted(Priority, key=lambda one: one is not first):
                these = and_(free, documents.c.priority == priority)
                rows = _lease(connection, and_(these, documents.c.attempts > 0), limit=1, values=lease)
                rows = rows or _lease(connection, and_(these, documents.c.attempts == 0), limit=limit, values=lease)
                if rows:
                    break
            return read_claims(connection, sorted(rows, key=lambda row: row.version))

    @retry_conflicts
    def renew(self, owner: str, *, lease_seconds: float) -> None:
        """Prolong every lease of a worker that is still alive."""
        with self._database.write() as connection:
            connection.execute(
                update(documents)
                .where(documents.c.lease_owner == owner)
                .values(lease_until=self._clock() + lease_seconds)
            )

    @retry_conflicts
    def report_alive(self, owner: str, process: str) -> None:
        """Note a worker's sign of life; `process` says where it runs."""
        now = self._clock()
        with self._database.write() as connection:
            statement = insert_or_update(self._database, workers, keys=("id",), values=("seen_at",))
            row = {"id": owner, "process": process[:300], "started_at": now, "seen_at": now}
            connection.execute(statement, [row])

    @retry_conflicts
    def sign_off(self, owner: str) -> None:
        """Note that a worker has ended."""
        with self._database.write() as connection:
            connection.execute(delete(workers).where(workers.c.id == owner))

    def release(self, owner: str) -> None:
        """Give back a worker's leases without an outcome."""
        with self._database.write() as connection:
            connection.execute(
                update(documents).where(documents.c.lease_owner == owner).values(lease_owner=None, lease_until=None)
            )

    def release_leases(self) -> None:
        """Take every worker for dead and give its leases back: only for a process that knows it has the only worker."""
        with self._database.write() as connection:
            connection.execute(
                update(documents).where(documents.c.lease_owner.is_not(None)).values(lease_owner=None, lease_until=None)
            )
            connection.execute(delete(workers))

    @retry_conflicts
    def settle(self, owner: str, outcomes: Sequence[Outcome]) -> None:
        """Write down what became of claims, and give their leases back."""
        with self._database.write() as connection:
            for outcome in sorted(outcomes, key=lambda one: (one.claim.kind, one.claim.id)):
                if outcome.error is None:
                    self._settle_success(connection, owner, outcome)
                else:
                    self._settle_failure(connection, owner, outcome)
            note_for_standby(self._database, connection, [one.claim for one in outcomes if one.error is None])

    def _settle_success(self, connection: Connection, owner: str, outcome: Outcome) -> None:
        claim = outcome.claim
        this = and_(documents.c.kind == claim.kind, documents.c.id == claim.id)
        if claim.document is None:
            removed = connection.execute(
                delete(documents).where(this, documents.c.version == claim.version, documents.c.deleted)
            )
            if _row_count(removed):
                return
        current = _is_current(claim)
        applied = {
            "indexed_version": claim.version,
            "indexed_text_hash": outcome.text_hash,
            "lease_owner": None,
            "lease_until": None,
            "attempts": 0,
        }
        mine = connection.execute(
            update(documents)
            .where(this, documents.c.lease_owner == owner)
            .values(
                applied
                | {
                    "state": case((current, State.INDEXED), else_=State.PENDING),
                    "state_since": case((current, self._clock()), else_=documents.c.state_since),
                    "indexed_at": case((current, self._clock()), else_=documents.c.indexed_at),
                    "error": None,
                }
            )
        )
        if not _row_count(mine):
            self._repair(connection, claim)

    def _repair(self, connection: Connection, claim: Claim) -> None:
        """The lease ran out under us: what took over may have written something newer, and we the older over it."""
        this = and_(documents.c.kind == claim.kind, documents.c.id == claim.id)
        known = connection.execute(select(documents.c.version).where(this)).first()
        if known is not None:
            connection.execute(
                update(documents)
                .where(this, ~_is_current(claim))
                .values(state=State.PENDING, state_since=self._clock(), indexed_text_hash=None)
            )
        elif claim.document is not None:
            # Erased meanwhile, row and all: the queue has to take it out of the index once more.
            self._queue_removal(connection, claim.kind, claim.id)

    def _queue_removal(self, connection: Connection, kind: Kind, id_: str) -> int:
        """Have an id that the ledger knows nothing of taken out of the index; 1, or 0 where it came in meanwhile."""
        now = self._clock()
        task = {"kind": kind, "document_id": id_, "action": "delete", "created_at": now}
        version = connection.scalar(insert(tasks).values(**task).returning(tasks.c.id))
        row = {"kind": kind, "id": id_, "document_hash": "", "deleted": True, "version": version}
        queued = {"state": State.PENDING, "priority": Priority.INTERACTIVE, "attempts": 0, "not_before": 0.0}
        times = {"state_since": now, "created_at": now, "updated_at": now}
        added = ignore_conflict(self._database, documents).values(**row, **queued, **times).returning(documents.c.id)
        return len(connection.execute(added).all())

    @retry_conflicts
    def queue_anew(self, kind: Kind, ids: Sequence[str]) -> int:
        """Queue documents that count as indexed, and are not; how many still did."""
        queued = 0
        with self._database.write() as connection:
            for start in range(0, len(ids), _ROWS_A_STATEMENT):
                these = documents.c.id.in_(ids[start : start + _ROWS_A_STATEMENT])
                queued += _row_count(
                    connection.execute(
                        update(documents)
                        .where(documents.c.kind == kind, these, documents.c.state == State.INDEXED)
                        .values(
                            state=State.PENDING,
                            state_since=self._clock(),
                            priority=Priority.BULK,
                            indexed_text_hash=None,
                            attempts=0,
                            not_before=0.0,
                        )
                    )
                )
        return queued

    @retry_conflicts
    def queue_removals(self, kind: Kind, ids: Sequence[str]) -> int:
        """Have ids that the ledger knows nothing of taken out of the index; how many it still knew nothing of."""
        with self._database.write() as connection:
            return sum(self._queue_removal(connection, kind, id_) for id_ in ids)

    def _settle_failure(self, connection: Connection, owner: str, outcome: Outcome) -> None:
        claim = outcome.claim
        again = or_(~_is_current(claim), true() if outcome.retry else false())
        connection.execute(
            update(documents)
            .where(documents.c.kind == claim.kind, documents.c.id == claim.id, documents.c.lease_owner == owner)
            .values(
                state=case((again, State.PENDING), else_=State.FAILED),
                state_since=case((again, documents.c.state_since), else_=self._clock()),
                error=outcome.error,
                # What fails because the index is away is not the document's fault: it costs no attempt. A change of the
                # document meanwhile has set them to none.
                attempts=case((documents.c.attempts > 0, documents.c.attempts - 1), else_=0)
                if outcome.retry
                else documents.c.attempts,
                not_before=self._clock() + _RETRY_SECONDS if outcome.retry else 0.0,
                lease_owner=None,
                lease_until=None,
            )
        )

    def count_pending(self) -> int:
        """How many documents are not in the index yet, leased ones included."""
        with self._database.read() as connection:
            query = select(func.count()).select_from(documents).where(documents.c.state == State.PENDING)
            return connection.scalar(query) or 0

    def adopt_collection(self, kind: Kind, instance_id: str) -> int:
        """Take note of which collection the index holds; where it is another one than before, queue everything anew.

        Returns how many documents the lost collection had held.
        """
        with self._database.write() as connection:
            known = connection.scalar(select(collections.c.instance_id).where(collections.c.kind == kind))
            if known == instance_id:
                return 0
            statement = insert_or_update(self._database, collections, keys=("kind",), values=("instance_id",))
            connection.execute(statement, [{"kind": kind, "instance_id": instance_id}])
            return _row_count(
                connection.execute(
                    update(documents)
                    .where(documents.c.kind == kind, documents.c.indexed_version.is_not(None))
                    .values(
                        state=State.PENDING,
                        state_since=self._clock(),
                        priority=Priority.BULK,
                        indexed_version=None,
                        indexed_text_hash=None,
                        attempts=0,
                        not_before=0.0,
                        lease_owner=None,
                        lease_until=None,
                    )
                )
            )


def _lease(
    connection: Connection, which: ColumnElement[bool], *, limit: int, values: dict[str, Any]
) -> Sequence[Row[Any]]:
    # A common table expression, because PostgreSQL may run a subquery again for each row, and skips what it leased.
    chosen = (
        select(documents.c.kind, documents.c.id)
        .where(which)
        .order_by(documents.c.version)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    return connection.execute(
        update(documents)
        .where(tuple_(documents.c.kind, documents.c.id).in_(select(chosen)))
        .values(**values, attempts=documents.c.attempts + 1)
        .returning(documents)
    ).all()


def _is_current(claim: Claim) -> ColumnElement[bool]:
    """Whether the row still says what the claim says; two writers of a new id may share a version, never a content."""
    return and_(documents.c.version == claim.version, documents.c.document_hash == claim.document_hash)


def _row_count(result: CursorResult[Any]) -> int:
    return result.rowcount
