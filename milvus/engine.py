"""The engine behind a URI, and every way in which Milvus Lite and a Milvus server differ for us."""

import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
from pymilvus import MilvusClient
from pymilvus.client.types import Status
from pymilvus.client.utils import SciPyHelper
from pymilvus.exceptions import (
    ConnectError,
    ConnectionConfigException,
    ConnectionNotExistException,
    MilvusException,
    MilvusUnavailableException,
)

from milvus.errors import IndexHeld, IndexNotLoaded, IndexRefused, IndexUnavailable
from milvus.schema import Column

MAX_WINDOW = 16_384  # rows that one search may reach, offset included: the server's own limit

# Within these times the client retries a server that does not answer.
CONNECT_SECONDS = 10.0
PING_SECONDS = 3.0
READ_SECONDS = 30.0
WRITE_SECONDS = 60.0
LOAD_SECONDS = 900.0

_LITE_PREFIX = "milvus_lite"
_OLDEST_SERVER = (2, 5)  # the first with nullable columns
_VERSION = re.compile(r"v?(\d+)\.(\d+)")

# Lite writes a collection's latest rows to disk in portions of this size, which takes about five times as much memory
# for a moment (its own default is 128 MiB); every fourth portion it merges them, which takes five times all of them.
_LITE_PORTION_BYTES = 48 * 1024 * 1024

_LITE_LOG = "collections/*/wal/wal_*.arrow"  # there while rows are in memory only; closing writes them out

# No pings on idle connections: Lite answers them with GOAWAY, and gRPC prints that to the terminal.
_GRPC_OPTIONS = {"grpc.keepalive_permit_without_calls": 0}

_scipy_lock = threading.Lock()

_UNREACHABLE = (ConnectError, ConnectionConfigException, ConnectionNotExistException, MilvusUnavailableException)
_UNREACHABLE_CODES = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED")

# What lies with the server and passes, or waits for its operator, by the codes of Milvus 2.5 and later. Limits: memory
# 3, requests 4, disk 7, rate 8, quota or force deny 9, lagging clock 11, resources 12. Collections: missing 100, not
# loaded 101 and 103, recovering 106. Partitions: not loaded 201 and 202. Replicas 401, channels 501 and 503, segments
# 601, 602 and 604, nodes 901 to 903 and 905. Canceled 10000, out of time 10001.
_TRANSIENT_CODES = frozenset({3, 4, 7, 8, 9, 11, 12, 100, 101, 103, 106, 201, 202, 401, 501, 503}) | frozenset(
    {601, 602, 604, 901, 902, 903, 905, 10_000, 10_001}
)
_NOT_LOADED_CODE = 101
_NOT_LOADED_MESSAGE = re.compile(r"is in state 'released'|collection not (?:fully )?loaded", re.IGNORECASE)
# Components wrap such errors without their codes: "unexpected" is 1 for the client and Lite, 65535 for a server.
_UNEXPECTED_CODES = frozenset({1, 65_535})
_TRANSIENT_MESSAGE = re.compile(
    r"rate ?limit|quota exceeded|(?:memory|disk|request) limit exceeded|(?:memory|disk) quota|force deny"
    r"|no space left on device|file too large|not (?:fully )?loaded|deadline ?exceeded|timed? ?out"
    r"|service (?:not ready|unavailable|resource insufficient)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Engine:
    """What is behind a URI: Milvus Lite (in process or as `milvus-lite server`) or a Milvus server.

    Reads say how fresh they must be: `get`, `count` and listings see every write (Strong, up to 0.2 s dearer on an idle
    server), while `search` takes what the query nodes have (Bounded), which is every finished write, as a writer waits
    for them (see `lags_behind_writes`). Lite ignores both and always sees everything.
    """

    version: str

    @property
    def is_lite(self) -> bool:
        """Whether this is Milvus Lite."""
        return self.version.startswith(_LITE_PREFIX)

    @property
    def lists_all_rows(self) -> bool:
        """Whether one query may list every row; a server stops at MAX_WINDOW, and then pages by id are needed.

        A server gives a limited query in the order of ids. Lite does not, and each of its queries walks all rows.
        """
        return self.is_lite

    @property
    def writes_in_parallel(self) -> bool:
        """Whether a collection takes several writers at once.

        Lite's do not: two at once spoil its log, and what they wrote is gone when it is started again after a crash.
        """
        return not self.is_lite

    @property
    def may_forget(self) -> bool:
        """Whether an acknowledged write may be gone after a crash.

        Lite's log is not synced to the disk, and ends for its reader where a write broke off because a disk was full.
        """
        return self.is_lite

    @property
    def lags_behind_writes(self) -> bool:
        """Whether a search may miss what was just written; a server's query nodes take writes in from a log.

        "Session" would make only the writing process wait for its own writes, not the searches of another process.
        """
        return not self.is_lite

    @property
    def filters_arrays(self) -> bool:
        """Whether array functions are fit for filters; Lite's copy every row into Python (0.6 s at 20,000 rows)."""
        return not self.is_lite

    @property
    def ranks_terms(self) -> bool:
        """Whether its BM25 is fit for use; for why Lite's is not see `milvus.term_index`."""
        return not self.is_lite

    @property
    def imports_files(self) -> bool:
        """Whether it takes whole files by bulk import, of which Lite has none."""
        return not self.is_lite

    @property
    def keeps_descriptions(self) -> bool:
        """Whether a collection's description is stored; Lite drops it, but stores properties."""
        return not self.is_lite

    def choose_index(self) -> dict[str, Any]:
        """The vector index: exact on Lite, whose HNSW loses matches under filters (recall@10 0.56 at 1 %)."""
        if self.is_lite:
            return {"index_type": "FLAT", "metric_type": "COSINE", "params": {}}
        return {"index_type": "HNSW", "metric_type": "COSINE", "params": {"M": 16, "efConstruction": 200}}

    def choose_scalar_index(self, column: Column) -> str | None:
        """The index of a scalar column, if any.

        None on Lite: its INVERTED changed no filter's time (20,000 rows), only that of opening, and it has none for
        an ARRAY.
        """
        return "INVERTED" if column.indexed and not self.is_lite else None

    def choose_search_params(self, limit: int) -> dict[str, Any]:
        """Parameters of one search for `limit` rows."""
        params = {} if self.is_lite else {"ef": max(64, 2 * limit)}
        return {"metric_type": "COSINE", "params": params}


@dataclass(frozen=True, slots=True)
class Connection:
    """An open client with what is behind it.

    `lite` is the in-process server and its database, where we run one. `terms_folder` is for the terms of an engine
    that does not rank them. `was_cut_off`: the process that had the Lite folder open before did not close it.
    """

    client: MilvusClient
    engine: Engine
    lite: tuple[Any, Any] | None
    terms_folder: Path | None
    was_cut_off: bool = False

    def close(self) -> None:
        """Close the client, and an in-process Lite with its hold on the data folder."""
        self.client.close()
        if self.lite is not None:
            _stop_lite(self.lite)


def connect(uri: str, *, token: str | None = None, create: bool = True, terms_folder: Path | None = None) -> Connection:
    """Connect to a Milvus server (http://host:port) or open a Lite data folder (a path ending in .db).

    With `create`, the folder and its parents are made where they are missing. Lite runs as a thread that listens on a
    random port of 127.0.0.1. `terms_folder` is by default beside a Lite data folder. Raises IndexUnavailable when
    nothing answers, the folder is held or not to be made, or the URI is neither.
    """
    _quiet_loggers()
    if "://" in uri:
        return _connect_client(uri, token=token, lite=None, terms_folder=terms_folder)
    if not uri.endswith(".db"):
        raise IndexUnavailable(f"{uri!r} is neither http://host:port of a server nor a path ending in .db")
    if not create and not Path(uri).exists():
        raise IndexUnavailable(f"the index {uri} is not set up yet: there is no such folder")
    terms_folder = terms_folder or Path(uri).with_suffix(".terms")
    was_cut_off = any(Path(uri).glob(_LITE_LOG))
    server, database, port = _start_lite(Path(uri))
    lite = (server, database)
    try:
        connection = _connect_client(f"http://127.0.0.1:{port}", token=None, lite=lite, terms_folder=terms_folder)
        return replace(connection, was_cut_off=was_cut_off)
    except IndexUnavailable:
        _stop_lite(lite)
        raise


@contextmanager
def map_errors(operation: str, target: str) -> Iterator[None]:
    """Turn the client library's errors into ours; messages name the operation and the collection or address."""
    try:
        yield
    except _UNREACHABLE as error:
        raise IndexUnavailable(f"{operation} {target}: {error.message}") from error
    except MilvusException as error:
        kind = IndexUnavailable if _is_unreachable(error) or _is_transient(error) else IndexRefused
        if error.code == _NOT_LOADED_CODE or _NOT_LOADED_MESSAGE.search(str(error.message)):
            kind = IndexNotLoaded
        raise kind(f"{operation} {target}: {error.message}") from error
    except grpc.RpcError as error:
        # gRPC's own errors come through unchanged where the client does not retry.
        kind = IndexUnavailable if error.code().name in _UNREACHABLE_CODES else IndexRefused
        raise kind(f"{operation} {target}: {error.code().name}: {error.details()}") from error


@contextmanager
def map_lite_errors(operation: str, target: str) -> Iterator[None]:
    """As `map_errors`, for a Lite in this process that is called without the client."""
    from milvus_lite import FilterError, MilvusLiteError

    try:
        yield
    except FilterError as error:
        raise IndexRefused(f"{operation} {target}: {error}") from error
    except (MilvusLiteError, OSError, RuntimeError) as error:  # the last where it was closed
        raise IndexUnavailable(f"{operation} {target}: {error}") from error


def _connect_client(
    uri: str, *, token: str | None, lite: tuple[Any, Any] | None, terms_folder: Path | None
) -> Connection:
    try:
        client = MilvusClient(uri, token=token or "", timeout=CONNECT_SECONDS, grpc_options=_GRPC_OPTIONS)
        version = str(client.get_server_version(timeout=CONNECT_SECONDS))
    except (MilvusException, grpc.RpcError) as error:
        raise IndexUnavailable(f"connect to {_hide_password(uri)}: {getattr(error, 'message', error)}") from error
    with _scipy_lock:
        # The client loads SciPy at the first search, and two first searches at once then fail: so it is loaded here.
        SciPyHelper.is_scipy_sparse([])
    engine = Engine(version)
    found = _VERSION.match(version)
    if not engine.is_lite and found and (int(found[1]), int(found[2])) < _OLDEST_SERVER:
        client.close()
        raise IndexUnavailable(f"{_hide_password(uri)} is Milvus {version}; nullable columns need 2.5 or newer")
    return Connection(client, engine, lite, terms_folder)


def _start_lite(path: Path) -> tuple[Any, Any, int]:
    os.environ.setdefault("MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES", str(_LITE_PORTION_BYTES))  # read at the import
    # Imported here, as it loads faiss, which a process that talks to a server has no use for.
    from milvus_lite.adapter.grpc.server import start_server_in_thread
    from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return start_server_in_thread(str(path), host="127.0.0.1", port=0)  # type: ignore[no-any-return]
    except DataDirLockedError as error:
        raise IndexHeld(f"the index {path} is held by another process, or open in this one already") from error
    except (MilvusLiteError, OSError, RuntimeError) as error:
        raise IndexUnavailable(f"the index {path} cannot be opened: {error}") from error


def _stop_lite(lite: tuple[Any, Any]) -> None:
    server, database = lite
    server.stop(grace=2).wait()
    database.close()


def _is_unreachable(error: MilvusException) -> bool:
    # A client that was closed says the latter, under no code of its own.
    if error.code == Status.CONNECT_FAILED or "should create connection first" in str(error.message):
        return True
    # Where its retries run out, the client passes on gRPC's status as the code, or only its name within the message.
    return str(getattr(error.code, "name", "")) in _UNREACHABLE_CODES or any(
        f"StatusCode.{code}" in str(error.message) for code in _UNREACHABLE_CODES
    )


def _is_transient(error: MilvusException) -> bool:
    if error.retriable or error.code in _TRANSIENT_CODES:
        return True
    return error.code in _UNEXPECTED_CODES and _TRANSIENT_MESSAGE.search(str(error.message)) is not None


def _hide_password(uri: str) -> str:
    scheme, _, rest = uri.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _quiet_loggers() -> None:
    """Leave the terminal to the application: both libraries' records go to its handlers, where it has set any.

    Two loggers only repeat, with a traceback, errors that are raised as well.
    """
    for name in ("pymilvus", "pymilvus.milvus_client", "pymilvus.bulk_writer", "milvus_lite"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = True
    for name in ("pymilvus.decorators", "pymilvus.client.connection_manager"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
