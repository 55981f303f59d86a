"""Scores to probabilities: the fitted curve, and the measures of its truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranking.calibration import (
    Bin,
    Calibration,
    calibration_error,
    find_log_losses,
    fit_calibration,
    reliability_table,
    square_errors,
)
from service.ranking.default_calibration import DEFAULT_CALIBRATION
from tests.unit.service.ranking.examples import unhurried


def _draw(count: int, seed: int = 7) -> tuple[list[float], list[bool]]:
    """Scores, and judgements whose chance follows the curve 1 / (1 + exp(-(8 score - 4)))."""
    chance = np.random.default_rng(seed)
    scores = chance.random(count)
    return list(scores), list(chance.random(count) < 1 / (1 + np.exp(-(8 * scores - 4))))


def _fit(scores: list[float], relevant: list[bool], ridge: float = 0.1) -> Calibration:
    return fit_calibration(scores, relevant, judged_on="a test", model="a model", fitted_on="2026-11-20", ridge=ridge)


def test_fit_calibration_finds_the_curve_that_the_judgements_follow() -> None:
    fitted = _fit(*_draw(20_000), ridge=0)
    assert fitted.slope == pytest.approx(8, rel=0.05)
    assert fitted.intercept == pytest.approx(-4, rel=0.05)


def test_fit_calibration_makes_probabilities_true() -> None:
    fitted = _fit(*_draw(5_000))
    scores, relevant = _draw(5_000, seed=8)
    table = reliability_table([fitted.apply(score) for score in scores], relevant)
    assert calibration_error(table) < 0.03


def test_fit_calibration_keeps_a_separable_set_from_a_step() -> None:
    scores, relevant = [0.1, 0.2, 0.3, 0.7, 0.8, 0.9], [False, False, False, True, True, True]
    fitted = _fit(scores, relevant)
    assert 0 < _fit(scores, relevant, ridge=1).slope < fitted.slope < 20
    assert 0.5 < fitted.apply(0.7) < 1


def test_fit_calibration_is_never_surer_than_a_few_pairs_allow() -> None:
    scores, relevant = [0.1, 0.2, 0.3, 0.7, 0.8, 0.9], [False, False, False, True, True, True]
    fitted = _fit(scores, relevant, ridge=0)
    # Platt's targets for three pairs of each kind are 1/5 and 4/5.
    assert [fitted.apply(score) for score in scores] == pytest.approx([0.2, 0.2, 0.2, 0.8, 0.8, 0.8], abs=0.1)


def test_fit_calibration_says_what_it_was_fitted_on() -> None:
    scores, relevant = _draw(100)
    fitted = _fit(scores, relevant)
    assert (fitted.pairs, fitted.relevant) == (100, sum(relevant))
    assert (fitted.judged_on, fitted.fitted_on) == ("a test", "2026-11-20")
    assert "Platt" in fitted.method


@pytest.mark.parametrize(
    ("scores", "relevant", "message"),
    [
        ([], [], "at least one pair"),
        ([0.1], [True, False], "1 scores came with 2 judgements"),
        ([0.1, 0.2], [True, True], "2 of 2 are relevant"),
        ([0.9, 0.1], [False, True], "no higher than others"),
        ([0.1, float("nan")], [False, True], "not finite"),
    ],
)
def test_fit_calibration_refuses_what_says_nothing(scores: list[float], relevant: list[bool], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _fit(scores, relevant)


@unhurried
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1e4), st.floats(-1e4, 1e4))
def test_apply_never_falls_where_the_score_rises(first: float, second: float, slope: float, intercept: float) -> None:
    curve = Calibration(slope=slope, intercept=intercept, pairs=1, relevant=1, judged_on="", model="", fitted_on="")
    low, high = sorted((first, second))
    assert 0 <= curve.apply(low) <= curve.apply(high) <= 1


def test_calibration_refuses_a_curve_that_falls() -> None:
    for slope in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="no rising curve"):
            Calibration(slope=slope, intercept=0, pairs=1, relevant=1, judged_on="", model="", fitted_on="")


def test_errors_are_those_of_each_pair() -> None:
    assert list(square_errors([1.0, 0.0, 0.5], [True, False, False])) == [0, 0, 0.25]
    assert list(find_log_losses([1.0, 0.5, 0.25], [True, False, True])) == pytest.approx([0, math.log(2), math.log(4)])


def test_log_loss_of_a_certainty_that_was_wrong_is_finite() -> None:
    assert np.isfinite(find_log_losses([0.0, 1.0], [True, False])).all()


def test_reliability_table_has_every_bin_and_every_pair() -> None:
    table = reliability_table([0.0, 0.1, 0.6, 1.0], [False, True, True, True], bins=2)
    assert table == [Bin(0.0, 0.5, 2, 0.05, 0.5), Bin(0.5, 1.0, 2, 0.8, 1.0)]
    assert calibration_error(table) == pytest.approx(0.325)
    assert reliability_table([0.9], [True], bins=3)[0] == Bin(0.0, 1 / 3, 0, None, None)


def test_the_default_calibration_tells_good_scores_from_poor_ones() -> None:
    assert DEFAULT_CALIBRATION.apply(0.8) > 0.9
    assert DEFAULT_CALIBRATION.apply(0.4) < 0.1
    assert DEFAULT_CALIBRATION.judged_on.startswith("data/judgements.csv")
