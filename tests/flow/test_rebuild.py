"""A rebuild from the command line while a server answers: no error, no missing document, and the way back."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.contract.milvus.conftest import run_lite_server
from tests.flow.server import Server, start_server

DOCUMENTS = 300

Run = Callable[[Path], AbstractContextManager[Server]]


class Caller:
    """Writes and searches without a pause, and keeps what went wrong."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(self._write,))]
        self._threads.append(threading.Thread(target=self._call, args=(self._search,)))
        self.wrong: list[str] = []
        self.written: list[str] = []
        self.searches = 0

    def __enter__(self) -> "Caller":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _call(self, act: Callable[[], None]) -> None:
        while not self._stop.is_set() and not self.wrong:
            try:
                act()
            except OSError as error:
                self.wrong.append(repr(error))

    def _write(self) -> None:
        name = f"n{len(self.written)}"
        status, _, body = self._server.request("PUT", f"/v1/vacancies/{name}?wait=true", {"title": f"Glazier {name}"})
        if status != 201:
            self.wrong.append(f"PUT {name}: {status} {body!r}")
        self.written.append(name)
        self._find(f"Glazier {name}", name)

    def _search(self) -> None:
        self.searches += 1
        name = f"v{self.searches % DOCUMENTS}"
        self._find(f"Baker {name}", name)

    def _find(self, text: str, name: str) -> None:
        status, _, body = self._server.request("POST", "/v1/vacancies/search", {"text": text, "limit": 1})
        if status != 200 or f'"{name}"'.encode() not in body:
            self.wrong.append(f"search {text!r}: {status} {body[:200]!r}")


@contextmanager
def run_alone(folder: Path) -> Iterator[Server]:
    """One process that serves and works, with Milvus Lite in its folder."""
    server = start_server(folder)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


@contextmanager
def run_apart(folder: Path) -> Iterator[Server]:
    """A server that only answers, a worker beside it, and an index that both reach over the network."""
    with ExitStack() as stack:
        uri, _ = stack.enter_context(run_lite_server(folder))
        server = start_server(folder, COUNTERPART_INDEX_URI=uri, COUNTERPART_WORKER="external")
        stack.callback(server.process.wait, 30)
        stack.callback(server.process.terminate)
        worker = subprocess.Popen([sys.executable, "-m", "ingestion", "work"], env=server.environment)
        stack.callback(worker.wait, 30)
        stack.callback(worker.terminate)
        yield server


def run_command(server: Server, *arguments: str) -> str:
    command = [sys.executable, "-m", "ingestion", *arguments]
    done = subprocess.run(command, env=server.environment | {"COLUMNS": "200"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("run", [run_alone, run_apart])
def test_searches_and_writes_go_on_during_rebuild_and_rollback(run: Run, tmp_path: Path) -> None:
    with run(tmp_path) as server:
        rows = [{"id": f"v{number}", "title": f"Baker v{number}"} for number in range(DOCUMENTS)]
        assert server.request("POST", "/v1/vacancies/batch?wait=true", rows)[0] == 200
        with Caller(server) as caller:
            said = run_command(server, "rebuild", "--model", "hashing-128")
            assert "Set COUNTERPART_EMBEDDING_MODEL=hashing-128" in said
            said = run_command(server, "rollback")
            assert "model hashing-128" in said
        assert caller.wrong == []
        assert caller.searches > 0
        for name in caller.written:
            caller._find(f"Glazier {name}", name)
        assert caller.wrong == []


def test_a_rebuild_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    environment = os.environ | {"COUNTERPART_DATA_DIR": str(tmp_path), "COUNTERPART_EMBEDDING_BACKEND": "hashing"}
    for command, reason in (("rebuild", "--schema rebuilds it"), ("rollback", "no collections to go back to")):
        done = subprocess.run(
            [sys.executable, "-m", "ingestion", command],
            env=environment | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert reason in done.stderr
