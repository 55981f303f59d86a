"""Bulk loads: an index that a server fills from shards, and what happens when something breaks on the way.

The import server here is ours: it reads the shards as the interface documents it, and puts them into Milvus Lite.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pymilvus import MilvusClient

from ingestion import State, bulk_commands
from ingestion.bulk_book import BulkBook
from ingestion.errors import ExportRefused
from ingestion.export import ShardFolder
from milvus import BulkImporter, Collection, FileStore, Kind
from milvus.engine import Engine
from milvus.errors import IndexUnavailable
from tests.contract.milvus.conftest import run_lite_server
from tests.flow.bulk_place import IDS, KIND, Place, TiringEmbedder, open_place, write_rows
from tests.flow.commands import check_clear_error, run
from tests.import_server import ImportServer


class DyingImporter(BulkImporter):
    """Starts a job, and dies before it can say so."""

    def start(self, collection: str, path: str) -> str:
        super().start(collection, path)
        raise KeyboardInterrupt


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(tmp_path) as opened:
        yield opened


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
    entity = place.installation.normalizer.normalize(claim.document, document_hash="another")
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
