"""Facets, and what it costs to ask: over HTTP."""

from typing import Any

import pytest

from tests.flow.steps import Api, check_problem

OURS = {"sources": ["facets"]}
OURS_AS = {"source": "facets"}
PLACES = [("Leeds", "GB"), ("Leeds", "GB"), ("Madrid", "ES"), ("Казань", "RU"), (None, None)]
TRADES = [
    {"skills": ["Python", "SQL"], "company": "Acme", "published_at": "2026-10-02", "work_format": "remote"},
    {"skills": ["Python"], "company": "ACME", "published_at": "2026-10-30", "employment_types": ["full_time"]},
    {"skills": ["SQL"], "company": "Volga", "published_at": "2026-11-01", "employment_types": ["full_time", "shift"]},
    {"company": "Volga", "experience_min_months": 36, "language": "en", "category": "it"},
]
SALARIES = [None, {"min": 20_000, "max": 35_000}, {"min": 50_000}, {"max": 90_000}]
ALL = [
    *("companies", "countries", "regions", "cities", "skills_all", "work_formats", "employment_types", "languages"),
    *("categories", "sources", "experience", "salary", "published"),
]


def make_vacancies() -> list[dict[str, Any]]:
    made = []
    for number in range(40):
        city, country = PLACES[number % len(PLACES)]
        salary = SALARIES[number % 3 if number % 7 else 3]
        document = {"id": f"facet/{number}", "title": f"Engineer {number}", "text": f"Engineers things {number}."}
        document |= TRADES[number % len(TRADES)]
        document |= {"place": {"city": city, "country": country}} if city else {}
        document |= {"salary": {**salary, "currency": "EUR", "period": "year"}} if salary else {}
        made.append(document)
    return made


@pytest.fixture(scope="module", autouse=True)
def documents(api: Api) -> None:
    api.store("vacancies", *(one | OURS_AS for one in make_vacancies()))


def search(api: Api, **request: Any) -> dict[str, Any]:
    body = {"text": "engineer", "limit": 1000, "fold_duplicates": False, "include_expired": True} | request
    return api.search("vacancies", **body)


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"cities": ["Leeds"], "skills_all": ["Python"]},
        {"salary": {"min": 30_000}, "published_since": "2026-10-15T00:00:00Z", "companies": ["acme"]},
        {"experience": {"min": 12}, "work_formats": ["remote"]},
    ],
)
def test_each_count_is_of_what_its_narrowing_finds(api: Api, extra: dict[str, Any]) -> None:
    found = search(api, filter=OURS | extra, facets=ALL)
    assert [facet["name"] for facet in found["facets"]] == ALL
    for facet in found["facets"]:
        own = {"published_since", "published_before"} if facet["name"] == "published" else {facet["name"]}
        rest = {name: value for name, value in (OURS | extra).items() if name not in own or name == "skills_all"}
        assert facet["is_exact"]
        for value in facet["values"]:
            assert value["count"] == len(search(api, filter=rest | value["narrow"])["items"]), (facet["name"], value)


def test_spellings_of_a_company_are_one_and_months_are_in_order(api: Api) -> None:
    facets = {facet["name"]: facet["values"] for facet in search(api, filter=OURS, facets=ALL)["facets"]}
    assert {value["value"].casefold(): value["count"] for value in facets["companies"]} == {"acme": 20, "volga": 20}
    assert [value["value"] for value in facets["published"]] == ["2026-10", "2026-11"]
    assert [value["value"] for value in facets["experience"]] == ["36-71", "72-119", "120+"]  # no maximum is stated


def test_an_unknown_facet_is_named(api: Api) -> None:
    answer = api.client.post("/v1/vacancies/search", json={"text": "engineer", "facets": ["shoe_size"]})
    check_problem(answer, 422, "facets", "companies")


def test_a_search_that_finds_nothing_says_which_part_of_the_filter_costs_most(api: Api) -> None:
    found = search(api, filter=OURS | {"cities": ["Madrid"], "skills_all": ["Python", "COBOL"]})
    assert found["items"] == []
    costs = {
        note["values"]["value"]: (note["values"]["before"], note["values"]["after"]) for note in found["relaxations"]
    }
    assert costs["COBOL"] == (
        0,
        len(search(api, filter=OURS | {"cities": ["Madrid"], "skills_all": ["Python"]})["items"]),
    )
    assert "COBOL" in found["relaxations"][0]["text"]


def test_a_demand_looks_beyond_the_first_candidates(api: Api) -> None:
    """More resumes are nearer to the vacancy than are judged at first, and none of them meets what it demands."""
    vacancy = {
        "id": "facet/planner",
        "title": "Route planner",
        "text": "Route planner for parcel rounds.\nKubernetes is required.",
        "skills": ["Kubernetes"],
    }
    near = [
        {
            "id": f"facet/near{n}",
            "title": "Route planner",
            "text": f"Route planner for parcel rounds {n}.",
            "skills": ["SQL"],
        }
        for n in range(230)
    ]
    far = {"id": "facet/far", "title": "Operator", "text": "Runs clusters.", "skills": ["Kubernetes"]}
    api.store("vacancies", vacancy | OURS_AS)
    for start in range(0, len(near), 100):
        api.store("resumes", *(one | OURS_AS for one in near[start : start + 100]))
    api.store("resumes", far | OURS_AS)
    request = {
        "vacancy_id": "facet/planner",
        "filter": OURS,
        "fold_duplicates": False,
        "requirements": {"skills": "demand"},
    }
    found = api.search("resumes", **request)
    assert [item["document"]["id"] for item in found["items"]] == ["facet/far"]
    assert found["left_out"]["requirements"] == 230
    (note,) = found["relaxations"]
    assert (note["values"]["before"], note["values"]["after"]) == (1, 231)
