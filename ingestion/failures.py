"""Documents set aside: listing them, giving them another try, taking them out for good."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, select, update

from ingestion.database import Database, retry_conflicts
from ingestion.ledger import Ledger
from ingestion.records import Priority, State
from ingestion.tables import documents
from milvus import Kind

_ROWS_A_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """A document set aside. `since` in epoch seconds; `is_deletion` where it is its removal that failed.

    `attempts` counts the times that it was tried since it last changed.
    """

    kind: Kind
    id: str
    error: str
    attempts: int
    source: str | None
    since: float
    is_deletion: bool


@dataclass(slots=True)
class Verdict:
    """What became of ids that were named: `taken` had been set aside, and `refused` says what each other one is."""

    taken: list[tuple[Kind, str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def cut(self) -> Iterator[tuple[Kind, list[str]]]:
        """The ids taken, by kind, in pieces that one statement holds."""
        for kind in Kind:
            ids = sorted(id_ for of_kind, id_ in self.taken if of_kind is kind)
            for start in range(0, len(ids), _ROWS_A_STATEMENT):
                yield kind, ids[start : start + _ROWS_A_STATEMENT]


class FailureDesk:
    """The documents that a worker set aside. `clock` gives epoch seconds."""

    def __init__(self, database: Database, ledger: Ledger, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    def list(self, *, kind: Kind | None = None, limit: int = 100) -> list[Failure]:
        """Documents set aside, of one kind or of both; the newest failure first."""
        source = documents.c.document["source"].as_string().label("source")
        columns = [documents.c[name] for name in ("kind", "id", "error", "attempts", "state_since", "deleted")]
        with self._database.read() as connection:
            rows = connection.execute(
                select(*columns, source)
                .where(_are_failed(kind))
                .order_by(documents.c.state_since.desc(), documents.c.kind, documents.c.id)
                .limit(limit)
            ).all()
        return [
            Failure(Kind(row.kind), row.id, row.error or "", row.attempts, row.source, row.state_since, row.deleted)
            for row in rows
        ]

    @retry_conflicts
    def retry_all(self, *, kind: Kind | None = None) -> int:
        """Queue every document that was set aside once more; how many."""
        with self._database.write() as connection:
            return self._requeue(connection, _are_failed(kind), Priority.BULK)

    @retry_conflicts
    def retry(self, ids: Sequence[str], *, kind: Kind | None = None) -> Verdict:
        """Queue those of these documents that were set aside once more; without a kind, those of both kinds."""
        with self._database.write() as connection:
            verdict = _find_failed(connection, ids, kind)
            priority = Priority.for_size(len(verdict.taken))
            for one, chunk in verdict.cut():
                self._requeue(connection, and_(_are_failed(one), documents.c.id.in_(chunk)), priority)
        return verdict

    @retry_conflicts
    def drop(self, ids: Sequence[str], *, kind: Kind | None = None) -> Verdict:
        """Erase those of these documents that were set aside, as `Ledger.delete` does; the index follows."""
        with self._database.write() as connection:
            verdict = _find_failed(connection, ids, kind)
            priority = Priority.for_size(len(verdict.taken))
            for one, chunk in verdict.cut():
                self._ledger.erase(connection, one, chunk, priority)
        return verdict

    def _requeue(self, connection: Connection, which: ColumnElement[bool], priority: Priority) -> int:
        queued = connection.execute(
            update(documents)
            .where(which)
            .values(
                state=State.PENDING,
                state_since=self._clock(),
                priority=priority,
                attempts=0,
                not_before=0.0,
                error=None,
                lease_owner=None,
                lease_until=None,
            )
        )
        return queued.rowcount


def _are_failed(kind: Kind | None) -> ColumnElement[bool]:
    failed = documents.c.state == State.FAILED
    return failed if kind is None else and_(failed, documents.c.kind == kind)


def _find_failed(connection: Connection, ids: Sequence[str], kind: Kind | None) -> Verdict:
    """Lock the documents of these ids and tell those that were set aside from the others."""
    wanted = sorted(set(ids))
    states: dict[str, dict[Kind, str]] = {id_: {} for id_ in wanted}
    for one in Kind if kind is None else (kind,):
        for start in range(0, len(wanted), _ROWS_A_STATEMENT):
            rows = connection.execute(
                select(documents.c.id, documents.c.state)
                .where(documents.c.kind == one, documents.c.id.in_(wanted[start : start + _ROWS_A_STATEMENT]))
                .order_by(documents.c.id)
                .with_for_update()
            )
            for row in rows:
                states[row.id][one] = row.state
    verdict = Verdict()
    for id_, found in states.items():
        failed = [(one, id_) for one, state in found.items() if state == State.FAILED]
        verdict.taken += failed
        if not failed:
            others = ", ".join(f"{one.value}: {state}" for one, state in found.items())
            verdict.refused[id_] = f"did not fail ({others})" if others else "no such document"
    return verdict
