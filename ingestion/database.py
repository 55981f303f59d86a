"""The database behind the ledger: engine, transactions, migrations."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from enum import Enum, unique
from functools import wraps
from pathlib import Path
from sqlite3 import SQLITE_FULL
from sqlite3 import Connection as SqliteConnection
from sqlite3 import connect as connect_sqlite
from typing import Any, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from ingestion.errors import LedgerConflict, LedgerFull, LedgerUnavailable, SettingsError

P = ParamSpec("P")
R = TypeVar("R")

# PostgreSQL's codes for a serialization failure and a deadlock.
_CONFLICTS = ("40001", "40P01")
_DISK_FULL = "53100"
_ATTEMPTS = 6
_TURN_SECONDS = 120.0  # longer than a write may take


@unique
class Lock(Enum):
    """What is done by one process at a time. Any numbers will do for PostgreSQL, as long as they differ."""

    MIGRATION = 823174
    TURN = 823175
    DUPLICATES = 823176
    TOPICS = 823177


class Database:
    """One database, SQLite or PostgreSQL, at the newest schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect = engine.dialect.name

    @classmethod
    def open(cls, url: str) -> "Database":
        """Connect and bring the schema up to date.

        Raises SettingsError for a URL that names no supported database, LedgerUnavailable where it does not answer.
        """
        try:
            parsed = make_url(url)
            engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True, **_engine_options(parsed))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(f"COUNTERPART_DATABASE_URL: not a usable database URL: {error}") from None
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise SettingsError("COUNTERPART_DATABASE_URL: only sqlite and postgresql are supported")
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine, parsed)
        database = cls(engine)
        database._migrate()
        return database

    def _migrate(self) -> None:
        with self.write() as connection:
            # Several processes start at once; only one may migrate, the others wait for it.
            self.lock(connection, Lock.MIGRATION)
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _mapped_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads everything as of one moment, however long it takes."""
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with (
            _mapped_errors(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back on any error."""
        with (
            _mapped_errors(),
            self._engine.connect().execution_options(counterpart_begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    def lock(self, connection: Connection, what: Lock) -> None:
        """Hold a lock to the end of the transaction, once nobody else does; SQLite has one writer anyway."""
        if self.dialect == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({what.value})")

    @contextmanager
    def take_turn(self) -> Iterator[None]:
        """Hold what one process at a time may hold. A process that dies has let go of it. Raises LedgerUnavailable."""
        if self.dialect == "postgresql":
            with self.read() as connection:
                self.lock(connection, Lock.TURN)
                yield
            return
        # A file of its own, because a lock on the ledger's would keep all others from writing to that.
        with (
            _mapped_errors(),
            closing(connect_sqlite(f"{self._engine.url.database}-turn", timeout=_TURN_SECONDS)) as turn,
        ):
            turn.execute("BEGIN EXCLUSIVE")
            yield

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


@contextmanager
def _mapped_errors() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        # SQLite says in the bare class that a file is no database; what is derived otherwise is a fault of ours.
        if type(error) not in (DatabaseError, OperationalError, InterfaceError):
            raise
        raise _choose_error(error)(f"the database refused or does not answer: {error.orig}") from error
    except PoolTimeout as error:
        raise LedgerUnavailable(f"no connection to the database came free: {error}") from error


def _choose_error(error: DatabaseError | InterfaceError) -> type[LedgerUnavailable]:
    state = getattr(error.orig, "sqlstate", None)
    if state in _CONFLICTS:
        return LedgerConflict
    is_full = state == _DISK_FULL or getattr(error.orig, "sqlite_errorcode", None) == SQLITE_FULL
    return LedgerFull if is_full else LedgerUnavailable


def retry_conflicts(method: Callable[P, R]) -> Callable[P, R]:
    """A method that is one transaction, called again where it gave way to another one."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, _ATTEMPTS):
            try:
                return method(*args, **kwargs)
            except LedgerConflict:
                time.sleep(random.uniform(0, 0.05) * attempt)  # noqa: S311 - spreads load, guards no secret
        return method(*args, **kwargs)

    return call


def _engine_options(url: URL) -> dict[str, Any]:
    # As many connections as the API has threads, and some for the worker.
    pool = {"pool_size": 10, "max_overflow": 40}
    return pool | ({"connect_args": {"timeout": 60}} if url.get_backend_name() == "sqlite" else {})


def _prepare_sqlite(engine: Engine, url: URL) -> None:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"COUNTERPART_DATA_DIR: cannot create {folder}: {error.strerror}") from None

    @event.listens_for(engine, "connect")
    def configure(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
        # The driver's own implicit BEGIN takes the write lock too late, after reading, and then deadlocks.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("counterpart_begin", "BEGIN"))


def insert_or_update(
    database: Database,
    table: Table,
    *,
    keys: Sequence[str],
    values: Sequence[str],
    extra: Callable[[Any], dict[str, Any]] | None = None,
) -> Insert:
    """An INSERT that updates `values` where a row of these keys exists; `extra` gives more updates from the new row."""
    dialect: Any = postgresql if database.dialect == "postgresql" else sqlite
    statement = dialect.insert(table)
    new = statement.excluded
    updates = {name: new[name] for name in values} | (extra(new) if extra else {})
    inserted: Insert = statement.on_conflict_do_update(index_elements=list(keys), set_=updates)
    return inserted


def ignore_conflict(database: Database, table: Table) -> Insert:
    """An INSERT that does nothing where one of a row's keys exists."""
    dialect: Any = postgresql if database.dialect == "postgresql" else sqlite
    inserted: Insert = dialect.insert(table).on_conflict_do_nothing()
    return inserted
