"""The ledger's book on topics: what the last run found, and which vacancy belongs to which.

A worker writes into a row the topic that stands here. A run replaces the topics, and queues the vacancies whose topic
changes in the same transaction: so a crash leaves nothing stale. Which vacancy belongs where does not depend on the
model that serves, so a rebuild for another one keeps it; only new texts have no topic then, until the next run.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from ingestion.database import Database, Lock, insert_or_update, retry_conflicts
from ingestion.errors import TopicsRefused
from ingestion.records import Claim, State
from ingestion.rewriting import cut_rows, queue_rewrites
from ingestion.tables import documents, topic_members, topic_runs, topics
from ingestion.topics.naming import Labels, Term
from ingestion.topics.nearest import find_nearest
from milvus import Entity, Kind, ModelIdentity, Vector, Vectors

_VECTOR = "<f4"
_NAME_TERMS = 5


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it stands in the book. `size` counts its vacancies now; `x` and `y`, -1 to 1, its place on a map."""

    id: int
    labels: Labels
    size: int
    x: float
    y: float
    made_at: float
    retired_at: float | None

    def name(self, language: str) -> str:
        """Its first terms in a language that it has labels in."""
        return ", ".join(term.text for term in self.labels[language][:_NAME_TERMS])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run starts from: the last run's number, 0 for none, and the topics of vacancies, None for no topic."""

    run: int
    members: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic that a run found. `former` is the id of the topic that it goes on from, None for a new one."""

    former: int | None
    labels: Labels
    centroid: Vector
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTopics:
    """What a run found, after the run `after`, in vectors of `model`.

    `members` gives the text hash of each vacancy, and the place of its topic in `topics`, None where it has none.
    """

    after: int
    model: ModelIdentity
    threshold: float
    topics: Sequence[FoundTopic]
    members: Mapping[str, tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a run came to: topics that are new and that were retired, and vacancies whose rows are written anew."""

    new: int
    retired: int
    queued: int


@dataclass(frozen=True, slots=True)
class _Run:
    """The last run, and its topics' ids and centroids."""

    id: int
    model: ModelIdentity
    threshold: float
    topics: Sequence[int]
    centroids: Vectors


class TopicBook:
    """The topics in SQL. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._last: _Run | None = None  # as it was read last; another run has another number

    def list_topics(self, *, with_retired: bool = False) -> list[Topic]:
        """The topics, the largest first."""
        members = (
            select(topic_members.c.topic_id, func.count().label("size"))
            .group_by(topic_members.c.topic_id)
            .subquery("members")
        )
        size = func.coalesce(members.c.size, 0)
        shown = [one for one in topics.c if one is not topics.c.centroid]
        query = select(*shown, size.label("size")).select_from(
            topics.outerjoin(members, members.c.topic_id == topics.c.id)
        )
        if not with_retired:
            query = query.where(topics.c.retired_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(size.desc(), topics.c.id)).all()
        return [
            Topic(row.id, _read_labels(row.labels), row.size, row.x, row.y, row.made_at, row.retired_at) for row in rows
        ]

    def count_without(self) -> int:
        """How many vacancies were looked at and belong to no topic."""
        query = select(func.count()).select_from(topic_members).where(topic_members.c.topic_id.is_(None))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def read_topics(self, ids: Sequence[str]) -> dict[str, int]:
        """The topics of vacancies, by id; those that have none are left out."""
        with self._database.read() as connection:
            known = _read_members(connection, ids)
        return {id_: topic for id_, (_, topic) in known.items() if topic is not None}

    @retry_conflicts
    def assign(
        self, claims: Sequence[Claim], entities: Sequence[Entity], vectors: Vectors, *, model: ModelIdentity
    ) -> dict[str, int]:
        """The topics of vacancies whose vectors, of `model`, are known; those that have none are left out.

        A vacancy whose text has been assigned keeps its topic, whatever the model. Another one gets the nearest topic,
        if the last run's centroids are of this model, and the book has that from then on.
        """
        if self._read_last_run() is None:
            return {}
        with self._database.write() as connection:
            # So that nothing is assigned by the former topics once a run has replaced them.
            self._database.lock(connection, Lock.TOPICS)
            run = self._load(connection)
            known = _read_members(connection, [one.id for one in entities])
            found = {one.id: known[one.id][1] for one in entities if _is_known(known, one)}
            fresh = [place for place, one in enumerate(entities) if one.id not in found]
            if fresh and run.model == model:
                labels = find_nearest(vectors[fresh], run.centroids, run.threshold)
                found |= {
                    entities[place].id: run.topics[label] if label >= 0 else None
                    for place, label in zip(fresh, labels.tolist(), strict=True)
                }
                current = _lock_current(connection, [claims[place] for place in fresh])
                self._write(connection, [entities[place] for place in fresh if entities[place].id in current], found)
        return {id_: topic for id_, topic in found.items() if topic is not None}

    def read_snapshot(self) -> Snapshot:
        """What a run starts from."""
        with self._database.snapshot() as connection:
            run = connection.scalar(select(func.max(topic_runs.c.id))) or 0
            rows = connection.execute(select(topic_members.c.vacancy_id, topic_members.c.topic_id))
            return Snapshot(run, {row.vacancy_id: row.topic_id for row in rows})

    @retry_conflicts
    def replace(self, found: FoundTopics, *, rewrite: bool = True) -> Replaced:
        """Put a run's topics in the place of the former ones, and queue the vacancies whose topic changes.

        A vacancy that came or changed since the run began is queued too, and assigned when it is written. Without
        `rewrite` nothing is queued, as where rows have no column for it. Raises TopicsRefused where another run has
        ended since this one began.
        """
        now = self._clock()
        with self._database.write() as connection:
            self._database.lock(connection, Lock.TOPICS)
            last = connection.scalar(select(func.max(topic_runs.c.id))) or 0
            if last != found.after:
                raise TopicsRefused("another run has made topics since this one began; run it again")
            kept = [one.former for one in found.topics if one.former is not None]
            gone = update(topics).where(topics.c.retired_at.is_(None), topics.c.id.not_in(kept))
            retired = connection.execute(gone.values(retired_at=now)).rowcount
            ids = self._write_topics(connection, found.topics, now)
            run = {"id": last + 1, "model": asdict(found.model), "threshold": found.threshold, "made_at": now}
            connection.execute(insert(topic_runs).values(run))
            changed = _replace_members(connection, found, ids)
            if rewrite:
                queue_rewrites(connection, Kind.VACANCIES, changed, now=now)
        return Replaced(len(ids) - len(kept), retired, len(changed) if rewrite else 0)

    def _read_last_run(self) -> int | None:
        with self._database.read() as connection:
            run: int | None = connection.scalar(select(func.max(topic_runs.c.id)))
        return run

    def _load(self, connection: Connection) -> _Run:
        row = connection.execute(select(topic_runs).order_by(topic_runs.c.id.desc()).limit(1)).one()
        if self._last is None or self._last.id != row.id:
            current = topics.c.retired_at.is_(None)
            found = connection.execute(
                select(topics.c.id, topics.c.centroid).where(current).order_by(topics.c.id)
            ).all()
            model = ModelIdentity(**row.model)
            centroids = np.array([np.frombuffer(one.centroid, dtype=_VECTOR) for one in found], dtype=np.float32)
            ids = [one.id for one in found]
            self._last = _Run(row.id, model, row.threshold, ids, centroids.reshape(-1, model.dimension))
        return self._last

    def _write(self, connection: Connection, entities: Sequence[Entity], found: Mapping[str, int | None]) -> None:
        if entities:
            statement = insert_or_update(
                self._database, topic_members, keys=("vacancy_id",), values=("text_hash", "topic_id")
            )
            rows = {one.id: {"vacancy_id": one.id, "text_hash": one.text_hash} for one in entities}
            connection.execute(statement, [rows[id_] | {"topic_id": found[id_]} for id_ in sorted(rows)])

    def _write_topics(self, connection: Connection, found: Sequence[FoundTopic], now: float) -> list[int]:
        """Write topics under the ids that they have or get; these ids."""
        following = (connection.scalar(select(func.max(topics.c.id))) or 0) + 1
        ids: list[int] = []
        for one in found:
            values = {
                "labels": {
                    language: [[term.text, term.weight] for term in terms] for language, terms in one.labels.items()
                },
                "centroid": one.centroid.astype(_VECTOR).tobytes(),
                "x": one.x,
                "y": one.y,
            }
            if one.former is not None:
                connection.execute(update(topics).where(topics.c.id == one.former).values(values))
                ids.append(one.former)
            else:
                connection.execute(insert(topics).values(values | {"id": following, "made_at": now}))
                ids.append(following)
                following += 1
        return ids


def _replace_members(connection: Connection, found: FoundTopics, ids: Sequence[int]) -> list[str]:
    """Write down what belongs where now; the vacancies whose rows may say something else."""
    rows = connection.execute(select(topic_members.c.vacancy_id, topic_members.c.topic_id))
    before = {row.vacancy_id: row.topic_id for row in rows}
    here = (documents.c.kind == Kind.VACANCIES, ~documents.c.deleted)
    rows = connection.execute(select(documents.c.id, documents.c.indexed_text_hash).where(*here))
    texts = {row.id: row.indexed_text_hash for row in rows}
    now = {
        id_: {"vacancy_id": id_, "text_hash": text_hash, "topic_id": None if place is None else ids[place]}
        for id_, (text_hash, place) in found.members.items()
        if texts.get(id_) == text_hash
    }
    connection.execute(delete(topic_members))
    for chunk in cut_rows(list(now)):
        connection.execute(insert(topic_members), [now[id_] for id_ in chunk])
    # Those that a worker holds may have been assigned by the former topics; those that wait are going to be anyway.
    written = or_(documents.c.state == State.INDEXED, documents.c.lease_owner.is_not(None))
    others = [id_ for id_ in connection.scalars(select(documents.c.id).where(*here, written)) if id_ not in now]
    return others + [id_ for id_, row in now.items() if row["topic_id"] != before.get(id_)]


def _read_members(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, int | None]]:
    """Text hash and topic of vacancies, by id."""
    known: dict[str, tuple[str, int | None]] = {}
    for chunk in cut_rows(ids):
        rows = connection.execute(select(topic_members).where(topic_members.c.vacancy_id.in_(chunk)))
        known |= {row.vacancy_id: (row.text_hash, row.topic_id) for row in rows}
    return known


def _is_known(known: Mapping[str, tuple[str, int | None]], entity: Entity) -> bool:
    return entity.id in known and known[entity.id][0] == entity.text_hash


def _lock_current(connection: Connection, claims: Sequence[Claim]) -> set[str]:
    """The ids of claims that are current, which nobody can change or erase until the end of the transaction."""
    versions = {claim.id: claim.version for claim in claims}
    current: set[str] = set()
    for chunk in cut_rows(sorted(versions)):
        these = and_(documents.c.kind == Kind.VACANCIES, documents.c.id.in_(chunk))
        query = select(documents.c.id, documents.c.version).where(these).order_by(documents.c.id)
        rows = connection.execute(query.with_for_update(read=True))
        current |= {row.id for row in rows if row.version == versions[row.id]}
    return current


def _read_labels(stored: Mapping[str, Sequence[tuple[str, float]]]) -> Labels:
    return {language: tuple(Term(text, weight) for text, weight in terms) for language, terms in stored.items()}
