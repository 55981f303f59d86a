"""Folding a ranking: the best of each group, whichever part of the ranking is asked for."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from milvus import Ranked
from service.folding import MAX_NAMED, name_duplicates, rank_folded
from tests.index_examples import fill, make_vacancy, open_store

rankings = st.lists(st.none() | st.sampled_from("abc"), max_size=60).map(
    lambda groups: [Ranked(str(place), 1 - place / 100, group) for place, group in enumerate(groups)]
)


def cut(ranking: list[Ranked]) -> Callable[..., list[Ranked]]:
    return lambda *, wanted: ranking[:wanted]


@given(rankings, st.integers(1, 70), st.none() | st.sampled_from("abc"))
def test_of_each_group_the_best_is_kept(ranking: list[Ranked], wanted: int, without: str | None) -> None:
    kept = rank_folded(cut(ranking), wanted=wanted, without=frozenset((without,) if without else ()))
    first = {one.group: one for one in reversed(ranking)}
    expected = [one for one in ranking if one.group is None or (first[one.group] is one and one.group != without)]
    assert kept == expected[:wanted]


@given(rankings, st.integers(1, 10))
def test_pages_follow_one_another(ranking: list[Ranked], limit: int) -> None:
    whole = rank_folded(cut(ranking), wanted=100)
    paged = [one for offset in range(0, 70, limit) for one in rank_folded(cut(ranking), wanted=offset + limit)[offset:]]
    assert paged == whole


def test_of_a_large_group_only_those_that_are_named_are_read(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "index.db")) as store:
        copies = [make_vacancy(f"{number:03}", duplicate_group="copies", source="feed") for number in range(100)]
        fill(store.vacancies, [*copies, make_vacancy("other", duplicate_group="alone")])
        read: list[str] = []
        fetch = store.vacancies.fetch_members
        store.vacancies.fetch_members = lambda ids: read.extend(ids) or fetch(ids)  # type: ignore[method-assign,func-returns-value]
        (found,) = name_duplicates([copies[3], make_vacancy("other", duplicate_group="alone")], store.vacancies).items()
    assert found[0] == "003"
    assert found[1].total == 99
    assert [member.id for member in found[1].named] == read
    assert read == [f"{number:03}" for number in range(MAX_NAMED + 1) if number != 3]
