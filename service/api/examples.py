"""Examples for the API's documentation."""

from typing import Any

from fastapi.openapi.models import Example

RESUME: dict[str, Example] = {
    "nurse": {
        "summary": "A nurse in Leeds",
        "value": {
            "title": "Registered nurse",
            "text": "Registered nurse, six years on acute wards. Medication rounds, wound care, mentoring.",
            "skills": ["wound care", "medication administration"],
            "person": {"name": "Ada Example", "email": "ada@example.com"},
            "place": {"city": "Leeds", "country": "GB"},
            "employment_types": ["full_time"],
            "experience": "6 years",
            "salary": {"min": 34000, "currency": "GBP", "period": "year", "gross": True},
            "languages": [{"language": "en", "level": "native"}],
            "education_level": "bachelor",
        },
    }
}

RETRIES: dict[str, Example] = {
    "some": {"summary": "Two vacancies", "value": {"kind": "vacancies", "ids": ["42", "43"]}},
    "all": {"summary": "All that failed", "value": {"all": True}},
}

VACANCY: dict[str, Example] = {
    "nurse": {
        "summary": "A vacancy for a nurse",
        "value": {
            "title": "Staff nurse, night shift",
            "company": "Northwind Hospital",
            "text": "<p>We look for a registered nurse for our acute ward: medication, wound care.</p>",
            "skills": ["wound care"],
            "place": {"city": "Leeds", "country": "GB"},
            "work_format": "on_site",
            "employment_types": ["full_time", "shift"],
            "experience": "2+ years",
            "salary": {"text": "£33,000 - £38,000 per annum"},
            "published_at": "2026-11-02",
            "languages": [{"language": "en", "level": "C1"}],
            "education_level": "bachelor",
            "expires_at": "2027-06-30",
        },
    }
}


def _make_searches(filter_: dict[str, Any], other: str) -> dict[str, Example]:
    return {
        "text": {"summary": "A few words", "value": {"text": "night nurse, acute ward", "limit": 5}},
        "stored": {
            "summary": f"A stored {other}, under a filter",
            "value": {f"{other}_id": "42", "filter": filter_, "limit": 20},
        },
        "document": {
            "summary": f"A {other} that is not stored",
            "value": {other: {"title": "Staff nurse", "skills": ["wound care"]}},
        },
        "ranked": {
            "summary": f"A stored {other}, with weights, a demand and a least score",
            "value": {
                f"{other}_id": "42",
                "weights": {"place": 0.5, "recency": 0},
                "requirements": {"license": "demand", "experience": "score", "languages": "ignore"},
                "min_score": 0.2,
                "fusion": {"method": "weighted", "meaning": 0.7, "terms": 0.3},
                "limit": 5,
            },
        },
    }


VACANCY_SEARCHES = _make_searches(
    {
        "skills_any": ["wound care"],
        "near": {"latitude": 53.8, "longitude": -1.55, "radius_km": 30, "or_remote": True},
        "salary": {"min": 30000, "or_missing": True},
        "experience": {"max": 72, "or_missing": True},
        "education": {"max": "bachelor", "or_missing": True},
    },
    "resume",
)
RESUME_SEARCHES = _make_searches(
    {
        "countries": ["GB"],
        "experience": {"min": 24},
        "employment_types": ["full_time"],
        "languages_all": ["en:b2"],
    },
    "vacancy",
)
