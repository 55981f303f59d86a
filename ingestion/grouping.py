"""From links between documents to groups: what hangs together is one group, however the links came."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from ingestion.alike import Signed, find_alike

Node = tuple[str, str]
"""("document", id), or ("group", id) for a group that stays whole: its members need not be looked at."""


@dataclass(frozen=True, slots=True)
class Regrouping:
    """The group of each document, None where it is alone, and which groups became part of another one."""

    groups: dict[str, str | None] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)


def split(members: Sequence[Signed]) -> list[list[Signed]]:
    """Documents by what hangs together among them."""
    remaining, parts = list(members), []
    while remaining:
        part = open_ends = [remaining.pop()]
        while open_ends and remaining:
            found = {other.id: other for one in open_ends for other in find_alike(one, remaining)}
            remaining = [other for other in remaining if other.id not in found]
            open_ends = list(found.values())
            part = part + open_ends
        parts.append(part)
    return parts


def regroup(
    former: Mapping[str, str | None], links: Iterable[tuple[Node, Node]], sizes: Mapping[str, int]
) -> Regrouping:
    """Group documents, whose former groups these are, together with whole groups, whose sizes these are.

    A group keeps its id where most of its documents stay together, so that as few rows as possible change.
    """
    done, taken = Regrouping(), set[str]()
    nodes: list[Node] = [*(("document", id_) for id_ in former), *(("group", group) for group in sizes)]
    parts = [
        ([id_ for sort, id_ in part if sort == "document"], [id_ for sort, id_ in part if sort == "group"])
        for part in _join(nodes, links)
    ]
    for ids, whole in sorted(parts, key=lambda part: (-len(part[0]) - sum(sizes[one] for one in part[1]), part)):
        if len(ids) + len(whole) == 1:
            done.groups.update(dict.fromkeys(ids))
            continue
        names = Counter({group: sizes[group] for group in whole})
        names.update(group for id_ in ids if (group := former[id_]) is not None and group not in taken)
        name = max(names, key=lambda group: (names[group], group)) if names else uuid4().hex
        taken.add(name)
        done.groups.update(dict.fromkeys(ids, name))
        done.merged.update(dict.fromkeys((group for group in whole if group != name), name))
    return done


def _join(nodes: Sequence[Node], links: Iterable[tuple[Node, Node]]) -> list[list[Node]]:
    """The connected components, each sorted, by union and find with path halving."""
    parents = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for one, other in links:
        parents[find(one)] = find(other)
    parts: dict[Node, list[Node]] = defaultdict(list)
    for node in sorted(nodes):
        parts[find(node)].append(node)
    return list(parts.values())
