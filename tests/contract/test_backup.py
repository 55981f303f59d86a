"""Backup and restore: what comes back is what was there, on either database, with nothing embedded again."""

import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from ingestion import Installation, ResumeDocument, Settings, VacancyDocument, open_installation
from ingestion.__main__ import app
from ingestion.installation import open_books
from ingestion.originals import Provenance
from ingestion.records import State
from ingestion.sources import Original, Rejection
from ingestion.tables import metadata
from ingestion.topics.building import build_topics
from milvus import Kind, Vectors
from milvus.embedding import HashingEmbedder
from tests.postgres import run_postgres

# Of all characters there are, and named like what stands for bytes in a backup.
ORIGINAL = Original(format="rows", raw="Брот 🍞 " + "".join(map(chr, range(256))), mapping={"base64": "title"})
LEFT_BEHIND = {"collections", "standby", "standby_changes", "topic_requests", "workers"}
OF_THE_INDEX = {"state", "state_since", "indexed_version", "indexed_text_hash", "indexed_at", "attempts"}
OF_THE_QUEUE = {"lease_owner", "lease_until", "not_before"}


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with run_postgres() as url:
        yield url


def make_settings(folder: Path, **values: str) -> Settings:
    return Settings(_env_file=None, data_dir=folder, embedding_backend="hashing", **values)


def run(settings: Settings, *arguments: str) -> str:
    """Run a command under these settings; what it said."""
    environment = {
        "COUNTERPART_DATA_DIR": str(settings.data_dir),
        "COUNTERPART_EMBEDDING_BACKEND": "hashing",
        "COUNTERPART_EMBEDDING_MODEL": settings.embedding_model,
        "COUNTERPART_DATABASE_URL": settings.database_url or "",
        "COLUMNS": "200",
    }
    result = CliRunner().invoke(app, list(arguments), env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def fill(installation: Installation) -> None:
    """Every kind of row there can be: persons, originals, a pending document, a deletion, a rejection."""
    person = {"name": "Ada Null", "email": "ada@example.com"}
    installation.books.ledger.record(
        [
            *(VacancyDocument(id=f"v{number}", title=f"Baker {number}", text="Брот 🍞") for number in range(1200)),
            ResumeDocument.model_validate({"id": "r/1", "title": "Miller", "person": person}),
            VacancyDocument(id="gone", title="Cook"),
        ]
    )
    installation.books.ledger.record(
        [VacancyDocument(id="v8", title="Baker 8", text="Брот 🍞")],
        provenance=[Provenance("/in/jobs.json", by_hand=True, original=ORIGINAL)],
    )
    installation.create_worker().drain()
    build_topics(installation.serving.get(), installation.books.topics, report=lambda *_: None)
    installation.create_worker().drain()
    installation.books.ledger.delete(Kind.VACANCIES, ["gone"])
    installation.books.ledger.record([VacancyDocument(id="v7", title="Changed")])
    installation.books.rejections.add("file.csv", [Rejection(location="file.csv:3", reason="has no title", raw="{}")])


def read_tables(installation: Installation) -> dict[str, list[dict[str, Any]]]:
    """What the ledger says, but for where the index stands."""
    with installation.books.database.read() as connection:
        return {
            table.name: [
                {name: value for name, value in row.items() if name not in OF_THE_INDEX | OF_THE_QUEUE}
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in metadata.sorted_tables
            if table.name not in LEFT_BEHIND
        }


def read_vectors(installation: Installation) -> dict[str, bytes]:
    vacancies = installation.serving.get().store.vacancies
    return {
        id_: np.round(vector, 6).tobytes()
        for id_, vector in vacancies.get_vectors([f"v{n}" for n in range(1200)]).items()
    }


@pytest.mark.parametrize(
    ("source", "target"), [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite")]
)
def test_what_is_restored_equals_what_was_there(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    before = make_settings(tmp_path / "a", **({"database_url": postgres_url} if source == "postgresql" else {}))
    after = make_settings(tmp_path / "b", **({"database_url": postgres_url} if target == "postgresql" else {}))
    wipe(postgres_url, tmp_path)
    with closing(open_installation(before)) as installation:
        fill(installation)
        run_tables, vectors = read_tables(installation), read_vectors(installation)
    said = run(before, "backup", str(tmp_path / "backup.zip"))
    assert "1,202 documents, 1,201 vectors" in said
    embedded: list[str] = []
    embed = HashingEmbedder.embed_documents

    def count(self: HashingEmbedder, texts: list[str]) -> Vectors:
        embedded.extend(texts)
        return embed(self, texts)

    monkeypatch.setattr(HashingEmbedder, "embed_documents", count)
    assert "Restored 1,202 documents, 1,201 of them indexed" in run(after, "restore", str(tmp_path / "backup.zip"))
    assert embedded == ["Changed"], "only what had not been indexed is embedded"
    with closing(open_installation(after)) as installation:
        restored = read_tables(installation)
        assert [row for row in restored["documents"] if not row["deleted"]] == [
            row for row in run_tables["documents"] if not row["deleted"]
        ]
        # What had not been indexed gets a topic as it comes in.
        for members in (restored["topic_members"], run_tables["topic_members"]):
            members[:] = [row for row in members if row["vacancy_id"] != "v7"]
        assert {name: rows for name, rows in restored.items() if name != "documents"} == {
            name: rows for name, rows in run_tables.items() if name != "documents"
        }
        assert restored["topics"]
        assert [one.original for one in installation.books.originals.read(Kind.VACANCIES)] == [ORIGINAL]
        again = read_vectors(installation)
        assert {id_ for id_ in vectors if vectors[id_] != again[id_]} == {"v7"}
        assert installation.serving.get().store.vacancies.get(["gone"]) == {}
        (recorded,) = installation.books.ledger.record([VacancyDocument(id="next", title="Next")])
        assert recorded.task_id > max(row["id"] for row in restored["tasks"])


def wipe(postgres_url: str, folder: Path) -> None:
    """Leave nothing of an earlier test in the database that all share."""
    books = open_books(make_settings(folder, database_url=postgres_url))
    with closing(books), books.database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())


def test_a_backup_is_for_its_owner_only_and_replaces_nothing(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "a")
    open_installation(settings).close()
    path = tmp_path / "backup.zip"
    run(settings, "backup", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(AssertionError, match="exists already"):
        run(settings, "backup", str(path))


def test_a_backup_without_vectors_is_embedded_anew(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "a")
    with closing(open_installation(settings)) as installation:
        installation.books.ledger.record([VacancyDocument(id="v", title="Baker")])
        installation.create_worker().drain()
        said = run(settings, "backup", "--no-vectors", str(tmp_path / "backup.zip"))
    assert "1 documents, 0 vectors" in said
    run(make_settings(tmp_path / "b"), "restore", str(tmp_path / "backup.zip"))
    with closing(open_installation(make_settings(tmp_path / "b"))) as installation:
        stored = installation.books.ledger.get_document(Kind.VACANCIES, "v")
        assert stored is not None
        assert stored.state is State.INDEXED


def test_vectors_of_another_model_are_not_used(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "a")
    with closing(open_installation(settings)) as installation:
        installation.books.ledger.record([VacancyDocument(id="v", title="Baker")])
        installation.create_worker().drain()
    run(settings, "backup", str(tmp_path / "backup.zip"))
    other = make_settings(tmp_path / "b", embedding_model="hashing-64")
    assert "all is embedded anew" in run(other, "restore", str(tmp_path / "backup.zip"))
    with closing(open_installation(other)) as installation:
        assert installation.serving.get().store.vacancies.get_vectors(["v"])["v"].shape == (64,)


def test_vectors_of_another_revision_of_the_model_are_not_used(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "a")
    with closing(open_installation(settings)) as installation:
        installation.books.ledger.record([VacancyDocument(id="v", title="Baker")])
        installation.create_worker().drain()
    run(settings, "backup", str(tmp_path / "backup.zip"))
    with zipfile.ZipFile(tmp_path / "backup.zip") as made, zipfile.ZipFile(tmp_path / "older.zip", "w") as older:
        for name in made.namelist():
            content = made.read(name)
            older.writestr(
                name, content.replace(b'"revision": "1"', b'"revision": "0"') if "manifest" in name else content
            )
    other = make_settings(tmp_path / "b")
    assert "all is embedded anew" in run(other, "restore", str(tmp_path / "older.zip"))


def test_a_ledger_with_documents_is_not_restored_into(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "a")
    with closing(open_installation(settings)) as installation:
        installation.books.ledger.record([VacancyDocument(id="v", title="Baker")])
    run(settings, "backup", str(tmp_path / "backup.zip"))
    with pytest.raises(AssertionError, match="holds documents already"):
        run(settings, "restore", str(tmp_path / "backup.zip"))


@pytest.mark.parametrize("damage", ["text", "truncated", "foreign"])
def test_what_is_no_whole_backup_is_refused(tmp_path: Path, damage: str) -> None:
    settings = make_settings(tmp_path / "a")
    open_installation(settings).close()
    path = tmp_path / "backup.zip"
    run(settings, "backup", str(path))
    if damage == "text":
        path.write_text("no archive")
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-200])
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("hello.txt", "hello")
    with pytest.raises(AssertionError, match="not a whole backup"):
        run(make_settings(tmp_path / "b"), "restore", str(path))
