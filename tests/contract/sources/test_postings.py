"""schema.org JobPosting: every property absent, single, or a list."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.documents import VacancyDocument
from milvus import EmploymentType, WorkFormat
from tests.contract.sources.examples import read_bytes

FULL: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": ["JobPosting"],
    "identifier": {"@type": "PropertyValue", "name": "Mill", "value": 42},
    "title": "Baker",
    "description": "<p>Bakes <b>bread</b></p>",
    "responsibilities": ["Mixes dough", "Heats ovens"],
    "qualifications": "Bakes <b>bread</b>",
    "experienceRequirements": {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": "24"},
    "hiringOrganization": [{"@type": "Organization", "name": "Old Mill", "logo": "x"}],
    "jobLocation": [
        {"@type": "Place"},
        {
            "@type": "Place",
            "address": {
                "addressLocality": "Bath",
                "addressRegion": "Somerset",
                "addressCountry": {"@type": "Country", "name": "GB"},
            },
            "geo": {"latitude": "51.38", "longitude": -2.36},
        },
    ],
    "jobLocationType": "TELECOMMUTE",
    "employmentType": ["FULL_TIME", "CONTRACTOR", "OTHER"],
    "skills": "dough, ovens",
    "industry": "Food",
    "inLanguage": "en-GB",
    "datePosted": "2024-05-12",
    "validThrough": "2024-06-30",
    "url": "https://example.com/vacancies/42",
    "directApply": True,
}


def read_posting(folder: Path, posting: dict[str, Any], name: str = "jobs/17.json") -> VacancyDocument:
    """The vacancy of one posting in a file of its own."""
    [row], [] = read_bytes(folder, name, json.dumps({"@type": "JobPosting", "title": "Baker"} | posting).encode())
    assert isinstance(row.document, VacancyDocument)
    return row.document


def test_full_posting_fills_every_field(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "17.json", json.dumps(FULL).encode())
    assert row.ignored == ("directApply",)
    assert row.document == VacancyDocument.model_validate(
        {
            "id": "42",
            "title": "Baker",
            "text": "<p>Bakes <b>bread</b></p>\n\nMixes dough\nHeats ovens",
            "experience_min_months": 24,
            "company": "Old Mill",
            "place": {"city": "Bath", "region": "Somerset", "country": "GB", "latitude": 51.38, "longitude": -2.36},
            "work_format": WorkFormat.REMOTE,
            "employment_types": [EmploymentType.FULL_TIME, EmploymentType.CONTRACT],
            "skills": ["dough", "ovens"],
            "category": "Food",
            "language": "en",
            "published_at": datetime(2024, 5, 12, tzinfo=UTC),
            "expires_at": datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC),
            "url": "https://example.com/vacancies/42",
        }
    )


@pytest.mark.parametrize("name", [name for name in FULL if name != "@type"])
def test_any_property_may_be_absent(name: str, tmp_path: Path) -> None:
    posting = {key: value for key, value in FULL.items() if key != name}
    assert read_bytes(tmp_path, "17.json", json.dumps(posting).encode())[1] == []


@pytest.mark.parametrize("value", [None, [], {}, "", 7, [None], [[]], {"@type": "Thing"}, "x" * 600])
@pytest.mark.parametrize(
    "name",
    [
        "identifier",
        "hiringOrganization",
        "jobLocation",
        "employmentType",
        "baseSalary",
        "skills",
        "experienceRequirements",
    ],
)
def test_odd_values_of_a_property_keep_the_posting(name: str, value: object, tmp_path: Path) -> None:
    rows, rejected = read_bytes(tmp_path, "17.json", json.dumps(FULL | {name: value}).encode())
    assert len(rows) + len(rejected) == 1
    assert rows or name in {"identifier", "hiringOrganization"}


@pytest.mark.parametrize(
    ("salary", "expected"),
    [
        (42_000, {"min": 42_000, "max": 42_000}),
        ("negotiable", {"text": "negotiable"}),
        ({"currency": "EUR", "value": 20}, {"min": 20, "max": 20, "currency": "EUR"}),
        (
            {"currency": "GBP", "value": {"minValue": "18,185", "maxValue": "19,337", "unitText": "YEAR"}},
            {"min": 18_185, "max": 19_337, "currency": "GBP", "period": "year"},
        ),
        (
            {"currency": "GBP", "value": {"value": "£18,185 - £19,337", "unitText": "HOUR"}},
            {"text": "£18,185 - £19,337", "currency": "GBP", "period": "hour"},
        ),
        ({"currency": "USD", "minValue": 10, "unitText": "hour"}, {"min": 10, "currency": "USD", "period": "hour"}),
        ([{"price": 9.5, "priceCurrency": "EUR"}], {"min": 9.5, "max": 9.5, "currency": "EUR"}),
        ({"value": {"minValue": "from 100", "maxValue": None}}, {"text": "from 100"}),
        ({"currency": "GBP"}, None),
        ([], None),
    ],
)
def test_salary_of_every_shape_is_read(salary: object, expected: dict[str, object] | None, tmp_path: Path) -> None:
    vacancy = read_posting(tmp_path, {"baseSalary": salary})
    assert (vacancy.salary and vacancy.salary.model_dump(exclude_none=True)) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Bath, England", {"text": "Bath, England"}),
        ({"address": "1 High Street, Bath"}, {"text": "1 High Street, Bath"}),
        ({"name": "Bath"}, {"text": "Bath"}),
        ({"address": {"addressCountry": "GB"}}, {"country": "GB"}),
        ({"geo": {"latitude": 95, "longitude": 0}, "address": {"addressLocality": "Bath"}}, {"city": "Bath"}),
        ({"latitude": 51.38, "longitude": -2.36}, {"latitude": 51.38, "longitude": -2.36}),
    ],
)
def test_place_of_every_shape_is_read(place: object, expected: dict[str, object], tmp_path: Path) -> None:
    vacancy = read_posting(tmp_path, {"jobLocation": place})
    assert vacancy.place is not None
    assert vacancy.place.model_dump(exclude_none=True) == expected


def test_id_is_the_identifier_else_the_stem_else_the_url(tmp_path: Path) -> None:
    url = {"url": "https://example.com/1"}
    assert read_posting(tmp_path, {"identifier": "a/1"} | url).id == "a/1"
    assert read_posting(tmp_path, url).id == "17"
    [row], [] = read_bytes(tmp_path, "x.jsonl", json.dumps({"@type": "JobPosting", "title": "Baker"} | url).encode())
    assert row.document.id == "https://example.com/1"


def test_graph_gives_its_postings_only(tmp_path: Path) -> None:
    graph = {"@graph": [{"@type": "Organization", "name": "Mill"}, FULL, {"@type": "JobPosting", "title": "Cook"}]}
    rows, [] = read_bytes(tmp_path, "page.json", json.dumps(graph).encode())
    assert [row.document.title for row in rows] == ["Baker", "Cook"]


def test_unreadable_date_rejects_the_posting_by_field(tmp_path: Path) -> None:
    [], [rejection] = read_bytes(tmp_path, "1.json", json.dumps(FULL | {"datePosted": "recently"}).encode())
    assert rejection.reason.startswith("published_at: ")


@pytest.mark.parametrize(
    ("requirements", "level"),
    [
        ({"@type": "EducationalOccupationalCredential", "credentialCategory": "bachelor degree"}, "bachelor"),
        ([{"credentialCategory": "Postgraduate degree"}, {"credentialCategory": "associate degree"}], "vocational"),
        ({"credentialCategory": ["high school", "bachelor degree"]}, "secondary"),
        ({"credentialCategory": "professional certificate"}, None),
        ("A bachelor degree or a lot of practice", None),
        ([None, 7, {}], None),
    ],
)
def test_education_level_is_one_of_the_closed_list(requirements: object, level: str | None, tmp_path: Path) -> None:
    assert read_posting(tmp_path, {"educationRequirements": requirements}).education_level == level
