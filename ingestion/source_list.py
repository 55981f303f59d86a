"""The sources in the ledger: where documents come from again and again, when next, and what the last run came to."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Row, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ingestion.database import Database, retry_conflicts
from ingestion.errors import SourceRefused, UnknownSource
from ingestion.tables import holdings, sources
from milvus import Kind

LEASE_SECONDS = 60.0
_NAME = re.compile(r"\w[\w.-]{0,63}")


class RunOutcome(StrEnum):
    """How a run of a source ended. After a partial one its documents are in, but nothing was closed."""

    DONE = "done"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """A source as it is added. `location`: a URL or an absolute path; `format`: the ending that its file would have.

    `id_prefix` goes before the ids of its documents.
    """

    name: str
    location: str
    kind: Kind | None = None
    format: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    every_seconds: float | None = None
    snapshot: bool = False
    id_prefix: str = ""

    @property
    def is_url(self) -> bool:
        """Whether it has to be fetched."""
        return "://" in self.location

    @property
    def holder(self) -> str:
        """Its name among the holders of documents."""
        return f"source:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run came to. `counts` are documents per change, `rejected`, `closed` and `kept`.

    `etag` and `last_modified` name what was read, for the next run to ask whether it changed.
    """

    outcome: RunOutcome
    message: str | None = None
    counts: Mapping[str, int] | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(SourceDescription):
    """A source as it stands. Times: epoch seconds. `run` is the number of its newest run, 0 before the first."""

    paused: bool
    due_at: float | None
    etag: str | None
    last_modified: str | None
    run: int
    running_until: float | None
    started_at: float | None
    finished_at: float | None
    outcome: RunOutcome | None
    message: str | None
    counts: Mapping[str, int] = field(default_factory=dict)


class SourceList:
    """All sources. A run is leased, so that only one process runs a source. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, description: SourceDescription) -> None:
        """Add a source, due at once where it has an interval. Raises SourceRefused where the name will not do."""
        if not _NAME.fullmatch(description.name):
            raise SourceRefused(
                f"{description.name[:80]!r} is no name of a source: up to 64 letters, digits, dots, dashes, underscores"
            )
        now = self._clock()
        row = {
            "name": description.name,
            "location": description.location,
            "kind": description.kind,
            "format": description.format,
            "mapping": dict(description.mapping),
            "every_seconds": description.every_seconds,
            "snapshot": description.snapshot,
            "paused": False,
            "due_at": now if description.every_seconds else None,
            "run": 0,
            "created_at": now,
            "id_prefix": description.id_prefix or None,
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(sources).values(row))
        except IntegrityError:
            raise SourceRefused(f"there is a source of the name {description.name} already") from None

    def read(self) -> list[Source]:
        """All sources by name."""
        with self._database.read() as connection:
            return [_make_source(row) for row in connection.execute(select(sources).order_by(sources.c.name))]

    def get(self, name: str) -> Source:
        """The source of this name. Raises UnknownSource."""
        with self._database.read() as connection:
            row = connection.execute(select(sources).where(sources.c.name == name)).first()
        if row is None:
            raise UnknownSource(f"there is no source of the name {name[:80]}")
        return _make_source(row)

    def pause(self, name: str) -> None:
        """Leave a source out of the schedule. Raises UnknownSource."""
        self._update(name, {"paused": True})

    def resume(self, name: str) -> None:
        """Take a source back into the schedule, due at once. Raises UnknownSource."""
        scheduled = self.get(name).every_seconds is not None
        self._update(name, {"paused": False, "due_at": self._clock() if scheduled else None})

    def hasten(self, name: str) -> None:
        """Make a source due at once, for whoever runs the schedule. Raises UnknownSource, SourceRefused if paused."""
        if self.get(name).paused:
            raise SourceRefused(f"{name} is paused; take it back into the schedule first")
        self._update(name, {"due_at": self._clock()})

    def _update(self, name: str, values: Mapping[str, Any]) -> None:
        self.get(name)
        with self._database.write() as connection:
            connection.execute(update(sources).where(sources.c.name == name).values(**values))

    def remove(self, name: str) -> None:
        """Remove a source and its hold on its documents, which stay. Raises UnknownSource, SourceRefused in a run."""
        holder = self.get(name).holder
        with self._database.write() as connection:
            removed = connection.execute(delete(sources).where(sources.c.name == name, self._is_free()))
            if _row_count(removed):
                connection.execute(delete(holdings).where(holdings.c.holder == holder))
                return
        raise SourceRefused(f"{name} is being run; pause it, and remove it when the run has ended")

    def claim(self, name: str, owner: str) -> Source | None:
        """Begin a run of this source; None where another process runs it. Raises UnknownSource."""
        self.get(name)
        return self._claim(owner, sources.c.name == name)

    def claim_due(self, owner: str) -> Source | None:
        """Begin a run of the source that has been due for the longest time; None where none is due."""
        return self._claim(owner, and_(~sources.c.paused, sources.c.due_at <= self._clock()))

    @retry_conflicts
    def _claim(self, owner: str, which: ColumnElement[bool]) -> Source | None:
        now = self._clock()
        chosen = (
            select(sources.c.name)
            .where(which, self._is_free())
            .order_by(sources.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._database.write() as connection:
            row = connection.execute(
                update(sources)
                .where(sources.c.name.in_(chosen))
                .values(
                    run=sources.c.run + 1,
                    lease_owner=owner,
                    lease_until=now + LEASE_SECONDS,
                    started_at=now,
                    # Already now, so that a source that takes its process down is not read again at once.
                    due_at=now + sources.c.every_seconds,
                )
                .returning(sources)
            ).first()
        return _make_source(row) if row is not None else None

    def _is_free(self) -> ColumnElement[bool]:
        return or_(sources.c.lease_until.is_(None), sources.c.lease_until < self._clock())

    @retry_conflicts
    def renew(self, source: Source, owner: str) -> bool:
        """Prolong the lease of a run; false where another process has taken the source over."""
        return self._settle(source, owner, {"lease_until": self._clock() + LEASE_SECONDS})

    @retry_conflicts
    def finish(self, source: Source, owner: str, result: RunResult) -> bool:
        """Write down what a run came to and end its lease; false where another process has taken the source over."""
        now = self._clock()
        values: dict[str, Any] = {"lease_owner": None, "lease_until": None, "finished_at": now}
        values |= {"outcome": result.outcome, "message": result.message}
        if result.counts is not None:
            values["counts"] = dict(result.counts)
        if result.outcome is RunOutcome.DONE:
            values |= {"etag": result.etag, "last_modified": result.last_modified}
        if result.retry_after and source.every_seconds:
            values["due_at"] = now + max(result.retry_after, source.every_seconds)
        return self._settle(source, owner, values)

    def _settle(self, source: Source, owner: str, values: Mapping[str, Any]) -> bool:
        mine = and_(sources.c.name == source.name, sources.c.lease_owner == owner, sources.c.run == source.run)
        with self._database.write() as connection:
            return bool(_row_count(connection.execute(update(sources).where(mine).values(**values))))


def _make_source(row: Row[Any]) -> Source:
    return Source(
        name=row.name,
        location=row.location,
        kind=Kind(row.kind) if row.kind else None,
        format=row.format,
        mapping=row.mapping,
        every_seconds=row.every_seconds,
        snapshot=row.snapshot,
        paused=row.paused,
        due_at=row.due_at,
        etag=row.etag,
        last_modified=row.last_modified,
        run=row.run,
        running_until=row.lease_until,
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=RunOutcome(row.outcome) if row.outcome else None,
        message=row.message,
        counts=row.counts or {},
        id_prefix=row.id_prefix or "",
    )


def _row_count(result: CursorResult[Any]) -> int:
    return result.rowcount
