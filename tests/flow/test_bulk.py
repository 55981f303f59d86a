"""Exports and bulk loads: shards of the ledger's documents, and an index that a server fills from them.

The import server here is ours: it reads the shards as the interface documents it, and puts them into Milvus Lite.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pymilvus import MilvusClient

from ingestion import (
    Installation,
    Priority,
    ResumeDocument,
    Settings,
    State,
    VacancyDocument,
    bulk_commands,
    open_installation,
)
from ingestion.bulk_book import BulkBook
from ingestion.bulk_load import BulkLoader, BulkResult, BulkTarget
from ingestion.errors import ExportRefused
from ingestion.export import ShardFolder, ShardMaker, export_documents
from ingestion.serving import Served
from milvus import BulkImporter, Collection, FileStore, Kind, Vectors
from milvus.embedding import HashingEmbedder
from milvus.engine import Engine
from milvus.errors import EmbeddingError, IndexUnavailable
from tests.contract.milvus.conftest import run_lite_server
from tests.flow.commands import check_clear_error, run
from tests.import_server import ImportServer

KIND = Kind.VACANCIES


class TiringEmbedder(HashingEmbedder):
    """Embeds so many texts and is away then."""

    def __init__(self, most: float = float("inf")) -> None:
        super().__init__()
        self.most = most
        self.embedded: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if len(self.embedded) + len(texts) > self.most:
            raise EmbeddingError("the model is away")
        self.embedded += texts
        return super().embed_documents(texts)


class DyingImporter(BulkImporter):
    """Starts a job, and dies before it can say so."""

    def start(self, collection: str, path: str) -> str:
        super().start(collection, path)
        raise KeyboardInterrupt


@dataclass
class Place:
    """An installation, a folder that its server would share, and the server."""

    installation: Installation
    folder: Path
    server: ImportServer

    @property
    def store(self) -> Path:
        return self.folder / "shared"

    def record(self, *ids: str, title: str = "Cook") -> None:
        documents = [VacancyDocument(id=id_, title=title, text=f"Kitchen {id_}.") for id_ in ids]
        self.installation.books.ledger.record(documents, priority=Priority.BULK)

    def import_shard(self, collection: str, path: str) -> int:
        """What the server does with a file: insert its rows, whatever there is already."""
        rows = pq.read_table(path).to_pylist()
        self.installation.index._connection.client.insert(collection, rows)
        return len(rows)

    def make_maker(self, embedder: HashingEmbedder | None = None, *, rows: int = 10) -> ShardMaker:
        served = self.installation.serving.get()
        served = Served(served.store, embedder or served.embedder)
        return ShardMaker(served=served, normalizer=self.installation.normalizer, rows=rows)

    def load(
        self, *, embedder: HashingEmbedder | None = None, importer: type[BulkImporter] = BulkImporter
    ) -> BulkResult:
        folder = ShardFolder(self.folder / "bulk")
        with folder.hold(), importer(self.server.url, pause=0.0) as client:
            target = BulkTarget(
                files=FileStore.open(str(self.store)), importer=client, look_seconds=0.0, visible_seconds=0.0
            )
            book = BulkBook(self.installation.books.database)
            loader = BulkLoader(
                folder, book, self.make_maker(embedder), target, report=lambda _: None, say=lambda _: None
            )
            return loader.run()

    def read_states(self) -> dict[str, State]:
        return {one.document.id: one.state for one in self.installation.books.ledger.list_documents(KIND)}

    def list_rows(self) -> list[str]:
        """The ids of all rows, those twice that are there twice."""
        rows = self.installation.index._connection.client.query(
            KIND.value, filter="", output_fields=["id"], limit=10_000
        )
        return sorted(row["id"] for row in rows)

    def find_title(self, id_: str) -> str | None:
        return self.installation.serving.get().store.vacancies.get([id_])[id_].title


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", embedding_backend="hashing")
    installation = open_installation(settings)
    with ImportServer() as server:
        place = Place(installation, tmp_path, server)
        server.take_in = place.import_shard
        yield place
    installation.close()


IDS = [f"v{number:02}" for number in range(25)]


def test_bulk_load_brings_everything_into_the_index(place: Place) -> None:
    place.record(*IDS)
    result = place.load()

    assert (result.imported, result.missing, result.refusals) == (25, 0, [])
    assert set(place.read_states().values()) == {State.INDEXED}
    assert place.list_rows() == IDS
    assert [Path(job.path).name for job in place.server.jobs.values()] == [
        "vacancies-000001.parquet",
        "vacancies-000002.parquet",
        "vacancies-000003.parquet",
    ]
    # Nothing is left behind of what the documents said.
    assert [path for path in place.store.rglob("*") if path.is_file()] == []
    assert [path.name for path in (place.folder / "bulk").iterdir()] == [".lock"]


def test_imported_documents_are_found_by_their_text(place: Place) -> None:
    place.record(*IDS)
    place.load()
    served = place.installation.serving.get()
    hits = served.store.vacancies.search(served.embedder.embed_queries(["Cook Kitchen v07."])[0], limit=1)
    assert [hit.entity.id for hit in hits] == ["v07"]


def test_document_that_changes_during_the_import_ends_up_as_it_is_now(place: Place) -> None:
    place.record(*IDS)

    def change_and_import(collection: str, path: str) -> int:
        place.record("v03", title="Head cook")
        place.installation.books.ledger.delete(KIND, ["v04"])
        return place.import_shard(collection, path)

    place.server.take_in = change_and_import
    place.load()
    assert place.read_states()["v03"] is State.PENDING

    place.installation.create_worker().drain()
    assert place.find_title("v03") == "Head cook"
    assert place.list_rows() == [id_ for id_ in IDS if id_ != "v04"]


@pytest.mark.parametrize("how", ["refused", "failed"])
def test_import_that_the_server_does_not_take_leaves_the_documents_to_the_worker(place: Place, how: str) -> None:
    place.record(*IDS)
    if how == "refused":
        place.server.refusal = "no permission"
    else:
        place.server.states, place.server.reason = ("Failed",), "cannot read the file"
    result = place.load()

    assert result.imported == 0
    assert any(reason in result.refusals[0] for reason in ("no permission", "cannot read the file"))
    assert place.read_states() == dict.fromkeys(IDS, State.PENDING)
    place.installation.create_worker().drain()
    assert place.list_rows() == IDS


def test_row_that_an_import_lost_is_left_to_the_worker(place: Place) -> None:
    place.record(*IDS)

    def lose_one(collection: str, path: str) -> int:
        rows = [row for row in pq.read_table(path).to_pylist() if row["id"] != "v11"]
        place.installation.index._connection.client.insert(collection, rows)
        return len(rows)

    place.server.take_in = lose_one
    result = place.load()

    assert (result.imported, result.missing) == (24, 1)
    assert [id_ for id_, state in place.read_states().items() if state is State.PENDING] == ["v11"]


def test_row_that_is_in_the_index_already_is_not_imported_beside_it(place: Place) -> None:
    place.record(*IDS)
    # As where a worker died between the index and the ledger.
    maker = place.make_maker()
    (claim,) = BulkBook(place.installation.books.database).list_live(KIND, after="v04", limit=1, pending_only=True)
    assert claim.document is not None
    entity = maker.normalizer.normalize(claim.document, document_hash="another")
    maker.served.store.vacancies.upsert([entity], maker.served.embedder.embed_documents(["x"]))
    result = place.load()

    assert result.imported == 24
    assert place.list_rows() == IDS
    place.installation.create_worker().drain()
    assert place.list_rows() == IDS


def test_load_that_died_before_it_knew_the_job_does_not_import_twice(place: Place) -> None:
    place.record(*IDS)
    with pytest.raises(KeyboardInterrupt):
        place.load(importer=DyingImporter)
    place.load()

    assert len(place.server.jobs) == 3
    assert place.list_rows() == IDS
    assert set(place.read_states().values()) == {State.INDEXED}


def test_broken_off_load_embeds_no_whole_shard_again(place: Place) -> None:
    place.record(*IDS)
    with pytest.raises(IndexUnavailable, match="away"):
        place.load(embedder=TiringEmbedder(most=19))
    embedder = TiringEmbedder()
    result = place.load(embedder=embedder)

    assert len(embedder.embedded) == 15
    assert result.imported == 25
    assert place.list_rows() == IDS


def test_load_that_failed_before_its_first_shard_leaves_the_documents_to_the_worker(place: Place) -> None:
    place.record(*IDS)
    with pytest.raises(IndexUnavailable, match="away"):
        place.load(embedder=TiringEmbedder(most=5))

    place.installation.create_worker().drain()
    assert place.list_rows() == IDS


def test_load_that_was_killed_takes_up_its_own_leases(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.record(*IDS[:10])
    with monkeypatch.context() as patch:
        patch.setattr(BulkBook, "release", lambda *_: None)  # a killed process gives nothing back
        with pytest.raises(IndexUnavailable, match="away"):
            place.load(embedder=TiringEmbedder(most=5))
    assert place.installation.books.queue.claim("worker", limit=100, lease_seconds=60.0) == []

    assert place.load().imported == 10
    assert place.list_rows() == IDS[:10]


def test_documents_that_workers_took_since_a_crash_are_not_imported_beside_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.record(*IDS)
    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "check", lambda _: None)
        place.store.write_text("no folder")
        with pytest.raises(IndexUnavailable, match=r"vacancies-000001\.parquet"):
            place.load()
    place.store.unlink()
    place.installation.books.queue.release_leases()  # as if they had run out
    place.installation.create_worker().drain()
    result = place.load()

    assert (result.imported, place.server.jobs) == (0, {})
    assert place.list_rows() == IDS


def test_shards_of_collections_that_are_gone_are_not_imported(place: Place) -> None:
    place.record(*IDS)
    with pytest.raises(KeyboardInterrupt):
        place.load(importer=DyingImporter)
    folder = ShardFolder(place.folder / "bulk")
    left = folder.read()
    assert left is not None
    folder.save(left.model_copy(update={"collections": dict.fromkeys(Kind, "another instance")}))
    place.server.jobs.clear()

    assert place.load().imported == 25
    assert place.list_rows() == IDS


def test_store_that_cannot_be_written_stops_the_load_before_it_begins(place: Place) -> None:
    place.record(*IDS)
    place.store.write_text("no folder")
    embedder = TiringEmbedder()
    with pytest.raises(IndexUnavailable, match="bulk store"):
        place.load(embedder=embedder)
    assert embedder.embedded == []


def test_two_loads_do_not_share_a_folder(place: Place) -> None:
    with ShardFolder(place.folder / "bulk").hold(), pytest.raises(ExportRefused, match="another process"):
        place.load()


def export(place: Place, embedder: HashingEmbedder, *, pending_only: bool = False) -> list[str]:
    """Export in shards of ten; the ids in the order of the shards."""
    folder = ShardFolder(place.folder / "export")
    with folder.hold():
        manifest, left_out = export_documents(
            folder,
            BulkBook(place.installation.books.database),
            place.make_maker(embedder),
            kinds=tuple(Kind),
            pending_only=pending_only,
            report=lambda _: None,
        )
    assert left_out == []
    return [id_ for one in manifest.shards for id_ in pq.read_table(folder.path / one.file)["id"].to_pylist()]


def test_broken_off_export_goes_on_after_its_last_whole_shard(place: Place) -> None:
    place.record(*IDS)
    with pytest.raises(IndexUnavailable, match="away"):
        export(place, TiringEmbedder(most=19))
    assert sorted(path.name for path in (place.folder / "export").glob("*.parquet")) == ["vacancies-000001.parquet"]

    embedder = TiringEmbedder()
    assert export(place, embedder) == IDS
    assert len(embedder.embedded) == 15


def test_export_embeds_nothing_that_the_index_has(place: Place) -> None:
    place.record(*IDS[:20])
    place.installation.create_worker().drain()
    place.record(*IDS[20:])
    embedder = TiringEmbedder()

    assert export(place, embedder) == IDS
    assert len(embedder.embedded) == 5


def test_export_of_what_is_pending_leaves_out_the_rest(place: Place) -> None:
    place.record(*IDS[:20])
    place.installation.create_worker().drain()
    place.record(*IDS[20:])

    assert export(place, TiringEmbedder(), pending_only=True) == IDS[20:]
    with pytest.raises(ExportRefused, match="other options"):
        export(place, TiringEmbedder())


def test_exported_resume_holds_no_name(place: Place) -> None:
    resume = ResumeDocument.model_validate(
        {"id": "r1", "title": "Cook", "text": "Zebulon Quartermaine cooks.", "person": {"name": "Zebulon Quartermaine"}}
    )
    place.installation.books.ledger.record([resume])
    export(place, TiringEmbedder())

    (row,) = pq.read_table(place.folder / "export" / "resumes-000001.parquet").to_pylist()
    assert "cooks" in row["text"]
    assert "Quartermaine" not in json.dumps(row)


def write_rows(folder: Path) -> Path:
    path = folder / "vacancies.jsonl"
    path.write_text("\n".join(json.dumps({"id": id_, "title": "Cook", "text": f"Kitchen {id_}."}) for id_ in IDS))
    return path


def test_bulk_load_on_lite_says_so_and_goes_the_usual_way(environment: dict[str, str], tmp_path: Path) -> None:
    code, output = run(environment, "ingestion", "load", write_rows(tmp_path), "--kind", "vacancies", "--bulk")
    assert code == 0, output
    assert "Milvus Lite has no bulk import: the documents go in the usual way." in output
    assert "Indexed 25" in output


def test_bulk_load_of_a_server_needs_to_know_its_store(environment: dict[str, str], tmp_path: Path) -> None:
    with run_lite_server(tmp_path) as (uri, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "imports_files", True)
        settings = environment | {"COUNTERPART_INDEX_URI": uri}
        outcome = run(settings, "ingestion", "load", write_rows(tmp_path), "--kind", "vacancies", "--bulk")
    check_clear_error(outcome, "COUNTERPART_BULK_STORE")


def test_bulk_load_by_command_imports_and_leaves_nothing_pending(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `milvus-lite server` stands in for a server, but that it imports nothing by itself.
    monkeypatch.setattr(Engine, "imports_files", True)
    monkeypatch.setattr(Collection, "take_in_imports", lambda _: None)
    with run_lite_server(tmp_path) as (uri, _), closing(MilvusClient(uri)) as client, ImportServer() as server:
        server.take_in = lambda name, path: client.insert(name, pq.read_table(path).to_pylist())["insert_count"]
        monkeypatch.setattr(
            bulk_commands, "BulkImporter", lambda _, token: BulkImporter(server.url, token=token, pause=0.0)
        )
        settings = environment | {"COUNTERPART_INDEX_URI": uri, "COUNTERPART_BULK_STORE": str(tmp_path / "shared")}
        code, output = run(settings, "ingestion", "load", write_rows(tmp_path), "--kind", "vacancies", "--bulk")

    assert code == 0, output
    assert "Imported 25 in bulk." in output
    assert re.search(r"vacancies\W+0\W+25\W+0", output), output  # pending, indexed, failed


def test_export_by_command_writes_shards_and_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, "ingestion", "load", write_rows(tmp_path), "--kind", "vacancies")
    folder = tmp_path / "export"
    code, output = run(environment, "ingestion", "export", folder, "--shard-rows", 10)
    assert code == 0, output
    assert "25 documents in 3 shards" in " ".join(output.split())
    assert [pq.read_metadata(path).num_rows for path in sorted(folder.glob("*.parquet"))] == [10, 10, 5]

    again = run(environment, "ingestion", "export", folder, "--shard-rows", 10)
    assert "25 documents in 3 shards" in " ".join(again[1].split())


def test_export_into_a_folder_with_other_things_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, "ingestion", "load", write_rows(tmp_path), "--kind", "vacancies")
    check_clear_error(run(environment, "ingestion", "export", tmp_path), "not empty")
