"""Shards for bulk imports: Parquet with exactly a collection's columns, as the client library's own writer has them."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pymilvus import CollectionSchema, DataType, Function, FunctionType, MilvusClient
from pymilvus.bulk_writer import LocalBulkWriter

from milvus import Kind, ShardWriter, Store
from milvus.bulk import make_arrow_schema
from milvus.errors import InvalidVector, SchemaMismatch
from milvus.schema import MAX_TEXT_BYTES
from tests.index_examples import draw_entity, make_vacancy, make_vectors


def write_shard(path: Path, store: Store, kind: Kind, rows: int) -> list[dict[str, object]]:
    """A shard of random entities; its rows as an upsert would write them."""
    chance = random.Random(7)
    entities = [draw_entity(kind, f"{kind}-{number}", chance) for number in range(rows)]
    writer = ShardWriter(path, store.collection(kind))
    for start in range(0, rows, 64):
        writer.add(entities[start : start + 64], make_vectors(len(entities[start : start + 64]), seed=start))
    writer.finish()
    writer.discard()
    expected = []
    for start in range(0, rows, 64):
        chunk = entities[start : start + 64]
        expected += store.collection(kind).to_rows(chunk, make_vectors(len(chunk), seed=start))
    return expected


@pytest.mark.parametrize("kind", list(Kind))
def test_shard_holds_what_an_upsert_writes(store: Store, tmp_path: Path, kind: Kind) -> None:
    expected = write_shard(tmp_path / "shard.parquet", store, kind, 150)
    read = pq.read_table(tmp_path / "shard.parquet").to_pylist()

    assert [list(row.pop("vector")) for row in expected] == [row.pop("vector") for row in read]
    assert read == expected
    assert [path.name for path in tmp_path.iterdir()] == ["shard.parquet"]


@pytest.mark.parametrize("kind", list(Kind))
def test_shard_has_the_schema_of_the_librarys_own_writer(store: Store, tmp_path: Path, kind: Kind) -> None:
    rows = write_shard(tmp_path / "shard.parquet", store, kind, 40)
    schema = CollectionSchema.construct_from_dict(store.collection(kind).describe())
    for field in schema.fields:
        if field.dtype is DataType.ARRAY:
            field.params.setdefault("max_length", MAX_TEXT_BYTES)  # which Lite does not tell
    # It also checks each value against its column.
    with LocalBulkWriter(schema, str(tmp_path / "theirs")) as writer:
        for row in rows:
            writer.append_row(dict(row))
        writer.commit()
        ((theirs,),) = writer.batch_files

    ours, known = pq.read_table(tmp_path / "shard.parquet"), pq.read_table(theirs)
    assert ours.schema.remove_metadata() == known.schema.remove_metadata()
    assert ours.replace_schema_metadata() == known.replace_schema_metadata()


def test_columns_that_the_engine_computes_are_left_out() -> None:
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=10)
    schema.add_field("words", DataType.VARCHAR, max_length=100, enable_analyzer=True)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, input_field_names=["words"], output_field_names=["sparse"]))
    assert make_arrow_schema(schema.to_dict()) == pa.schema([("id", pa.string()), ("words", pa.string())])


def test_type_that_no_shard_can_hold_is_named() -> None:
    schema = MilvusClient.create_schema()
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=10)
    schema.add_field("shape", DataType.GEOMETRY)
    with pytest.raises(SchemaMismatch, match="shape"):
        make_arrow_schema(schema.to_dict())


def test_refused_rows_leave_the_shard_as_it_was(store: Store, tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path / "shard.parquet", store.vacancies)
    writer.add([make_vacancy("good")], make_vectors(1))
    with pytest.raises(InvalidVector):
        writer.add([make_vacancy("also good"), make_vacancy("bad")], make_vectors(2) * [[1.0], [0.0]])
    writer.finish()

    assert pq.read_table(tmp_path / "shard.parquet")["id"].to_pylist() == ["good"]


def test_discarded_shard_leaves_nothing(store: Store, tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path / "shard.parquet", store.vacancies)
    writer.add([make_vacancy("one")], make_vectors(1))
    writer.discard()

    assert list(tmp_path.iterdir()) == []
