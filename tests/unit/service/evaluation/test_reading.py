"""Judged sets in files: both forms, and what is said of those that cannot be used."""

import json
from pathlib import Path

import pytest

from milvus import Kind
from service.errors import BadJudgements
from service.evaluation.judged import JudgedSet
from service.evaluation.reading import find_sets, read_set
from tests.unit.service.evaluation.sets import NORMALIZER, RESUMES, VACANCIES, write_documents, write_own_set, write_set


def read(*paths: Path, query_kind: Kind = Kind.VACANCIES) -> list[JudgedSet]:
    return [read_set(files, NORMALIZER) for files in find_sets(paths, query_kind=query_kind)]


def test_qrels_with_queries_and_corpus_are_read(tmp_path: Path) -> None:
    write_set(tmp_path)
    (judged,) = read(tmp_path)

    assert judged.name == "small"
    assert judged.direction == "resumes for a vacancy"
    assert set(judged.queries) == {"v1", "v2", "v3"}
    assert len(judged.corpus) == 4
    assert judged.list_relevant("v3") == {"r3", "r4"}
    assert judged.reverse().list_relevant("r2") == {"v2"}


def test_qrels_may_be_parted_by_spaces(tmp_path: Path) -> None:
    path = write_set(tmp_path, qrels="v1 0 r1 1\r\n\r\nv2   0   r2   1\n")
    (judged,) = read(path)
    assert judged.grades == {"v1": {"r1": 1}, "v2": {"r2": 1}}


def test_queries_may_be_resumes(tmp_path: Path) -> None:
    write_documents(tmp_path / "x_queries.jsonl", {"r": "A baker"})
    write_documents(tmp_path / "x_corpus.jsonl", {"v": "Bakery work"})
    (tmp_path / "x_qrels.tsv").write_text("r\t0\tv\t1\n")
    (judged,) = read(tmp_path, query_kind=Kind.RESUMES)

    assert judged.query_kind is Kind.RESUMES
    assert judged.list_relevant("r") == {"v"}


def test_own_form_takes_two_for_relevant(tmp_path: Path) -> None:
    table = "vacancy_id,resume_id,grade,reason\nv1,r1,3,\nv1,r2,1,\nv2,r2,2,\nv3,r3,,not yet\n"
    (judged,) = read(write_own_set(tmp_path, table))

    assert judged.relevant_from == 2
    assert judged.list_relevant("v1") == {"r1"}
    assert "v3" not in judged.gains


def test_later_files_of_the_same_documents_join_the_set(tmp_path: Path) -> None:
    write_own_set(tmp_path, "vacancy_id,resume_id,grade\nv1,r1,1\nv1,r2,0\n")
    (tmp_path / "judged_qrels.tsv").write_text("v1\t0\tr1\t3\nv3\t0\tr3\t2\n")
    (judged,) = read(tmp_path)

    assert judged.grades == {"v1": {"r1": 3, "r2": 0}, "v3": {"r3": 2}}


def test_documents_are_redacted_as_everywhere(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_documents(
        tmp_path / "small_corpus.jsonl", {f"r{i}": "Baker, write to baker@example.com" for i in range(1, 5)}
    )
    (judged,) = read(tmp_path)
    assert "example.com" not in judged.corpus["r1"].embedded_text


def test_expired_documents_stay_only_where_they_are_judged(tmp_path: Path) -> None:
    write_own_set(tmp_path, "vacancy_id,resume_id,grade\nv1,r1,3\n")
    rows = [{"id": id, "text": text, "expires_at": "2020-01-01"} for id, text in VACANCIES.items()]
    (tmp_path / "vacancies.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (judged,) = read(tmp_path)

    assert set(judged.queries) == {"v1"}
    assert judged.left_out == 2


@pytest.mark.parametrize(
    ("qrels", "said"),
    [
        ("v1\t0\tr1\n", "small_qrels.tsv:1: has 3 columns, not 4"),
        ("v1\t0\tr1\thigh\n", "small_qrels.tsv:1: grade 'high' is no whole number from -9 to 99"),
        ("v1\t0\tr1\t1_0\n", "small_qrels.tsv:1: grade '1_0'"),
        ("v1\t0\tr1\t" + "9" * 5000, "small_qrels.tsv:1: grade '99999999999999999999' is no"),
        ("v1\t0\tr9\t1\n", "small_qrels.tsv:1: there is no resume 'r9'"),
        ("v1\t0\tr1\t1\nv1\t0\tr1\t2\n", "small_qrels.tsv:2: graded 2, but 1 at small_qrels.tsv:1"),
        ("\t0\tr1\t1\n", "small_qrels.tsv:1: an id is empty"),
    ],
)
def test_bad_row_of_qrels_is_named(tmp_path: Path, qrels: str, said: str) -> None:
    write_set(tmp_path, qrels=qrels)
    with pytest.raises(BadJudgements) as refused:
        read(tmp_path)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("vacancy,resume,grade\nv1,r1,3\n", "has no column vacancy_id, resume_id"),
        ("vacancy_id,resume_id,grade\nv1,r1,4\n", "judgements.csv:2: grade '4' is no whole number from 0 to 3"),
        ("vacancy_id,resume_id,grade\nv1,r1\n", "judgements.csv:2: has no grade"),
        ('vacancy_id,resume_id,grade,reason\nv1,r1,3,"two\nlines"\nv1,r1,0,\n', "judgements.csv:4: graded 0, but 3"),
        ("", "has no column vacancy_id"),
        ("vacancy_id,resume_id,grade\nv1,r1," + "9" * 200_000, "judgements.csv: field larger than field limit"),
    ],
)
def test_bad_table_is_named(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(BadJudgements) as refused:
        read(write_own_set(tmp_path, table))
    assert said in str(refused.value)


def test_many_bad_rows_are_counted_and_the_first_listed(tmp_path: Path) -> None:
    write_set(tmp_path, qrels="nonsense\n" * 12)
    with pytest.raises(BadJudgements) as refused:
        read(tmp_path)
    assert "small_qrels.tsv:5:" in str(refused.value)
    assert str(refused.value).endswith("and 7 more")


def test_binary_file_is_no_judgments(tmp_path: Path) -> None:
    write_set(tmp_path).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadJudgements, match="is not UTF-8"):
        read(tmp_path)


def test_bad_documents_are_left_out_and_named(tmp_path: Path) -> None:
    write_set(tmp_path)
    with (tmp_path / "small_corpus.jsonl").open("a") as file:
        file.write('{"_id": "r1", "text": "Again"}\n{"_id": "r9", "text": 7, "salary": {"min": -1}}\nno json\n')
    (judged,) = read(tmp_path)

    assert set(judged.corpus) == set(RESUMES)
    twice, bad, broken = judged.problems
    assert twice.endswith("small_corpus.jsonl:5: the id 'r1' is there twice")
    assert "small_corpus.jsonl:6: " in bad
    assert "small_corpus.jsonl:7: is not JSON" in broken


def test_judgments_of_what_is_not_there_are_left_out_and_named(tmp_path: Path) -> None:
    write_set(tmp_path, qrels="v1\t0\tr1\t1\n\nv9\t0\tr1\t1\nv1\t0\tr9\t1\n")
    (judged,) = read(tmp_path)
    assert judged.grades == {"v1": {"r1": 1}}
    assert judged.problems == (
        "small_qrels.tsv:3: there is no vacancy 'v9'",
        "small_qrels.tsv:4: there is no resume 'r9'",
    )


def test_judgments_in_the_form_of_beir_are_read(tmp_path: Path) -> None:
    write_set(tmp_path, qrels="query-id\tcorpus-id\tscore\nv1\tr1\t1\nv2\tr2\t2\n")
    assert read(tmp_path)[0].grades == {"v1": {"r1": 1}, "v2": {"r2": 2}}


def test_bad_row_in_the_form_of_beir_is_named(tmp_path: Path) -> None:
    write_set(tmp_path, qrels="query-id\tcorpus-id\tscore\nv1\t0\tr1\t1\n")
    with pytest.raises(BadJudgements, match=r"small_qrels\.tsv:2: has 4 columns, not 3"):
        read(tmp_path)


def test_whole_grades_with_a_point_are_read(tmp_path: Path) -> None:
    write_set(tmp_path, qrels="v1\t0\tr1\t1.0\nv1\t0\tr2\t-1.00\n")
    assert read(tmp_path)[0].grades == {"v1": {"r1": 1, "r2": -1}}
    write_set(tmp_path, qrels="v1\t0\tr1\t0.5\n")
    with pytest.raises(BadJudgements, match=r"grade '0\.5' is no whole number"):
        read(tmp_path)


def test_what_holds_no_set_is_told_the_known_forms(tmp_path: Path) -> None:
    for path in (tmp_path, write_documents(tmp_path / "some.jsonl", VACANCIES)):
        with pytest.raises(BadJudgements, match=r"NAME_qrels\.tsv"):
            find_sets([path])
    with pytest.raises(BadJudgements, match="no such file or folder"):
        find_sets([tmp_path / "nowhere"])
