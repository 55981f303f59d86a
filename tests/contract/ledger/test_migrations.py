"""A database of an earlier version opens with everything it held, on every database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text

import ingestion
from ingestion.database import Database
from ingestion.housekeeping import DAY, Housekeeper, Retention
from ingestion.ledger import Ledger
from ingestion.records import State
from ingestion.status import StatusDesk
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim

FIRST_ROWS = """
INSERT INTO documents (kind, id, document_hash, deleted, version, state, attempts, not_before, indexed_version,
                       indexed_at, created_at, updated_at, document)
VALUES ('vacancies', 'done', 'h', false, 1, 'indexed', 0, 0, 1, 500, 100, 400,
        '{"id": "done", "title": "Cook", "expires_at": "1970-01-02T01:00:00+01:00"}'),
       ('vacancies', 'waiting', 'h', false, 2, 'pending', 0, 0, NULL, NULL, 100, 600,
        '{"id": "waiting", "title": "Cook"}'),
       ('resumes', 'gone', '', true, 3, 'pending', 0, 0, NULL, NULL, 100, 700, NULL)
"""


@pytest.fixture
def empty_url(database_url: str) -> Iterator[str]:
    """A database that holds no table yet."""
    if database_url.startswith("sqlite"):
        yield database_url
        return
    server = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE earlier"))
    yield make_url(database_url).set(database="earlier").render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE earlier WITH (FORCE)"))
    server.dispose()


def migrate(url: str, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(ingestion.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if revision == "0001":
            connection.exec_driver_sql(FIRST_ROWS)
    engine.dispose()


def test_documents_of_the_first_version_are_queued_and_expire_as_they_were(empty_url: str) -> None:
    migrate(empty_url, "0001")
    books = Books(Database.open(empty_url))
    try:
        assert books.ledger.get_document(Kind.VACANCIES, "done").state is State.INDEXED
        assert books.ledger.has_newer_task(0) is False
        assert books.originals.read(Kind.VACANCIES) == []
        status = StatusDesk(books.database, clock=lambda: 1000.0).read()
        assert [sum(queue.pending.values()) for queue in status.queues] == [0, 2]
        assert status.queues[1].oldest_seconds == 400
        assert status.indexed_last_hour == 1
        assert [one.id for one in claim(books)] == ["waiting", "gone"]
        keeper = Housekeeper(books.database, books.ledger, Retention(1, 0), clock=lambda: 2 * DAY)
        assert keeper.run().documents == 0
        keeper = Housekeeper(books.database, books.ledger, Retention(1, 0), clock=lambda: 2 * DAY + 1)
        assert keeper.run().documents == 1
        assert Ledger(books.database).get_document(Kind.VACANCIES, "done") is None
    finally:
        books.database.close()
