"""Ids over runs: the same groups keep them, whatever else changes."""

import random

from hypothesis import given
from hypothesis import strategies as st

from ingestion.topics.matching import match_topics

groupings = st.dictionaries(st.integers(0, 200).map(str), st.none() | st.integers(0, 8), max_size=120)


@given(groupings, st.randoms())
def test_the_same_groups_keep_their_ids_in_any_order(former: dict[str, int | None], chance: random.Random) -> None:
    numbers = list(range(9))
    chance.shuffle(numbers)
    ids = list(former)
    chance.shuffle(ids)
    fresh = {id_: None if (topic := former[id_]) is None else numbers[topic] for id_ in ids}
    present = {topic for topic in former.values() if topic is not None}
    assert match_topics(former, fresh) == {numbers[topic]: topic for topic in present}


@given(groupings, groupings)
def test_no_id_is_given_twice(former: dict[str, int | None], fresh: dict[str, int | None]) -> None:
    matched = match_topics(former, fresh)
    assert len(set(matched.values())) == len(matched)
    assert set(matched) <= set(fresh.values())
    assert set(matched.values()) <= set(former.values())


@given(st.integers(2, 60), st.data())
def test_the_larger_part_of_a_topic_that_splits_keeps_its_id(size: int, data: st.DataObject) -> None:
    smaller = data.draw(st.integers(1, (size - 1) // 2)) if size > 2 else 0
    former = {f"split/{n}": 7 for n in range(size)} | {f"other/{n}": 3 for n in range(20)}
    fresh = {f"split/{n}": 0 if n < smaller else 1 for n in range(size)} | {f"other/{n}": 2 for n in range(20)}
    assert match_topics(former, fresh) == {1: 7, 2: 3}


def test_the_larger_of_two_that_merge_gives_its_id() -> None:
    former = {**dict.fromkeys("abcdef", 1), **dict.fromkeys("xyz", 2)}
    assert match_topics(former, dict.fromkeys(former, 0)) == {0: 1}


def test_what_only_one_run_saw_does_not_count() -> None:
    former = {"a": 1, "b": 1} | {f"gone/{n}": 1 for n in range(50)}
    fresh = {"a": 0, "b": 0} | {f"new/{n}": 0 for n in range(50)}
    assert match_topics(former, fresh) == {0: 1}


def test_topics_that_hardly_overlap_are_not_the_same() -> None:
    former = {str(n): 1 if n < 50 else None for n in range(90)}
    fresh = {str(n): 0 if n >= 40 else None for n in range(90)}
    assert match_topics(former, fresh) == {}


def test_nothing_before_or_nothing_now_matches_nothing() -> None:
    assert match_topics({}, {"a": 1}) == {}
    assert match_topics({"a": 1}, {}) == {}
