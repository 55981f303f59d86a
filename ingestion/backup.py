"""Backup and restore: one ZIP file that holds every table of the ledger and the vectors of the index.

`tables/NAME.jsonl` has a row a line, columns by name, and bytes in base 64: it can be restored into SQLite or
PostgreSQL, whichever it came from. `vectors/KIND.parquet` has `id`, `text_hash` and `vector`, so that a restore embeds
nothing again. `manifest.json` says what is in it.
"""

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, LargeBinary, Table, insert, select, text

from ingestion.database import Database
from ingestion.errors import BackupRefused
from ingestion.records import State
from ingestion.tables import documents, metadata
from milvus import Kind, ModelIdentity, Store

FORMAT = 2
_BATCH_ROWS = 200
_MANIFEST = "manifest.json"
# They speak of what is left behind, or are made anew as documents are indexed.
_OMITTED = frozenset(
    {"standby", "standby_changes", "collections", "workers", "signatures", "signature_buckets", "topic_requests"}
)

Report = Callable[[str, int], None]
"""Told what is being done and how many rows of it are done."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: rows by table, vectors by kind, and the model they are of; `made_at` is ISO 8601."""

    rows: dict[str, int]
    vectors: dict[str, int]
    model: ModelIdentity | None
    made_at: str


class KeptVectors:
    """The vectors of a backup, by kind and id, in memory."""

    def __init__(self, archive: zipfile.ZipFile, kinds: Sequence[str]) -> None:
        self._places: dict[Kind, dict[str, int]] = {}
        self._hashes: dict[Kind, list[str]] = {}
        self._vectors: dict[Kind, np.ndarray] = {}
        for kind in map(Kind, kinds):
            table = pq.read_table(pa.BufferReader(archive.read(_name_vectors(kind))))
            self._places[kind] = {id_: place for place, id_ in enumerate(table["id"].to_pylist())}
            self._hashes[kind] = table["text_hash"].to_pylist()
            flat = table["vector"].combine_chunks().values.to_numpy(zero_copy_only=False)
            self._vectors[kind] = flat.reshape(table.num_rows, -1) if table.num_rows else flat

    def find(self, kind: Kind, ids: Sequence[str]) -> dict[str, tuple[str, np.ndarray]]:
        """Text hash and unit vector by id; ids that are not kept are left out."""
        places = self._places.get(kind, {})
        return {
            id_: (self._hashes[kind][place], self._vectors[kind][place])
            for id_ in ids
            if (place := places.get(id_)) is not None
        }


def write_backup(path: Path, database: Database, store: Store | None, *, report: Report) -> Manifest:
    """Write a backup as of one moment, for its owner's eyes only. Without a store it holds no vectors.

    The file appears once it is whole. Raises BackupRefused where it exists or cannot be written.
    """
    if path.exists():
        raise BackupRefused(f"{path} exists already")
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.touch(mode=0o600)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive, database.snapshot() as connection:
            rows = {
                table.name: _write_table(archive, connection, table, report)
                for table in metadata.sorted_tables
                if table.name not in _OMITTED
            }
            vectors = {
                kind.value: _write_vectors(archive, connection, store, kind=kind, report=report)
                for kind in Kind
                if store is not None
            }
            made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            manifest = Manifest(rows, vectors, store.model if store else None, made_at)
            archive.writestr(_MANIFEST, json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1))
        draft.replace(path)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def restore_ledger(archive: zipfile.ZipFile, manifest: Manifest, database: Database, *, report: Report) -> None:
    """Put a backup's tables into an empty ledger, all or nothing; every document then waits to be indexed.

    Raises BackupRefused where the ledger holds documents or the backup does not fit this version.
    """
    tables = {table.name: table for table in metadata.sorted_tables}
    if unknown := set(manifest.rows) - set(tables):
        raise BackupRefused(f"the backup has tables that this version does not know: {', '.join(sorted(unknown))}")
    with database.write() as connection:
        if connection.execute(select(documents.c.id).limit(1)).first() is not None:
            raise BackupRefused("the ledger holds documents already; restore into an empty data folder or database")
        for name in manifest.rows:
            _read_table(archive, connection, tables[name], report)
        if database.dialect == "postgresql":
            # Ids that were given here do not move the sequence that gives the next ones.
            for table in tables.values():
                _move_sequence(connection, table)


def open_backup(path: Path) -> tuple[zipfile.ZipFile, Manifest]:
    """A backup and what it says it holds. Raises BackupRefused."""
    try:
        archive = zipfile.ZipFile(path)
        content = json.loads(archive.read(_MANIFEST))
        if (version := content.pop("format")) != FORMAT:
            raise BackupRefused(f"{path} has the backup format {version}, this version reads {FORMAT}")
        model = content.pop("model")
        manifest = Manifest(**content, model=ModelIdentity(**model) if model else None)
    except OSError as error:
        raise BackupRefused(f"{path} cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupRefused(f"{path} is not a whole backup of this program") from error
    return archive, manifest


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table, report: Report) -> int:
    count = 0
    with archive.open(_name_table(table), "w", force_zip64=True) as packed:
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH_ROWS)
        for batch in connection.execute(query).mappings().partitions():
            lines = (json.dumps(dict(row), ensure_ascii=False, default=_encode_bytes) for row in batch)
            packed.write("".join(f"{line}\n" for line in lines).encode())
            count += len(batch)
            report(table.name, count)
    return count


def _read_table(archive: zipfile.ZipFile, connection: Connection, table: Table, report: Report) -> None:
    count = 0
    with archive.open(_name_table(table)) as packed:
        for lines in _in_batches(io.TextIOWrapper(packed, encoding="utf-8")):
            rows = [_decode_row(table, json.loads(line)) for line in lines]
            connection.execute(insert(table), rows)
            count += len(rows)
            report(table.name, count)


def _in_batches(lines: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _decode_row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(row) - set(table.columns.keys()):
        raise BackupRefused(f"table {table.name} has columns that this version does not know: {', '.join(unknown)}")
    for name, value in row.items():
        if value is not None and isinstance(table.columns[name].type, LargeBinary):
            row[name] = base64.b64decode(value)
    if table is documents:
        # The index is filled anew; the hash stays, as it says which of the kept vectors still fit.
        row |= {"indexed_version": None, "lease_owner": None, "lease_until": None, "not_before": 0.0}
        row["state"] = State.FAILED if row["state"] == State.FAILED else State.PENDING
    return row


def _encode_bytes(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} has no place in a backup")


def _write_vectors(
    archive: zipfile.ZipFile, connection: Connection, store: Store, *, kind: Kind, report: Report
) -> int:
    vector = pa.list_(pa.float32(), store.model.dimension)
    schema = pa.schema([("id", pa.string()), ("text_hash", pa.string()), ("vector", vector)])
    indexed = (documents.c.indexed_version.is_not(None), ~documents.c.deleted)
    query = select(documents.c.id).where(documents.c.kind == kind, *indexed)
    count = 0
    with archive.open(_name_vectors(kind), "w", force_zip64=True) as packed, pq.ParquetWriter(packed, schema) as writer:
        for batch in connection.execute(query.execution_options(yield_per=_BATCH_ROWS)).scalars().partitions():
            found = store.collection(kind).get_embedded(list(batch))
            hashes, vectors = [one[0] for one in found.values()], [one[1] for one in found.values()]
            flat = pa.array(np.concatenate(vectors) if vectors else [], type=pa.float32())
            columns = [
                pa.array(list(found)),
                pa.array(hashes),
                pa.FixedSizeListArray.from_arrays(flat, store.model.dimension),
            ]
            writer.write_table(pa.table(columns, schema=schema))
            count += len(found)
            report(f"vectors of {kind.value}", count)
    return count


def _move_sequence(connection: Connection, table: Table) -> None:
    column = table.autoincrement_column
    if column is None or not column.autoincrement or column.foreign_keys:
        return
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), max({column.name})) "  # noqa: S608 - both names are ours
            f"FROM {table.name} HAVING max({column.name}) IS NOT NULL"
        )
    )


def _name_table(table: Table) -> str:
    return f"tables/{table.name}.jsonl"


def _name_vectors(kind: Kind) -> str:
    return f"vectors/{kind.value}.parquet"
