"""The ledger: which documents there are, and the tasks that bring them into the index.

A document's row is the unit of work: it is `pending` until what it says stands in the index. Every change gets a task,
whose id is the document's new version; the task is done once that version, or a later one, is indexed. So two changes
of one document can never be applied in the wrong order, and a worker always applies the newest.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, insert, select, update

from ingestion.database import Database, insert_or_update, retry_conflicts
from ingestion.documents import AnyDocument, ResumeDocument, kind_of
from ingestion.judging import erase_judgements
from ingestion.originals import (
    Arrival,
    Provenance,
    StoredOriginal,
    erase_originals,
    find_current,
    find_given_by_hand,
    note_arrivals,
)
from ingestion.records import (
    Change,
    Claim,
    Priority,
    Recorded,
    State,
    StoredDocument,
    Summary,
    Task,
    TaskState,
    encode_document,
    make_claim,
    make_stored,
)
from ingestion.sightings import erase_sightings
from ingestion.tables import documents, holdings, persons, rejections, tasks, topic_members
from milvus import Kind

_ROWS_A_STATEMENT = 500


class Ledger:
    """Documents and their state in SQL. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def ping(self) -> None:
        """Raise LedgerUnavailable where the database does not answer."""
        with self._database.read() as connection:
            connection.execute(select(1))

    @retry_conflicts
    def record(
        self,
        batch: Sequence[AnyDocument],
        *,
        provenance: Sequence[Provenance] | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> list[Recorded]:
        """Store documents, each with where it comes from, and queue what changed, in one transaction.

        The outcomes are in the order given. Of two documents with one id the later counts. A document equal to the
        stored one changes nothing, but goes ahead where it still waits under a lower priority.
        """
        # In one order for all writers, so that no two of them wait for each other.
        order = sorted(range(len(batch)), key=lambda index: (kind_of(batch[index]), batch[index].id))
        recorded: dict[int, Recorded] = {}
        with self._database.write() as connection:
            for start in range(0, len(order), _ROWS_A_STATEMENT):
                places = order[start : start + _ROWS_A_STATEMENT]
                chunk = [(batch[place], provenance[place] if provenance else None) for place in places]
                outcomes = self._record_chunk(connection, chunk, priority)
                recorded |= zip(places, outcomes, strict=True)
        return [recorded[index] for index in range(len(batch))]

    @retry_conflicts
    def record_again(self, read: Sequence[tuple[StoredOriginal, AnyDocument]]) -> list[Recorded | None]:
        """Store what originals give now, at most _ROWS_A_STATEMENT, in bulk, as `record` does.

        None for one whose original is gone or is another one by now: what came in meanwhile stays, or stays erased.
        """
        keys = [(one.kind, one.id) for one, _ in read]
        with self._database.write() as connection:
            _lock_documents(connection, keys)
            current = find_current(connection, [one for one, _ in read])
            kept = [(document, one.provenance) for one, document in read if (one.kind, one.id) in current]
            outcomes = iter(self._record_chunk(connection, kept, Priority.BULK))
            return [next(outcomes) if key in current else None for key in keys]

    def _record_chunk(
        self, connection: Connection, arrivals: Sequence[tuple[AnyDocument, Provenance | None]], priority: Priority
    ) -> list[Recorded]:
        chunk = [document for document, _ in arrivals]
        known = _lock_documents(connection, [(kind_of(document), document.id) for document in chunk])
        contents = [encode_document(document) for document in chunk]
        changes: list[Change] = []
        hashes = {key: digest for key, (digest, _) in known.items()}
        for document, (_, digest) in zip(chunk, contents, strict=True):
            key = (kind_of(document), document.id)
            changes.append(_compare(hashes.get(key, ""), digest))
            hashes[key] = digest
        changed = [document for document, change in zip(chunk, changes, strict=True) if change is not Change.UNCHANGED]
        new_tasks = iter(self._add_tasks(connection, [(kind_of(one), one.id, "upsert") for one in changed]))
        versions = {key: version for key, (_, version) in known.items()}
        recorded: list[Recorded] = []
        rows: dict[tuple[Kind, str], dict[str, Any]] = {}
        for document, change, (content, digest) in zip(chunk, changes, contents, strict=True):
            key = (kind_of(document), document.id)
            if change is not Change.UNCHANGED:
                versions[key] = next(new_tasks)
                rows[key] = self._document_row(key, versions[key], priority=priority) | {
                    "document": content,
                    "document_hash": digest,
                    "deleted": False,
                    "expires_at": document.expires_at.timestamp() if document.expires_at else None,
                }
            recorded.append(Recorded(*key, change, versions[key]))
        self._upsert_documents(connection, list(rows.values()))
        if priority is Priority.INTERACTIVE:
            _hurry(connection, [key for key in known if key not in rows])
        self._store_persons(connection, [document for document in chunk if isinstance(document, ResumeDocument)])
        arrived = [
            Arrival((one.kind, one.id), one.change, provenance)
            for one, (_, provenance) in zip(recorded, arrivals, strict=True)
        ]
        replaced = note_arrivals(self._database, connection, arrived, now=self._clock())
        return [
            replace(one, replaced=origin) if origin else one for one, origin in zip(recorded, replaced, strict=True)
        ]

    def _add_tasks(self, connection: Connection, rows: Sequence[tuple[Kind, str, str]]) -> list[int]:
        if not rows:
            return []
        now = self._clock()
        return list(
            connection.scalars(
                insert(tasks).returning(tasks.c.id, sort_by_parameter_order=True),
                [{"kind": kind, "document_id": id_, "action": action, "created_at": now} for kind, id_, action in rows],
            )
        )

    def _document_row(self, key: tuple[Kind, str], version: int, *, priority: Priority) -> dict[str, Any]:
        """What every change of a document sets, whatever it says."""
        now = self._clock()
        return {
            "kind": key[0],
            "id": key[1],
            "version": version,
            "state": State.PENDING,
            "state_since": now,
            "priority": priority,
            "attempts": 0,
            "not_before": 0.0,
            "created_at": now,
            "updated_at": now,
        }

    def _upsert_documents(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        content = ("document", "document_hash", "deleted", "expires_at")
        statement = insert_or_update(
            self._database,
            documents,
            keys=("kind", "id"),
            values=(*content, "state", "attempts", "not_before", "updated_at"),
            # Two writers may insert one new id at once; the version must be the newer task's whoever commits last.
            extra=lambda new: {
                "error": None,
                "version": case((new.version > documents.c.version, new.version), else_=documents.c.version),
                "priority": case((_waits_before(new.priority), documents.c.priority), else_=new.priority),
                "state_since": _since(new.state_since),
            },
        )
        connection.execute(statement, rows)

    def _store_persons(self, connection: Connection, resumes: Sequence[ResumeDocument]) -> None:
        latest = {resume.id: resume.person for resume in resumes}
        gone = [id_ for id_, person in latest.items() if person is None]
        if gone:
            connection.execute(delete(persons).where(persons.c.resume_id.in_(gone)))
        rows = [
            {"resume_id": id_, "person": person.model_dump(exclude_defaults=True), "updated_at": self._clock()}
            for id_, person in latest.items()
            if person is not None
        ]
        if rows:
            connection.execute(
                insert_or_update(self._database, persons, keys=("resume_id",), values=("person", "updated_at")), rows
            )

    @retry_conflicts
    def delete(self, kind: Kind, ids: Sequence[str], *, priority: Priority = Priority.INTERACTIVE) -> list[int | None]:
        """Erase documents and queue their removal from the index; the task of each, None where there is no such id.

        The document's content and the person's data are gone when this returns; the index follows.
        """
        with self._database.write() as connection:
            versions = self.erase(connection, kind, _lock_present(connection, kind, ids), priority)
        return [versions.get(id_) for id_ in ids]

    @retry_conflicts
    def release(self, holder: str, kind: Kind, ids: Sequence[str]) -> list[str]:
        """End a holder's hold on documents, and erase those that no other holder has; the ids of these.

        What somebody gave by hand stays. A holder holds a document before it records it, so that what another one is
        about to record stays.
        """
        with self._database.write() as connection:
            # The documents are locked before the holders are looked at: nobody can record one in between.
            present = _lock_present(connection, kind, ids)
            these = and_(holdings.c.kind == kind, holdings.c.document_id.in_(ids))
            others = set(
                connection.scalars(select(holdings.c.document_id).where(these, holdings.c.holder != holder)).all()
            )
            others |= find_given_by_hand(connection, kind, ids)
            erased = [id_ for id_ in present if id_ not in others]
            # Cheap, and what is closed should be gone soon, however much is being loaded.
            self.erase(connection, kind, erased, Priority.INTERACTIVE)
            connection.execute(delete(holdings).where(these, holdings.c.holder == holder))
        return erased

    @retry_conflicts
    def delete_expired(self, before: float, *, limit: int) -> int:
        """Erase, as `delete` does, at most `limit` documents that expired and were last changed before a time.

        Returns how many. What came in lately stays a while even where it had expired long before.
        """
        erased = 0
        with self._database.write() as connection:
            for kind in Kind:
                ids = connection.scalars(
                    select(documents.c.id)
                    .where(documents.c.kind == kind, ~documents.c.deleted)
                    .where(documents.c.expires_at < before, documents.c.updated_at < before)
                    .order_by(documents.c.id)
                    .limit(limit - erased)
                    .with_for_update()
                ).all()
                erased += len(self.erase(connection, kind, ids, Priority.BULK))
        return erased

    def erase(self, connection: Connection, kind: Kind, ids: Sequence[str], priority: Priority) -> dict[str, int]:
        """Erase documents within a transaction that has locked their rows; the task of each.

        Everything that is kept of a document or a person goes here, whoever asks for it.
        """
        versions = dict(zip(ids, self._add_tasks(connection, [(kind, id_, "delete") for id_ in ids]), strict=True))
        nothing = {"document": None, "document_hash": "", "deleted": True, "expires_at": None, "error": None}
        for id_, version in versions.items():
            row = self._document_row((kind, id_), version, priority=priority) | nothing
            row["state_since"] = _since(row["state_since"])
            del row["created_at"]
            connection.execute(update(documents).where(documents.c.kind == kind, documents.c.id == id_).values(row))
        if kind is Kind.RESUMES:
            connection.execute(delete(persons).where(persons.c.resume_id.in_(ids)))
        else:
            connection.execute(delete(topic_members).where(topic_members.c.vacancy_id.in_(ids)))
        erase_originals(connection, kind, ids)
        erase_sightings(connection, kind, ids)
        erase_judgements(connection, kind, ids)
        return versions

    def get_task(self, task_id: int) -> Task | None:
        """A task by id; None where there never was one, or it was purged when it was done."""
        same = and_(documents.c.kind == tasks.c.kind, documents.c.id == tasks.c.document_id)
        columns = (documents.c.state, documents.c.indexed_version, documents.c.lease_until, documents.c.error)
        with self._database.read() as connection:
            row = connection.execute(
                select(tasks, *columns, documents.c.version)
                .select_from(tasks.outerjoin(documents, same))
                .where(tasks.c.id == task_id)
            ).first()
        if row is None:
            return None
        state = self._task_state(row)
        error = row.error if state is not TaskState.DONE else None
        return Task(row.id, Kind(row.kind), row.document_id, row.action, state, error, row.created_at)

    def has_newer_task(self, task_id: int) -> bool:
        """Whether ids beyond this one were given out; then a task of this id that is not there was purged."""
        with self._database.read() as connection:
            return connection.scalar(select(tasks.c.id).where(tasks.c.id > task_id).limit(1)) is not None

    def _task_state(self, row: Any) -> TaskState:
        if row.version is None or (row.indexed_version is not None and row.indexed_version >= row.id):
            return TaskState.DONE
        if row.state == State.FAILED:
            return TaskState.FAILED
        return TaskState.RUNNING if row.lease_until and row.lease_until > self._clock() else TaskState.QUEUED

    def get_document(self, kind: Kind, id_: str) -> StoredDocument | None:
        """A stored document; None where there is none or it was deleted."""
        with self._database.read() as connection:
            row = connection.execute(
                select(documents).where(documents.c.kind == kind, documents.c.id == id_, ~documents.c.deleted)
            ).first()
            names = read_names(connection, [id_]) if row is not None and kind is Kind.RESUMES else {}
        return make_stored(row, names) if row is not None else None

    def list_documents(self, kind: Kind, *, after: str | None = None, limit: int = 100) -> list[StoredDocument]:
        """Documents in the order of their ids, those after `after`."""
        query = select(documents).where(documents.c.kind == kind, ~documents.c.deleted)
        if after is not None:
            query = query.where(documents.c.id > after)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(documents.c.id).limit(limit)).all()
            names = read_names(connection, [row.id for row in rows]) if kind is Kind.RESUMES else {}
        return [make_stored(row, names) for row in rows]

    def summarize(self) -> Summary:
        """Counts of everything, for status pages and progress."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(documents.c.kind, documents.c.state, func.count().label("total")).group_by(
                    documents.c.kind, documents.c.state
                )
            ).all()
            rejected = connection.scalar(select(func.count()).select_from(rejections)) or 0
        counts = {kind: dict.fromkeys(State, 0) for kind in Kind}
        for row in rows:
            counts[Kind(row.kind)][State(row.state)] = row.total
        return Summary(counts, rejected)


def _compare(before: str, digest: str) -> Change:
    if not before:
        return Change.NEW
    return Change.UNCHANGED if before == digest else Change.CHANGED


def _since(now: Any) -> ColumnElement[Any]:
    """When a document was queued: one that waits already has waited since then, whatever changes it meanwhile."""
    return case((documents.c.state == State.PENDING, documents.c.state_since), else_=now)


def _waits_before(priority: Any) -> ColumnElement[bool]:
    return and_(documents.c.state == State.PENDING, documents.c.priority < priority)


def _hurry(connection: Connection, keys: Sequence[tuple[Kind, str]]) -> None:
    """Let documents that wait in bulk go ahead: somebody asked for them."""
    for kind in Kind:
        if ids := [id_ for of_kind, id_ in keys if of_kind is kind]:
            connection.execute(
                update(documents)
                .where(documents.c.kind == kind, documents.c.id.in_(ids), documents.c.state == State.PENDING)
                .where(documents.c.priority != Priority.INTERACTIVE)
                .values(priority=Priority.INTERACTIVE)
            )


def _lock_documents(
    connection: Connection, keys: Sequence[tuple[Kind, str]]
) -> dict[tuple[Kind, str], tuple[str, int]]:
    """Hash and version of the rows of these keys, locked in one order so that two writers never wait for each other."""
    found: dict[tuple[Kind, str], tuple[str, int]] = {}
    for kind in Kind:
        ids = sorted({id_ for of_kind, id_ in keys if of_kind is kind})
        for start in range(0, len(ids), _ROWS_A_STATEMENT):
            rows = connection.execute(
                select(documents.c.id, documents.c.document_hash, documents.c.version, documents.c.state)
                .where(documents.c.kind == kind, documents.c.id.in_(ids[start : start + _ROWS_A_STATEMENT]))
                .order_by(documents.c.id)
                .with_for_update()
            )
            for row in rows:
                # A document that was set aside is worth another try when it is sent again, even unchanged.
                digest = "failed" if row.state == State.FAILED else row.document_hash
                found[kind, row.id] = (digest, row.version)
    return found


def _lock_present(connection: Connection, kind: Kind, ids: Sequence[str]) -> list[str]:
    """Those of the ids that there is a document of, sorted; their rows are locked."""
    locked = _lock_documents(connection, [(kind, id_) for id_ in ids])
    return sorted(id_ for (_, id_), (digest, _) in locked.items() if digest)


def read_claims(connection: Connection, rows: Sequence[Row[Any]]) -> list[Claim]:
    """Claims from rows of `documents`, with the names that have to be cut from resumes."""
    names = read_names(connection, [row.id for row in rows if row.kind == Kind.RESUMES])
    return [make_claim(row, names) for row in rows]


def read_names(connection: Connection, resume_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not resume_ids:
        return {}
    rows = connection.execute(select(persons).where(persons.c.resume_id.in_(resume_ids)))
    return {row.resume_id: (row.person["name"],) for row in rows if row.person.get("name")}
