"""Sources and watched folders, as people use them: from the command to the index."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingestion.database import Database
from ingestion.source_list import SourceDescription, SourceList
from milvus import Kind
from tests.flow.commands import check_clear_error, run
from tests.flow.conftest import serve
from tests.unit.ingestion.rude_server import RudeServer, answer, run_rude_server, send

ROWS = [{"id": f"w{number}", "title": f"Welder {number}", "text": "Joins steel."} for number in range(12)]


def encode(rows: list[dict[str, str]]) -> bytes:
    return json.dumps(rows).encode()


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with run_rude_server() as running:
        yield running


@pytest.fixture
def allowed(environment: dict[str, str]) -> dict[str, str]:
    """The environment in which the loopback may be fetched from."""
    return environment | {"COUNTERPART_ALLOW_PRIVATE_SOURCES": "true"}


def sources(environment: dict[str, str], *arguments: object) -> tuple[int, str]:
    return run(environment, "ingestion", "sources", *arguments)


def check(outcome: tuple[int, str], *words: str, code: int = 0) -> None:
    assert outcome[0] == code, outcome[1]
    for word in words:
        assert word in outcome[1], outcome[1]


def wait_for(happened: Callable[[], object]) -> bool:
    """Whether something that other processes do happens within a minute."""
    deadline = time.monotonic() + 60
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_feed_is_added_run_and_listed(allowed: dict[str, str], server: RudeServer) -> None:
    server.answers["/jobs.json?key=geheim"] = [
        answer(encode(ROWS), headers=('ETag: "v1"',)),
        send(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        answer(encode(ROWS[:10]), headers=('ETag: "v2"',)),
    ]
    url = server.url("/jobs.json?key=geheim")
    options = ("--kind", "vacancies", "--every", "15m", "--snapshot")
    check(sources(allowed, "add", "board", url, *options), "Added board", "every 15m")
    check(sources(allowed, "run"), "board: done (12 new)")
    check(sources(allowed, "run", "board"), "board: unchanged")
    check(sources(allowed, "run", "board"), "board: done (10 unchanged, 2 closed)")

    code, listed = sources(allowed, "list")
    assert code == 0
    assert "geheim" not in listed
    assert re.search(r"board.*jobs\.json.*15m.*is closed.*10.*due in .*done", listed), listed
    check(run(allowed, "ingestion", "status"))
    assert re.search(r"vacancies\W+0\W+10\W+0", run(allowed, "ingestion", "status")[1])


def test_failed_run_is_told_with_its_cause(allowed: dict[str, str], server: RudeServer) -> None:
    server.answers["/jobs.json"] = [answer(status="404 Not Found")]
    sources(allowed, "add", "board", server.url("/jobs.json"))
    check(sources(allowed, "run"), "board: failed", server.url("/jobs.json"), "answered 404", code=1)
    check(sources(allowed, "list"), "failed", "404")


def test_shrunken_snapshot_is_told_and_believed_by_force(allowed: dict[str, str], server: RudeServer) -> None:
    server.answers["/jobs.json"] = [answer(encode(ROWS)), answer(encode(ROWS[:2]))]
    sources(allowed, "add", "board", server.url("/jobs.json"), "--kind", "vacancies", "--snapshot")
    sources(allowed, "run")
    check(sources(allowed, "run"), "board: partial", "nothing was closed", "--force", code=1)
    check(sources(allowed, "run", "board", "--force"), "board: done (2 unchanged, 10 closed)")


def test_private_address_is_refused_by_default(environment: dict[str, str], server: RudeServer) -> None:
    sources(environment, "add", "board", server.url("/jobs.json"))
    check(sources(environment, "run"), "board: failed", "COUNTERPART_ALLOW_PRIVATE_SOURCES", code=1)
    assert server.requests == []


def test_columns_are_mapped_and_format_is_said(allowed: dict[str, str], server: RudeServer) -> None:
    server.answers["/export"] = [answer("Nr;Beruf\n1;Schweißer\n".encode())]
    options = ("--format", "csv", "--kind", "vacancies", "--map", "Nr=id", "--map", "Beruf=title")
    check(sources(allowed, "add", "board", server.url("/export"), *options))
    check(sources(allowed, "run"), "board: done (1 new)")


def test_paused_source_is_run_only_when_named(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "vacancies.json").write_bytes(encode(ROWS))
    sources(environment, "add", "board", tmp_path / "vacancies.json", "--every", "1h")
    check(sources(environment, "pause", "board"), "board is paused")
    check(sources(environment, "list"), "paused")
    assert "done" not in sources(environment, "run")[1]
    check(sources(environment, "run", "board"), "board: done (12 new)")
    check(sources(environment, "resume", "board"), "back in the schedule")
    check(sources(environment, "list"), "due")


@pytest.mark.parametrize(("option", "left"), [((), "12"), (("--close",), "0")])
def test_removed_source_leaves_its_documents_unless_they_are_to_be_closed(
    environment: dict[str, str], tmp_path: Path, option: tuple[str, ...], left: str
) -> None:
    (tmp_path / "vacancies.json").write_bytes(encode(ROWS))
    sources(environment, "add", "board", tmp_path / "vacancies.json")
    sources(environment, "run")
    check(sources(environment, "remove", "board", *option), "board is removed")
    check(sources(environment, "list"), "There are no sources")
    assert re.search(rf"vacancies\W+0\W+{left}\W+0", run(environment, "ingestion", "status")[1])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("a b", "https://jobs.example/a.json"), "no name"),
        (("board", "ftp://jobs.example/a.json"), "only http and https"),
        (("board", "https://me:geheim@jobs.example/a.json"), "user name or password"),
        (("board", "no/such/file.json"), "no such file"),
        (("board", "https://jobs.example/a", "--format", "exe"), "--format exe"),
        (("board", "https://jobs.example/a", "--every", "soon"), "--every soon"),
        (("board", "https://jobs.example/a", "--every", "5s"), "a minute"),
        (("board", "https://jobs.example/a", "--map", "a=nonsense"), "nonsense"),
        (("board", "https://jobs.example/a", "--kind", "people"), "people"),
    ],
)
def test_source_that_cannot_be_added_is_a_clear_error(
    environment: dict[str, str], arguments: tuple[str, ...], word: str
) -> None:
    outcome = sources(environment, "add", *arguments)
    check_clear_error(outcome, word)
    assert "geheim" not in outcome[1]


@pytest.mark.parametrize("command", ["run", "pause", "resume", "remove"])
def test_unknown_source_is_a_clear_error(environment: dict[str, str], command: str) -> None:
    check_clear_error(sources(environment, command, "nobody"), "nobody")


def test_api_process_runs_what_is_due(tmp_path: Path) -> None:
    (tmp_path / "vacancies.json").write_bytes(encode(ROWS))
    database = Database.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    location = str(tmp_path / "vacancies.json")
    SourceList(database).add(
        SourceDescription(name="board", location=location, kind=Kind.VACANCIES, every_seconds=60.0)
    )
    database.close()
    with serve(tmp_path, embedding_backend="hashing") as api:
        assert wait_for(lambda: api.client.get("/v1/vacancies").json()["items"])
        found = api.client.get("/v1/vacancies").json()["items"]
        assert {item["document"]["source"] for item in found} == {"board"}


@contextmanager
def watching(environment: dict[str, str], folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`watch` in a process of its own, from its first line to a clean end by SIGINT."""
    command = [sys.executable, "-u", "-m", "ingestion", "watch", str(folder), "--kind", "vacancies", *options]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert "Watching" in process.stdout.readline()
            yield process
            process.send_signal(signal.SIGINT)
            assert process.stdout.read().endswith("Stopped.\n")
            assert process.wait(60) == 0
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """The lines up to the one that holds the word."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            break
    return "".join(lines)


def test_watch_brings_files_into_the_index_as_they_appear(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.json").write_bytes(encode(ROWS[:2]))
    with watching(environment, folder) as process:
        assert "a.json: 2 documents (2 new)" in read_until(process, "documents")
        assert "Indexed 2." in read_until(process, "Indexed")
        (folder / "b.json").write_bytes(encode(ROWS[2:5]))
        assert "b.json: 3 documents (3 new)" in read_until(process, "documents")

    (folder / "a.json").unlink()
    with watching(environment, folder, "--delete") as process:
        told = read_until(process, "is gone")
        assert "a.json: is gone; 2 documents closed" in told
        assert "b.json" not in told
        read_until(process, "Indexed")
    assert re.search(r"vacancies\W+0\W+3\W+0", run(environment, "ingestion", "status")[1])


def test_watch_leaves_the_indexing_to_a_process_that_has_the_index_open(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with serve(tmp_path / "var", embedding_backend="hashing") as api, watching(environment, folder) as process:
        (folder / "a.json").write_bytes(encode(ROWS))
        read_until(process, "12 documents")
        for row in ROWS:
            task = api.installation.books.ledger.get_document(Kind.VACANCIES, row["id"]).task_id
            assert wait_for(lambda task=task: api.client.get(f"/v1/tasks/{task}").json()["state"] == "done")


def test_work_runs_what_is_due_and_ends_cleanly(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "vacancies.json").write_bytes(encode(ROWS))
    sources(environment, "add", "board", tmp_path / "vacancies.json", "--every", "1h")
    command = [sys.executable, "-u", "-m", "ingestion", "work"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert any("source was run" in line for line in process.stderr)
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
            assert process.wait(60) == 0
        finally:
            process.kill()
    check(sources(environment, "list"), "due in", "done")


def test_watch_of_no_folder_is_a_clear_error(environment: dict[str, str]) -> None:
    check_clear_error(run(environment, "ingestion", "watch", "/no/such/folder"), "/no/such/folder")
