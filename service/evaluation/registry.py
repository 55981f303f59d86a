"""The ways of searching that are compared, by name. A new one is a line here."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from service.errors import EvaluationRefused
from service.evaluation.rankers import (
    Ranker,
    rank_by_bm25,
    rank_by_bm25_and_vectors,
    rank_by_tfidf,
    rank_by_vectors,
    search_with,
)
from service.ranking import PartName, RankingOptions
from service.reranking import LATE_INTERACTION, RerankOptions
from service.retrieval import Fusion

OURS = "ours"
_MEANING_ONLY = Fusion(meaning=1.0, terms=0.0)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A way of searching with its name. A variant of ours, one part changed, runs when it is named."""

    name: str
    rank: Ranker
    is_variant: bool = False


CONFIGURATIONS: tuple[Configuration, ...] = (
    Configuration("tfidf", rank_by_tfidf),
    Configuration("bm25", rank_by_bm25),
    Configuration("dense", rank_by_vectors),
    Configuration("bm25+dense", rank_by_bm25_and_vectors),
    Configuration(OURS, search_with()),
    Configuration(f"{OURS}-rrf", search_with(fusion=Fusion(method="rrf")), is_variant=True),
    Configuration(f"{OURS}-meaning-only", search_with(fusion=_MEANING_ONLY), is_variant=True),
    Configuration(f"{OURS}+rerank", search_with(rerank=RerankOptions(model=LATE_INTERACTION)), is_variant=True),
    Configuration(
        f"{OURS}+rerank-alone",
        search_with(rerank=RerankOptions(model=LATE_INTERACTION, weight=1.0)),
        is_variant=True,
    ),
    *(
        Configuration(
            f"{OURS}-no-{part.replace('_', '-')}",
            search_with(ranking=RankingOptions(weights={part: 0.0})),
            is_variant=True,
        )
        for part in PartName
    ),
)


def find_configurations(names: Sequence[str]) -> list[Configuration]:
    """The configurations of these names or patterns (`ours*`), in the order of the list above.

    Where none is named, all but the variants. Raises EvaluationRefused naming the unknown.
    """
    known = [one.name for one in CONFIGURATIONS]
    if unknown := [name for name in names if not any(fnmatchcase(one, name) for one in known)]:
        raise EvaluationRefused(f"no configuration {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
    if not names:
        return [one for one in CONFIGURATIONS if not one.is_variant]
    return [one for one in CONFIGURATIONS if any(fnmatchcase(one.name, name) for name in names)]


def choose_baseline(chosen: Sequence[Configuration], asked: str | None) -> str:
    """The name of the configuration that others are compared with. Raises EvaluationRefused for one that is not there.

    Where nobody asks, it is `ours`, or the first of those that run.
    """
    names = [one.name for one in chosen]
    if asked is None:
        return OURS if OURS in names else names[0]
    if asked not in names:
        raise EvaluationRefused(f"no configuration {asked!r} to compare with; there are {', '.join(names)}")
    return asked
