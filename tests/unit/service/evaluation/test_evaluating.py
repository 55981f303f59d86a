"""What an evaluation says of runs whose quality is known."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from milvus import Kind
from milvus.embedding import HashingEmbedder
from service.errors import BadJudgements
from service.evaluation.bootstrap import LEAST_QUERIES
from service.evaluation.evaluating import Evaluation, Options, compare_scores, evaluate_set, score_languages
from service.evaluation.judged import Run
from service.evaluation.metrics import Scores
from service.evaluation.registry import Configuration
from service.evaluation.report import describe_standing, print_evaluation
from service.evaluation.workbench import Workbench
from tests.unit.service.evaluation.sets import NORMALIZER, make_entity, make_set

QUERIES = [f"q{number}" for number in range(8)]
JUDGED = make_set({query: {"a": 1, "b": 0} for query in QUERIES})


def answer_always(ranking: str) -> Configuration:
    """A way of searching that always finds the same."""

    def rank(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
        return {query: {document: -float(place) for place, document in enumerate(ranking)} for query in queries}

    return Configuration(ranking, rank)


def evaluate(*rankings: str, baseline: str) -> Evaluation:
    with Workbench(JUDGED.documents, HashingEmbedder(), NORMALIZER) as bench:
        return evaluate_set(JUDGED, [answer_always(one) for one in rankings], bench, options=Options(baseline=baseline))


def test_better_and_worse_runs_are_told_apart() -> None:
    evaluation = evaluate("ab", "ba", "ac", baseline="ab")
    best, worse, same = evaluation.configurations

    assert (evaluation.queries, evaluation.judged_pairs, evaluation.relevant_pairs) == (8, 16, 8)
    assert best.figures["MRR"].value.mean == 1
    assert best.figures["MRR"].difference is None
    assert worse.figures["MRR"].difference is not None
    assert worse.figures["MRR"].difference.mean == -0.5
    assert worse.figures["MRR"].is_significant
    assert not same.figures["MRR"].is_significant


def test_without_the_baseline_there_are_no_differences() -> None:
    evaluation = evaluate("ab", "ba", baseline="other")
    assert all(figure.difference is None for one in evaluation.configurations for figure in one.figures.values())


def make_scores(values: Mapping[str, Sequence[float]]) -> dict[str, Scores]:
    return {
        name: Scores(tuple(f"q{place}" for place in range(len(row))), {"MAP": np.array(row)})
        for name, row in values.items()
    }


def test_paired_interval_is_narrow_where_the_gain_is_steady() -> None:
    # Queries differ much, the gain does not: unpaired, the intervals of the two would overlap widely.
    base = np.linspace(0.1, 0.8, 20)
    figures = compare_scores(make_scores({"base": base, "new": base + 0.05}), Options(baseline="base"))

    found = figures["new"]["MAP"]
    assert found.is_significant
    assert found.difference is not None
    assert found.difference.low == pytest.approx(0.05)
    assert found.value.low < figures["base"]["MAP"].value.high


def test_few_queries_are_never_marked() -> None:
    base = [0.1] * (LEAST_QUERIES - 1)
    figures = compare_scores(make_scores({"base": base, "new": [0.9] * len(base)}), Options(baseline="base"))
    assert not figures["new"]["MAP"].is_significant


def test_set_without_a_relevant_document_is_refused() -> None:
    judged = make_set({"q": {"a": 1}}, relevant_from=2)
    with (
        Workbench(judged.documents, HashingEmbedder(), NORMALIZER) as bench,
        pytest.raises(BadJudgements, match="no document is graded 2 or more"),
    ):
        evaluate_set(judged, [answer_always("a")], bench, options=Options())


def test_language_pairs_rank_documents_of_one_language_among_themselves() -> None:
    judged = replace(
        make_set({"q1": {"a": 1, "b": 1}, "q2": {"b": 1}}, corpus="abcd"),
        corpus={
            id: make_entity(Kind.RESUMES, id, "text", language)
            for id, language in {"a": "en", "b": "ru", "c": "en", "d": "ru"}.items()
        },
    )
    run = {"q1": {"c": 4.0, "a": 3.0, "b": 2.0, "d": 1.0}, "q2": {"d": 2.0, "b": 1.0}}
    english, russian = score_languages(judged, run, k=10)

    assert (english.query_language, english.document_language, english.queries) == ("en", "en", 1)
    assert english.means["MRR"] == 1 / 2
    assert (russian.document_language, russian.queries) == ("ru", 2)
    assert russian.means["MRR"] == (1 + 1 / 2) / 2


def test_standing_says_in_words_who_is_ahead() -> None:
    first = evaluate("ab", "ba", baseline="ab")
    assert describe_standing(first, "MAP") == "MAP: ab is ahead of every other configuration: ahead of ba."
    other = evaluate("ba", "ab", "bac", baseline="ba")
    assert describe_standing(other, "MAP") == "MAP: ba is BEHIND ab by 0.500; level with bac."


def test_standing_says_what_may_be_chance() -> None:
    judged = make_set({"q1": {"a": 1, "b": 0}})
    with Workbench(judged.documents, HashingEmbedder(), NORMALIZER) as bench:
        runs = [answer_always("ba"), answer_always("ab")]
        evaluation = evaluate_set(judged, runs, bench, options=Options(baseline="ba"))
    assert describe_standing(evaluation, "MAP") == "MAP: ba is BEHIND ab by 0.500, which may be chance."


def test_tables_that_go_into_a_file_are_whole() -> None:
    written = io.StringIO()
    print_evaluation(evaluate("ab", "ba", "abcdef", baseline="ab"), Console(file=written, width=40))
    assert "…" not in written.getvalue()
    assert "precision@10" in written.getvalue()
