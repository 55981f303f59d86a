"""Folding: of documents that are one text under several ids, the best stands for all."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from milvus import Collection, Entity, Filter, Member, Ranked

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
    entities: Sequence[Entity],
    collection: Collection,
    *,
    filter: Filter | None = None,
    active_at: datetime | None = None,
) -> dict[str, Duplicates]:
    """What each entity stands for besides itself, of what passes; those that stand for themselves alone are left out.

    However large a group is, only those that are named are read.
    """
    groups = {entity.id: group for entity in entities if (group := entity.duplicate_group) is not None}
    if not groups:
        return {}
    grouped = collection.list_grouped(list(dict.fromkeys(groups.values())), filter=filter, active_at=active_at)
    others = {id_: [other for other in grouped[group] if other != id_] for id_, group in groups.items()}
    named = {id_: ids[:MAX_NAMED] for id_, ids in others.items() if ids}
    members = collection.fetch_members([id_ for ids in named.values() for id_ in ids])
    return {
        id_: Duplicates(tuple(members[other] for other in ids if other in members), len(others[id_]))
        for id_, ids in named.items()
    }
