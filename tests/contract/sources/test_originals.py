"""Originals: what is kept of a document gives the same document when it is read again."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.documents import kind_of
from ingestion.sources import FILE_FORMATS, ORIGINAL_FORMATS, Original, Rejection, SourceRow, read_original
from milvus import Kind
from tests.contract.sources.examples import (
    ROWS,
    TABLES,
    Format,
    read_bytes,
    write_docx,
    write_jsonl,
    write_parquet,
    write_pdf,
    write_zip,
)
from tests.contract.sources.json_examples import Example, read_object
from tests.contract.sources.test_contract import json_values
from tests.contract.sources.test_feeds import RSS
from tests.contract.sources.test_formats import each_example, write
from tests.contract.sources.test_linkedin import write_export
from tests.contract.sources.vacancy_examples import LEVER_POSTING

ATOM = """<?xml version="1.0" encoding="windows-1251"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><id>urn:1</id><title>Пекарь &laquo;ночной&raquo;</title><summary>Печёт & продаёт</summary></entry></feed>"""


def read_again(row: SourceRow) -> SourceRow | Rejection:
    assert row.original is not None
    return read_original(row.original, kind=kind_of(row.document), id_=row.document.id)


def check_same(rows: list[SourceRow]) -> None:
    """Every row gives the same document again, and keeps its original."""
    assert rows
    for row in rows:
        again = read_again(row)
        assert isinstance(again, SourceRow)
        assert again.document == row.document
        assert again.original == row.original


@each_example
def test_object_of_every_format_gives_the_same_again(example: Example, tmp_path: Path) -> None:
    check_same([read_object(tmp_path, example.content)])


def test_every_format_is_named_for_commands(tmp_path: Path) -> None:
    assert len(set(ORIGINAL_FORMATS)) == len(ORIGINAL_FORMATS) == 23
    original = read_object(tmp_path, LEVER_POSTING.content).original
    assert original is not None
    assert original.format == "lever"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.suffix)
def test_row_of_every_table_gives_the_same_again(table: Format, tmp_path: Path) -> None:
    rows, _ = read_bytes(tmp_path, table.suffix, table.write(ROWS))
    check_same(rows)


def test_row_of_values_that_json_has_not_gives_the_same_again(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "title": "Baker",
        "posted": dt.datetime(2024, 5, 12, 10, 30, tzinfo=dt.UTC),
        "expires_at": dt.date(2025, 1, 2),
        "salary_min": Decimal("30000.50"),
        "skills": ["rye", "wheat"],
        "company": float("nan"),
    }
    rows, _ = read_bytes(tmp_path, "vacancies.parquet", write_parquet([row]))
    assert rows[0].document.published_at == row["posted"]
    check_same(rows)


@pytest.mark.parametrize("feed", [RSS.encode(), ATOM.encode("cp1251")])
def test_item_of_a_feed_is_kept_as_a_feed_of_its_own(feed: bytes, tmp_path: Path) -> None:
    rows, _ = read_bytes(tmp_path, "feed.xml", feed)
    check_same(rows)
    assert {row.original and row.original.format for row in rows} == {"feed"}
    again, _ = read_bytes(tmp_path, "again.xml", rows[0].original.raw.encode())
    assert [row.document for row in again] == [rows[0].document]


def test_feed_of_resumes_stays_one(tmp_path: Path) -> None:
    rows, _ = read_bytes(tmp_path, "feed.xml", ATOM.encode("cp1251"), kind=Kind.RESUMES)
    check_same(rows)


def test_linkedin_export_gives_the_same_again_and_nothing_of_others(tmp_path: Path) -> None:
    rows, _ = read_bytes(tmp_path, "export.zip", write_zip(write_export()))
    check_same(rows)
    assert rows[0].original is not None
    assert "Stranger" not in rows[0].original.raw


def test_company_of_the_board_is_kept_beside_the_object(tmp_path: Path) -> None:
    board = {"company": "Old Mill", "jobs": [LEVER_POSTING.content]}
    [row], [] = read_bytes(tmp_path, "board.json", write(board))
    assert row.document.company == "Old Mill"
    assert "Old Mill" not in row.original.raw
    check_same([row])


def test_columns_stay_mapped_as_the_caller_said(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "a.csv", b"id,what\n7,Baker\n", kind=Kind.VACANCIES, what="title")
    assert row.document.title == "Baker"
    check_same([row])


def test_postings_of_a_page_are_kept(tmp_path: Path) -> None:
    posting = {"@type": "JobPosting", "title": "Baker", "description": "Bakes rye bread."}
    page = f"<html><script type='application/ld+json'>{json.dumps(posting)}</script><p>Hello</p></html>"
    [row], [] = read_bytes(tmp_path, "jobs/baker.html", page.encode())
    assert row.document.id == "baker"
    check_same([row])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cv.txt", "Пекарь ржаного хлеба".encode("cp1251")),
        ("cv.md", b"# Baker\n\n*Rye* bread"),
        ("cv.html", b"<html><body><h1>Baker</h1><p>Rye bread</p></body></html>"),
        ("cv.pdf", write_pdf("Baker of rye bread")),
        ("cv.docx", write_docx("Baker of rye bread")),
        ("cv.rtf", rb"{\rtf1\ansi Baker of \b rye\b0 bread}"),
    ],
)
def test_file_of_one_document_gives_the_same_again(name: str, content: bytes, tmp_path: Path) -> None:
    rows, _ = read_bytes(tmp_path, name, content, kind=Kind.RESUMES)
    check_same(rows)
    assert rows[0].original is not None
    assert rows[0].original.raw == content


def test_file_that_is_too_large_is_read_and_not_kept(tmp_path: Path) -> None:
    page = b"<html><body><p>Baker</p><!--" + b"x" * 5 * 1024**2 + b"--></body></html>"
    [row], [] = read_bytes(tmp_path, "cv.html", page)
    assert (row.document.text, row.original) == ("Baker", None)


def test_document_keeps_its_id_and_is_of_the_source_that_brought_it() -> None:
    original = Original(format="rows", raw='{"id": "7", "title": "Baker"}', source="board")
    row = read_original(original, kind=Kind.VACANCIES, id_="mill-7")
    assert isinstance(row, SourceRow)
    assert (row.document.id, row.document.source) == ("mill-7", "board")
    stated = Original(format="rows", raw='{"id": "7", "title": "Baker", "source": "own"}', source="board")
    row = read_original(stated, kind=Kind.VACANCIES, id_="mill-7")
    assert isinstance(row, SourceRow)
    assert row.document.source == "own"


@pytest.mark.parametrize(
    ("original", "reason"),
    [
        (Original(format="rows", raw="{"), "is not JSON"),
        (Original(format="rows", raw="[" * 100_000), "is not JSON"),
        (Original(format="rows", raw="7"), "is not an object"),
        (Original(format="rows", raw='{"id": "7"}'), "nothing to match"),
        (Original(format="lever", raw=write(LEVER_POSTING.content).decode()), "resumes were asked for"),
        (Original(format="feed", raw="<feed></feed>"), "holds no vacancies"),
        (Original(format="feed", raw="<feed><item><title>A</title></item>" * 2), "more than one"),
    ],
)
def test_original_that_gives_no_document_is_named_with_the_reason(original: Original, reason: str) -> None:
    kind = Kind.VACANCIES if original.format == "feed" else Kind.RESUMES
    row = read_original(original, kind=kind, id_="x 1")
    assert isinstance(row, Rejection)
    assert row.location.endswith(f"{kind.value} x 1")
    assert reason in row.reason


@given(
    format_=st.sampled_from([name for name in ORIGINAL_FORMATS if name != "linkedin"]),
    raw=st.text(max_size=200) | json_values.map(json.dumps),
    kind=st.sampled_from(Kind),
)
def test_originals_of_any_text_never_raise(format_: str, raw: str | bytes, kind: Kind) -> None:
    raw = raw.encode("utf-8", "replace") if format_ in FILE_FORMATS and isinstance(raw, str) else raw
    read = read_original(Original(format=format_, raw=raw), kind=kind, id_="x")
    assert isinstance(read, SourceRow | Rejection)


def test_rows_name_the_file_that_they_were_in(tmp_path: Path) -> None:
    [row, _], [] = read_bytes(tmp_path, "both.zip", write_zip({"jobs/a.jsonl": write_jsonl(ROWS)}))
    assert row.file == f"{tmp_path / 'both.zip'}/jobs/a.jsonl"
    [row], [] = read_bytes(tmp_path, "resume.txt", b"Baker of bread")
    assert row.file == str(tmp_path / "resume.txt")
