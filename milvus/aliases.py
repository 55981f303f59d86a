"""Collections and the aliases that lead to them; each says of itself for which model and columns it was made."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from pymilvus import CollectionSchema, DataType, Function, FunctionType, MilvusClient
from pymilvus.exceptions import MilvusException
from pymilvus.milvus_client.index import IndexParams

from milvus.embedding.port import ModelIdentity
from milvus.engine import LOAD_SECONDS, WRITE_SECONDS, Connection, Engine, map_errors
from milvus.entities import Kind
from milvus.errors import SchemaMismatch
from milvus.schema import COLUMNS, SCHEMA_VERSION, Column, ColumnType

VECTOR = "vector"
TERMS = "terms"
"""The text as terms, one space between two, where the engine ranks them; BM25's own column is made from it."""
TERM_VECTOR = "term_vector"

_FIRST_WITH_TERMS = 2  # the schema version

_PROPERTY = "counterpart"  # holds the identity where the engine keeps no descriptions

MAX_TERMS_BYTES = 65_535  # the most that a server's VARCHAR holds
_TERM_INDEX = {
    "index_type": "SPARSE_INVERTED_INDEX",
    "metric_type": "BM25",
    "params": {"bm25_k1": 1.2, "bm25_b": 0.75},  # as in milvus.term_index
}

_COLLECTION_NAME = re.compile(f"(?:{'|'.join(Kind)})_v([0-9]+)")

_DATA_TYPES = {
    ColumnType.VARCHAR: DataType.VARCHAR,
    ColumnType.DOUBLE: DataType.DOUBLE,
    ColumnType.INT64: DataType.INT64,
    ColumnType.TIME: DataType.INT64,
    ColumnType.BOOL: DataType.BOOL,
    ColumnType.ARRAY: DataType.ARRAY,
}


@dataclass(frozen=True, slots=True)
class Made:
    """A collection as its own record says that it was made. `name` is its own, not an alias."""

    name: str
    instance_id: str
    schema_version: int
    model: ModelIdentity
    columns: frozenset[str]

    @property
    def has_terms(self) -> bool:
        """Whether the terms of its rows are kept, in it or beside it."""
        return self.schema_version >= _FIRST_WITH_TERMS


def name_collection(kind: Kind, generation: int) -> str:
    """The name of a kind's collection of a generation: `resumes_v1`."""
    return f"{kind.value}_v{generation}"


def read_generation(connection: Connection, kind: Kind) -> int | None:
    """The generation that a kind's alias leads to, None where there is no alias. Raises SchemaMismatch."""
    client, alias = connection.client, kind.value
    with map_errors("open", alias):
        if not client.has_collection(alias, timeout=WRITE_SECONDS):
            return None
        try:
            name = str(client.describe_alias(alias, timeout=WRITE_SECONDS)["collection_name"])
        except MilvusException:
            name = alias  # a collection of that name, where an alias should be
    match = _COLLECTION_NAME.fullmatch(name)
    if match is None:
        raise _make_stranger(kind)
    return int(match[1])


def open_collection(connection: Connection, kind: Kind, generation: int) -> Made:
    """Load a collection and read how it was made. Raises SchemaMismatch, IndexUnavailable, IndexRefused."""
    client, name = connection.client, name_collection(kind, generation)
    with map_errors("open", name):
        description = client.describe_collection(name, timeout=WRITE_SECONDS)
        made = _read_identity(connection.engine, kind, name, description)
        client.load_collection(name, timeout=LOAD_SECONDS)
    return made


def make_collection(connection: Connection, kind: Kind, model: ModelIdentity, *, generation: int) -> None:
    """Make a collection with its indexes; one that was never finished is completed."""
    client, name = connection.client, name_collection(kind, generation)
    with map_errors("make", name):
        if not client.has_collection(name, timeout=WRITE_SECONDS):
            _create_collection(connection, kind, model, name=name)
        indexed = set(client.list_indexes(name, timeout=WRITE_SECONDS))
        # One that an older version began has fewer columns.
        fields = {field["name"] for field in client.describe_collection(name, timeout=WRITE_SECONDS)["fields"]}
        wanted = _list_indexes(kind, connection.engine)
        missing = [index for index in wanted if index["field_name"] in fields - indexed]
        if missing:
            indexes = IndexParams()
            for index in missing:
                indexes.add_index(**index)
            # Nothing to wait for on an empty collection; waiting asks Lite for a call that it does not have.
            client.create_index(name, indexes, timeout=WRITE_SECONDS, sync=False)


def point_alias(connection: Connection, kind: Kind, generation: int) -> None:
    """Lead a kind's alias to its collection of a generation, from one moment to the next."""
    client, alias, name = connection.client, kind.value, name_collection(kind, generation)
    with map_errors("point the alias to", name):
        if client.has_collection(alias, timeout=WRITE_SECONDS):
            client.alter_alias(name, alias, timeout=WRITE_SECONDS)
            return
        try:
            client.create_alias(name, alias, timeout=WRITE_SECONDS)
        except MilvusException:
            # Another process that opens the same server may have been first.
            if not client.has_collection(alias, timeout=WRITE_SECONDS):
                raise


def list_generations(connection: Connection) -> list[int]:
    """The generations of which there are collections, of one kind or both."""
    with map_errors("list", "the collections"):
        names = connection.client.list_collections(timeout=WRITE_SECONDS)
    return sorted({int(match[1]) for name in names if (match := _COLLECTION_NAME.fullmatch(name))})


def drop_collection(connection: Connection, kind: Kind, generation: int) -> None:
    """Remove a collection for good; one that is not there is passed over."""
    client, name = connection.client, name_collection(kind, generation)
    with map_errors("drop", name):
        if client.has_collection(name, timeout=WRITE_SECONDS):
            client.drop_collection(name, timeout=WRITE_SECONDS)


def _create_collection(connection: Connection, kind: Kind, model: ModelIdentity, *, name: str) -> None:
    client, keeps_descriptions = connection.client, connection.engine.keeps_descriptions
    identity = _encode_identity(kind, model)
    schema = build_schema(
        kind, model.dimension, engine=connection.engine, description=identity if keeps_descriptions else ""
    )
    properties = None if keeps_descriptions else {_PROPERTY: identity}
    try:
        client.create_collection(name, schema=schema, properties=properties, timeout=WRITE_SECONDS)
    except MilvusException:
        # Another process that opens the same server may have been first, with an instance id of its own.
        if not client.has_collection(name, timeout=WRITE_SECONDS):
            raise


def build_schema(kind: Kind, dimension: int, *, engine: Engine, description: str) -> CollectionSchema:
    """The schema of a collection as the engine wants it."""
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False, description=description)
    for column in COLUMNS[kind]:
        schema.add_field(column.name, _DATA_TYPES[column.type], **_describe_column(column))
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
    if engine.ranks_terms:
        schema.add_field(
            TERMS,
            DataType.VARCHAR,
            max_length=MAX_TERMS_BYTES,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "whitespace"},
        )
        schema.add_field(TERM_VECTOR, DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function("bm25", FunctionType.BM25, input_field_names=[TERMS], output_field_names=[TERM_VECTOR])
        )
    return schema


def _describe_column(column: Column) -> dict[str, Any]:
    if column.name == "id":
        return {"is_primary": True, "max_length": column.max_bytes}
    if column.type is ColumnType.VARCHAR:
        return {"max_length": column.max_bytes, "nullable": column.nullable}
    if column.type is ColumnType.ARRAY:
        return {"element_type": DataType.VARCHAR, "max_length": column.max_bytes, "max_capacity": column.capacity}
    return {"nullable": column.nullable}


def _list_indexes(kind: Kind, engine: Engine) -> list[dict[str, Any]]:
    scalar = [
        {"field_name": column.name, "index_type": index_type, "index_name": column.name}
        for column in COLUMNS[kind]
        if (index_type := engine.choose_scalar_index(column)) is not None
    ]
    vectors = [{"field_name": VECTOR, "index_name": VECTOR, **engine.choose_index()}]
    if engine.ranks_terms:
        vectors.append({"field_name": TERM_VECTOR, "index_name": TERM_VECTOR, **_TERM_INDEX})
    return [*vectors, *scalar]


def _encode_identity(kind: Kind, model: ModelIdentity) -> str:
    identity = {
        "kind": kind.value,
        "schema": SCHEMA_VERSION,
        "model": asdict(model),
        "instance": secrets.token_hex(16),
    }
    return json.dumps(identity, ensure_ascii=False, sort_keys=True)


def _read_identity(engine: Engine, kind: Kind, name: str, description: dict[str, Any]) -> Made:
    if engine.keeps_descriptions:
        written = str(description.get("description", ""))
    else:
        written = str(dict(description.get("properties") or {}).get(_PROPERTY, ""))
    try:
        identity = json.loads(written)
        version, model = int(identity["schema"]), ModelIdentity(**identity["model"])
    except (ValueError, KeyError, TypeError) as error:
        raise _make_stranger(kind) from error
    if version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the collection {name} has schema version {version}, this program knows {SCHEMA_VERSION}: it was made by "
            "a newer version of this program, so run that"
        )
    # The first collections were made without an instance id; theirs differs from every random one.
    instance_id = str(identity.get("instance", f"{kind.value}-legacy"))
    columns = frozenset(str(field["name"]) for field in description["fields"])
    return Made(name, instance_id, version, model, columns)


def _make_stranger(kind: Kind) -> SchemaMismatch:
    return SchemaMismatch(
        f"the collection {kind.value} was not made by this program; give the index a folder or database of its own"
    )
