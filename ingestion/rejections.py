"""Rows that could not be read: kept with the reason, so that they can be listed and mended."""

import hashlib
import time
from collections.abc import Callable, Iterable

from sqlalchemy import delete, select

from ingestion.database import Database, insert_or_update
from ingestion.sources.port import Rejection
from ingestion.tables import rejections
from milvus import Kind


class RejectionLog:
    """The rejected rows of every load, by location. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def forget(self, origin: str) -> None:
        """Drop what an earlier load of this path rejected."""
        with self._database.write() as connection:
            connection.execute(delete(rejections).where(rejections.c.origin == _hash(origin)))

    def add(self, origin: str, batch: Iterable[Rejection]) -> None:
        """Keep rows that could not be read, so that they can be listed and mended."""
        rows = {
            rejection.location: {
                "id": _hash(rejection.location),
                "location": rejection.location,
                "origin": _hash(origin),
                "kind": rejection.kind,
                "reason": rejection.reason,
                "raw": rejection.raw.replace("\x00", "\ufffd") if rejection.raw is not None else None,
                "rejected_at": self._clock(),
            }
            for rejection in batch
        }
        if not rows:
            return
        names = ("location", "origin", "kind", "reason", "raw", "rejected_at")
        with self._database.write() as connection:
            statement = insert_or_update(self._database, rejections, keys=("id",), values=names)
            connection.execute(statement, list(rows.values()))

    def read(self, *, origin: str | None = None, limit: int = 100) -> list[Rejection]:
        """Rows that could not be read, of one origin or of all, by location."""
        chosen = select(rejections).order_by(rejections.c.location).limit(limit)
        if origin is not None:
            chosen = chosen.where(rejections.c.origin == _hash(origin))
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [
            Rejection(location=row.location, reason=row.reason, kind=row.kind and Kind(row.kind), raw=row.raw)
            for row in rows
        ]


def _hash(text: str) -> str:
    # Paths and locations can be longer than what an index of a database takes.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
