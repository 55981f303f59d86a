"""What viewers have seen, so that a search can leave it out: a viewer is whoever a caller means by an id of its own."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from ingestion.database import Database, ignore_conflict, retry_conflicts
from ingestion.errors import TooManySeen
from ingestion.tables import sightings
from milvus import Kind

MAX_SEEN = 10_000
"""How many documents of one kind a viewer may have seen: all of them go into the filter of a search."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A document that was seen, and when for the first time, in epoch seconds."""

    id: str
    seen_at: float


class Sightings:
    """What each viewer has seen. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @retry_conflicts
    def add(self, viewer: str, seen: Mapping[Kind, Sequence[str]]) -> dict[Kind, int]:
        """Note what a viewer has seen, and say how much of each kind that makes; what was noted before stays as it was.

        A document need not be stored. Raises TooManySeen, and then nothing was noted.
        """
        now = self._clock()
        rows = [
            {"viewer": viewer, "kind": kind, "document_id": id_, "seen_at": now}
            for kind in Kind
            for id_ in sorted(set(seen.get(kind, ())))
        ]
        with self._database.write() as connection:
            if rows:
                connection.execute(ignore_conflict(self._database, sightings), rows)
            counts = _count(connection, viewer)
            if full := [kind for kind, count in counts.items() if count > MAX_SEEN]:
                raise TooManySeen(
                    f"{full[0].value}: {counts[full[0]]:,} would be noted for this viewer, and at most {MAX_SEEN:,} "
                    "can be; forget what it has seen first"
                )
        return counts

    def list_ids(self, viewer: str, kind: Kind) -> list[str]:
        """All that a viewer has seen of one kind, in the order of the ids."""
        query = select(sightings.c.document_id).where(sightings.c.viewer == viewer, sightings.c.kind == kind)
        with self._database.read() as connection:
            return list(connection.scalars(query.order_by(sightings.c.document_id)))

    def list_page(self, viewer: str, kind: Kind, *, after: str | None = None, limit: int = 100) -> list[Sighting]:
        """The same with the times, from behind an id."""
        query = select(sightings.c.document_id, sightings.c.seen_at)
        query = query.where(sightings.c.viewer == viewer, sightings.c.kind == kind)
        if after is not None:
            query = query.where(sightings.c.document_id > after)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(sightings.c.document_id).limit(limit)).all()
        return [Sighting(row.document_id, row.seen_at) for row in rows]

    def count(self, viewer: str) -> dict[Kind, int]:
        """How much a viewer has seen, by kind."""
        with self._database.read() as connection:
            return _count(connection, viewer)

    @retry_conflicts
    def forget(self, viewer: str) -> int:
        """Erase all that is kept of a viewer; how much it was."""
        with self._database.write() as connection:
            return connection.execute(delete(sightings).where(sightings.c.viewer == viewer)).rowcount


def erase_sightings(connection: Connection, kind: Kind, ids: Sequence[str]) -> None:
    """Erase who has seen these documents."""
    connection.execute(delete(sightings).where(sightings.c.kind == kind, sightings.c.document_id.in_(ids)))


def _count(connection: Connection, viewer: str) -> dict[Kind, int]:
    query = select(sightings.c.kind, func.count().label("total")).where(sightings.c.viewer == viewer)
    rows = connection.execute(query.group_by(sightings.c.kind)).all()
    return dict.fromkeys(Kind, 0) | {Kind(row.kind): row.total for row in rows}
