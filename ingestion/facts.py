"""What analytics know of a document: its normalized fields, without names, contacts or texts."""

from typing import Any

import pyarrow as pa

from milvus import Entity, Kind, Resume, Vacancy, analyze, company_key

MAX_SKILLS = 200
_WORDS = pa.list_(pa.string())
_TIME = pa.timestamp("s")

_COMMON = (
    ("title_words", _WORDS),
    ("text_length", pa.int32()),
    ("skills", _WORDS),
    ("country", pa.string()),
    ("region", pa.string()),
    ("city", pa.string()),
    ("work_format", pa.string()),
    ("employment_types", _WORDS),
    ("salary_min", pa.float64()),
    ("salary_max", pa.float64()),
    ("salary_gross", pa.bool_()),
    ("language", pa.string()),
    ("languages", _WORDS),
    ("education_level", pa.string()),
    ("category", pa.string()),
    ("source", pa.string()),
    ("published_at", _TIME),
    ("expires_at", _TIME),
    ("duplicate_group", pa.string()),
    ("first_seen", _TIME),
)
SCHEMAS: dict[Kind, pa.Schema] = {
    Kind.RESUMES: pa.schema([*_COMMON, ("experience_months", pa.int64())]),
    Kind.VACANCIES: pa.schema(
        [
            *_COMMON,
            ("closed_at", _TIME),
            ("topic", pa.int64()),
            ("company", pa.string()),
            ("company_key", pa.string()),
            ("experience_min_months", pa.int64()),
            ("experience_max_months", pa.int64()),
        ]
    ),
}
"""The columns of a snapshot. Times are UTC; amounts annual, in the reference currency; texts in characters."""


def describe(entity: Entity) -> dict[str, Any]:
    """The facts of an entity as JSON values (times: epoch seconds), but for `first_seen` and `closed_at`."""
    facts: dict[str, Any] = {
        "title_words": list_title_words(entity.title or ""),
        "text_length": len(entity.text),
        "skills": list(entity.skills[:MAX_SKILLS]),
        "country": entity.country,
        "region": entity.region,
        "city": entity.city,
        "work_format": entity.work_format,
        "employment_types": list(entity.employment_types),
        "salary_min": entity.salary_min,
        "salary_max": entity.salary_max,
        "salary_gross": entity.salary_gross,
        "language": entity.language,
        "languages": list(entity.languages),
        "education_level": entity.education_level,
        "category": entity.category,
        "source": entity.source,
        "published_at": int(entity.published_at.timestamp()) if entity.published_at else None,
        "expires_at": int(entity.expires_at.timestamp()) if entity.expires_at else None,
        "duplicate_group": entity.duplicate_group,
    }
    if isinstance(entity, Vacancy):
        facts |= {
            "topic": entity.topic,
            "company": entity.company,
            "company_key": company_key(entity.company) if entity.company else None,
            "experience_min_months": entity.experience_min_months,
            "experience_max_months": entity.experience_max_months,
        }
    elif isinstance(entity, Resume):
        facts["experience_months"] = entity.experience_months
    return facts


def list_title_words(title: str) -> list[str]:
    """The words of a title as they are compared: folded and stemmed, each once; the same for every language."""
    return list(dict.fromkeys(analyze(title)))
