"""Listing what is stored, page by page."""

import base64

import pytest

from tests.flow.steps import Api, check_problem


def list_all(api: Api, kind: str, limit: int) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = api.client.get(f"/v1/{kind}", params=query).json()
        assert len(page["items"]) <= limit
        ids += [item["document"]["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return ids


@pytest.mark.parametrize("limit", [1, 7, 12, 25, 26, 500])
def test_pages_hold_every_document_once_in_the_order_of_ids(own_api: Api, limit: int) -> None:
    ids = sorted([f"d{i:02}" for i in range(20)] + ["a/b", "50%", "дом", "👩‍🔧", "'quote\""])
    own_api.store("vacancies", *({"id": id_, "title": "Cook"} for id_ in ids))

    assert list_all(own_api, "vacancies", limit) == ids


def test_list_leaves_out_what_was_erased(own_api: Api) -> None:
    own_api.store("resumes", *({"id": id_, "title": "Cook"} for id_ in "abc"))
    own_api.client.delete("/v1/resumes/b")

    assert list_all(own_api, "resumes", 1) == ["a", "c"]


def test_cursor_of_an_erased_document_still_leads_on(own_api: Api) -> None:
    own_api.store("resumes", *({"id": id_, "title": "Cook"} for id_ in "abc"))
    cursor = own_api.client.get("/v1/resumes?limit=1").json()["next_cursor"]
    own_api.client.delete("/v1/resumes/a?wait=true")

    page = own_api.client.get("/v1/resumes", params={"cursor": cursor}).json()
    assert [item["document"]["id"] for item in page["items"]] == ["b", "c"]


@pytest.mark.parametrize("cursor", ["!!", "é", "A", "====", base64.b64encode(b"\xff\xfe").decode(), "x" * 1001])
def test_bad_cursor_is_refused(api: Api, cursor: str) -> None:
    check_problem(api.client.get("/v1/resumes", params={"cursor": cursor}), 422, "cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=ten", "limit=-1", "page=2"])
def test_bad_paging_is_refused_by_name(api: Api, query: str) -> None:
    check_problem(api.client.get(f"/v1/vacancies?{query}"), 422, f"query.{query.partition('=')[0]}")


def test_empty_list_is_empty(own_api: Api) -> None:
    assert own_api.client.get("/v1/resumes").json() == {"items": [], "next_cursor": None}
