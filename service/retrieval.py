"""Candidates for a query: found by meaning and by terms, fused into one relevance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

import numpy as np

from milvus import Collection, Entity, Filter, Ranked, Vector
from service.ranking import Note, relax_filter

DEPTH = 200
"""How many candidates are judged at most, and each of the two rankings gives."""

_RRF_RANK = 60  # Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched by: a unit vector, and the text that it stands for with its language, as far as known."""

    vector: Vector
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the two rankings become one.

    `weighted` adds both scores, each brought to 0..1 over the candidates: a similarity between the least that the
    ranking by meaning gave and the best, a BM25 score against the best. `rrf` (reciprocal rank fusion) adds the
    reciprocals of the ranks. `meaning` and `terms` are the weights; one of weight 0 is not asked at all.
    """

    method: Literal["weighted", "rrf"] = "weighted"
    meaning: float = 0.5
    terms: float = 0.5

    def __post_init__(self) -> None:
        """Raises ValueError for weights that leave nothing to find by."""
        if not (self.meaning >= 0 and self.terms >= 0 and 0 < self.meaning + self.terms < float("inf")):
            raise ValueError("fusion: meaning and terms must not be negative, and one of them must weigh something")

    def shift_to_terms(self) -> "Fusion":
        """The fusion for a language that the embedding model does not know: terms weigh twice what they did."""
        return replace(self, terms=2 * self.terms)

    def leave_out_terms(self) -> "Fusion":
        """The fusion for a collection that keeps no terms."""
        return replace(self, meaning=self.meaning or 1.0, terms=0.0)


DEFAULT_FUSION = Fusion()


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a search may find: those of a collection that pass a filter and are open at a time."""

    collection: Collection
    filter: Filter | None
    active_at: datetime | None

    def rank_by_meaning(self, query: Query, *, wanted: int) -> list[Ranked]:
        """The rows whose texts mean most nearly the same; scores are cosine similarities."""
        return self.collection.rank(query.vector, filter=self.filter, wanted=wanted, active_at=self.active_at)

    def relax(self) -> list[Note]:
        """How many more rows would pass without one of the filter's parts, the costliest first."""
        if self.filter is None:
            return []
        count = partial(self.collection.count, active_at=self.active_at)
        return [one.note for one in relax_filter(self.filter, count)]

    def rank_by_terms(self, query: Query, *, wanted: int) -> list[Ranked]:
        """The rows that share terms with the query; scores are BM25's."""
        return self.collection.rank_by_text(
            query.text, language=query.language, filter=self.filter, wanted=wanted, active_at=self.active_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that was found.

    `relevance` is 0..1: 1 is best by meaning and by terms. `similarity` is the cosine similarity of query and row.
    """

    entity: Entity
    relevance: float
    similarity: float


def find_candidates(scope: Scope, query: Query, *, fusion: Fusion, depth: int = DEPTH) -> list[Candidate]:
    """The candidates by falling relevance and then by id.

    At most `depth` of them, chosen by their ranks from as many by meaning and as many by terms.
    """
    by_meaning = scope.rank_by_meaning(query, wanted=depth) if fusion.meaning else []
    by_terms = scope.rank_by_terms(query, wanted=depth) if fusion.terms else []
    vectors = scope.collection.fetch_vectors(list(dict.fromkeys(one.id for one in (*by_meaning, *by_terms))))
    similarity = {id: measure_similarity(vector, query.vector) for id, vector in vectors.items()}
    shares = _fuse_ranks([(by_meaning, fusion.meaning), (by_terms, fusion.terms)])
    # Chosen by ranks whatever the method: the far end of one ranking by scores would crowd out the other.
    chosen = sorted(similarity, key=lambda id: (-shares[id], id))[:depth]
    relevance = shares
    if fusion.method == "weighted":
        least = min((one.score for one in by_meaning), default=0.0)
        relevance = _add_scores(similarity, {one.id: one.score for one in by_terms}, least=least, fusion=fusion)
    found = scope.collection.fetch_entities(chosen)
    candidates = [Candidate(entity=found[id], relevance=relevance[id], similarity=similarity[id]) for id in found]
    return sorted(candidates, key=lambda one: (-one.relevance, one.entity.id))


def measure_similarity(first: Vector, second: Vector) -> float:
    """The cosine similarity of two unit vectors in [-1, 1]: the same number whichever comes first."""
    return min(1.0, max(-1.0, float(np.dot(first, second))))


def _fuse_ranks(rankings: Sequence[tuple[Sequence[Ranked], float]]) -> dict[str, float]:
    """Reciprocal ranks, weighted, as shares of what first place in every ranking gives."""
    total = sum(weight for _, weight in rankings)
    fused: dict[str, float] = {}
    for ranking, weight in rankings:
        for rank, one in enumerate(ranking, start=1):
            fused[one.id] = fused.get(one.id, 0.0) + weight / total * (_RRF_RANK + 1) / (_RRF_RANK + rank)
    return fused


def _add_scores(
    similarity: Mapping[str, float], bm25: Mapping[str, float], *, least: float, fusion: Fusion
) -> dict[str, float]:
    total = fusion.meaning + fusion.terms
    span = max(similarity.values(), default=0.0) - least
    best = max(bm25.values(), default=0.0)

    def fuse(id: str) -> float:
        near = min(1.0, max(0.0, (similarity[id] - least) / span)) if span > 0 else 1.0
        shared = bm25.get(id, 0.0) / best if best > 0 else 0.0
        return (fusion.meaning * near + fusion.terms * shared) / total

    return {id: fuse(id) for id in similarity}
