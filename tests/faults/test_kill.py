"""kill -9 in the middle of loading: after the next start nothing is lost, nothing is there twice, nothing is stale."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion import open_installation, read_settings
from milvus import Kind

ROWS = 1500


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    settings = {"COUNTERPART_DATA_DIR": str(tmp_path / "var"), "COUNTERPART_EMBEDDING_BACKEND": "hashing"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **settings}


def write_vacancies(path: Path, *, edition: int) -> None:
    rows = [
        {"id": f"v{i}", "title": f"Welder {i}", "text": f"Edition {edition if i % 3 == 0 else 0} of posting {i}."}
        for i in range(ROWS)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))


def start_load(path: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ingestion", "load", str(path), "--kind", "vacancies"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def count_rows(ledger: Path, state: str) -> int:
    if not ledger.exists():
        return 0
    with sqlite3.connect(ledger, timeout=30) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM documents WHERE state = ?", (state,)).fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def kill_when(process: subprocess.Popen[bytes], ledger: Path, *, state: str, rows: int) -> None:
    """Kill the process as soon as so many documents are in a state; fails where it ends before."""
    deadline = time.monotonic() + 120
    while count_rows(ledger, state) < rows:
        assert process.poll() is None, "the load ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def finish_load(path: Path, environment: dict[str, str]) -> None:
    process = start_load(path, environment)
    output = process.communicate(timeout=120)[0].decode()
    assert process.returncode == 0, output


def assert_index_equals(path: Path) -> None:
    """Ledger and index hold exactly the rows of the file, in its newest edition."""
    expected = {row["id"]: row["text"] for row in map(json.loads, path.read_text().splitlines())}
    installation = open_installation(read_settings())
    try:
        collection = installation.serving.get().store.collection(Kind.VACANCIES)
        indexed = [entity for batch in collection.iterate() for entity in batch]
        assert len(indexed) == collection.count() == len(expected)
        assert {entity.id: entity.text for entity in indexed} == expected
        assert installation.books.queue.count_pending() == 0
        for entity in indexed[::100]:
            stored = installation.books.ledger.get_document(Kind.VACANCIES, entity.id)
            assert stored is not None
            assert stored.document_hash == entity.document_hash
            vector = installation.serving.get().embedder.embed_documents([entity.embedded_text])[0]
            best = collection.search(vector, limit=1)[0]
            assert best.score == pytest.approx(1.0, abs=1e-4), f"{entity.id} has the vector of another text"
    finally:
        installation.close()


@pytest.mark.parametrize(
    ("state", "rows"),
    [("pending", 1), ("pending", 1000), ("indexed", 1), ("indexed", 700)],
    ids=["reading", "still-reading", "indexing", "still-indexing"],
)
def test_load_killed_and_started_again_loses_and_doubles_nothing(
    tmp_path: Path, environment: dict[str, str], state: str, rows: int
) -> None:
    source, ledger = tmp_path / "vacancies.jsonl", tmp_path / "var" / "ledger.db"
    write_vacancies(source, edition=1)
    kill_when(start_load(source, environment), ledger, state=state, rows=rows)
    finish_load(source, environment)
    assert_index_equals(source)


def test_update_killed_and_started_again_leaves_nothing_stale(tmp_path: Path, environment: dict[str, str]) -> None:
    source, ledger = tmp_path / "vacancies.jsonl", tmp_path / "var" / "ledger.db"
    write_vacancies(source, edition=1)
    finish_load(source, environment)
    write_vacancies(source, edition=2)
    kill_when(start_load(source, environment), ledger, state="pending", rows=100)
    finish_load(source, environment)
    assert_index_equals(source)
