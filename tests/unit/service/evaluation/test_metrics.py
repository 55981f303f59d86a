"""The metrics, against figures worked out by hand."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evaluation.judged import Grades
from service.evaluation.metrics import rank_documents, score_run
from tests.unit.service.evaluation.sets import make_set


def score_one(grades: dict[str, int], ranking: str, *, k: int, relevant_from: int = 1) -> dict[str, float]:
    """The metrics of one query whose documents are ranked as the letters stand."""
    judged = make_set({"q": grades}, relevant_from=relevant_from)
    run = {"q": {document: -float(place) for place, document in enumerate(ranking)}}
    return {name: float(values[0]) for name, values in score_run(judged, run, k=k).values.items()}


def test_binary_metrics_are_as_worked_out_by_hand() -> None:
    # Relevant: b and d. Ranked: a b c d, so b is second and d fourth; of the first three, one is relevant.
    found = score_one({"a": 0, "b": 1, "c": 0, "d": 1, "e": 0}, "abcd", k=3)

    assert found["precision@3"] == pytest.approx(1 / 3)
    assert found["recall@3"] == pytest.approx(1 / 2)
    assert found["F1@3"] == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    assert found["MAP"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found["MRR"] == pytest.approx(1 / 2)
    # Called relevant: a, b, c. Right: b, and e and f as not relevant; wrong: a, c, d.
    assert found["accuracy@3"] == pytest.approx(3 / 6)


def test_ndcg_takes_the_grade_for_the_gain() -> None:
    found = score_one({"a": 1, "b": 3, "c": 2}, "abc", k=10)

    gain = 1 + 3 / log2(3) + 2 / log2(4)
    ideal = 3 + 2 / log2(3) + 1 / log2(4)
    assert found["nDCG@10"] == pytest.approx(gain / ideal)


def test_threshold_decides_what_is_relevant() -> None:
    found = score_one({"a": 1, "b": 2}, "ab", k=1, relevant_from=2)

    assert found["precision@1"] == 0
    assert found["MRR"] == pytest.approx(1 / 2)
    assert found["nDCG@10"] > 0  # the grade 1 is a gain all the same


def test_threshold_of_zero_takes_all_that_is_listed_for_relevant_and_equally() -> None:
    found = score_one({"a": 0, "b": 1}, "abc", k=2, relevant_from=0)

    assert found["precision@2"] == found["recall@2"] == found["nDCG@10"] == found["MAP"] == 1
    assert found["accuracy@2"] == 1


def test_accuracy_is_not_raised_by_unjudged_documents_in_front() -> None:
    grades = {"a": 1, "b": 0, "c": 0}
    assert score_one(grades, "defabc", k=3)["accuracy@3"] < score_one(grades, "abcdef", k=3)["accuracy@3"]


def test_negative_grade_is_not_relevant() -> None:
    found = score_one({"a": -1, "b": 1}, "ab", k=1)

    assert found["precision@1"] == 0
    assert found["nDCG@10"] == pytest.approx(1 / log2(3))


def test_unjudged_documents_are_not_relevant_but_take_places() -> None:
    found = score_one({"d": 1}, "abcd", k=3)

    assert found["recall@3"] == 0
    assert found["MRR"] == pytest.approx(1 / 4)


def test_query_without_a_relevant_document_is_not_scored() -> None:
    judged = make_set({"q1": {"a": 1}, "q2": {"a": 0}})
    assert score_run(judged, {"q1": {"a": 1.0}, "q2": {"a": 1.0}}).queries == ("q1",)


def test_query_that_was_not_answered_scores_nothing() -> None:
    scores = score_run(make_set({"q1": {"a": 1}, "q2": {"b": 1}}), {"q1": {"a": 1.0}})

    assert list(scores.values["MAP"]) == [1, 0]
    assert list(scores.values["recall@10"]) == [1, 0]


def test_nearly_equal_scores_keep_their_order() -> None:
    # trec_eval reads single-precision scores, in which these two are one.
    judged = make_set({"q": {"a": 1}})
    scores = score_run(judged, {"q": {"a": 1.0 + 1e-12, "b": 1.0, "c": 1.0}})
    assert scores.values["MRR"][0] == 1


def test_equal_scores_go_by_id() -> None:
    assert rank_documents({"b": 1.0, "a": 1.0, "c": 2.0}) == ["c", "a", "b"]


_GRADES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), min_size=1)


@given(grades=_GRADES, ranking=st.permutations("abcdef"), k=st.integers(1, 8))
def test_metrics_lie_between_0_and_1(grades: dict[str, int], ranking: list[str], k: int) -> None:
    judged = make_set({"q": grades})
    run = {"q": {document: -float(place) for place, document in enumerate(ranking)}}
    for values in score_run(judged, run, k=k).values.values():
        assert all(0 <= value <= 1 + 1e-9 for value in values)


@given(grades=st.dictionaries(st.sampled_from(["q1", "q2"]), _GRADES, min_size=1))
def test_reversing_twice_changes_nothing(grades: Grades) -> None:
    judged = make_set(grades)
    again = judged.reverse().reverse()
    assert again.grades == {query: dict(row) for query, row in grades.items()}
    assert again.gains == judged.gains
