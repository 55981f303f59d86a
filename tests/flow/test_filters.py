"""Every part of both filters, over HTTP: what passes and what does not."""

from typing import Any

import pytest

from tests.flow.steps import Api

SOURCE = "filtered"
VACANCIES: list[dict[str, Any]] = [
    {
        "id": "f/kazan",
        "title": "Developer",
        "skills": ["JavaScript", "SQL"],
        "place": {"city": "Казань", "country": "RU"},
        "work_format": "on_site",
        "employment_types": ["full_time", "shift"],
        "salary": {"min": 30_000, "max": 40_000, "currency": "EUR", "period": "year"},
        "language": "ru",
        "category": "it",
        "company": "Volga  Soft",
        "experience_min_months": 24,
        "experience_max_months": 60,
        "published_at": "2026-03-01T12:00:00Z",
    },
    {
        "id": "f/leeds",
        "title": "Developer",
        "skills": ["Python", "Kubernetes", "SQL"],
        "place": {"city": "Leeds", "country": "United Kingdom"},
        "work_format": "hybrid",
        "employment_types": ["part_time"],
        "languages": [{"language": "English", "level": "C1"}, {"language": "de"}],
        "education_level": "master",
        "salary": {"min": 60_000, "currency": "EUR", "period": "year"},
        "language": "en",
        "category": "data",
        "company": "Aire & Calder",
        "experience_min_months": 72,
        "published_at": "2026-01-01",
    },
    {
        "id": "f/remote",
        "title": "Developer",
        "work_format": "remote",
        "place": {"country": "Spain", "city": "Valencia"},
    },
    {"id": "f/bare", "title": "Developer"},
]
RESUMES: list[dict[str, Any]] = [
    {
        "id": "f/ivan",
        "title": "Developer",
        "skills": ["js"],
        "place": {"city": "Нижний Новгород", "country": "Россия"},
        "work_format": "remote",
        "employment_types": ["contract"],
        "salary": {"min": 25_000, "currency": "EUR", "period": "year"},
        "language": "ru",
        "category": "it",
        "experience_months": 36,
        "published_at": "2026-02-02",
    },
    {
        "id": "f/ada",
        "title": "Developer",
        "skills": ["k8s"],
        "place": {"city": "London", "country": "GB"},
        "experience": "10 years",
        "languages": [{"language": "en", "level": "native"}],
        "education_level": "doctorate",
    },
    {"id": "f/blank", "title": "Developer"},
]


@pytest.fixture(scope="module", autouse=True)
def _documents(api: Api) -> None:
    api.store("vacancies", *(document | {"source": SOURCE} for document in VACANCIES))
    api.store("resumes", *(document | {"source": SOURCE} for document in RESUMES))


KAZAN = {"latitude": 55.79, "longitude": 49.12}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "kazan leeds remote bare"),
        ({"skills_any": ["js"]}, "kazan"),
        ({"skills_any": ["JS", "k8s"]}, "kazan leeds"),
        ({"skills_any": ["javascript"]}, "kazan"),
        ({"skills_all": ["sql", "py"]}, ""),
        ({"skills_all": ["SQL", "python"]}, "leeds"),
        ({"skills_all": ["no such skill"]}, ""),
        ({"skills_any": []}, "kazan leeds remote bare"),
        ({"countries": ["RU"]}, "kazan"),
        ({"countries": ["Россия"]}, "kazan"),
        ({"countries": ["russia", "United Kingdom"]}, "kazan leeds"),
        ({"countries": ["uk"]}, "leeds"),
        ({"countries": ["España"]}, "remote"),
        ({"cities": ["Kazan"]}, "kazan"),
        ({"cities": ["Казань"]}, "kazan"),
        ({"cities": ["казань", "LEEDS"]}, "kazan leeds"),
        ({"countries": ["ru"], "cities": ["Казань"]}, "kazan"),
        ({"countries": ["gb"], "cities": ["Казань"]}, ""),
        ({"near": KAZAN | {"radius_km": 20}}, "kazan"),
        ({"near": KAZAN | {"radius_km": 20, "or_remote": True}}, "kazan remote"),
        ({"near": {"latitude": 53.74, "longitude": -1.55, "radius_km": 3}}, ""),
        ({"near": KAZAN | {"radius_km": 20_000}}, "kazan leeds remote"),
        ({"work_formats": ["on_site", "hybrid"]}, "kazan leeds"),
        ({"employment_types": ["shift"]}, "kazan"),
        ({"employment_types": ["full_time", "part_time"]}, "kazan leeds"),
        ({"salary": {"min": 35_000}}, "kazan leeds"),
        ({"salary": {"min": 50_000}}, "leeds"),
        ({"salary": {"max": 35_000}}, "kazan"),
        ({"salary": {"min": 50_000, "or_missing": True}}, "leeds remote bare"),
        ({"salary": {"min": 41_000, "max": 59_000}}, ""),
        ({"salary": {}}, "kazan leeds remote bare"),
        ({"languages": ["en"]}, "leeds"),
        ({"languages": ["en", "ru"]}, "kazan leeds"),
        ({"languages_any": ["en"]}, "leeds"),
        ({"languages_any": ["fr", "de"]}, "leeds"),
        ({"languages_any": ["de:a1"]}, ""),
        ({"languages_all": ["en:b2", "de"]}, "leeds"),
        ({"languages_all": ["en:c2"]}, ""),
        ({"education": {"max": "master"}}, "leeds"),
        ({"education": {"max": "bachelor", "or_missing": True}}, "kazan remote bare"),
        ({"categories": ["data", "it"]}, "kazan leeds"),
        ({"companies": ["volga soft"]}, "kazan"),
        ({"companies": ["AIRE & CALDER", "VOLGA SOFT"]}, "kazan leeds"),
        ({"experience": {"min": 61}}, "leeds"),
        ({"experience": {"max": 36}}, "kazan"),
        ({"experience": {"max": 36, "or_missing": True}}, "kazan remote bare"),
        ({"published_since": "2026-03-01T12:00:00Z"}, "kazan"),
        ({"published_since": "2026-03-01T15:00:01+03:00"}, ""),
        ({"published_since": "2025-01-01T00:00:00Z"}, "kazan leeds"),
        ({"published_before": "2026-03-01T12:00:00Z"}, "leeds"),
        ({"published_since": "2025-01-01T00:00:00Z", "published_before": "2026-03-01T12:00:01Z"}, "kazan leeds"),
        ({"exclude_ids": ["f/kazan", "f/bare", 'no"such\\id']}, "leeds remote"),
        ({"skills_any": ["sql"], "work_formats": ["hybrid"], "salary": {"min": 1}}, "leeds"),
        ({"categories": ['it" or id != "', "%", "it\\"]}, ""),
        ({"skills_any": ['x"] or true', "%"]}, ""),
    ],
)
def test_vacancy_filter_passes_what_it_says(api: Api, asked: dict[str, Any], expected: str) -> None:
    found = api.find_ids("vacancies", text="developer", filter={"sources": [SOURCE]} | asked, limit=100)

    assert set(found) == {f"f/{name}" for name in expected.split()}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "ivan ada blank"),
        ({"skills_any": ["JavaScript"]}, "ivan"),
        ({"skills_all": ["kubernetes"]}, "ada"),
        ({"countries": ["Russian Federation"]}, "ivan"),
        ({"cities": ["Лондон"]}, "ada"),
        ({"cities": ["Nizhniy Novgorod"]}, "ivan"),
        ({"near": {"latitude": 51.5, "longitude": -0.12, "radius_km": 30, "or_remote": True}}, "ivan ada"),
        ({"near": {"latitude": 51.5, "longitude": -0.12, "radius_km": 30}}, "ada"),
        ({"work_formats": ["remote"]}, "ivan"),
        ({"employment_types": ["contract", "volunteer"]}, "ivan"),
        ({"salary": {"max": 30_000}}, "ivan"),
        ({"salary": {"max": 20_000, "or_missing": True}}, "ada blank"),
        ({"languages": ["ru"]}, "ivan"),
        ({"categories": ["it"]}, "ivan"),
        ({"languages_all": ["en:c2"]}, "ada"),
        ({"education": {"min": "bachelor"}}, "ada"),
        ({"education": {"min": "secondary", "max": "master"}}, ""),
        ({"experience": {"min": 37}}, "ada"),
        ({"experience": {"min": 36, "max": 36}}, "ivan"),
        ({"experience": {"min": 121, "or_missing": True}}, "blank"),
        ({"published_since": "2026-02-01T00:00:00+00:00"}, "ivan"),
        ({"exclude_ids": ["f/ada"]}, "ivan blank"),
    ],
)
def test_resume_filter_passes_what_it_says(api: Api, asked: dict[str, Any], expected: str) -> None:
    found = api.find_ids("resumes", text="developer", filter={"sources": [SOURCE]} | asked, limit=100)

    assert set(found) == {f"f/{name}" for name in expected.split()}


@pytest.mark.parametrize("kind", ["vacancies", "resumes"])
def test_region_is_found_as_it_is_stored(api: Api, kind: str) -> None:
    api.store(
        kind,
        {"id": "f/region", "title": "Developer", "source": "regions", "place": {"region": "Texas", "country": "US"}},
    )
    region = api.client.get(f"/v1/{kind}/f%2Fregion").json()["document"]["region"]

    assert region
    for name in (region, "Texas"):
        assert api.find_ids(kind, text="developer", filter={"sources": ["regions"], "regions": [name]}) == ["f/region"]
    assert api.find_ids(kind, text="developer", filter={"sources": ["regions"], "regions": ["Ohio"]}) == []


def test_ten_thousand_ids_can_be_excluded_and_one_more_cannot(api: Api) -> None:
    ids = [f"gone-{i}" for i in range(9_999)] + ["f/kazan"]

    search = {"text": "developer", "filter": {"sources": [SOURCE], "exclude_ids": ids}}
    assert len(api.find_ids("vacancies", **search)) == 3
    search["filter"] = {"exclude_ids": [*ids, "x"]}
    assert api.client.post("/v1/vacancies/search", json=search).status_code == 422


def test_same_filter_holds_for_every_way_of_searching(api: Api) -> None:
    asked = {"sources": [SOURCE], "skills_any": ["js"], "cities": ["Казань"]}
    for source in (
        {"text": "cook"},
        {"resume_id": "f/ada"},
        {"resume": {"title": "Cook"}},
        {"vacancy": {"title": "Cook"}},
    ):
        assert api.find_ids("vacancies", **source, filter=asked) == ["f/kazan"]
