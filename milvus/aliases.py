"""Collections behind their aliases: made when missing, opened only for the model and the columns they were made for."""

import json
import secrets
from dataclasses import asdict
from typing import Any

from pymilvus import CollectionSchema, DataType, MilvusClient
from pymilvus.exceptions import MilvusException
from pymilvus.milvus_client.index import IndexParams

from milvus.embedding.port import ModelIdentity
from milvus.engine import LOAD_SECONDS, WRITE_SECONDS, Connection, Engine, map_errors
from milvus.entities import Kind
from milvus.errors import IndexUnavailable, ModelMismatch, SchemaMismatch
from milvus.schema import COLUMNS, SCHEMA_VERSION, Column, ColumnType

VECTOR = "vector"

_PROPERTY = "counterpart"  # holds the identity where the engine keeps no descriptions

_DATA_TYPES = {
    ColumnType.VARCHAR: DataType.VARCHAR,
    ColumnType.DOUBLE: DataType.DOUBLE,
    ColumnType.INT64: DataType.INT64,
    ColumnType.TIME: DataType.INT64,
    ColumnType.BOOL: DataType.BOOL,
    ColumnType.ARRAY: DataType.ARRAY,
}


def open_alias(connection: Connection, kind: Kind, model: ModelIdentity, *, create: bool) -> str:
    """Make sure that the kind's alias leads to a loaded collection for `model`, and return its instance id.

    The alias is set last, so a collection without it is one that was never finished: it is completed. Raises
    ModelMismatch, SchemaMismatch, IndexUnavailable or IndexRefused; where nothing is to be made and the collection is
    missing, IndexUnavailable.
    """
    alias, client = kind.value, connection.client
    with map_errors("open", alias):
        if not client.has_collection(alias, timeout=WRITE_SECONDS):
            if not create:
                raise IndexUnavailable(f"the index is not set up yet: it has no collection {alias}")
            _make_collection(connection, kind, model)
        instance_id = _check_identity(connection, kind, model)
        client.load_collection(alias, timeout=LOAD_SECONDS)
    return instance_id


def _make_collection(connection: Connection, kind: Kind, model: ModelIdentity) -> None:
    client, engine, name = connection.client, connection.engine, f"{kind.value}_v1"
    if not client.has_collection(name, timeout=WRITE_SECONDS):
        _create_collection(connection, kind, model, name=name)
    indexed = set(client.list_indexes(name, timeout=WRITE_SECONDS))
    missing = [index for index in _list_indexes(kind, engine) if index["field_name"] not in indexed]
    if missing:
        indexes = IndexParams()
        for index in missing:
            indexes.add_index(**index)
        # Nothing to wait for on an empty collection; waiting asks Lite for a call that it does not have.
        client.create_index(name, indexes, timeout=WRITE_SECONDS, sync=False)
    _set_alias(client, kind.value, name)


def _create_collection(connection: Connection, kind: Kind, model: ModelIdentity, *, name: str) -> None:
    client, keeps_descriptions = connection.client, connection.engine.keeps_descriptions
    identity = _encode_identity(kind, model)
    schema = _build_schema(kind, model.dimension, description=identity if keeps_descriptions else "")
    properties = None if keeps_descriptions else {_PROPERTY: identity}
    try:
        client.create_collection(name, schema=schema, properties=properties, timeout=WRITE_SECONDS)
    except MilvusException:
        # Another process that opens the same server may have been first, with an instance id of its own.
        if not client.has_collection(name, timeout=WRITE_SECONDS):
            raise


def _set_alias(client: MilvusClient, alias: str, name: str) -> None:
    try:
        client.create_alias(name, alias, timeout=WRITE_SECONDS)
    except MilvusException:
        # Another process that opens the same server may have been first.
        if not client.has_collection(alias, timeout=WRITE_SECONDS):
            raise


def _build_schema(kind: Kind, dimension: int, *, description: str) -> CollectionSchema:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False, description=description)
    for column in COLUMNS[kind]:
        schema.add_field(column.name, _DATA_TYPES[column.type], **_describe_column(column))
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
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
    return [{"field_name": VECTOR, "index_name": VECTOR, **engine.choose_index()}, *scalar]


def _encode_identity(kind: Kind, model: ModelIdentity) -> str:
    identity = {
        "kind": kind.value,
        "schema": SCHEMA_VERSION,
        "model": asdict(model),
        "instance": secrets.token_hex(16),
    }
    return json.dumps(identity, ensure_ascii=False, sort_keys=True)


def _check_identity(connection: Connection, kind: Kind, model: ModelIdentity) -> str:
    """The collection's instance id, once it is known to be made for this program and `model`."""
    description = connection.client.describe_collection(kind.value, timeout=WRITE_SECONDS)
    try:
        identity = json.loads(_read_identity(connection.engine, description))
        version, found = identity["schema"], ModelIdentity(**identity["model"])
        # The first collections were made without an instance id; theirs differs from every random one.
        instance_id = str(identity.get("instance", f"{kind.value}-legacy"))
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaMismatch(
            f"the collection {kind.value} was not made by this program; give the index a folder or database of its own"
        ) from error
    if version != SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the collection {kind.value} has schema version {version}, this program has {SCHEMA_VERSION}: "
            f"{_describe_removal(connection.engine, kind, description)}"
        )
    if found != model:
        raise ModelMismatch(
            f"the collection {kind.value} was filled by {_describe_model(found)} and cannot be used with "
            f"{_describe_model(model)}: set the model back ({_list_differences(found, model)}), or "
            f"{_describe_removal(connection.engine, kind, description)}"
        )
    return instance_id


def _describe_removal(engine: Engine, kind: Kind, description: dict[str, Any]) -> str:
    """How to be rid of a collection; what it held comes back from the ledger."""
    if engine.is_lite:
        what = "delete the index folder"
    else:
        what = f"drop the alias {kind.value} and the collection {description['collection_name']} on the server"
    return f"{what} and start again, which fills the index anew from the ledger"


def _read_identity(engine: Engine, description: dict[str, Any]) -> str:
    if engine.keeps_descriptions:
        return str(description.get("description", ""))
    return str(dict(description.get("properties") or {}).get(_PROPERTY, ""))


def _describe_model(model: ModelIdentity) -> str:
    return f"{model.name!r} (revision {model.revision}, {model.dimension} dimensions)"


def _list_differences(found: ModelIdentity, model: ModelIdentity) -> str:
    mine = asdict(model)
    changed = [f"{key}: {value!r}, now {mine[key]!r}" for key, value in asdict(found).items() if value != mine[key]]
    return "; ".join(changed)
