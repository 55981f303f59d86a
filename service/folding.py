"""Folding: of documents that are one text under several ids, the best stands for all."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from milvus import Entity, Member, Ranked

MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The rows that a match stands for besides itself: the first MAX_NAMED, and how many there are."""

    named: tuple[Member, ...]
    total: int


NO_DUPLICATES = Duplicates((), 0)


def rank_folded(
    rank: Callable[..., list[Ranked]],
    *,
    wanted: int,
    without: AbstractSet[str] = frozenset(),
    passed: AbstractSet[str] = frozenset(),
) -> list[Ranked]:
    """The first `wanted` rows of a ranking (or all), of each group of duplicates the best.

    Groups in `without` and ids in `passed` are left out. `rank` gives the first so many rows; more of them are asked
    for until enough are left or no more come.
    """
    size = wanted + len(passed)
    while True:
        size += max(1, size // 8)
        ranked = rank(wanted=size)
        seen = set(without)
        kept: list[Ranked] = []
        for one in ranked:
            if one.id not in passed and (one.group is None or one.group not in seen):
                kept.append(one)
            if one.group is not None:
                seen.add(one.group)
        if len(kept) >= wanted or len(ranked) < size:
            return kept[:wanted]
        size *= 2


def name_duplicates(
    entities: Sequence[Entity], find_members: Callable[[Sequence[str]], dict[str, list[Member]]]
) -> dict[str, Duplicates]:
    """What each entity stands for besides itself, by its id; those that stand for themselves alone are left out."""
    groups = {entity.id: group for entity in entities if (group := entity.duplicate_group) is not None}
    members = find_members(list(dict.fromkeys(groups.values()))) if groups else {}
    found: dict[str, Duplicates] = {}
    for id_, group in groups.items():
        others = [one for one in members[group] if one.id != id_]
        if others:
            found[id_] = Duplicates(tuple(others[:MAX_NAMED]), len(others))
    return found
