"""Titles compared by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranking.titles import compare_titles, jaro_winkler
from tests.unit.service.ranking.examples import unhurried


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("Data Engineer", "data engineer", 1.0),
        ("Enfermero/a de Urgencias", "Enfermera de urgencias", 1.0),
        ("Software Engineer (m/f/d)", "Software Engineer", 1.0),
        ("Senior Data Engineer", "Junior Data Engineer", 0.7),
        ("Senior Data Engineer", "Data Engineer", 1.0),
        ("Повар горячего цеха", "Повар", 0.5),
        ("Cook", "Accountant", 0.0),
    ],
)
def test_compare_titles_goes_by_words_and_rank(first: str, second: str, value: float) -> None:
    assert compare_titles(first, second) == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize("title", ["", "—", "Senior", "of the"])
def test_compare_titles_without_a_telling_word_is_unknown(title: str) -> None:
    assert compare_titles(title, "Data Engineer") is None


def test_compare_titles_uses_the_analyzer_it_is_given() -> None:
    assert compare_titles("Buchhalterin", "Buchhaltung", lambda text: [text[:8]]) == 1


@pytest.mark.parametrize(
    ("first", "second", "value"), [("martha", "marhta", 0.961), ("dixon", "dicksonx", 0.813), ("a", "b", 0)]
)
def test_jaro_winkler_agrees_with_the_published_examples(first: str, second: str, value: float) -> None:
    assert jaro_winkler(first, second) == pytest.approx(value, abs=0.001)


@unhurried
@given(st.text(max_size=40), st.text(max_size=40))
def test_compare_titles_is_symmetric_and_within_bounds(first: str, second: str) -> None:
    value = compare_titles(first, second)
    assert value == compare_titles(second, first)
    assert value is None or 0 <= value <= 1
    assert jaro_winkler(first, second) == jaro_winkler(second, first)
