"""Pools of pairs that people grade on pages: drawing them from the index, and the order that each grader sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np

from ingestion import PairIds
from milvus import Collection, Kind
from service.errors import SourceNotFound
from service.matching import Page
from service.queries import StoredSource
from service.search import Searcher

_CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """How many documents of each kind ask, how many of the first found of each are graded, and the seed of the draw."""

    vacancies: int
    resumes_each: int
    resumes: int
    vacancies_each: int
    seed: int

    def count_asking(self, kind: Kind) -> tuple[int, int]:
        """How many of a kind ask, and how many that each finds are graded."""
        of_kind = {
            Kind.VACANCIES: (self.vacancies, self.resumes_each),
            Kind.RESUMES: (self.resumes, self.vacancies_each),
        }
        return of_kind[kind]


def draw_pairs(searcher: Searcher, plan: PoolPlan) -> set[PairIds]:
    """Draw documents of each kind from the index, and pair them with the first ones that a search finds for them.

    The same seed over the same index draws the same. What has expired neither asks nor is found.
    """
    pairs: set[PairIds] = set()
    store = searcher.get_served().store
    for kind in Kind:
        asking, depth = plan.count_asking(kind)
        if not asking or not depth:
            continue
        for id_ in _draw_active(store.collection(kind), asking, plan.seed):
            try:
                found = searcher.search(kind.counterpart, StoredSource(kind, id_), page=Page(depth))
            except SourceNotFound:  # erased since it was drawn
                continue
            for match in found.matches:
                ids = {kind: id_, kind.counterpart: match.entity.id}
                pairs.add(PairIds(ids[Kind.VACANCIES], ids[Kind.RESUMES]))
    return pairs


def order_pairs(pairs: Sequence[PairIds], *, seed: int, grader: str) -> list[PairIds]:
    """The pairs in a grader's own order, which says nothing of who found whom.

    Those of one vacancy stand together, so that it is read once; the rest is chance. An order by hashes, because it
    stays as it is for all other pairs where one is erased.
    """

    def hash_parts(*parts: str) -> bytes:
        return sha256("\0".join((str(seed), grader, *parts)).encode()).digest()

    return sorted(pairs, key=lambda pair: (hash_parts(pair.vacancy), hash_parts(*pair)))


def _draw_active(collection: Collection, count: int, seed: int) -> list[str]:
    """As many ids at random, of documents that have not expired; all where there are fewer."""
    now = datetime.now(UTC)
    if not collection.count(active_at=now):  # else an archive would be read to its end
        return []
    ids = sorted(collection.list_hashes())
    order = [ids[place] for place in np.random.default_rng(seed).permutation(len(ids))]
    drawn: list[str] = []
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        found = collection.get(chunk)
        drawn += [id_ for id_ in chunk if id_ in found and ((end := found[id_].expires_at) is None or end > now)]
        if len(drawn) >= count:
            break
    return drawn[:count]
