"""A snapshot on the disk: a Parquet file of each kind, and a manifest that is replaced once they are whole."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.errors import SnapshotRefused
from ingestion.facts import SCHEMAS
from ingestion.held_folders import hold_folder, replace_text
from milvus import Kind

FORMAT = 1
Rows = Iterator[list[dict[str, Any]]]
"""Rows as `describe` gives them, with `first_seen` and, of what was closed, `closed_at` in epoch seconds."""

_GROUP_ROWS = 20_000  # what is read in one go, and all that is held in memory
_MANIFEST = "manifest.json"
_WANTED = ".wanted"


class SnapshotManifest(BaseModel):
    """What a snapshot is of. `mark` tells whether anything has changed since; `seconds` is how long it took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    made_at: datetime
    seconds: float
    mark: str
    currency: str
    files: dict[Kind, str]
    closed_file: str
    rows: dict[Kind, int]
    closed: int
    failed: int
    rejected: int


class SnapshotFolder:
    """Where the snapshot lies. One process at a time writes; any number read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def hold(self) -> AbstractContextManager[None]:
        """Keep other writers out. Raises SnapshotRefused where one is at it, or the folder cannot be written."""
        return hold_folder(
            self.path, refuse=SnapshotRefused, held="another process is making a snapshot at this moment"
        )

    def read(self) -> SnapshotManifest | None:
        """The manifest; None where there is none, or only one of another version of this program."""
        try:
            return SnapshotManifest.model_validate_json((self.path / _MANIFEST).read_bytes())
        except (OSError, ValidationError):
            return None

    def read_version(self) -> int | None:
        """Another number for another snapshot, for a glance at every request; None where there is none."""
        try:
            return (self.path / _MANIFEST).stat().st_mtime_ns
        except OSError:
            return None

    def write(self, name: str, kind: Kind, batches: Rows) -> int:
        """Write one file of rows; how many they are."""
        written, held = 0, 0
        tables: list[pa.Table] = []
        with pq.ParquetWriter(self.path / name, SCHEMAS[kind], compression="zstd") as writer:
            for rows in batches:
                tables.append(pa.Table.from_pylist([_with_whole_seconds(row) for row in rows], schema=SCHEMAS[kind]))
                written, held = written + len(rows), held + len(rows)
                if held >= _GROUP_ROWS:
                    writer.write_table(pa.concat_tables(tables))
                    tables, held = [], 0
            if tables:
                writer.write_table(pa.concat_tables(tables))
        return written

    def save(self, manifest: SnapshotManifest) -> None:
        """Let the snapshot be this one. The files must be whole; those of others are removed."""
        replace_text(self.path / _MANIFEST, manifest.model_dump_json(indent=1))
        self.tidy()

    def tidy(self) -> None:
        """Remove what the manifest does not name: older files, and those of a snapshot that was broken off."""
        manifest = self.read()
        kept = {*manifest.files.values(), manifest.closed_file} if manifest else set()
        for file in self.path.glob("*.parquet"):
            if file.name not in kept:
                with suppress(FileNotFoundError):
                    file.unlink()

    def ask(self) -> None:
        """Ask whichever process has the index open for a snapshot."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / _WANTED).touch()

    def is_asked(self) -> bool:
        """Whether somebody asked for a snapshot."""
        return (self.path / _WANTED).exists()

    def answer(self) -> None:
        """Take note of being asked, before the work begins."""
        (self.path / _WANTED).unlink(missing_ok=True)


def _with_whole_seconds(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: int(row[name]) for name in ("first_seen", "closed_at") if name in row}
