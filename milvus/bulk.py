"""Shards for Milvus' bulk import: Parquet files with exactly the columns of a collection."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pymilvus import CollectionSchema, DataType

from milvus.collection import Collection
from milvus.embedding.port import Vectors
from milvus.entities import Entity
from milvus.errors import SchemaMismatch

# Larger row groups make the server's reader take much memory: the client library's own writer cuts here too.
_GROUP_BYTES = 32 * 2**20

# What the server's reader takes for each type, as the client library's own writer has it.
_ARROW_TYPES = {
    DataType.BOOL: pa.bool_(),
    DataType.INT8: pa.int8(),
    DataType.INT16: pa.int16(),
    DataType.INT32: pa.int32(),
    DataType.INT64: pa.int64(),
    DataType.FLOAT: pa.float32(),
    DataType.DOUBLE: pa.float64(),
    DataType.VARCHAR: pa.string(),
    DataType.FLOAT_VECTOR: pa.list_(pa.float32()),
}


class ShardWriter:
    """Writes a shard of a collection. Nothing stands under its path before it is whole and on the disk."""

    def __init__(self, path: Path, collection: Collection) -> None:
        """`path` ends in .parquet. Raises SchemaMismatch for a column of which it does not know how to write it."""
        self.rows = 0
        self._path = path
        self._unfinished = path.with_suffix(".unfinished")
        self._collection = collection
        self._schema = make_arrow_schema(collection.describe())
        self._group: list[dict[str, Any]] = []
        self._group_bytes = 0
        self._writer = pq.ParquetWriter(self._unfinished, self._schema)

    def add(self, entities: Sequence[Entity], vectors: Vectors) -> None:
        """Add rows, each id once. Raises InvalidEntity and InvalidVector, and has added none then."""
        rows = self._collection.to_rows(entities, vectors)
        for row in rows:
            if row.keys() != set(self._schema.names):
                odd = ", ".join(sorted(row.keys() ^ set(self._schema.names)))
                raise ValueError(f"rows and columns of {self._collection.name} differ in {odd}")
        self._group += rows
        self._group_bytes += sum(_weigh(row) for row in rows)
        self.rows += len(rows)
        if self._group_bytes >= _GROUP_BYTES:
            self._write_group()

    def finish(self) -> None:
        """Put the shard in its place."""
        self._write_group()
        self._writer.close()
        with self._unfinished.open("rb") as file:
            os.fsync(file.fileno())
        self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind; after `finish` it does nothing."""
        self._writer.close()
        self._unfinished.unlink(missing_ok=True)

    def _write_group(self) -> None:
        if self._group:
            table = pa.Table.from_pylist(self._group, schema=self._schema)
            self._writer.write_table(table, row_group_size=len(self._group))
        self._group, self._group_bytes = [], 0


def make_arrow_schema(description: dict[str, Any]) -> pa.Schema:
    """The columns that an import into a collection has to bring; what the engine computes itself is none of them."""
    schema = CollectionSchema.construct_from_dict(description)
    computed = {name for function in schema.functions for name in function.output_field_names}
    return pa.schema(
        [
            pa.field(field.name, _find_arrow_type(field))
            for field in schema.fields
            if field.name not in computed and not field.is_function_output
        ]
    )


def _find_arrow_type(field: Any) -> pa.DataType:
    try:
        if field.dtype is DataType.ARRAY:
            return pa.list_(_ARROW_TYPES[field.element_type])
        return _ARROW_TYPES[field.dtype]
    except KeyError as error:
        raise SchemaMismatch(f"column {field.name}: no shard can hold the type {error}") from None


def _weigh(row: dict[str, Any]) -> int:
    """About how many bytes a row takes."""
    sizes = (
        value.nbytes if isinstance(value, np.ndarray) else 4 * len(value) if isinstance(value, str | list) else 8
        for value in row.values()
    )
    return sum(sizes)
