"""A run: reads the vectors of all vacancies from the index, groups and names them, and writes the topics down."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ingestion.errors import TopicsRefused
from ingestion.serving import Served
from ingestion.topics.book import FoundTopic, FoundTopics, Replaced, Snapshot, TopicBook
from ingestion.topics.clustering import MIN_DOCUMENTS, Clusters, cluster_vectors
from ingestion.topics.matching import match_topics
from ingestion.topics.naming import Text, name_topics
from ingestion.topics.nearest import Places
from ingestion.topics.projection import project
from milvus import Collection, Vacancy, Vectors

_READ_ROWS = 1000
_NAMED_BY = 300  # documents of a topic, those nearest to its centroid

Report = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a run came to: how many topics, of how many vacancies, and how many of these are without one.

    `is_searchable` is false where the index has no column for topics.
    """

    topics: int
    vacancies: int
    without: int
    replaced: Replaced
    is_searchable: bool

    def describe(self) -> str:
        """What it came to, in a sentence or two."""
        lines = [
            f"{self.topics:,} topics of {self.vacancies:,} vacancies, {self.without:,} of which belong to none; "
            f"{self.replaced.new:,} topics are new, {self.replaced.retired:,} retired."
        ]
        if not self.is_searchable:
            lines.append("The index has no column for topics yet: `python -m ingestion rebuild --schema` adds it.")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Read:
    """Vacancies in the order of their ids, with the hashes of their texts; `vectors` has a row for each."""

    ids: Sequence[str]
    text_hashes: Sequence[str]
    vectors: Vectors


def build_topics(served: Served, book: TopicBook, *, report: Report, anew: bool = False) -> Built:
    """Find the topics of all vacancies that the index holds. Run it again after a crash: until the end it only reads.

    The topics of the last run go on while they fit; `anew` makes all of them as if there had been none. Those that are
    found again keep their ids in either case. Raises TopicsRefused where there are too few vacancies.
    """
    snapshot = book.read_snapshot()
    vacancies = served.store.vacancies
    read = _read_vectors(vacancies, served.store.model.dimension, report)
    if len(read.ids) < MIN_DOCUMENTS:
        raise TopicsRefused(
            f"the index holds {len(read.ids)} vacancies: topics are made of {MIN_DOCUMENTS} or more. Load more first"
        )
    report("Grouping", 0, 1)
    clusters = cluster_vectors(read.vectors, None if anew else _place_former(snapshot, read.ids))
    names = name_topics(_read_texts(vacancies, read, clusters, report))
    places = {id_: None if label < 0 else label for id_, label in zip(read.ids, clusters.labels.tolist(), strict=True)}
    points = project(clusters.centroids)
    former = match_topics(snapshot.members, places)
    found = [
        FoundTopic(former.get(place), names.get(place, {}), centroid, *points[place].tolist())
        for place, centroid in enumerate(clusters.centroids)
    ]
    replaced = book.replace(
        FoundTopics(
            after=snapshot.run,
            model=served.store.model,
            threshold=clusters.threshold,
            topics=found,
            members=dict(zip(read.ids, zip(read.text_hashes, places.values(), strict=True), strict=True)),
        ),
        rewrite=served.store.is_current,
    )
    without = sum(place is None for place in places.values())
    return Built(len(found), len(read.ids), without, replaced, served.store.is_current)


def _read_vectors(vacancies: Collection, dimension: int, report: Report) -> _Read:
    listed = sorted(vacancies.list_hashes())
    vectors = np.empty((len(listed), dimension), dtype=np.float32)
    ids: list[str] = []
    hashes: list[str] = []
    for chunk in _cut(listed):
        found = vacancies.get_embedded(chunk)
        for id_ in chunk:
            if id_ in found:
                text_hash, vectors[len(ids)] = found[id_]
                ids.append(id_)
                hashes.append(text_hash)
        report("Reading", len(ids), len(listed))
    return _Read(ids, hashes, vectors[: len(ids)])


def _place_former(snapshot: Snapshot, ids: Sequence[str]) -> Places:
    """The topics that vacancies have so far, numbered from 0; -1 for none."""
    former = [snapshot.members.get(id_) for id_ in ids]
    places = {topic: place for place, topic in enumerate(sorted({one for one in former if one is not None}))}
    return np.array([-1 if topic is None else places[topic] for topic in former], dtype=np.intp)


def _read_texts(vacancies: Collection, read: _Read, clusters: Clusters, report: Report) -> Iterator[Text]:
    """The documents that topics are named by."""
    chosen: dict[str, int] = {}
    for topic, centroid in enumerate(clusters.centroids):
        own = np.flatnonzero(clusters.labels == topic)
        nearest = own[np.argsort(-(read.vectors[own] @ centroid), kind="stable")][:_NAMED_BY]
        chosen |= {read.ids[place]: topic for place in nearest}
    ids = list(chosen)
    for done, chunk in enumerate(_cut(ids)):
        for id_, entity in vacancies.get(chunk).items():
            if isinstance(entity, Vacancy) and entity.language is not None:
                yield Text(chosen[id_], entity.language, entity.title or "", entity.text)
        report("Naming", min(len(ids), (done + 1) * _READ_ROWS), len(ids))


def _cut(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _READ_ROWS):
        yield ids[start : start + _READ_ROWS]
