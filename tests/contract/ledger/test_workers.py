"""Several workers over one PostgreSQL: every document once, and what a killed worker held is taken over."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from ingestion.currency import load_rates
from ingestion.database import Database
from ingestion.ledger import Ledger
from ingestion.normalize import Normalizer
from ingestion.pipeline import Pipeline
from ingestion.queue import WorkQueue
from ingestion.records import Claim, Priority, State
from ingestion.skills import load_taxonomy
from ingestion.status import StatusDesk
from ingestion.worker import LEASE_SECONDS, Worker
from milvus import Entity, Kind, Vectors
from milvus.embedding import HashingEmbedder
from tests.contract.ledger.documents import vacancy

DOCUMENTS = 2000
WORKERS = 4

# Claims a batch, says so, and never comes to an end.
STUCK_WORKER = """
import sys, time
from ingestion.database import Database
from ingestion.queue import WorkQueue

claims = WorkQueue(Database.open(sys.argv[1])).claim("stuck", limit=50, lease_seconds=float(sys.argv[2]))
print(*(claim.id for claim in claims), flush=True)
time.sleep(600)
"""


@dataclass
class Shelf:
    """One collection in memory: the newest row of each id, and how often each was written."""

    rows: dict[str, Entity] = field(default_factory=dict)
    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get_embedded(self, ids: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - the port's signature
        return {}

    def upsert(self, entities: Sequence[Entity], vectors: Vectors) -> None:
        assert len(entities) == len(vectors)
        with self._lock:
            self.rows |= {entity.id: entity for entity in entities}
            self.writes.update((entity.id, entity.document_hash) for entity in entities)

    def delete(self, ids: Sequence[str]) -> None:
        with self._lock:
            for id_ in ids:
                self.rows.pop(id_, None)


@dataclass
class Shelves:
    """Stands in for the index, which here is only to show who wrote what."""

    shelves: dict[Kind, Shelf] = field(default_factory=lambda: {kind: Shelf() for kind in Kind})

    def collection(self, kind: Kind) -> Shelf:
        return self.shelves[kind]


class WatchedQueue(WorkQueue):
    """Counts how often each version of each document was claimed."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(database, clock=clock)
        self.claimed: Counter[tuple[str, int]] = Counter()

    def claim(
        self, owner: str, *, limit: int, lease_seconds: float, first: Priority = Priority.INTERACTIVE
    ) -> list[Claim]:
        claims = super().claim(owner, limit=limit, lease_seconds=lease_seconds, first=first)
        self.claimed.update((one.id, one.version) for one in claims)
        return claims


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = Database.open(postgres_url)
    with database.write() as connection:
        connection.execute(text("TRUNCATE documents, tasks, persons, workers"))
    yield database
    database.close()


def make_pipeline(shelves: Shelves) -> Pipeline:
    return Pipeline(
        normalizer=Normalizer(taxonomy=load_taxonomy(), rates=load_rates()),
        embedder=HashingEmbedder(dimension=32),
        store=shelves,  # type: ignore[arg-type]  # all that a pipeline uses of it
    )


def run_workers(queue: WorkQueue, shelves: Shelves, meanwhile: Callable[[], None] = lambda: None) -> None:
    """WORKERS workers until nothing is pending."""
    pipeline = make_pipeline(shelves)
    threads = [threading.Thread(target=Worker(queue, lambda: pipeline).drain) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join()


def test_workers_share_a_queue_and_claim_every_version_once(database: Database) -> None:
    ledger, shelves = Ledger(database), Shelves()
    queue = WatchedQueue(database)
    ledger.record([vacancy(f"v{i}") for i in range(DOCUMENTS)], priority=Priority.BULK)

    def interfere() -> None:
        """What callers do meanwhile: change, send and erase single documents."""
        for i in range(0, 100, 2):
            ledger.record([vacancy(f"v{i}", title="Head nurse")])
            ledger.delete(Kind.VACANCIES, [f"v{i + 1}"])
            ledger.record([vacancy(f"late-{i}")])

    run_workers(queue, shelves, interfere)
    assert set(queue.claimed.values()) == {1}
    assert len({id_ for id_, _ in queue.claimed}) >= DOCUMENTS
    counts = ledger.summarize().counts[Kind.VACANCIES]
    assert counts == {State.PENDING: 0, State.INDEXED: DOCUMENTS, State.FAILED: 0}
    expected = {f"v{i}" for i in range(DOCUMENTS) if not (i < 100 and i % 2)} | {f"late-{i}" for i in range(0, 100, 2)}
    rows = shelves.collection(Kind.VACANCIES).rows
    assert set(rows) == expected
    assert {rows[f"v{i}"].title for i in range(0, 100, 2)} == {"Head nurse"}
    assert StatusDesk(database).read().workers == []


def test_what_a_killed_worker_held_is_taken_over_when_its_lease_ran_out(database: Database, postgres_url: str) -> None:
    ledger, shelves = Ledger(database), Shelves()
    ledger.record([vacancy(f"v{i}") for i in range(DOCUMENTS)], priority=Priority.BULK)
    stuck = subprocess.Popen(
        [sys.executable, "-c", STUCK_WORKER, postgres_url, str(LEASE_SECONDS)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert stuck.stdout is not None
        held = set(stuck.stdout.readline().split())
    finally:
        stuck.kill()
        stuck.wait()
    assert len(held) == 50

    queue = WorkQueue(database)
    others = queue.claim("alive", limit=DOCUMENTS, lease_seconds=LEASE_SECONDS)
    assert {one.id for one in others} == {f"v{i}" for i in range(DOCUMENTS)} - held
    queue.settle("alive", make_pipeline(shelves).apply(others))
    assert queue.claim("alive", limit=DOCUMENTS, lease_seconds=LEASE_SECONDS) == []

    later = WatchedQueue(database, clock=lambda: time.time() + LEASE_SECONDS + 1)
    run_workers(later, shelves)
    assert {id_: times for (id_, _), times in later.claimed.items()} == dict.fromkeys(held, 1)
    assert ledger.summarize().counts[Kind.VACANCIES][State.INDEXED] == DOCUMENTS
    assert set(shelves.collection(Kind.VACANCIES).writes.values()) == {1}
