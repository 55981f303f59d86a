"""The ways of searching that are compared, by name. A new one is a line here."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.errors import EvaluationRefused
from service.evaluation.rankers import (
    Ranker,
    rank_by_bm25,
    rank_by_bm25_and_vectors,
    rank_by_tfidf,
    rank_by_vectors,
    search_with,
)

OURS = "ours"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A way of searching with its name."""

    name: str
    rank: Ranker


CONFIGURATIONS: tuple[Configuration, ...] = (
    Configuration("tfidf", rank_by_tfidf),
    Configuration("bm25", rank_by_bm25),
    Configuration("dense", rank_by_vectors),
    Configuration("bm25+dense", rank_by_bm25_and_vectors),
    Configuration(OURS, search_with()),
)


def find_configurations(names: Sequence[str]) -> list[Configuration]:
    """The configurations of these names, in the order of the list above; all where none is named.

    Raises EvaluationRefused naming the unknown.
    """
    known = {one.name: one for one in CONFIGURATIONS}
    if unknown := [name for name in names if name not in known]:
        raise EvaluationRefused(f"no configuration {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
    return [one for one in CONFIGURATIONS if one.name in names or not names]
