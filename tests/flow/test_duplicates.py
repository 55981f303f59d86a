"""One posting under several ids: searches show it once and name the others."""

import random
from pathlib import Path
from typing import Any

import pytest

from ingestion import load_paths
from milvus import Kind
from tests.flow.steps import Api, check_problem, path_of
from tests.unit.ingestion.texts import edit, write_text

TEXT, OTHER_TEXT = (write_text(random.Random(seed), words=60) for seed in (1, 2))
POSTING: dict[str, Any] = {"title": "Crane operator", "text": TEXT, "company": "Northwind Docks"}
QUERY = "crane operator"


def find(api: Api, kind: str = "vacancies", **body: Any) -> dict[str, list[str]]:
    """What each hit names, by the id of the hit, in the order of the hits."""
    source = {} if any(name.endswith("_id") for name in body) else {"text": QUERY}
    items = api.search(kind, **source, **body)["items"]
    assert all(item["duplicates_total"] == len(item["duplicates"]) for item in items)
    return {item["document"]["id"]: [one["id"] for one in item["duplicates"]] for item in items}


@pytest.fixture
def boards(own_api: Api, tmp_path: Path) -> Api:
    """Two boards that carry one posting, and each another one."""
    (tmp_path / "first.csv").write_text(
        "id,title,company,text,source,url\n"
        f"1,Crane operator,Northwind Docks,{TEXT},first,https://example.com/1\n"
        f"2,Baker,Southwind Bakery,{OTHER_TEXT},first,\n"
    )
    copied = edit(TEXT, random.Random(3), share=0.01)
    (tmp_path / "second.jsonl").write_text(
        f'{{"id": "x", "title": "CRANE OPERATOR", "text": "{copied}", "source": "second", "country": "GB"}}\n'
        f'{{"id": "y", "title": "Crane operator", "text": "{write_text(random.Random(4))}", "source": "second"}}\n'
    )
    load_paths(
        [tmp_path / "first.csv", tmp_path / "second.jsonl"], books=own_api.installation.books, kind=Kind.VACANCIES
    )
    own_api.settle()
    return own_api


def test_a_posting_of_two_sources_is_one_hit_that_names_the_other(boards: Api) -> None:
    found = boards.search("vacancies", text=QUERY)["items"]
    assert sorted(item["document"]["id"] for item in found) in (["1", "2", "y"], ["2", "x", "y"])
    folded = next(item for item in found if item["document"]["id"] in ("1", "x"))
    assert folded["duplicates_total"] == 1
    (other,) = folded["duplicates"]
    told = {
        "1": ("Crane operator", "Northwind Docks", "first", "https://example.com/1"),
        "x": ("CRANE OPERATOR", None, "second", None),
    }
    assert (other["title"], other["company"], other["source"], other["url"]) == told[other["id"]]
    assert {other["id"], folded["document"]["id"]} == {"1", "x"}


def test_without_folding_each_is_a_hit(boards: Api) -> None:
    assert find(boards, fold_duplicates=False) == {"1": [], "2": [], "x": [], "y": []}


def test_only_what_passes_the_filter_is_named(boards: Api) -> None:
    assert find(boards, filter={"sources": ["first"]}) == {"1": [], "2": []}
    assert find(boards, filter={"exclude_ids": ["1", "2", "y"]}) == {"x": []}


def test_an_erased_posting_is_no_longer_named(boards: Api) -> None:
    boards.client.delete(f"{path_of('vacancies', 'x')}?wait=true")
    boards.settle()
    assert find(boards) == {"1": [], "2": [], "y": []}


def test_a_posting_with_another_text_is_a_hit_of_its_own(boards: Api) -> None:
    boards.put("vacancies", "x", **POSTING | {"text": OTHER_TEXT, "source": "second"})
    boards.settle()
    assert set(find(boards)) == {"1", "2", "x", "y"}
    assert not any(find(boards).values())


def test_an_expired_posting_is_named_only_where_expired_ones_are_found(boards: Api) -> None:
    boards.put("vacancies", "x", **POSTING | {"expires_at": "2020-01-01"})
    boards.settle()
    assert find(boards)["1"] == []
    assert sum(map(len, find(boards, include_expired=True).values())) == 1


def test_a_stored_source_finds_neither_itself_nor_its_duplicates(boards: Api) -> None:
    assert set(find(boards, vacancy_id="x")) == {"2", "y"}
    assert set(find(boards, vacancy_id="x", fold_duplicates=False)) == {"1", "2", "y"}
    answer = boards.client.get(f"{path_of('vacancies', 'x')}/resumes", params={"fold_duplicates": "false"})
    assert answer.status_code == 200


def test_pages_count_hits_and_neither_repeat_nor_skip(own_api: Api) -> None:
    texts = [write_text(random.Random(30 + place), words=40) for place in range(8)]
    rows = [POSTING | {"id": f"{place}{mark}", "text": text} for place, text in enumerate(texts) for mark in "pqrs"]
    own_api.store("vacancies", *rows)
    own_api.settle()
    whole = find(own_api, limit=100)
    assert sorted(id_[0] for id_ in whole) == [str(place) for place in range(8)]
    assert {len(others) for others in whole.values()} == {3}
    pages = [find(own_api, limit=3, offset=offset) for offset in range(0, 12, 3)]
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    assert [id_ for page in pages for id_ in page] == list(whole)


def test_so_many_duplicates_are_counted_and_the_first_are_named(own_api: Api) -> None:
    own_api.store("vacancies", *(POSTING | {"id": f"{number:02}"} for number in range(30)))
    own_api.settle()
    (item,) = own_api.search("vacancies", text=QUERY)["items"]
    assert item["duplicates_total"] == 29
    assert len(item["duplicates"]) == 20


def test_a_resume_under_two_ids_is_one_hit(own_api: Api) -> None:
    own_api.store("resumes", {"id": "r", "title": "Crane operator", "text": TEXT}, {"id": "s", "text": TEXT})
    own_api.settle()
    assert len(find(own_api, "resumes")) == 1
    assert sorted([*find(own_api, "resumes"), *next(iter(find(own_api, "resumes").values()))]) == ["r", "s"]


def test_fold_duplicates_must_be_true_or_false(own_api: Api) -> None:
    answer = own_api.client.post("/v1/vacancies/search", json={"text": QUERY, "fold_duplicates": "perhaps"})
    check_problem(answer, 422, "body.fold_duplicates")
