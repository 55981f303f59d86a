"""Where documents come from, and the documents as they are there: kept with them, so that they can be read again."""

import hashlib
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from ingestion.database import Database, insert_or_update
from ingestion.records import Change
from ingestion.sources import FILE_FORMATS, Original
from ingestion.tables import originals
from milvus import Kind

Key = tuple[Kind, str]

# A third faster than the default level, and hardly larger.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a document comes from: `origin` names the place for people, as a file, `source:NAME` or `api`.

    What somebody gave `by_hand` no source may close. `original` is None where the document is all there is to keep.
    """

    origin: str
    by_hand: bool = False
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that was recorded, what that changed, and where it came from; None where that is not said."""

    key: Key
    change: Change
    provenance: Provenance | None


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """A document as its source had it at `read_at` (epoch seconds)."""

    kind: Kind
    id: str
    provenance: Provenance
    original: Original
    read_at: float


@dataclass(frozen=True, slots=True)
class _Noted:
    """What is noted of a document. Without a hash no original is kept; `original` is the one to be written, if any."""

    origin: str
    by_hand: bool
    content_hash: str | None
    original: Original | None = None

    @property
    def stays_written(self) -> bool:
        """Whether the original that it has is the one that stands in its row."""
        return self.content_hash is not None and self.original is None


class OriginalShelf:
    """The originals that are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(
        self,
        kind: Kind,
        *,
        ids: Collection[str] | None = None,
        of_format: str | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[StoredOriginal]:
        """Originals in the order of their ids, those after `after`; only of these ids, or of this format."""
        query = select(originals).where(originals.c.kind == kind, originals.c.raw.is_not(None), originals.c.id > after)
        if ids is not None:
            query = query.where(originals.c.id.in_(ids))
        if of_format is not None:
            query = query.where(originals.c.format == of_format)
        with self._database.read() as connection:
            return [_make_stored(row) for row in connection.execute(query.order_by(originals.c.id).limit(limit))]


def note_arrivals(
    database: Database, connection: Connection, arrivals: Sequence[Arrival], *, now: float
) -> list[str | None]:
    """Note where documents came from and keep their originals, in the transaction that locked and recorded them.

    What comes unchanged keeps its original unless it brings another one; what changes without one has none any more.
    For each, where the version that it replaced came from, if that is elsewhere.
    """
    known = _read_noted(connection, {one.key for one in arrivals})
    noted: dict[Key, _Noted | None] = dict(known)
    replaced: list[str | None] = []
    for one in arrivals:
        before = noted.get(one.key)
        replaced.append(_find_replaced(before, one))
        noted[one.key] = _follow(before, one)
    changed = {key: after for key, after in noted.items() if after is not known.get(key)}
    _write(database, connection, changed, now=now)
    return replaced


def find_current(connection: Connection, stored: Sequence[StoredOriginal]) -> set[Key]:
    """The keys of those originals that still are what is kept."""
    hashes = {(one.kind, one.id): _hash(one.original) for one in stored}
    return {key for key, now in _read_noted(connection, hashes.keys()).items() if now.content_hash == hashes[key]}


def find_given_by_hand(connection: Connection, kind: Kind, ids: Sequence[str]) -> set[str]:
    """Those of the ids that somebody gave by hand."""
    return set(connection.scalars(select(originals.c.id).where(_are(kind, ids), originals.c.by_hand)))


def erase_originals(connection: Connection, kind: Kind, ids: Sequence[str]) -> None:
    """Forget where documents came from, and what they were there."""
    connection.execute(delete(originals).where(_are(kind, ids)))


def _follow(before: _Noted | None, one: Arrival) -> _Noted | None:
    new = one.provenance
    unchanged = one.change is Change.UNCHANGED
    if new is None:
        return before if unchanged else None
    by_hand = new.by_hand or (before is not None and before.by_hand)
    digest = _hash(new.original) if new.original else None
    if before is not None and unchanged and digest in {None, before.content_hash}:
        return before if before.by_hand == by_hand else replace(before, by_hand=by_hand)
    return _Noted(new.origin, by_hand, digest, new.original)


def _find_replaced(before: _Noted | None, one: Arrival) -> str | None:
    if one.change is not Change.CHANGED or before is None or one.provenance is None:
        return None
    return before.origin if before.origin != one.provenance.origin else None


def _write(database: Database, connection: Connection, changed: Mapping[Key, _Noted | None], *, now: float) -> None:
    for kind in Kind:
        of_kind = {id_: noted for (one, id_), noted in changed.items() if one is kind}
        if gone := [id_ for id_, noted in of_kind.items() if noted is None]:
            erase_originals(connection, kind, gone)
        if kept := [id_ for id_, noted in of_kind.items() if noted is not None and noted.stays_written]:
            connection.execute(update(originals).where(_are(kind, kept)).values(by_hand=True))
    new = {key: noted for key, noted in changed.items() if noted is not None and not noted.stays_written}
    if new:
        values = ("origin", "by_hand", "format", "content_hash", "length", "read_at", "context", "raw")
        statement = insert_or_update(database, originals, keys=("kind", "id"), values=values)
        connection.execute(statement, [_make_row(key, noted, now=now) for key, noted in new.items()])


def _make_row(key: Key, noted: _Noted, *, now: float) -> dict[str, Any]:
    row = {"kind": key[0], "id": key[1], "origin": noted.origin, "by_hand": noted.by_hand, "read_at": now}
    if (original := noted.original) is None:
        return row | dict.fromkeys(("format", "content_hash", "length", "context", "raw"))
    raw = _to_bytes(original)
    return row | {
        "format": original.format,
        "content_hash": noted.content_hash,
        "length": len(raw),
        "context": _write_context(original),
        "raw": zlib.compress(raw, _LEVEL),
    }


def _write_context(original: Original) -> str | None:
    context = {"company": original.company, "source": original.source, "mapping": dict(original.mapping)}
    stated = {name: value for name, value in context.items() if value}
    return json.dumps(stated, sort_keys=True) if stated else None


def _hash(original: Original) -> str:
    parts = (original.format.encode(), (_write_context(original) or "").encode("utf-8", "replace"), _to_bytes(original))
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()


def _to_bytes(original: Original) -> bytes:
    return original.raw if isinstance(original.raw, bytes) else original.raw.encode("utf-8", "replace")


def _read_noted(connection: Connection, keys: Collection[Key]) -> dict[Key, _Noted]:
    columns = (originals.c.id, originals.c.origin, originals.c.by_hand, originals.c.content_hash)
    found: dict[Key, _Noted] = {}
    for kind in Kind:
        if ids := [id_ for of_kind, id_ in keys if of_kind is kind]:
            for row in connection.execute(select(*columns).where(_are(kind, ids))):
                found[kind, row.id] = _Noted(row.origin, row.by_hand, row.content_hash)
    return found


def _make_stored(row: Any) -> StoredOriginal:
    context = json.loads(row.context) if row.context else {}
    content = zlib.decompress(row.raw)
    raw = content if row.format in FILE_FORMATS else content.decode("utf-8")
    original = Original(format=row.format, raw=raw, **context)
    provenance = Provenance(row.origin, row.by_hand, original)
    return StoredOriginal(Kind(row.kind), row.id, provenance, original, row.read_at)


def _are(kind: Kind, ids: Collection[str]) -> ColumnElement[bool]:
    return and_(originals.c.kind == kind, originals.c.id.in_(ids))
