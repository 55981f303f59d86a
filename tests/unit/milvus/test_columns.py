"""Columns in memory: whatever is put in and replaced, they count and find what a dictionary would."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus.columns import ListColumn, NumberColumn, TextColumn

TEXTS = st.sampled_from(["a", "b", "c", "Köln", ""])
SLOTS = st.integers(0, 12)
MOST = 100


@given(st.lists(st.tuples(SLOTS, st.none() | TEXTS), max_size=60))
def test_texts_are_found_and_counted(changes: list[tuple[int, str | None]]) -> None:
    column, held = TextColumn(), dict.fromkeys(range(13))
    for slot, value in changes:
        column.set(slot, value)
        held[slot] = value
    mask = np.array([slot % 2 == 0 for slot in held])
    assert column.count(mask, MOST) == Counter(v for slot, v in held.items() if slot % 2 == 0 and v is not None)
    assert column.is_one_of(["a", "nobody's", "Köln"], 13).tolist() == [v in ("a", "Köln") for v in held.values()]
    assert column.is_missing(13).tolist() == [v is None for v in held.values()]
    assert column.list_values(np.array([3, 0])) == [held[3], held[0]]


@given(st.lists(st.tuples(SLOTS, st.lists(TEXTS, max_size=40)), max_size=60))
def test_lists_are_found_and_counted_however_often_they_are_replaced(changes: list[tuple[int, list[str]]]) -> None:
    column: ListColumn = ListColumn()
    held: dict[int, set[str]] = {slot: set() for slot in range(13)}
    for slot, values in [*changes, *changes]:
        column.set(slot, values)
        held[slot] = set(values)
    mask = np.array([slot != 5 for slot in held])
    assert column.count(mask, MOST) == Counter(v for slot, values in held.items() if slot != 5 for v in values)
    assert column.holds_any(["b", ""], 13).tolist() == [not values.isdisjoint({"b", ""}) for values in held.values()]
    assert not column.holds_any(["nobody's"], 13).any()


def test_what_was_replaced_is_cleared_away() -> None:
    column = ListColumn()
    for number in range(5000):
        column.set(number % 3, [f"{number % 7}", "x"])
    assert column.count(np.ones(3, dtype=np.bool_), MOST)["x"] == 3
    assert len(column._values) < 500


def test_of_many_texts_the_commonest_are_counted_with_those_as_common() -> None:
    column = TextColumn()
    for slot, value in enumerate("aaabbccd"):
        column.set(slot, value)
    assert column.count(np.ones(8, dtype=np.bool_), 2) == {"a": 3, "b": 2, "c": 2}


@given(st.lists(st.tuples(SLOTS, st.none() | st.integers(-(2**53), 2**53)), max_size=60))
def test_numbers_are_kept_exactly(changes: list[tuple[int, int | None]]) -> None:
    column, held = NumberColumn(), dict.fromkeys(range(13))
    for slot, value in changes:
        column.set(slot, value)
        held[slot] = value
    found = [None if np.isnan(value) else int(value) for value in column.read(13)]
    assert found == list(held.values())


@pytest.mark.parametrize("slots", [1, 3, 70])
def test_texts_that_no_slot_holds_any_more_are_forgotten(slots: int) -> None:
    texts, lists = TextColumn(), ListColumn()
    for number in range(5000):
        texts.set(number % slots, f"company {number}")
        lists.set(number % slots, [f"skill {number}", "x"])
    last = range(5000 - slots, 5000)
    everything = np.ones(slots, dtype=np.bool_)
    assert texts.count(everything, MOST) == Counter(f"company {number}" for number in last)
    assert lists.count(everything, MOST) == Counter(f"skill {number}" for number in last) + Counter(x=slots)
    assert sum(texts.is_one_of(["company 4999", "company 0"], slots)) == 1
    assert sum(lists.holds_any(["skill 4999", "skill 0"], slots)) == 1
    for column in (texts, lists):
        assert len(column._texts.names) < 1000
