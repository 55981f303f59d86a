"""Held-out probabilities of judged pairs, and what is measured on them."""

from functools import partial

import numpy as np
import pytest

from milvus import Kind
from milvus.embedding import HashingEmbedder
from service.errors import BadJudgements
from service.evaluation.calibrating import JudgedPair, hold_out, measure_truth, score_judged
from service.evaluation.calibration_report import find_interval
from service.evaluation.judged import JudgedSet
from service.evaluation.workbench import Workbench
from service.ranking import Calibration, fit_calibration
from tests.unit.service.evaluation.sets import NORMALIZER, RESUMES, VACANCIES, make_side

FIT = partial(fit_calibration, judged_on="a test", model="a model", fitted_on="2026-11-20")
JUDGED = JudgedSet(
    name="small",
    query_kind=Kind.VACANCIES,
    queries=make_side(Kind.VACANCIES, VACANCIES),
    corpus=make_side(Kind.RESUMES, RESUMES),
    grades={"v1": {"r1": 3, "r2": 0}, "v2": {"r2": 2}},
    relevant_from=1,
)


def draw_pairs(vacancies: int = 20, resumes: int = 30) -> list[JudgedPair]:
    """Every vacancy against every resume; a pair is relevant with the probability that is its score."""
    chance = np.random.default_rng(3)
    scores = chance.random((vacancies, resumes))
    relevant = chance.random(scores.shape) < scores
    return [
        JudgedPair(f"v{row}", f"r{column}", float(scores[row, column]), bool(relevant[row, column]))
        for row in range(vacancies)
        for column in range(resumes)
    ]


def score(judged: JudgedSet, *, with_unjudged: bool = False) -> dict[tuple[str, str], JudgedPair]:
    with Workbench(judged.documents, HashingEmbedder(), NORMALIZER) as bench:
        return {(one.vacancy, one.resume): one for one in score_judged(judged, bench, with_unjudged=with_unjudged)}


def test_judged_pairs_are_scored_and_no_others() -> None:
    found = score(JUDGED)
    assert {pair: one.is_relevant for pair, one in found.items()} == {
        ("v1", "r1"): True,
        ("v1", "r2"): False,
        ("v2", "r2"): True,
    }
    assert found["v1", "r1"].score > found["v1", "r2"].score


def test_pairs_are_the_same_whichever_side_asks() -> None:
    there, back = score(JUDGED), score(JUDGED.reverse())
    assert there.keys() == back.keys()
    assert all(there[pair].is_relevant == back[pair].is_relevant for pair in there)
    assert [there[pair].score for pair in there] == pytest.approx([back[pair].score for pair in there], abs=1e-6)


def test_unjudged_pairs_of_judged_vacancies_count_where_that_is_asked_for() -> None:
    found = score(JUDGED, with_unjudged=True)
    assert len(found) == 2 * len(RESUMES)
    assert sum(one.is_relevant for one in found.values()) == 2


def test_hold_out_fits_without_both_documents_of_a_pair() -> None:
    pairs = draw_pairs(4, 6)
    places = {pair.score: place for place, pair in enumerate(pairs)}
    fitted: list[set[int]] = []

    def fit(scores: list[float], relevant: list[bool]) -> Calibration:
        fitted.append({places[one] for one in scores})
        return FIT([0.1, 0.2, 0.8, 0.9], [False, False, True, True])

    hold_out(pairs, fit, folds=2, seed=0)

    assert len(fitted) == 4
    for known in fitted:
        vacancies = {pairs[place].vacancy for place in known}
        resumes = {pairs[place].resume for place in known}
        assert (len(vacancies), len(resumes)) == (2, 3)
        assert known == {
            place for place, pair in enumerate(pairs) if pair.vacancy in vacancies and pair.resume in resumes
        }


def test_held_out_probabilities_of_true_scores_are_true() -> None:
    pairs = draw_pairs(60, 60)
    probabilities, shares = hold_out(pairs, FIT, folds=5, seed=0)
    held_out, base = (measure_truth("", one, pairs, seed=0) for one in (probabilities, shares))
    assert held_out.error < 0.06
    # The variance of a coin whose chance is uniform: the mean of p (1 - p).
    assert held_out.brier.mean == pytest.approx(1 / 6, abs=0.02)
    assert held_out.log_loss.high < base.log_loss.low
    assert held_out.brier.low < held_out.brier.mean < held_out.brier.high


def test_hold_out_refuses_what_cannot_be_dealt_or_fitted() -> None:
    with pytest.raises(BadJudgements, match="3 judged documents of one kind cannot make 5 folds"):
        hold_out(draw_pairs(3, 9), FIT, folds=5, seed=0)
    one_kind = [JudgedPair(f"v{place}", f"r{place}", 0.5, True) for place in range(6)]
    with pytest.raises(BadJudgements, match="too few judged pairs for 3 folds"):
        hold_out(one_kind, FIT, folds=3, seed=0)


def test_find_interval_agrees_with_tables() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263.
    assert find_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert find_interval(0.0, 10)[0] == 0
    assert find_interval(1.0, 10)[1] == 1
