"""Exports: shards of the ledger's documents, written by command or by hand, and gone on with after a crash."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion import ResumeDocument
from ingestion.bulk_book import BulkBook
from ingestion.errors import ExportRefused
from ingestion.export import ShardFolder, export_documents
from milvus import Kind
from milvus.embedding import HashingEmbedder
from milvus.errors import IndexUnavailable
from tests.flow.bulk_place import IDS, Place, TiringEmbedder, open_place, write_rows
from tests.flow.commands import check_clear_error, run


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(tmp_path) as opened:
        yield opened


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
