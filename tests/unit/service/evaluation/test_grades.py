"""Grades given by hand: the way back into a judged set, and agreement."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus import Kind
from service.errors import BadJudgements
from service.evaluation.grades import Imported, compare_graders, find_kappa, import_grades
from service.evaluation.judgement_files import (
    format_grades,
    format_qrels,
    guard_cell,
    read_grades,
    read_qrels,
    unguard_cell,
)
from tests.unit.service.evaluation.sets import RESUMES, VACANCIES

IDS = {Kind.VACANCIES: set(VACANCIES), Kind.RESUMES: set(RESUMES)}
# What an id may be: no control characters, no white space around it.
ANY_ID = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda id_: id_ == id_.strip())


def write_grades(path: Path, rows: str) -> Path:
    path.write_text("vacancy_id,resume_id,grade,comment\n" + "".join(f"{row},\n" for row in rows.split()))
    return path


def take_in(target: Path, *files: Path, query_kind: Kind = Kind.VACANCIES) -> Imported:
    return import_grades(files, target, ids=IDS, query_kind=query_kind)


def test_grades_become_qrels(tmp_path: Path) -> None:
    target = tmp_path / "x_qrels.tsv"
    done = take_in(target, write_grades(tmp_path / "a.csv", "v1,r1,3 v1,r2,0 v2,r2,"))

    assert (done.new, done.changed, done.unchanged, done.ungraded, done.problems) == (2, 0, 0, 1, ())
    assert target.read_text() == "v1\t0\tr1\t3\nv1\t0\tr2\t0\n"


def test_qrels_whose_queries_are_resumes_say_the_resume_first(tmp_path: Path) -> None:
    target = tmp_path / "x_qrels.tsv"
    take_in(target, write_grades(tmp_path / "a.csv", "v1,r1,3"), query_kind=Kind.RESUMES)
    assert target.read_text() == "r1\t0\tv1\t3\n"


def test_new_grades_replace_old_ones_and_leave_the_others(tmp_path: Path) -> None:
    target = tmp_path / "x_qrels.tsv"
    target.write_text("v1\t0\tr1\t1\nv2\t0\tr2\t2\nv3\t0\tr3\t3\n")
    done = take_in(target, write_grades(tmp_path / "a.csv", "v1,r1,3 v2,r2,2 v3,r4,0"))

    assert (done.new, done.changed, done.unchanged) == (1, 1, 1)
    assert target.read_text() == "v1\t0\tr1\t3\nv2\t0\tr2\t2\nv3\t0\tr3\t3\nv3\t0\tr4\t0\n"


def test_where_graders_differ_the_lower_median_counts(tmp_path: Path) -> None:
    target = tmp_path / "x_qrels.tsv"
    one = write_grades(tmp_path / "a.csv", "v1,r1,3 v1,r2,1")
    other = write_grades(tmp_path / "b.csv", "v1,r1,1 v1,r2,1")
    third = write_grades(tmp_path / "c.csv", "v1,r1,2")

    assert take_in(target, one, other).disputed == 1
    assert target.read_text() == "v1\t0\tr1\t1\nv1\t0\tr2\t1\n"
    take_in(target, one, other, third)
    assert target.read_text() == "v1\t0\tr1\t2\nv1\t0\tr2\t1\n"


def test_rows_that_cannot_be_used_are_named_and_the_others_go_in(tmp_path: Path) -> None:
    target = tmp_path / "x_qrels.tsv"
    done = take_in(target, write_grades(tmp_path / "a.csv", "v9,r1,3 v1,r1,2 v1,r1,0 v1,r2,7 v2,r2,1"))

    assert done.new == 2
    assert [str(problem).partition(":")[2].partition(":")[0] for problem in done.problems] == ["5", "2", "4"]
    assert target.read_text() == "v1\t0\tr1\t2\nv2\t0\tr2\t1\n"


def test_damaged_target_is_left_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "x_qrels.tsv"
    target.write_text("v1\tr1\n")
    with pytest.raises(BadJudgements, match=r"x_qrels\.tsv:1"):
        take_in(target, write_grades(tmp_path / "a.csv", "v1,r1,3"))
    assert target.read_text() == "v1\tr1\n"


def test_target_must_be_named_as_qrels(tmp_path: Path) -> None:
    with pytest.raises(BadJudgements, match=r"_qrels\.tsv"):
        take_in(tmp_path / "grades.csv", write_grades(tmp_path / "a.csv", "v1,r1,3"))


def test_agreement_of_two_graders_is_as_worked_out_by_hand(tmp_path: Path) -> None:
    one = write_grades(tmp_path / "a.csv", "v1,r1,3 v1,r2,0 v1,r3,0 v1,r4,3 v2,r1,0")
    other = write_grades(tmp_path / "b.csv", "v1,r1,3 v1,r2,0 v1,r3,1 v1,r4,0 v2,r2,0")
    found = compare_graders(one, other)

    # Four pairs in common, two alike; by chance: 2/4 * 1/4 for grade 3, 2/4 * 2/4 for grade 0.
    chance = 2 / 4 * 1 / 4 + 2 / 4 * 2 / 4
    assert (found.pairs, found.equal) == (4, 2)
    assert found.kappa == pytest.approx((2 / 4 - chance) / (1 - chance))
    # Squared distances seen: 1 and 9; expected over the 4 x 4 combinations of (3, 0, 0, 3) and (3, 0, 1, 0).
    expected = sum((a - b) ** 2 for a in (3, 0, 0, 3) for b in (3, 0, 1, 0)) / 4
    assert found.weighted_kappa == pytest.approx(1 - (1 + 9) / expected)
    assert [(a.resume, a.grade, b.grade) for a, b in found.disputes] == [("r4", 3, 0), ("r3", 0, 1)]


def test_kappa_is_one_for_equal_grades_and_undefined_for_a_single_one() -> None:
    weights = 1 - np.eye(4)
    assert find_kappa(np.diag([3, 0, 2, 1]), weights) == 1
    assert find_kappa(np.diag([5, 0, 0, 0]), weights) is None


def test_graders_without_a_common_pair_cannot_be_compared(tmp_path: Path) -> None:
    one, other = write_grades(tmp_path / "a.csv", "v1,r1,3"), write_grades(tmp_path / "b.csv", "v1,r2,3")
    with pytest.raises(BadJudgements, match="no pair"):
        compare_graders(one, other)


@given(st.text())
def test_guarded_cell_comes_back_and_is_no_formula(text: str) -> None:
    guarded = guard_cell(text)
    assert unguard_cell(guarded) == text
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_ids_that_look_like_formulas_survive_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        rows = [("vacancy_id", "resume_id", "grade"), (guard_cell("=v"), guard_cell("'+r"), "2")]
        csv.writer(file).writerows(rows)
    (read,) = read_grades(path).judgements
    assert (read.vacancy, read.resume) == ("=v", "'+r")


@given(grades=st.dictionaries(st.tuples(ANY_ID, ANY_ID), st.integers(0, 3)))
def test_grades_are_read_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, grades: dict[Any, int]) -> None:
    folder = tmp_path_factory.mktemp("grades")
    (folder / "a.csv").write_bytes(format_grades(grades).encode())
    (folder / "a_qrels.tsv").write_bytes(format_qrels(grades).encode())
    for read in (read_grades(folder / "a.csv"), read_qrels(folder / "a_qrels.tsv", Kind.VACANCIES)):
        assert not read.problems
        assert {(one.vacancy, one.resume): one.grade for one in read.judgements} == grades
