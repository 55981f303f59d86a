"""Bootstrap intervals: what must hold of them whatever the figures."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.evaluation.bootstrap import LEAST_QUERIES, Estimate, draw_means, estimate, is_significant

VALUES = st.lists(st.floats(0, 1), min_size=2, max_size=40)


@settings(max_examples=30)
@given(values=VALUES)
def test_interval_lies_within_the_values(values: list[float]) -> None:
    row = np.array([values])
    found = estimate(row[0], draw_means(row, seed=0, resamples=500)[:, 0])

    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found.mean == row.mean()


def test_same_seed_draws_the_same() -> None:
    values = np.random.default_rng(1).random((3, 20))

    assert np.array_equal(draw_means(values, seed=7), draw_means(values, seed=7))
    assert not np.array_equal(draw_means(values, seed=7), draw_means(values, seed=8))


def test_draws_are_paired() -> None:
    # One row is the other and a tenth more, at every query: so is every resampled mean.
    row = np.random.default_rng(2).random(30)
    means = draw_means(np.stack([row, row + 0.1]), seed=0)

    assert np.allclose(means[:, 1] - means[:, 0], 0.1)


def test_interval_of_a_mean_is_about_as_wide_as_theory_says() -> None:
    row = np.random.default_rng(3).normal(0.5, 0.1, 400)
    found = estimate(row, draw_means(row[np.newaxis], seed=0)[:, 0])

    expected = 2 * 1.96 * row.std() / np.sqrt(len(row))
    assert abs((found.high - found.low) / expected - 1) < 0.05


def test_mark_needs_an_interval_without_zero_and_enough_queries() -> None:
    assert is_significant(Estimate(0.2, 0.1, 0.3), LEAST_QUERIES)
    assert is_significant(Estimate(-0.2, -0.3, -0.1), LEAST_QUERIES)
    assert not is_significant(Estimate(0.2, 0.0, 0.4), 100)
    assert not is_significant(Estimate(0.2, -0.1, 0.4), 100)
    assert not is_significant(Estimate(0.2, 0.2, 0.2), LEAST_QUERIES - 1)
