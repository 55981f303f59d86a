"""What the queue is doing: how long it is, how fast it shrinks, what failed, and who works on it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, func, select

from ingestion.database import Database
from ingestion.records import Priority, State
from ingestion.tables import documents, rejections, workers
from milvus import Kind

ALIVE_SECONDS = 30.0


class QueueStatus(BaseModel):
    """One of the two queues: `interactive` is what somebody waits for, `bulk` is loads."""

    priority: str = Field(description="`interactive` (few documents at once, and deletions) goes before `bulk`.")
    pending: dict[Kind, int] = Field(description="Changes that searches do not show yet, by kind.")
    oldest_seconds: float | None = Field(description="How long the oldest of them has waited; null where none does.")


class FailureCount(BaseModel):
    """How many documents of one origin were set aside."""

    kind: Kind
    source: str | None = Field(description="The `source` that the documents name; null where they name none.")
    documents: int


class WorkerStatus(BaseModel):
    """A worker that showed a sign of life within the last 30 seconds."""

    id: str
    process: str = Field(description="Host and process id.")
    started_at: datetime
    seen_at: datetime
    claimed: int = Field(description="Documents that it is working on.")


class IngestionStatus(BaseModel):
    """What the queue is doing at this moment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "documents": {
                        "resumes": {"pending": 0, "indexed": 12000, "failed": 0},
                        "vacancies": {"pending": 641, "indexed": 14201, "failed": 2},
                    },
                    "queues": [
                        {
                            "priority": "interactive",
                            "pending": {"resumes": 0, "vacancies": 1},
                            "oldest_seconds": 0.4,
                        },
                        {"priority": "bulk", "pending": {"resumes": 0, "vacancies": 640}, "oldest_seconds": 71.5},
                    ],
                    "indexed_last_minute": 540,
                    "indexed_last_hour": 14201,
                    "failures": [{"kind": "vacancies", "source": "careers page", "documents": 2}],
                    "rejections": 3,
                    "workers": [
                        {
                            "id": "5f0c1b8f3c0e4a6d9a3f6f2f7f3b2a10",
                            "process": "worker-1:7",
                            "started_at": "2026-11-20T09:00:00Z",
                            "seen_at": "2026-11-20T09:30:00Z",
                            "claimed": 9,
                        }
                    ],
                }
            ]
        }
    )

    documents: dict[Kind, dict[State, int]] = Field(
        description="Documents by kind and state; a removal that is on its way, or failed, counts as one."
    )
    queues: list[QueueStatus] = Field(description="What waits, in the order in which workers take it.")
    indexed_last_minute: int = Field(description="Documents whose newest version came into the index.")
    indexed_last_hour: int = Field(description="The same, of an hour.")
    failures: list[FailureCount] = Field(description="Documents set aside by source; most first, at most 100.")
    rejections: int = Field(description="Rows of files that could not be read as documents.")
    workers: list[WorkerStatus] = Field(description="Empty where nothing works off the queue.")


class StatusDesk:
    """Reads the state of the queue. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def read(self) -> IngestionStatus:
        """The queue at this moment, in one transaction. Raises LedgerUnavailable."""
        now = self._clock()
        with self._database.read() as connection:
            counts = _count(connection)
            states = {
                kind: {state: sum(counts.get((kind, state, p), 0) for p in Priority) for state in State}
                for kind in Kind
            }
            return IngestionStatus(
                documents=states,
                queues=[_read_queue(connection, counts, priority, now) for priority in Priority],
                indexed_last_minute=_count_indexed(connection, now - 60),
                indexed_last_hour=_count_indexed(connection, now - 3600),
                failures=_count_failures(connection),
                rejections=connection.scalar(select(func.count()).select_from(rejections)) or 0,
                workers=_list_workers(connection, now - ALIVE_SECONDS),
            )


def _count(connection: Connection) -> dict[tuple[Kind, State, Priority], int]:
    keys = (documents.c.kind, documents.c.state, documents.c.priority)
    rows = connection.execute(select(*keys, func.count().label("total")).group_by(*keys))
    return {(Kind(row.kind), State(row.state), Priority(row.priority)): row.total for row in rows}


def _read_queue(
    connection: Connection, counts: dict[tuple[Kind, State, Priority], int], priority: Priority, now: float
) -> QueueStatus:
    since = connection.scalar(
        select(func.min(documents.c.state_since)).where(
            documents.c.state == State.PENDING, documents.c.priority == priority
        )
    )
    return QueueStatus(
        priority=priority.name.lower(),
        pending={kind: counts.get((kind, State.PENDING, priority), 0) for kind in Kind},
        oldest_seconds=None if since is None else max(0.0, now - since),
    )


def _count_indexed(connection: Connection, after: float) -> int:
    return (
        connection.scalar(
            select(func.count())
            .select_from(documents)
            .where(documents.c.state == State.INDEXED, documents.c.priority.in_(list(Priority)))
            .where(documents.c.state_since > after)
        )
        or 0
    )


def _count_failures(connection: Connection) -> list[FailureCount]:
    source = documents.c.document["source"].as_string().label("source")
    total = func.count().label("total")
    rows = connection.execute(
        select(documents.c.kind, source, total)
        .where(documents.c.state == State.FAILED)
        .group_by(documents.c.kind, source)
        .order_by(total.desc(), documents.c.kind)
        .limit(100)
    )
    return [FailureCount(kind=Kind(row.kind), source=row.source, documents=row.total) for row in rows]


def _list_workers(connection: Connection, after: float) -> list[WorkerStatus]:
    leases = connection.execute(
        select(documents.c.lease_owner, func.count())
        .where(documents.c.lease_owner.is_not(None))
        .group_by(documents.c.lease_owner)
    )
    claimed = {str(owner): int(total) for owner, total in leases}
    rows = connection.execute(select(workers).where(workers.c.seen_at > after).order_by(workers.c.started_at))
    return [
        WorkerStatus(
            id=row.id,
            process=row.process,
            started_at=datetime.fromtimestamp(row.started_at, UTC),
            seen_at=datetime.fromtimestamp(row.seen_at, UTC),
            claimed=claimed.get(row.id, 0),
        )
        for row in rows
    ]
