"""What a viewer has seen, over HTTP: noted, listed, forgotten, and left out of searches."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.flow.conftest import serve
from tests.flow.steps import Api, check_problem

NURSES = [
    {"id": f"v/nurse {number}", "title": "Night nurse", "text": f"Ward {number} at night."} for number in range(6)
]
ADA: dict[str, Any] = {"id": "v/ada", "title": "Night nurse", "text": "Nurse at night on an acute ward for six years."}
SOURCE = "viewers"
OURS = {"sources": [SOURCE]}
ALL = {nurse["id"] for nurse in NURSES}


@pytest.fixture(scope="module", autouse=True)
def _documents(api: Api) -> None:
    api.store("vacancies", *(one | {"source": SOURCE} for one in NURSES))
    api.store("resumes", ADA | {"source": SOURCE})


def seen_path(viewer: str) -> str:
    return f"/v1/viewers/{quote(viewer, safe='')}/seen"


def note(api: Api, viewer: str, **seen: list[str]) -> dict[str, int]:
    answer = api.client.put(seen_path(viewer), json=seen)
    assert answer.status_code == 200, answer.text
    counts: dict[str, int] = answer.json()
    return counts


def list_seen(api: Api, viewer: str, kind: str = "vacancies") -> list[str]:
    answer = api.client.get(seen_path(viewer), params={"kind": kind})
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize("viewer", ["a", "device/7 ?#%é", "v" * 128])
def test_what_was_seen_is_noted_listed_and_forgotten(api: Api, viewer: str) -> None:
    assert note(api, viewer, vacancies=["b", "a"], resumes=["r"]) == {"vacancies": 2, "resumes": 1}
    assert note(api, viewer, vacancies=["a"]) == {"vacancies": 2, "resumes": 1}
    assert list_seen(api, viewer) == ["a", "b"]
    assert list_seen(api, viewer, "resumes") == ["r"]
    assert api.client.delete(seen_path(viewer)).json() == {"forgotten": 3}
    assert list_seen(api, viewer) == []
    assert api.client.delete(seen_path(viewer)).json() == {"forgotten": 0}


def test_list_goes_on_page_by_page(api: Api, source: str) -> None:
    note(api, source, vacancies=[f"{number}" for number in range(5)])
    listed: list[str] = []
    cursor = None
    while True:
        asked = {"kind": "vacancies", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = api.client.get(seen_path(source), params=asked).json()
        listed += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert listed == ["0", "1", "2", "3", "4"]
    assert all(item["seen_at"].endswith("Z") for item in page["items"])


@pytest.mark.parametrize(
    "body",
    [
        {"resume_id": "v/ada"},
        {"text": "night nurse"},
        {"text": "night nurse", "fusion": {"meaning": 0}},
        {"text": "night nurse", "fusion": {"terms": 0}},
        {"vacancy": {"text": "Ward at night."}},
        {"resume_id": "v/ada", "rerank": {"weight": 1}},
    ],
)
def test_searches_leave_out_what_was_seen(api: Api, source: str, body: dict[str, Any]) -> None:
    note(api, source, vacancies=["v/nurse 1", "v/nurse 4"], resumes=["v/nurse 2"])
    request = body | {"filter": OURS, "fold_duplicates": False}
    assert set(api.find_ids("vacancies", **request)) == ALL
    assert set(api.find_ids("vacancies", **request, exclude_seen_by=source)) == ALL - {"v/nurse 1", "v/nurse 4"}
    assert set(api.find_ids("vacancies", **request, exclude_seen_by="nobody")) == ALL


def test_filter_excludes_besides(api: Api, source: str) -> None:
    note(api, source, vacancies=["v/nurse 1"])
    request = {"text": "night nurse", "fold_duplicates": False, "exclude_seen_by": source}
    found = api.find_ids("vacancies", **request, filter=OURS | {"exclude_ids": ["v/nurse 2"]})
    assert set(found) == ALL - {"v/nurse 1", "v/nurse 2"}


def test_what_comes_behind_the_candidates_leaves_it_out_too(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing") as own:
        own.store("vacancies", *({"id": f"{n:03}", "title": "Nurse", "text": f"Ward {n}."} for n in range(450)))
        seen = [f"{n:03}" for n in range(0, 450, 3)]
        note(own, "ada", vacancies=seen)
        request = {"text": "nurse of the ward", "limit": 1000, "fold_duplicates": False}
        found = own.find_ids("vacancies", **request, exclude_seen_by="ada")
    assert sorted(found) == sorted({f"{n:03}" for n in range(450)} - set(seen))


def test_stored_id_and_file_leave_it_out_too(api: Api, source: str) -> None:
    note(api, source, vacancies=["v/nurse 1"])
    told = {"filter": '{"sources": ["viewers"]}', "fold_duplicates": "false", "exclude_seen_by": source}
    by_id = api.client.get("/v1/resumes/v%2Fada/vacancies", params=told).json()
    file = {"file": ("nurse.txt", b"Nurse at night on an acute ward.", "text/plain")}
    by_file = api.client.post("/v1/vacancies/search/file", data=told, files=file).json()
    for found in (by_id, by_file):
        assert {item["document"]["id"] for item in found["items"]} == ALL - {"v/nurse 1"}


def test_erased_document_is_forgotten(own_api: Api) -> None:
    own_api.store("vacancies", NURSES[0])
    note(own_api, "ada", vacancies=[NURSES[0]["id"], "other"])
    own_api.client.delete(f"/v1/vacancies/{quote(NURSES[0]['id'], safe='')}?wait=true")
    assert list_seen(own_api, "ada") == ["other"]


def test_ten_thousand_seen_still_search_and_more_are_refused(own_api: Api) -> None:
    own_api.store("vacancies", *NURSES)
    many = [NURSES[0]["id"], *(f"{number}" for number in range(9_999))]
    assert note(own_api, "ada", vacancies=many)["vacancies"] == 10_000
    found = own_api.find_ids("vacancies", text="night nurse", exclude_seen_by="ada", fold_duplicates=False)
    assert set(found) == ALL - {NURSES[0]["id"]}
    answer = own_api.client.put(seen_path("ada"), json={"vacancies": ["one more"]})
    check_problem(answer, 422, "vacancies: 10,001 would be noted", "at most 10,000")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"vacancies": "a"}, "body.vacancies"),
        ({"vacancies": [""]}, "body.vacancies.0"),
        ({"resumes": ["a\u0000"]}, "body.resumes.0"),
        ({"companies": ["a"]}, "body.companies"),
        ({"vacancies": ["a"] * 10_001}, "body.vacancies"),
    ],
)
def test_bad_list_names_its_field(api: Api, body: dict[str, Any], named: str) -> None:
    check_problem(api.client.put(seen_path("ada"), json=body), 422, named)


@pytest.mark.parametrize("viewer", ["v" * 129, "a\u0000"])
def test_bad_viewer_is_refused(api: Api, viewer: str) -> None:
    for answer in (api.client.put(seen_path(viewer), json={}), api.client.delete(seen_path(viewer))):
        check_problem(answer, 422, "path.viewer")
    asked = {"text": "cook", "exclude_seen_by": viewer}
    check_problem(api.client.post("/v1/vacancies/search", json=asked), 422, "body.exclude_seen_by")


def test_half_a_character_is_no_viewer(api: Api) -> None:
    body = b'{"text": "cook", "exclude_seen_by": "\\ud800"}'
    answer = api.client.post("/v1/vacancies/search", content=body, headers={"Content-Type": "application/json"})
    check_problem(answer, 422, "body.exclude_seen_by")


def test_list_needs_a_kind_and_a_cursor_of_its_own(api: Api) -> None:
    check_problem(api.client.get(seen_path("ada")), 422, "query.kind")
    check_problem(api.client.get(seen_path("ada"), params={"kind": "vacancies", "cursor": "!"}), 422, "cursor")
