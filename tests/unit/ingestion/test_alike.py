"""What is one posting under two ids and what is not; how links become groups."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.alike import Marks, Signed, find_alike, hash_buckets, sign
from ingestion.grouping import Node, regroup, split
from milvus import Entity, WorkFormat
from tests.index_examples import make_resume, make_vacancy
from tests.unit.ingestion.texts import edit, write_text

TEXT = write_text(random.Random(1))
NURSE: dict[str, Any] = {
    "title": "Staff nurse, night shift",
    "text": TEXT,
    "company": "Northwind Hospital Ltd",
    "country": "GB",
    "city": "Leeds",
    "latitude": 53.80,
    "longitude": -1.55,
    "source": "first",
}
ELSEWHERE = NURSE | {"source": "second"}


def signed(entity: Entity) -> Signed:
    found = sign(entity)
    assert found is not None
    return found


def are_alike(one: Entity, other: Entity) -> bool:
    first, second = signed(one), signed(other)
    there, back = bool(find_alike(first, [second])), bool(find_alike(second, [first]))
    assert there == back
    if there:
        buckets = hash_buckets([first, second])
        assert (buckets[0] == buckets[1]).any()
    return there


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url": "https://example.com/1", "salary_min": 40_000.0},
        {"text": edit(TEXT, random.Random(2), share=0.02)},
        {"text": TEXT + " apply now on our page"},
        {"title": "NIGHT SHIFT – Staff Nurse"},
        {"title": "Staff nurse, night shift (Leeds, GB)"},
        {"company": None},
        {"company": "NORTHWIND hospital"},
        {"company": "Northwind"},
        {"city": "Horsforth", "latitude": 53.84, "longitude": -1.64},
        {"city": None, "latitude": None, "longitude": None, "country": None},
        {"country": "GB", "latitude": None, "longitude": None},
    ],
    ids=json.dumps,
)
def test_a_vacancy_under_another_id_is_the_same(changes: dict[str, Any]) -> None:
    assert are_alike(make_vacancy("a", **NURSE), make_vacancy("b", **ELSEWHERE | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"text": write_text(random.Random(3))},
        {"text": edit(TEXT, random.Random(4), share=0.15)},
        {"title": "Senior staff nurse, night shift"},
        {"title": "Staff nurse, day shift"},
        {"title": None},
        {"company": "Southwind Hospital"},
        {"city": "York", "latitude": 53.96, "longitude": -1.08},
        {"country": "IE", "city": None, "latitude": None, "longitude": None},
        {"work_format": WorkFormat.REMOTE, "city": "York", "latitude": 53.96, "longitude": -1.08},
    ],
    ids=json.dumps,
)
def test_a_vacancy_from_the_same_template_is_another_one(changes: dict[str, Any]) -> None:
    assert not are_alike(make_vacancy("a", **NURSE), make_vacancy("b", **ELSEWHERE | changes))


@pytest.mark.parametrize("source", ["first", None])
def test_in_one_source_a_few_other_words_are_another_opening(source: str | None) -> None:
    one = make_vacancy("a", **NURSE)
    assert are_alike(one, make_vacancy("b", **NURSE | {"source": source}))
    assert not are_alike(
        one, make_vacancy("b", **NURSE | {"source": source, "text": edit(TEXT, random.Random(2), share=0.03)})
    )


def test_of_remote_work_the_place_does_not_matter() -> None:
    remote = NURSE | {"work_format": WorkFormat.REMOTE}
    assert are_alike(make_vacancy("a", **remote), make_vacancy("b", **remote | {"latitude": 10.0, "longitude": 10.0}))


def test_places_are_near_across_the_antimeridian() -> None:
    west, east = (NURSE | {"latitude": 0.0, "longitude": longitude} for longitude in (179.99, -179.99))
    assert are_alike(make_vacancy("a", **west), make_vacancy("b", **east))


def test_of_resumes_the_text_decides() -> None:
    one = make_resume("a", title="Data engineer", text=TEXT, city="Leeds", latitude=53.8, longitude=-1.55)
    assert are_alike(one, make_resume("b", title="Analyst", text=edit(TEXT, random.Random(5), share=0.02)))
    assert not are_alike(one, make_resume("b", title="Data engineer", text=write_text(random.Random(6))))


def test_a_title_that_is_only_a_place_is_kept() -> None:
    place = NURSE | {"title": "Leeds"}
    assert are_alike(make_vacancy("a", **place), make_vacancy("b", **place))
    assert not are_alike(make_vacancy("a", **place), make_vacancy("b", **NURSE | {"title": None}))


@given(
    st.builds(
        Marks,
        title=st.none() | st.lists(st.text()).map(tuple),
        company=st.lists(st.text()).map(tuple),
        country=st.none() | st.text(min_size=1),
        latitude=st.none() | st.floats(-90, 90),
        longitude=st.none() | st.floats(-180, 180),
        is_remote=st.booleans(),
        source=st.none() | st.text(min_size=1),
    )
)
def test_marks_come_back_from_json(marks: Marks) -> None:
    assert Marks.read(json.loads(json.dumps(marks.write()))) == marks


def test_a_group_falls_into_what_still_hangs_together() -> None:
    one, other = (write_text(random.Random(seed)) for seed in (7, 8))
    members = [signed(make_resume(f"{text[:3]}{place}", text=text)) for place in range(3) for text in (one, other)]
    parts = {frozenset(member.id for member in part) for part in split(members)}
    assert parts == {frozenset(f"{text[:3]}{place}" for place in range(3)) for text in (one, other)}
    assert split([]) == []


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.sampled_from("xyz")),
    st.dictionaries(st.sampled_from("uvw"), st.integers(2, 5)),
    st.randoms(use_true_random=False),
)
def test_what_hangs_together_is_one_group_whatever_the_order(
    former: dict[str, str | None], sizes: dict[str, int], chance: random.Random
) -> None:
    nodes: list[Node] = [*(("document", id_) for id_ in former), *(("group", group) for group in sizes)]
    links = [(chance.choice(nodes), chance.choice(nodes)) for _ in range(chance.randrange(5))] if nodes else []
    done = regroup(former, links, sizes)
    group_of: dict[Node, str | None] = {("document", id_): group for id_, group in done.groups.items()}
    group_of |= {("group", group): done.merged.get(group, group) for group in sizes}
    assert set(group_of) == set(nodes)
    for one, other in links:
        assert group_of[one] == group_of[other]
        assert group_of[one] is not None or one == other
    linked = {node for one, other in links if one != other for node in (one, other)}
    assert all(group_of["document", id_] is None for id_ in former if ("document", id_) not in linked)

    again = regroup(former, [(other, one) for one, other in reversed(links)], sizes)
    assert list_parts(again.groups, again.merged, sizes) == list_parts(done.groups, done.merged, sizes)


def list_parts(
    groups: dict[str, str | None], merged: dict[str, str], sizes: dict[str, int]
) -> set[frozenset[tuple[str, str]]]:
    """The groups without their ids."""
    parts: dict[str, set[tuple[str, str]]] = {}
    for id_, group in groups.items():
        parts.setdefault(group or f"alone {id_}", set()).add(("document", id_))
    for group in sizes:
        parts.setdefault(merged.get(group, group), set()).add(("group", group))
    return {frozenset(part) for part in parts.values()}


def test_a_group_keeps_its_id_where_most_of_it_stays() -> None:
    former = {"a": "x", "b": "x", "c": "x", "d": None, "e": "x"}
    links = [(("document", "a"), ("document", "b")), (("document", "b"), ("document", "c"))]
    links += [(("document", "d"), ("document", "e"))]
    done = regroup(former, links, {})
    assert {done.groups[id_] for id_ in "abc"} == {"x"}
    assert done.groups["d"] == done.groups["e"] not in {"x", None}


def test_the_smaller_of_two_groups_becomes_part_of_the_larger() -> None:
    done = regroup(
        {"a": None}, [(("document", "a"), ("group", "x")), (("document", "a"), ("group", "y"))], {"x": 2, "y": 9}
    )
    assert (done.groups, done.merged) == ({"a": "y"}, {"x": "y"})
