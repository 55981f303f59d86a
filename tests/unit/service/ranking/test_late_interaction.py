"""MaxSim over sentence vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranking.late_interaction import Rows, late_interaction
from tests.unit.service.ranking.examples import unhurried


def _draw(count: int, seed: int) -> Rows:
    rows = np.random.default_rng(seed).normal(size=(count, 8))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_late_interaction_takes_the_best_answer_to_each_sentence() -> None:
    query = np.array([[1, 0], [0, 1]], dtype=np.float32)
    document = np.array([[1, 0], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    assert late_interaction(query, document) == pytest.approx((1 + 0.8) / 2)
    assert late_interaction(document, query) == pytest.approx((1 + 0.8 + 0) / 3)
    assert late_interaction(query, document, symmetric=True) == pytest.approx((0.9 + 0.6) / 2)


@unhurried
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_late_interaction_is_bounded_and_symmetric_where_asked(first: int, second: int, seed: int) -> None:
    query, document = _draw(first, seed), _draw(second, seed + 100)
    assert late_interaction(query, document, symmetric=True) == late_interaction(document, query, symmetric=True)
    assert -1 <= late_interaction(query, document) <= 1
    assert late_interaction(query, query) == pytest.approx(1)


@unhurried
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_late_interaction_never_falls_when_the_document_says_more(first: int, second: int, seed: int) -> None:
    query, document = _draw(first, seed), _draw(second, seed + 100)
    more = np.vstack([document, _draw(1, seed + 200)])
    assert late_interaction(query, more) >= late_interaction(query, document)


@pytest.mark.parametrize(
    ("query", "document", "message"),
    [
        (np.ones((1, 2)), np.ones((1, 3)), "cannot be compared"),
        (np.ones(2), np.ones((1, 2)), "cannot be compared"),
        (np.ones((0, 2)), np.ones((1, 2)), "at least one sentence"),
        (np.array([[np.nan, 1]]), np.ones((1, 2)), "not finite"),
    ],
)
def test_late_interaction_refuses_what_cannot_be_compared(query: Rows, document: Rows, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        late_interaction(query, document)
