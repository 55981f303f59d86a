"""The ledger's book on the standby: the generation of collections beside the one that serves.

A rebuild fills it with every document and then keeps it up with what changes meanwhile: whenever the worker brings a
document into the serving collection, the document is noted here, in the same transaction, until the standby has taken
it in too. Once nothing is left to take in, the standby and the serving generation change places. The one that served
is then the standby, and notes go on, so that going back loses nothing either.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from ingestion.database import Database, ignore_conflict, insert_or_update, retry_conflicts
from ingestion.errors import LedgerUnavailable
from ingestion.ledger import read_claims
from ingestion.records import Claim, Priority, State
from ingestion.tables import collections, documents, standby, standby_changes
from milvus import Kind


class StandbyState(StrEnum):
    """Where a standby stands."""

    FILLING = "filling"
    CATCHING_UP = "catching_up"
    SWITCHING = "switching"
    """No worker claims anything, so that nothing changes while the generations change places."""
    KEPT = "kept"
    """It served before; a rollback brings it back."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyStatus:
    """The standby. `embedding_model` is the name its model is created by; `done` of `total` documents are filled in."""

    generation: int
    embedding_model: str
    state: StandbyState
    after: tuple[str, str]
    done: int
    total: int
    changes: int
    error: str | None
    started_at: float

    @property
    def is_under_way(self) -> bool:
        """Whether there is work to be done on it."""
        return self.state in (StandbyState.FILLING, StandbyState.CATCHING_UP, StandbyState.SWITCHING)


@dataclass(frozen=True, slots=True)
class NotedChange:
    """A document that the standby has to take in, or leave out, and the version that was noted."""

    claim: Claim
    version: int


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as the ledger has it now, and whether the serving collection has it like that."""

    id: str
    document_hash: str
    is_indexed: bool


class StandbyBook:
    """The standby in SQL. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def get(self) -> StandbyStatus | None:
        """The standby, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(select(standby)).first()
            if row is None:
                return None
            changes = int(connection.scalar(_count_changes()) or 0)
        return StandbyStatus(
            generation=row.generation,
            embedding_model=row.embedding_model,
            state=StandbyState(row.state),
            after=(row.after_kind, row.after_id),
            done=row.done,
            total=row.total,
            changes=changes,
            error=row.error,
            started_at=row.started_at,
        )

    @retry_conflicts
    def begin(self, embedding_model: str) -> None:
        """Ask for a new standby, to be filled, whose generation is chosen later; any other one is forgotten."""
        with self._database.write() as connection:
            connection.execute(delete(standby))
            connection.execute(delete(standby_changes))
            wanted = and_(~documents.c.deleted, documents.c.state != State.FAILED)
            total = connection.scalar(select(func.count()).select_from(documents).where(wanted))
            row = {"generation": 0, "embedding_model": embedding_model, "state": StandbyState.FILLING}
            counts = {"after_kind": "", "after_id": "", "done": 0, "total": total or 0, "started_at": self._clock()}
            connection.execute(insert(standby).values(**row, **counts))

    def name_generation(self, generation: int) -> StandbyStatus:
        """Give the standby its generation."""
        with self._database.write() as connection:
            connection.execute(update(standby).values(generation=generation))
        status = self.get()
        if status is None:
            raise LedgerUnavailable("the standby was forgotten while its generation was chosen")
        return status

    def forget(self) -> None:
        """There is no standby any more."""
        with self._database.write() as connection:
            connection.execute(delete(standby))
            connection.execute(delete(standby_changes))

    def move(self, state: StandbyState, *, error: str | None = None) -> None:
        """Let the standby be in another state."""
        with self._database.write() as connection:
            connection.execute(update(standby).values(state=state, error=error))

    def hold(self, owner: str, *, lease_seconds: float) -> bool:
        """Lease the standby to the one process that works on it, or prolong its lease; False where another has it."""
        now = self._clock()
        free = or_(standby.c.lease_owner.is_(None), standby.c.lease_owner == owner, standby.c.lease_until < now)
        with self._database.write() as connection:
            held = connection.execute(
                update(standby).where(free).values(lease_owner=owner, lease_until=now + lease_seconds)
            )
            return held.rowcount > 0

    def release(self, owner: str) -> None:
        """Give the lease back."""
        with self._database.write() as connection:
            connection.execute(
                update(standby).where(standby.c.lease_owner == owner).values(lease_owner=None, lease_until=None)
            )

    def list_unfilled(self, after: tuple[str, str], *, limit: int) -> list[Claim]:
        """The next documents to fill in, by kind and id; those set aside as failed are not."""
        query = (
            select(documents)
            .where(~documents.c.deleted, documents.c.state != State.FAILED)
            .where(tuple_(documents.c.kind, documents.c.id) > tuple_(*after))
            .order_by(documents.c.kind, documents.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return read_claims(connection, connection.execute(query).all())

    def advance(self, after: tuple[str, str], filled: int) -> None:
        """Write down that documents up to `after` are filled in, `filled` of them since the last time."""
        place = {"after_kind": after[0], "after_id": after[1]}
        with self._database.write() as connection:
            connection.execute(update(standby).values(**place, done=standby.c.done + filled))

    def list_changes(self, *, limit: int) -> list[NotedChange]:
        """What the standby has to take in: documents as they are now, and deletions."""
        with self._database.read() as connection:
            noted = connection.execute(
                select(standby_changes).where(standby_changes.c.error.is_(None)).limit(limit)
            ).all()
            keys = [(row.kind, row.id) for row in noted]
            rows = connection.execute(
                select(documents).where(tuple_(documents.c.kind, documents.c.id).in_(keys), ~documents.c.deleted)
            ).all()
            found = {(claim.kind, claim.id): claim for claim in read_claims(connection, rows)}
        return [NotedChange(found.get((Kind(row.kind), row.id)) or _make_deletion(row), row.version) for row in noted]

    @retry_conflicts
    def strike_off(self, taken: Sequence[NotedChange], errors: Mapping[tuple[Kind, str], str]) -> None:
        """Strike off what was taken in, unless it changed again since; what cannot be keeps its error."""
        with self._database.write() as connection:
            for change in taken:
                key = (change.claim.kind, change.claim.id)
                same = and_(*_is_key(standby_changes, key), standby_changes.c.version == change.version)
                if error := errors.get(key):
                    connection.execute(update(standby_changes).where(same).values(error=error))
                else:
                    connection.execute(delete(standby_changes).where(same))

    @retry_conflicts
    def note(self, keys: Sequence[tuple[Kind, str]], errors: Mapping[tuple[Kind, str], str]) -> None:
        """Note documents that the standby has to take in, or cannot, unless they are noted already."""
        rows = [{"kind": kind, "id": id_, "version": 0, "error": errors.get((kind, id_))} for kind, id_ in keys]
        with self._database.write() as connection:
            for row in rows:
                connection.execute(ignore_conflict(self._database, standby_changes), row)

    def count_changes(self) -> int:
        """How many documents the standby has to take in."""
        with self._database.read() as connection:
            return int(connection.scalar(_count_changes()) or 0)

    def count_leases(self) -> int:
        """How many documents workers hold at the moment."""
        query = select(func.count()).select_from(documents).where(documents.c.lease_until > self._clock())
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def list_known(self, kind: Kind, *, after: str, limit: int) -> list[KnownDocument]:
        """Documents, those included whose deletion is pending, in the order of their ids, those after `after`."""
        query = (
            select(documents.c.id, documents.c.document_hash, documents.c.state)
            .where(documents.c.kind == kind, documents.c.id > after)
            .order_by(documents.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [KnownDocument(row.id, row.document_hash, row.state == State.INDEXED) for row in rows]

    def read_noted(self) -> dict[tuple[Kind, str], str | None]:
        """What the standby has to take in yet, by kind and id, and why it cannot, where it cannot."""
        with self._database.read() as connection:
            return {(Kind(row.kind), row.id): row.error for row in connection.execute(select(standby_changes))}

    @retry_conflicts
    def change_places(self, *, generation: int, embedding_model: str, instance_ids: Mapping[Kind, str]) -> None:
        """The standby serves now (its collections' `instance_ids`), and what served (the rest) is the standby, kept.

        Documents that could not be taken in are set aside as failed: searches do not find them any more.
        """
        with self._database.write() as connection:
            for row in connection.execute(select(standby_changes).where(standby_changes.c.error.is_not(None))).all():
                failed = {"state": State.FAILED, "state_since": self._clock(), "error": row.error}
                gone = {"indexed_version": None, "indexed_text_hash": None}
                which = _is_key(documents, (row.kind, row.id))
                connection.execute(update(documents).where(*which).values(**failed, **gone))
            connection.execute(delete(standby_changes))
            statement = insert_or_update(self._database, collections, keys=("kind",), values=("instance_id",))
            rows = [{"kind": kind, "instance_id": instance_id} for kind, instance_id in instance_ids.items()]
            connection.execute(statement, rows)
            place = {"state": StandbyState.KEPT, "lease_owner": None, "lease_until": None, "error": None}
            connection.execute(update(standby).values(generation=generation, embedding_model=embedding_model, **place))


def note_for_standby(database: Database, connection: Connection, claims: Sequence[Claim]) -> None:
    """Note what the serving collection took in, where there is a standby; within the transaction that settles it."""
    if not claims or connection.scalar(select(standby.c.generation)) is None:
        return
    statement = insert_or_update(
        database, standby_changes, keys=("kind", "id"), values=("version",), extra=lambda _: {"error": None}
    )
    connection.execute(statement, [{"kind": c.kind, "id": c.id, "version": c.version} for c in claims])


def is_switching(connection: Connection) -> bool:
    """Whether nothing may be claimed now. Whoever asks holds off the switch until the end of the transaction."""
    state = connection.scalar(select(standby.c.state).with_for_update(read=True))
    return state == StandbyState.SWITCHING


def _count_changes() -> Select[Any]:
    return select(func.count()).select_from(standby_changes).where(standby_changes.c.error.is_(None))


def _is_key(table: Table, key: tuple[str, str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.kind == key[0], table.c.id == key[1]


def _make_deletion(noted: Row[Any]) -> Claim:
    return Claim(
        kind=Kind(noted.kind),
        id=noted.id,
        version=noted.version,
        document=None,
        document_hash="",
        names=(),
        indexed_text_hash=None,
        priority=Priority.BULK,
    )
