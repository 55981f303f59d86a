"""The ledger's book on duplicates: which documents are one text under several ids, and so share a group.

Documents are linked in pairs (see `alike`), and what hangs together by such links is a group: which documents form it
does not depend on the order in which they came, only its id does. A worker writes into a row the group that stands
here. Where a group changes for a document that the worker does not have at hand, the document gets a new version and is
queued in the same transaction: so a crash leaves nothing stale, and what another worker writes of the older version is
written anew.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, select, update

from ingestion.alike import Marks, Signed, find_alike, hash_buckets, sign
from ingestion.database import Database, Lock, insert_or_update, retry_conflicts
from ingestion.grouping import Node, regroup, split
from ingestion.minhash import decode_signatures, encode_signature
from ingestion.records import Claim
from ingestion.rewriting import cut_rows, queue_rewrites
from ingestion.tables import documents, signature_buckets, signatures
from milvus import Entity, Kind

MOST_PER_BUCKET = 100
"""With so many of a bucket a new document is compared. Where more share one, they are duplicates for the most part, and
a link to any of them is a link to all."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A signed document as it stands in the book."""

    signed: Signed
    group: str | None


class DuplicateBook:
    """The duplicates in SQL. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @retry_conflicts
    def link(self, kind: Kind, claims: Sequence[Claim], entities: Mapping[str, Entity]) -> dict[str, str]:
        """Bring the book to what documents say now, those without an entity being deleted; the groups they are in.

        To be called before the index is written. A claim that is no longer current is passed over. Documents outside
        these claims whose group changed are queued.
        """
        signed = {claim.id: sign(entities[claim.id]) if claim.id in entities else None for claim in claims}
        with self._database.write() as connection:
            # Two who link at once could each miss what the other adds. Nobody waits for this lock while holding rows of
            # documents, so it cannot be part of a deadlock.
            self._database.lock(connection, Lock.DUPLICATES)
            kept = _read_current(connection, kind, claims)
            changed = {id_: signed[id_] for id_, before in kept.items() if not _is_same(before, signed[id_])}
            if changed:
                former = {id_: before.group for id_ in changed if (before := kept[id_]) is not None}
                self._replace(connection, kind, changed, kept)
                moved = self._regroup(connection, kind, [one for one in changed.values() if one is not None], former)
                queue_rewrites(connection, kind, [id_ for id_ in moved if id_ not in kept], now=self._clock())
            return _read_groups(connection, kind, list(kept))

    def read_groups(self, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
        """The groups of documents, by id; those that are alone are left out."""
        with self._database.read() as connection:
            return _read_groups(connection, kind, ids)

    def _replace(
        self, connection: Connection, kind: Kind, changed: Mapping[str, Signed | None], kept: Mapping[str, _Kept | None]
    ) -> None:
        """Write the signatures of changed documents in the place of their former ones, as yet without groups."""
        former = [before.signed for id_ in changed if (before := kept[id_]) is not None]
        for one, buckets in _iterate_buckets(former):
            these = and_(signature_buckets.c.bucket.in_(buckets), signature_buckets.c.id == one.id)
            connection.execute(delete(signature_buckets).where(signature_buckets.c.kind == kind, these))
        gone = [id_ for id_, now in changed.items() if now is None and kept[id_] is not None]
        if gone:
            connection.execute(delete(signatures).where(signatures.c.kind == kind, signatures.c.id.in_(gone)))
        present = [one for one in changed.values() if one is not None]
        if not present:
            return
        values = ("signature", "marks", "group_id")
        statement = insert_or_update(self._database, signatures, keys=("kind", "id"), values=values)
        rows = [
            {"signature": encode_signature(one.signature), "marks": one.marks.write(), "group_id": None}
            for one in present
        ]
        connection.execute(
            statement, [{"kind": kind, "id": one.id} | row for one, row in zip(present, rows, strict=True)]
        )
        found = [
            {"kind": kind, "bucket": bucket, "id": one.id}
            for one, buckets in _iterate_buckets(present)
            for bucket in set(buckets)
        ]
        connection.execute(insert(signature_buckets), found)

    def _regroup(
        self, connection: Connection, kind: Kind, changed: Sequence[Signed], former: Mapping[str, str | None]
    ) -> list[str]:
        """Group changed documents, and anew what those left that they were grouped with; whose group changed."""
        broken = sorted({group for group in former.values() if group is not None})
        loose = {one.signed.id: one for one in _read_members(connection, kind, broken)}
        links: list[tuple[Node, Node]] = [
            (("document", part[0].id), ("document", other.id))
            for group in broken
            for part in split([one.signed for one in loose.values() if one.group == group])
            for other in part[1:]
        ]
        before: dict[str, str | None] = {one.id: former.get(one.id) for one in changed}
        before |= {id_: one.group for id_, one in loose.items()}
        whole: set[str] = set()
        for one, other in _find_links(connection, kind, changed):
            if other.group is not None and other.group not in broken:
                whole.add(other.group)
                links.append((("document", one.id), ("group", other.group)))
            else:
                before.setdefault(other.signed.id, other.group)
                links.append((("document", one.id), ("document", other.signed.id)))
        done = regroup(before, links, _count_members(connection, kind, sorted(whole)))
        fresh = {one.id for one in changed}
        moved = {id_: group for id_, group in done.groups.items() if group != (None if id_ in fresh else before[id_])}
        moved |= {
            one.signed.id: done.merged[one.group or ""] for one in _read_members(connection, kind, [*done.merged])
        }
        _write_groups(connection, kind, moved)
        return list(moved)


def _read_current(connection: Connection, kind: Kind, claims: Sequence[Claim]) -> dict[str, _Kept | None]:
    """How the documents of claims that are current stand in the book, None where they do not."""
    versions = {claim.id: claim.version for claim in claims}
    found: dict[str, _Kept | None] = {}
    same = and_(signatures.c.kind == documents.c.kind, signatures.c.id == documents.c.id)
    kept = (signatures.c.signature, signatures.c.marks, signatures.c.group_id)
    for chunk in cut_rows(list(versions)):
        rows = connection.execute(
            select(documents.c.id, documents.c.version, *kept)
            .select_from(documents.outerjoin(signatures, same))
            .where(documents.c.kind == kind, documents.c.id.in_(chunk))
        )
        current = [row for row in rows if row.version == versions[row.id]]
        found |= dict.fromkeys(row.id for row in current)
        found |= {one.signed.id: one for one in _read_rows([row for row in current if row.signature is not None])}
    return found


def _read_members(connection: Connection, kind: Kind, groups: Sequence[str]) -> list[_Kept]:
    return [
        one
        for chunk in cut_rows(groups)
        for one in _read_kept(connection, and_(signatures.c.kind == kind, signatures.c.group_id.in_(chunk)))
    ]


def _read_kept(connection: Connection, which: ColumnElement[bool]) -> list[_Kept]:
    return _read_rows(connection.execute(select(signatures).where(which).order_by(signatures.c.id)).all())


def _read_rows(rows: Sequence[Any]) -> list[_Kept]:
    decoded = decode_signatures([row.signature for row in rows])
    return [
        _Kept(Signed(row.id, signature, Marks.read(row.marks)), row.group_id)
        for row, signature in zip(rows, decoded, strict=True)
    ]


def _count_members(connection: Connection, kind: Kind, groups: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for chunk in cut_rows(groups):
        counted = (
            select(signatures.c.group_id, func.count().label("members"))
            .where(signatures.c.kind == kind, signatures.c.group_id.in_(chunk))
            .group_by(signatures.c.group_id)
        )
        counts |= {row.group_id: row.members for row in connection.execute(counted)}
    return counts


def _read_groups(connection: Connection, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in cut_rows(ids):
        which = and_(signatures.c.kind == kind, signatures.c.id.in_(chunk), signatures.c.group_id.is_not(None))
        rows = connection.execute(select(signatures.c.id, signatures.c.group_id).where(which))
        found |= {row.id: row.group_id for row in rows}
    return found


def _write_groups(connection: Connection, kind: Kind, groups: Mapping[str, str | None]) -> None:
    if groups:
        this = and_(signatures.c.kind == kind, signatures.c.id == bindparam("this"))
        statement = update(signatures).where(this).values(group_id=bindparam("group"))
        connection.execute(statement, [{"this": id_, "group": groups[id_]} for id_ in sorted(groups)])


def _find_links(connection: Connection, kind: Kind, changed: Sequence[Signed]) -> Iterator[tuple[Signed, _Kept]]:
    """Each of the documents with each that it shares a bucket with and that is the same."""
    askers: dict[int, list[str]] = defaultdict(list)
    for one, buckets in _iterate_buckets(changed):
        for bucket in buckets:
            askers[bucket].append(one.id)
    candidates: dict[str, set[str]] = defaultdict(set)
    for chunk in cut_rows(list(askers)):
        # Only the ids are read of what a bucket holds beyond the limit.
        place = func.row_number().over(partition_by=signature_buckets.c.bucket, order_by=signature_buckets.c.id)
        held = (
            select(signature_buckets.c.bucket, signature_buckets.c.id, place.label("place"))
            .where(signature_buckets.c.kind == kind, signature_buckets.c.bucket.in_(chunk))
            .subquery()
        )
        for row in connection.execute(select(held.c.bucket, held.c.id).where(held.c.place <= MOST_PER_BUCKET)):
            for asker in askers[row.bucket]:
                candidates[asker].add(row.id)
    wanted = sorted({id_ for asker, ids in candidates.items() for id_ in ids if id_ != asker})
    kept = {
        one.signed.id: one
        for chunk in cut_rows(wanted)
        for one in _read_kept(connection, and_(signatures.c.kind == kind, signatures.c.id.in_(chunk)))
    }
    for one in changed:
        others = [kept[id_].signed for id_ in sorted(candidates[one.id]) if id_ != one.id and id_ in kept]
        yield from ((one, kept[other.id]) for other in find_alike(one, others))


def _iterate_buckets(signed: Sequence[Signed]) -> Iterator[tuple[Signed, list[int]]]:
    if signed:
        yield from zip(signed, hash_buckets(signed).tolist(), strict=True)


def _is_same(before: _Kept | None, now: Signed | None) -> bool:
    if before is None or now is None:
        return before is None and now is None
    return before.signed.marks == now.marks and bool((before.signed.signature == now.signature).all())
