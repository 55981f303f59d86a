"""Grades given by hand: taking them into a judged set, and how far two graders agree."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import TypeVar

import numpy as np

from milvus import Kind
from service.errors import BadJudgements
from service.evaluation.judgement_files import (
    HIGHEST_GRADE,
    Judgement,
    Problem,
    ReadJudgements,
    check_whole,
    format_qrels,
    read_grades,
    read_qrels,
)
from service.evaluation.reading import QRELS_SUFFIX, find_contradictions, find_strangers

_CLASSES = HIGHEST_GRADE + 1
_Pair = TypeVar("_Pair", bound=tuple[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to: pairs by what became of them, rows without a grade, and rows that were refused."""

    new: int
    changed: int
    unchanged: int
    disputed: int
    ungraded: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two graders agree on the pairs that both graded.

    `table[a, b]` counts the pairs that the first graded a and the second b. The kappas are None where they are not
    defined: neither grader gave more than one grade, and both the same.
    """

    pairs: int
    equal: int
    kappa: float | None
    weighted_kappa: float | None
    table: np.ndarray
    disputes: tuple[tuple[Judgement, Judgement], ...]


def import_grades(
    files: Sequence[Path], target: Path, *, ids: Mapping[Kind, Container[str]], query_kind: Kind
) -> Imported:
    """Add grades to a file of TREC qrels, which is made where there is none; rows that cannot be used are left out.

    `ids` are those of the set's documents. Where several files grade a pair, the median counts, the lower one of two.
    A pair that the target has gets the new grade. Raises BadJudgements where a file is no table of grades or the target
    cannot be used or written.
    """
    if not target.name.endswith(QRELS_SUFFIX):
        raise BadJudgements(f"{target}: the name of a file of judgments ends with {QRELS_SUFFIX}")
    before = read_qrels(target, query_kind) if target.exists() else ReadJudgements()
    check_whole(before.problems, target)
    given: dict[tuple[str, str], list[int]] = {}
    problems: list[Problem] = []
    ungraded = 0
    for file in files:
        read = read_grades(file)
        found = [*read.problems, *find_strangers(read.judgements, ids), *find_contradictions(read.judgements)]
        refused = {problem.location for problem in found}
        problems += found
        ungraded += read.ungraded
        once = {one.point_from(query_kind): one.grade for one in read.judgements if one.location not in refused}
        for pair, grade in once.items():
            given.setdefault(pair, []).append(grade)
    old = {one.point_from(query_kind): one.grade for one in before.judgements}
    new = settle_grades(given)
    if new:
        _write_qrels(target, old | new)
    return Imported(
        new=len(new.keys() - old.keys()),
        changed=sum(old.get(pair, grade) != grade for pair, grade in new.items()),
        unchanged=sum(old.get(pair) == grade for pair, grade in new.items()),
        disputed=sum(len(set(grades)) > 1 for grades in given.values()),
        ungraded=ungraded,
        problems=tuple(problems),
    )


def settle_grades(given: Mapping[_Pair, Sequence[int]]) -> dict[_Pair, int]:
    """The grade of each pair out of all that were given: the median, the lower one of two."""
    return {pair: median_low(grades) for pair, grades in given.items()}


def compare_graders(first: Path, second: Path) -> Agreement:
    """How far two files of grades agree. Raises BadJudgements where they cannot be used or share no graded pair."""
    one, other = _read_by_pair(first), _read_by_pair(second)
    if one.keys().isdisjoint(other):
        raise BadJudgements(f"{first} and {second} grade no pair that the other grades too")
    return measure_agreement(one, other)


def measure_agreement(one: Mapping[_Pair, Judgement], other: Mapping[_Pair, Judgement]) -> Agreement:
    """How far two graders' judgments agree, by pair; at least one pair is graded by both."""
    shared = [pair for pair in one if pair in other]
    table = np.zeros((_CLASSES, _CLASSES), dtype=np.int64)
    for pair in shared:
        table[one[pair].grade, other[pair].grade] += 1
    disputes = [(one[pair], other[pair]) for pair in shared if one[pair].grade != other[pair].grade]
    return Agreement(
        pairs=len(shared),
        equal=int(np.trace(table)),
        kappa=find_kappa(table, 1 - np.eye(_CLASSES)),
        weighted_kappa=find_kappa(table, np.subtract.outer(np.arange(_CLASSES), np.arange(_CLASSES)) ** 2),
        table=table,
        disputes=tuple(sorted(disputes, key=lambda two: -abs(two[0].grade - two[1].grade))),
    )


def find_kappa(table: np.ndarray, weights: np.ndarray) -> float | None:
    """Cohen's kappa of a table of counts, with the weight of each disagreement: 1 - observed / expected by chance.

    Source: J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968). With weight 1 off the diagonal it is the plain
    kappa of 1960.
    """
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    by_chance = float((weights * expected).sum())
    return 1 - float((weights * table).sum()) / by_chance if by_chance else None


def _read_by_pair(path: Path) -> dict[tuple[str, str], Judgement]:
    read = read_grades(path)
    check_whole([*read.problems, *find_contradictions(read.judgements)], path)
    return {(one.vacancy, one.resume): one for one in read.judgements}


def _write_qrels(path: Path, grades: Mapping[tuple[str, str], int]) -> None:
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(format_qrels(grades))
        draft.replace(path)
    except OSError as error:
        raise BadJudgements(f"{path}: {error.strerror}") from None
