"""What holds for every format: good rows go in, a bad one is named and kept, nothing hostile raises."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingestion.documents import VacancyDocument
from ingestion.errors import UnreadableSource
from ingestion.sources import Rejection, SourceRow, read_path
from ingestion.sources.registry import ARCHIVES, READERS
from milvus import Kind
from tests.contract.sources.examples import BROKEN, ROWS, TABLES, Format, read, read_bytes

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.suffix)
every_suffix = [*READERS, *ARCHIVES, ".jsonl.gz", ".pdf.gz", ".parquet.gz"]


@each_table
def test_good_rows_become_documents(table: Format, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, table.suffix, table.write(ROWS))
    assert rejected == []
    assert [row.document for row in rows] == [VacancyDocument(**row) for row in ROWS]


@each_table
def test_bad_row_is_named_and_kept_while_others_go_in(table: Format, tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, table.suffix, table.write([ROWS[0], BROKEN, ROWS[1]]))
    assert [row.document.id for row in rows] == [row["id"] for row in ROWS]
    assert "title" in rejection.reason
    assert "500" in rejection.reason
    assert table.suffix in rejection.location
    assert rejection.kind is Kind.VACANCIES
    assert rejection.raw is not None
    assert "v-3" in rejection.raw
    assert len(rejection.raw) <= 2_000


@each_table
def test_ids_from_content_are_the_same_at_every_read(table: Format, tmp_path: Path) -> None:
    content = table.write([{**row, "id": ""} for row in ROWS])
    first, _ = read_bytes(tmp_path, table.suffix, content)
    second, _ = read_bytes(tmp_path / "again", table.suffix, content)
    assert [row.document.id for row in first] == [row.document.id for row in second]
    assert len({row.document.id for row in first}) == len(ROWS)
    assert all(row.document.id.startswith("sha-") for row in first)


@each_table
def test_text_over_the_limit_is_rejected_with_the_limit(table: Format, tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, table.suffix, table.write([{**ROWS[0], "text": "ab " * 40_000}, ROWS[1]]))
    assert len(rows) == 1
    assert "text: " in rejection.reason
    assert "100000" in rejection.reason


@each_table
def test_kind_that_the_caller_gives_wins_over_what_columns_say(table: Format, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, table.suffix, table.write(ROWS), kind=Kind.RESUMES)
    if table.suffix == "postings.json":
        assert {rejection.reason.split(",")[0] for rejection in rejected} == {"is a JobPosting"}
    else:
        assert {row.ignored for row in rows} == {("company",)}


@pytest.mark.parametrize("suffix", READERS)
def test_empty_file_gives_one_rejection_or_nothing(suffix: str, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, f"resumes{suffix}", b"")
    assert rows == []
    assert len(rejected) == (0 if suffix in {".jsonl", ".ndjson"} else 1)


@pytest.mark.parametrize("suffix", READERS)
def test_image_under_another_name_is_told_as_an_image(suffix: str, tmp_path: Path) -> None:
    image = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    rows, [rejection] = read_bytes(tmp_path, f"resumes{suffix}", image)
    assert rows == []
    assert "PNG" in rejection.reason or "not Parquet" in rejection.reason


@pytest.mark.parametrize("suffix", every_suffix)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(content=b"\xff\xfe\x00")
@example(content=b'"' * 50)
@example(content=b"%PDF-1.7\n%%EOF")
@example(content=b"PK\x03\x04")
@example(content=b"PAR1PAR1")
@example(content=b"[" * 100_000)
@example(content=b'{"a":' * 50_000)
@example(content=gzip.compress(b"a,b\n1,2"))
def test_random_bytes_never_raise(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"resumes{suffix}"
    path.write_bytes(content)
    assert all(isinstance(item, SourceRow | Rejection) for item in read_path(path))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = (
    *(
        "id",
        "title",
        "text",
        "skills",
        "salary",
        "place",
        "person",
        "work_periods",
        "languages",
        "published_at",
        "name",
    ),
    *("expires_at", "Занятость", "remote", "date", "basics", "work", "education", "@type", "@graph", "jobLocation"),
    *("baseSalary", "hiringOrganization", "validThrough", "identifier", "city"),
)


@pytest.mark.parametrize("base", [{}, {"@type": "JobPosting"}, {"basics": {}}], ids=["row", "posting", "resume"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=6))
@example(content={"title": "\ud800", "text": "lone surrogate"})
@example(
    content={
        "title": "Cook",
        "baseSalary": {"value": {"value": {"value": 1}}},
        "jobLocation": [None, [], {"address": []}],
    }
)
@example(content={"title": "Cook", "person": "Ann", "name": "B", "first_name": "C", "place": {"name": {"x": 1}}})
@example(content={"title": "Cook", "identifier": 10**400, "salary": {"min": 10**400}})
def test_objects_of_any_shape_never_raise(base: dict[str, object], content: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "resumes.jsonl"
    path.write_text(json.dumps(base | content))
    items = list(read_path(path))
    assert all(isinstance(item, SourceRow | Rejection) for item in items)
    assert len(items) == 1


def test_unknown_type_raises_and_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "resumes.xlsx").write_bytes(b"x")
    with pytest.raises(UnreadableSource, match=r"resumes\.xlsx is of an unknown type; known: \.atom, \.csv, \.docx"):
        read_path(tmp_path / "resumes.xlsx")


def test_missing_path_raises(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="no such file"):
        read_path(tmp_path / "none.csv")


def test_folder_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a.txt", ".hidden/x.txt", "b/.y.txt", "b/10.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Baker of bread")
    (tmp_path / "photo.bmp").write_bytes(b"BM")
    rows, [rejection] = read(tmp_path)
    assert [row.document.id for row in rows] == ["a.txt", "b/10.txt", "b/2.txt"]
    assert rejection.location.endswith("photo.bmp")
    assert "unknown type" in rejection.reason


def test_folder_without_files_is_one_rejection(tmp_path: Path) -> None:
    assert [rejection.reason for rejection in read(tmp_path)[1]] == ["holds no files"]


def test_table_that_tells_no_kind_is_one_rejection(tmp_path: Path) -> None:
    lines = b'{"title": "Baker"}\n' * 3
    rows, [rejection] = read_bytes(tmp_path, "table.jsonl", lines)
    assert rows == []
    assert "--kind resumes or --kind vacancies" in rejection.reason
    assert len(read_bytes(tmp_path, "table.jsonl", lines, kind=Kind.RESUMES)[0]) == 3
    assert len(read_bytes(tmp_path, "вакансии_2024.jsonl", lines)[0]) == 3
