"""What a demand costs: how many more documents would match without it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from milvus import Filter
from service.ranking.demands import Requirement
from service.ranking.requirements import Verdict
from service.ranking.values import Note, make_note

MAX_COUNTS = 50

# All values of these lists are demanded, so each may be given up on its own.
_ALL_OF = ("skills_all",)
_KEPT = frozenset({"exclude_ids"})


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A filter without one of its demands, or with one of them, and how many more documents match."""

    note: Note
    filter: Filter
    before: int
    after: int


def relax_filter(filter: Filter, count: Callable[[Filter], int]) -> list[Relaxation]:
    """Each demand of the filter whose loss lets more documents match, the costliest first.

    `count` says how many documents match a filter; it is called once for the filter and once for each demand, at most
    MAX_COUNTS times in all.
    """
    before = count(filter)
    found = []
    for name, value, relaxed in list(_iterate_relaxed(filter))[: MAX_COUNTS - 1]:
        after = count(relaxed)
        if after > before:
            note = make_note("without_demand", demand=name, value=value, before=before, after=after)
            found.append(Relaxation(note, relaxed, before, after))
    return sorted(found, key=lambda one: -one.after)


def _iterate_relaxed(filter: Filter) -> Iterator[tuple[str, str, Filter]]:
    fields = type(filter).model_fields
    for name, field in fields.items():
        value = getattr(filter, name)
        if name in _KEPT or value == field.get_default(call_default_factory=True):
            continue
        if name in _ALL_OF:
            for one in value:
                rest = tuple(other for other in value if other != one)
                yield name, str(one), filter.model_copy(update={name: rest})
        else:
            yield name, _describe(value), filter.model_copy(update={name: field.get_default(call_default_factory=True)})


def _describe(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    dump = getattr(value, "model_dump", None)
    if dump:
        return ", ".join(f"{name} {bound}" for name, bound in dump(exclude_none=True, exclude_defaults=True).items())
    return str(value)


def relax_requirements(verdicts: Iterable[Verdict]) -> list[Note]:
    """For each demanded requirement, how many of the pairs would pass without it, the costliest first."""
    before = 0
    blocked: dict[Requirement, int] = {}
    for verdict in verdicts:
        before += verdict.passes
        if len(verdict.failed) == 1:
            requirement = verdict.failed[0].requirement
            blocked[requirement] = blocked.get(requirement, 0) + 1
    ordered = sorted(blocked.items(), key=lambda item: -item[1])
    return [
        make_note("without_demand", demand=one.kind.value, value=_name(one), before=before, after=before + more)
        for one, more in ordered
    ]


def _name(requirement: Requirement) -> str:
    return " ".join(str(part) for part in (requirement.value, requirement.level) if part is not None)
