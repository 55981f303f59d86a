"""Wrappers: what holds documents is opened, and an object with a list among its own columns stays one row."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.documents import VacancyDocument
from ingestion.sources.objects import FoundObject
from ingestion.sources.wrappers import unfold
from milvus import Kind
from tests.contract.sources.examples import read_bytes
from tests.contract.sources.resume_examples import HH_RESUME, HR_OPEN
from tests.contract.sources.vacancy_examples import (
    ASHBY_JOB,
    GOOGLE_JOB,
    GREENHOUSE_JOB,
    HH_VACANCY,
    JOB_POSTING,
    LEVER_POSTING,
)

POSTING: dict[str, Any] = dict(JOB_POSTING.content)
OTHER = {"@type": "Organization", "name": "Old Mill"}

WRAPPED: dict[str, object] = {
    "array": [POSTING],
    "array beside other nodes": [OTHER, POSTING, {"@type": "BreadcrumbList", "itemListElement": []}],
    "graph": {"@context": "https://schema.org", "@graph": [OTHER, POSTING]},
    "graph of one": {"@graph": POSTING},
    "graph in an array": [{"@graph": [OTHER, POSTING]}],
    "item list": {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": POSTING}]},
    "item list without items": {"@type": "ItemList", "itemListElement": [POSTING]},
    "page": {"@type": "WebPage", "mainEntity": {"@type": "ItemList", "itemListElement": [{"item": POSTING}]}},
    "data": {"data": [POSTING]},
}


@pytest.mark.parametrize("wrapper", WRAPPED)
def test_postings_are_found_in_every_wrapper_of_json_ld(wrapper: str, tmp_path: Path) -> None:
    for name in ("page.json", "page.jsonl") if isinstance(WRAPPED[wrapper], dict) else ("page.json",):
        [row], [] = read_bytes(tmp_path, name, json.dumps(WRAPPED[wrapper]).encode())
        assert (row.document.id, row.document.title) == ("p-1", "Пекарь")
        assert row.original is not None
        assert json.loads(row.original.raw) == POSTING


@pytest.mark.parametrize("content", [{"@graph": [OTHER]}, {"@type": "ItemList", "itemListElement": [{"url": "x"}]}])
def test_json_ld_without_postings_is_one_rejection(content: object, tmp_path: Path) -> None:
    [], [rejection] = read_bytes(tmp_path, "page.json", json.dumps(content).encode())
    assert rejection.reason == "its JSON-LD holds no JobPosting"


TITLES = ["Инженер по эксплуатации лифтов", "Ветеринарный врач"]


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ({"items": [HH_VACANCY.content] * 2, "found": 2, "pages": 1}, ["Инженер по эксплуатации лифтов"] * 2),
        ({"items": [HH_RESUME.content], "found": 1, "extra": {}}, ["Ветеринарный врач"]),
        ({"jobs": [GREENHOUSE_JOB.content], "meta": {"total": 1}}, ["Support engineer"]),
        ({"jobs": [ASHBY_JOB.content], "apiVersion": "1"}, ["Data engineer"]),
        ({"matchingJobs": [{"job": GOOGLE_JOB.content, "jobSummary": "x"}]}, ["Crane operator"]),
        ({"jobs": [GOOGLE_JOB.content], "nextPageToken": ""}, ["Crane operator"]),
        ({"sink": {}, "transferObject": {"documentType": "CV", "data": [HR_OPEN.content]}}, ["Jefa de cocina"]),
        ({"candidate": HR_OPEN.content, "event": "hired"}, ["Jefa de cocina"]),
        ([LEVER_POSTING.content], ["Diseñadora de producto"]),
        (
            [{"items": [HH_VACANCY.content]}, {"items": [HH_RESUME.content]}],
            TITLES,
        ),
    ],
)
def test_pages_of_apis_are_opened(page: object, titles: list[str], tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "page.json", json.dumps(page).encode())
    assert rejected == []
    assert [row.document.title for row in rows] == titles


def test_rows_of_no_known_format_are_found_beside_page_numbers_only(tmp_path: Path) -> None:
    rows = [{"vacancy": "Cook", "text": "Soups"}, {"vacancy": "Baker", "text": "Bread"}]
    found, [] = read_bytes(tmp_path, "page.json", json.dumps({"results": rows, "page": 1, "perPage": 2}).encode())
    assert [row.location.rpartition("/")[2] for row in found] == ["page.json[0]", "page.json[1]"]


def test_list_among_the_columns_of_a_row_stays_in_the_row(tmp_path: Path) -> None:
    row = {"full_name": "Ann Miller", "title": "Baker", "jobs": [{"title": "Cook", "company": "Inn"}]}
    [found], [] = read_bytes(tmp_path, "people.json", json.dumps(row).encode(), kind=Kind.RESUMES)
    assert found.document.title == "Baker"
    assert found.ignored == ("jobs",)


def test_company_of_a_board_is_that_of_its_postings_that_name_none(tmp_path: Path) -> None:
    named = {**GREENHOUSE_JOB.content, "id": 411}
    unnamed = {name: value for name, value in named.items() if name != "company_name"}
    board = {"company": {"name": "Lantern Labs"}, "jobs": [named, unnamed]}
    rows, [] = read_bytes(tmp_path, "acme.json", json.dumps(board).encode())
    documents = [row.document for row in rows if isinstance(row.document, VacancyDocument)]
    assert [document.company for document in documents] == ["Lantern", "Lantern Labs"]


def test_company_of_a_board_fills_rows_too(tmp_path: Path) -> None:
    board = {"company": "Inn", "jobs": [{"title": "Cook", "description": "Soups"}]}
    [row], [] = read_bytes(tmp_path, "jobs.json", json.dumps(board).encode())
    assert isinstance(row.document, VacancyDocument)
    assert row.document.company == "Inn"


def test_empty_page_is_one_rejection(tmp_path: Path) -> None:
    [], [rejection] = read_bytes(tmp_path, "page.json", b'{"items": [], "found": 0}')
    assert rejection.reason == "holds an empty array"


def test_value_from_anywhere_gives_its_objects() -> None:
    found = list(unfold([POSTING, {"@graph": [POSTING, POSTING]}], "page.html script 2"))
    assert all(isinstance(one, FoundObject) for one in found)
    assert [one.location for one in found] == [
        "page.html script 2[0]",
        "page.html script 2[1][0]",
        "page.html script 2[1][1]",
    ]


@pytest.mark.parametrize("value", [None, 7, "text", True])
def test_value_that_is_no_object_is_one_rejection(value: object) -> None:
    [rejection] = unfold(value, "page.html script 1")
    assert not isinstance(rejection, FoundObject)
