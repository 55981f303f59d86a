"""Runs configurations over a judged set and estimates what their figures say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from milvus import Entity
from service.errors import BadJudgements
from service.evaluation.bootstrap import Estimate, draw_means, estimate, is_significant
from service.evaluation.judged import JudgedSet, Run
from service.evaluation.metrics import NDCG_DEPTH, Scores, list_scored, score_run
from service.evaluation.registry import Configuration
from service.evaluation.workbench import Workbench

UNKNOWN_LANGUAGE = "?"


@dataclass(frozen=True, slots=True)
class Options:
    """How figures are made: the cutoff of precision, recall, F1 and accuracy, the baseline's name, the seed."""

    k: int = 10
    baseline: str = "ours"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one configuration. `difference` is to the baseline, None for the baseline itself."""

    value: Estimate
    difference: Estimate | None
    is_significant: bool


@dataclass(frozen=True, slots=True)
class LanguagePair:
    """Means over the queries of one language where only documents of another (or the same) are searched."""

    query_language: str
    document_language: str
    queries: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """One configuration's figures by metric, per query, and by pair of languages."""

    name: str
    figures: Mapping[str, Figure]
    per_query: Scores
    languages: tuple[LanguagePair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came of one set in one direction. `queries` are those to which any document is relevant."""

    name: str
    direction: str
    options: Options
    queries: int
    corpus: int
    left_out: int
    judged_pairs: int
    relevant_pairs: int
    relevant_from: int
    problems: tuple[str, ...]
    configurations: tuple[Evaluated, ...]


def evaluate_set(
    judged: JudgedSet,
    configurations: Sequence[Configuration],
    bench: Workbench,
    *,
    options: Options,
) -> Evaluation:
    """Run every configuration. Raises BadJudgements where no query has a relevant document."""
    queries = list_scored(judged)
    if not queries:
        raise BadJudgements(
            f"{judged.name}: no document is graded {judged.relevant_from} or more ({judged.direction}), "
            "so nothing can be measured"
        )
    runs = {}
    for one in configurations:
        bench.report(f"{judged.name}, {judged.direction}: {one.name}", 0, 0)
        runs[one.name] = one.rank(judged.query_kind, queries, bench)
    scores = {name: score_run(judged, run, k=options.k) for name, run in runs.items()}
    figures = compare_scores(scores, options)
    return Evaluation(
        name=judged.name,
        direction=judged.direction,
        options=options,
        queries=len(queries),
        corpus=len(judged.corpus),
        left_out=judged.left_out,
        judged_pairs=sum(len(judged.gains[query]) for query in queries),
        relevant_pairs=sum(len(judged.list_relevant(query)) for query in queries),
        relevant_from=judged.relevant_from,
        problems=judged.problems,
        configurations=tuple(
            Evaluated(
                name=name,
                figures=figures[name],
                per_query=scores[name],
                languages=tuple(score_languages(judged, run, k=options.k)),
            )
            for name, run in runs.items()
        ),
    )


def compare_scores(scores: Mapping[str, Scores], options: Options) -> dict[str, dict[str, Figure]]:
    """The figures of each configuration by metric; without the baseline among them there are no differences."""
    names = [(name, metric) for name, one in scores.items() for metric in one.values]
    table = np.stack([scores[name].values[metric] for name, metric in names])
    means = draw_means(table, seed=options.seed)
    places = {key: place for place, key in enumerate(names)}
    figures: dict[str, dict[str, Figure]] = {}
    for (name, metric), place in places.items():
        base = places.get((options.baseline, metric))
        difference = None
        if base is not None and base != place:
            difference = estimate(table[place] - table[base], means[:, place] - means[:, base])
        figures.setdefault(name, {})[metric] = Figure(
            value=estimate(table[place], means[:, place]),
            difference=difference,
            is_significant=difference is not None and is_significant(difference, table.shape[1]),
        )
    return figures


def score_languages(judged: JudgedSet, run: Run, *, k: int) -> list[LanguagePair]:
    """nDCG@10, recall@k, MAP and MRR by language of the query and language of the documents.

    For a pair both the ranking and the judgments keep only the documents in that language, so that the figures say how
    well these are ordered among themselves, whatever stands between them.
    """
    pairs = []
    asked = Counter(_find_language(judged.queries[query]) for query in list_scored(judged))
    for query_language in sorted(asked):
        for document_language in sorted({_find_language(entity) for entity in judged.corpus.values()}):
            part = _keep_languages(judged, query_language, document_language)
            if not list_scored(part):
                continue
            kept = {
                query: {document: score for document, score in run[query].items() if document in part.corpus}
                for query in list_scored(part)
                if query in run
            }
            values = score_run(part, kept, k=k).values
            means = {name: float(values[name].mean()) for name in (f"nDCG@{NDCG_DEPTH}", f"recall@{k}", "MAP", "MRR")}
            pairs.append(LanguagePair(query_language, document_language, len(list_scored(part)), means))
    return pairs


def _keep_languages(judged: JudgedSet, query_language: str, document_language: str) -> JudgedSet:
    corpus = {id: entity for id, entity in judged.corpus.items() if _find_language(entity) == document_language}
    queries = {id: entity for id, entity in judged.queries.items() if _find_language(entity) == query_language}
    grades = {
        query: {document: grade for document, grade in judged.grades[query].items() if document in corpus}
        for query in judged.grades
        if query in queries
    }
    return replace(judged, queries=queries, corpus=corpus, grades=grades)


def _find_language(entity: Entity) -> str:
    return entity.language or UNKNOWN_LANGUAGE
