"""What the ledger remembers of the files of watched folders, so that none is read twice."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select

from ingestion.database import Database, retry_conflicts
from ingestion.sources.validation import make_writable
from ingestion.tables import watched_files


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Size in bytes and time of the last change in nanoseconds: while they stay, the file is taken to be the same."""

    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file as it was when it was read. `path` is below its folder, and for people only: it need not be writable."""

    id: str
    path: str
    stamp: FileStamp
    content_hash: str

    @property
    def holder(self) -> str:
        """Its name among the holders of documents."""
        return f"file:{self.id}"


class WatchedFiles:
    """The files of all watched folders that were read. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def read(self, folder: Path) -> dict[str, WatchedFile]:
        """The files of a folder that were read, by their ids."""
        with self._database.read() as connection:
            rows = connection.execute(select(watched_files).where(watched_files.c.folder == _hash(folder))).all()
        return {
            row.id: WatchedFile(row.id, row.path, FileStamp(row.size, row.modified_ns), row.content_hash)
            for row in rows
        }

    @retry_conflicts
    def remember(self, folder: Path, file: WatchedFile) -> None:
        """Note that a file was read as it is."""
        row = {
            "id": file.id,
            "folder": _hash(folder),
            "path": file.path,
            "size": file.stamp.size,
            "modified_ns": file.stamp.modified_ns,
            "content_hash": file.content_hash,
            "read_at": self._clock(),
        }
        with self._database.write() as connection:
            connection.execute(delete(watched_files).where(watched_files.c.id == file.id))
            connection.execute(insert(watched_files).values(row))

    def forget(self, file: WatchedFile) -> None:
        """Drop a file that is no longer there."""
        with self._database.write() as connection:
            connection.execute(delete(watched_files).where(watched_files.c.id == file.id))


def make_file(folder: Path, path: Path, stamp: FileStamp, content_hash: str) -> WatchedFile:
    """A file of a folder; its id comes from both, so that a file may be watched from two folders."""
    name = make_writable(path.relative_to(folder).as_posix())
    return WatchedFile(name_file(folder, str(path)), name, stamp, content_hash)


def name_file(folder: Path, path: str) -> str:
    """The id of a file of a folder."""
    return hashlib.sha256(os.fsencode(folder) + b"\x00" + os.fsencode(path)).hexdigest()


def _hash(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()
