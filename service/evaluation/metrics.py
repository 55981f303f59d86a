"""Ranking metrics per query: accuracy, precision, recall, F1 at k, nDCG@10, average precision, reciprocal rank."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.evaluation.judged import JudgedSet, Run

Floats = npt.NDArray[np.float64]
NDCG_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Scores:
    """A run's metrics: the name of each, and one value per query of `queries`, in that order."""

    queries: tuple[str, ...]
    values: Mapping[str, Floats]


def score_run(judged: JudgedSet, run: Run, *, k: int = 10) -> Scores:
    """Score a run over every query to which any document is relevant; one that the run lacks scores 0.

    `ir_measures` (trec_eval underneath) counts precision, recall, nDCG@10, AP and RR. nDCG takes the grade for the
    gain; the others tell relevant from not. F1@k is the harmonic mean of precision@k and recall@k of the query.
    Accuracy@k is the share of all documents of the corpus that are told rightly where the first k are called relevant
    and the others not. Over the judged ones alone it would rise with every unjudged document in front of them.
    """
    queries = list_scored(judged)
    rankings = {query: rank_documents(run.get(query, {})) for query in queries}
    values = _measure(judged, rankings, k=k)
    precision, recall = values[f"precision@{k}"], values[f"recall@{k}"]
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    accuracy = np.array([find_accuracy(judged, query, rankings[query][:k]) for query in queries], dtype=np.float64)
    first = {f"accuracy@{k}": accuracy, f"precision@{k}": precision, f"recall@{k}": recall, f"F1@{k}": f1}
    return Scores(tuple(queries), first | {name: row for name, row in values.items() if name not in first})


def list_scored(judged: JudgedSet) -> list[str]:
    """The queries that can be scored: any document is relevant to them."""
    return [query for query in judged.gains if query in judged.queries]


def rank_documents(scores: Mapping[str, float]) -> list[str]:
    """The documents by falling score, equal ones by id."""
    return sorted(scores, key=lambda document: (-scores[document], document))


def find_accuracy(judged: JudgedSet, query: str, called_relevant: Iterable[str]) -> float:
    """The share of the corpus that is told rightly for a query."""
    wrong = (judged.list_relevant(query) & judged.corpus.keys()) ^ set(called_relevant)
    return 1 - len(wrong) / len(judged.corpus)


def _measure(judged: JudgedSet, rankings: Mapping[str, Sequence[str]], *, k: int) -> dict[str, Floats]:
    # Not at the top: only who evaluates needs it.
    import ir_measures
    from ir_measures import AP, RR, P, R, nDCG

    least = judged.least_gain
    measures = {
        P(rel=least) @ k: f"precision@{k}",
        R(rel=least) @ k: f"recall@{k}",
        nDCG @ NDCG_DEPTH: f"nDCG@{NDCG_DEPTH}",
        AP(rel=least): "MAP",
        RR(rel=least): "MRR",
    }
    # trec_eval orders by single-precision score and then by falling id: places for scores say our order exactly.
    run = {query: {id: float(-place) for place, id in enumerate(ranking)} for query, ranking in rankings.items()}
    gains = {query: judged.gains[query] for query in rankings}
    rows: dict[str, dict[str, float]] = {name: {} for name in measures.values()}
    for found in ir_measures.iter_calc(list(measures), gains, run):
        rows[measures[found.measure]][found.query_id] = found.value
    return {name: np.array([row.get(query, 0.0) for query in rankings]) for name, row in rows.items()}
