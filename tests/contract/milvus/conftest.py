"""The engines that the index's contract runs on, and a fresh index on each."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from pymilvus import MilvusClient

from milvus.entities import Kind
from milvus.store import Store
from tests.index_examples import open_store

MILVUS_IMAGE = "milvusdb/milvus:v3.0.1"
SERVER_URI = os.environ.get("COUNTERPART_TEST_MILVUS_URI", "")

MakeIndex = Callable[[], str]
"""Gives the URI of an index that holds nothing yet."""


def _has_docker() -> bool:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(host.removeprefix("unix://")) == 0


IN_PROCESS = ("lite", "lite-from-disk")
ENGINES = [
    *IN_PROCESS,
    "lite-server",
    *(["server"] if SERVER_URI else []),
    *(["container"] if _has_docker() else []),
]


@contextmanager
def run_lite_server(folder: Path, *, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A `milvus-lite server` on a port of the loopback, a free one where none is given: its URI and its process."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, "--data-dir", str(folder / "data")], stdout=log, stderr=log)
    try:
        _wait_for_port(port, process, folder / "server.log")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"milvus-lite server does not start: {log.read_text()[-2000:]}")


@contextmanager
def run_milvus_container() -> Iterator[str]:
    """A Milvus server in a container; skips where the image is not here and cannot be pulled."""
    from testcontainers.community.milvus import MilvusContainer

    container = MilvusContainer(MILVUS_IMAGE)
    try:
        container.start()
    except Exception as error:
        with suppress(Exception):
            container.stop()
        pytest.skip(f"Docker runs, but {MILVUS_IMAGE} could not be started: {error}")
    try:
        yield container.get_connection_url()
    finally:
        container.stop()


@contextmanager
def make_databases(uri: str) -> Iterator[MakeIndex]:
    """Gives databases of their own on a server that may hold others; they are dropped at the end."""
    names: list[str] = []

    def make_index() -> str:
        names.append(f"counterpart_test_{secrets.token_hex(4)}")
        with closing(MilvusClient(uri)) as client:
            client.create_database(names[-1])
        return f"{uri.rstrip('/')}/{names[-1]}"

    yield make_index
    for name in names:
        with closing(MilvusClient(uri, db_name=name)) as client:
            for collection in client.list_collections():
                for alias in client.list_aliases(collection)["aliases"]:
                    client.drop_alias(alias)
                client.drop_collection(collection)
            client.drop_database(name)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def make_index(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeIndex]:
    """Makes indexes on the engine under test."""
    with ExitStack() as stack:
        if engine in IN_PROCESS:
            yield lambda: str(tmp_path_factory.mktemp("lite") / "folder" / "index.db")
            return
        if engine == "lite-server":
            uri, _ = stack.enter_context(run_lite_server(tmp_path_factory.mktemp("server")))
        else:
            uri = SERVER_URI if engine == "server" else stack.enter_context(run_milvus_container())
        yield stack.enter_context(make_databases(uri))


@pytest.fixture(scope="session")
def shared_store(make_index: MakeIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One open index for the whole session; tests take `store`."""
    with open_store(make_index(), terms_folder=tmp_path_factory.mktemp("terms")) as store:
        yield store


@pytest.fixture
def store(shared_store: Store, engine: str) -> Store:
    """An open index that holds nothing; "lite" searches in memory, "lite-from-disk" as it does until that is filled."""
    if engine == "lite-from-disk":
        for kind in Kind:
            shared_store.collection(kind).close()
    shared_store.warm_up(wait=True)
    for kind in Kind:
        collection = shared_store.collection(kind)
        for batch in list(collection.iterate()):
            collection.delete([entity.id for entity in batch])
    return shared_store
