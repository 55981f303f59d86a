"""What analytics know of a document, and how it is written down."""

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion.errors import SnapshotRefused
from ingestion.facts import SCHEMAS, describe
from ingestion.snapshot_files import SnapshotFolder
from milvus import Kind, Resume, Vacancy

HIDDEN = {"id", "title", "text", "url", "salary_original", "latitude", "longitude", "text_hash", "document_hash"}


@pytest.mark.parametrize(("kind", "type_"), [(Kind.RESUMES, Resume), (Kind.VACANCIES, Vacancy)])
def test_facts_are_the_normalized_fields_without_texts(kind: Kind, type_: type[Resume] | type[Vacancy]) -> None:
    entity = type_(id="x", title="Night nurses", text="Ask for Ada.", text_hash="t", document_hash="d")
    facts = describe(entity)
    assert {field.name for field in fields(entity)} - HIDDEN <= set(facts)
    assert set(facts) <= set(SCHEMAS[kind].names)
    assert facts["title_words"] == ["night", "nurs"]
    assert "Ada" not in str(facts)


def test_rows_are_written_in_groups_and_read_back(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    entity = Vacancy(id="x", text="", skills=("SQL",), published_at=moment, text_hash="", document_hash="")
    row = describe(entity) | {"first_seen": 1.9, "closed_at": 2.1}
    folder = SnapshotFolder(tmp_path)
    assert folder.write("v.parquet", Kind.VACANCIES, iter([[row] * 500] * 50)) == 25_000
    file = pq.ParquetFile(tmp_path / "v.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [20_000, 5_000]
    read = file.read_row_group(1).slice(0, 1).to_pylist()[0]
    assert read["published_at"].replace(tzinfo=UTC) == moment
    assert (read["skills"], read["country"]) == (["SQL"], None)


def test_one_process_at_a_time_writes(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path / "snapshot")
    with folder.hold(), pytest.raises(SnapshotRefused, match="another process"), SnapshotFolder(folder.path).hold():
        pass


def test_a_manifest_that_cannot_be_read_is_no_snapshot(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path)
    assert folder.read() is folder.read_version() is None
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    assert folder.read() is None
    (tmp_path / "left-over.parquet").write_text("", encoding="utf-8")
    folder.tidy()
    assert not (tmp_path / "left-over.parquet").exists()
