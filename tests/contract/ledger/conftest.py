"""The ledger's contract runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from ingestion.database import Database
from ingestion.duplicates import DuplicateBook
from ingestion.failures import FailureDesk
from ingestion.holdings import Holdings
from ingestion.judging import JudgingBook
from ingestion.ledger import Ledger
from ingestion.originals import OriginalShelf
from ingestion.queue import WorkQueue
from ingestion.rejections import RejectionLog
from ingestion.sightings import Sightings
from ingestion.source_list import SourceList
from ingestion.standby import StandbyBook
from ingestion.status import StatusDesk
from ingestion.tables import metadata
from ingestion.topics import TopicBook, TopicRequests
from ingestion.watched_files import WatchedFiles
from tests.postgres import run_postgres


@dataclass
class Clock:
    """Time that moves only when told."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Books:
    """The faces of one database, under one clock."""

    database: Database
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.database, clock=self.clock)
        self.queue = WorkQueue(self.database, clock=self.clock)
        self.rejections = RejectionLog(self.database, clock=self.clock)
        self.standby = StandbyBook(self.database, clock=self.clock)
        self.failures = FailureDesk(self.database, self.ledger, clock=self.clock)
        self.status = StatusDesk(self.database, clock=self.clock)
        self.sources = SourceList(self.database, clock=self.clock)
        self.holdings = Holdings(self.database)
        self.watched = WatchedFiles(self.database, clock=self.clock)
        self.duplicates = DuplicateBook(self.database, clock=self.clock)
        self.originals = OriginalShelf(self.database)
        self.sightings = Sightings(self.database, clock=self.clock)
        self.judging = JudgingBook(self.database, clock=self.clock)
        self.topics = TopicBook(self.database, clock=self.clock)
        self.topic_requests = TopicRequests(self.database, clock=self.clock)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with run_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    database = Database.open(database_url)
    with database.write() as connection:
        for table in metadata.tables:
            connection.execute(text(f"DELETE FROM {table}"))
    yield Books(database)
    database.close()
