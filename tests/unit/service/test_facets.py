"""Bands of salaries: round bounds, few of them, over any salaries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.facets import choose_salary_bands


def test_bounds_are_round_and_the_last_band_is_open() -> None:
    salaries = np.array([18_000.0, 24_000, 31_000, 36_000, 48_000, 55_000, 90_000] * 20)
    assert choose_salary_bands(salaries) == [
        (0.0, 19_999.0),
        (20_000.0, 29_999.0),
        (30_000.0, 49_999.0),
        (50_000.0, 74_999.0),
        (75_000.0, None),
    ]


def test_without_salaries_there_are_no_bands() -> None:
    assert choose_salary_bands(np.array([])) == []


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=50))
def test_every_salary_in_whole_units_lies_in_one_band(salaries: list[float]) -> None:
    whole = np.floor(np.array(salaries))
    bands = choose_salary_bands(whole)
    assert 1 <= len(bands) <= 8
    for salary in whole:
        inside = [least <= salary and (most is None or salary <= most) for least, most in bands]
        assert sum(inside) == 1


def test_one_salary_gives_one_band() -> None:
    assert choose_salary_bands(np.array([1000.0])) == [(0.0, None)]
    assert choose_salary_bands(np.array([0.0])) == [(0.0, None)]
