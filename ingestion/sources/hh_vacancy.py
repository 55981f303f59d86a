"""Vacancies of the hh.ru API, full and as in search results, of 2013 to today. Any object of them may be null.

Source: github.com/hhru/api, docs/vacancies.md and docs/employer_vacancies.md, and the OpenAPI that followed them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ingestion.experience import read_experience_range
from ingestion.periods import parse_period
from ingestion.sources.formats import Content, Format
from ingestion.sources.hh_resume import read_languages
from ingestion.sources.parts import (
    get,
    get_short,
    get_text,
    list_objects,
    list_texts,
    make_salary,
    pick_format,
    pick_types,
    read_point,
    read_terms,
    read_time,
    split_skills,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts
from ingestion.sources.words import read_flag
from milvus import EmploymentType, Kind, WorkFormat

_MARKS = frozenset(
    {"alternate_url", "apply_alternate_url", "area", "employer", "key_skills", "professional_roles", "specializations"}
    | {"snippet", "salary_range", "employment_form", "response_letter_required", "has_test", "premium", "billing_type"}
    | {"accept_incomplete_resumes", "insider_interview", "work_format", "accept_temporary"}
)
_LEAST_MARKS = 3
# In tables made of these vacancies such columns are plain values, which the reader of rows takes.
_OBJECTS = ("area", "employer", "experience", "employment", "schedule")
_READ = frozenset(
    {"id", "name", "description", "branded_description", "snippet", "key_skills", "professional_roles"}
    | {"specializations", "experience", "employment", "employment_form", "schedule", "work_format", "internship"}
    | {"accept_temporary", "salary", "salary_range", "area", "address", "employer", "published_at", "created_at"}
    | {"languages", "archived", "archived_at", "expires_at", "alternate_url"}
)
_HIGHLIGHT = re.compile(r"</?highlighttext>")


def is_hh_vacancy(content: Content) -> bool:
    """Whether an object has the names of a vacancy of the hh.ru API."""
    return (
        "name" in content
        and len(_MARKS & content.keys()) >= _LEAST_MARKS
        and not any(isinstance(content.get(name), (str, int, float)) for name in _OBJECTS)
    )


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    skills, texts = split_skills(list_texts(content, "key_skills"))
    terms = _read_all_terms(content)
    bounds = read_experience_range(get_text(content, "experience", "id") or "") or (None, None)
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(content.get("name")),
        "text": join_texts([_read_text(content), *texts]),
        "skills": skills,
        "company": get_short(content, "employer", "name"),
        "place": _read_place(content),
        "work_format": pick_format(read_terms(content.get("work_format"))) or pick_format(terms),
        "employment_types": pick_types(terms),
        "salary": _read_salary(content),
        "experience_min_months": bounds[0],
        "experience_max_months": bounds[1],
        "experience": get_short(content, "experience", "name"),
        "languages": read_languages(content, "languages"),
        "category": get_short(content, "professional_roles", "name") or get_short(content, "specializations", "name"),
        "url": get_text(content, "alternate_url"),
        "published_at": read_time(content.get("published_at")) or read_time(content.get("created_at")),
        "expires_at": _read_end(content),
    }


def _read_text(content: Content) -> str:
    """The description; of a search result, which has none, the snippets that it shows."""
    full = get_text(content, "description") or get_text(content, "branded_description")
    snippets = [get_text(content, "snippet", part) or "" for part in ("requirement", "responsibility")]
    return full or _HIGHLIGHT.sub("", "\n".join(snippet for snippet in snippets if snippet))


def _read_all_terms(content: Content) -> list[EmploymentType | WorkFormat]:
    # The schedule "full day" says when one works, and a part-time employment may have it.
    schedules = [one for one in list_objects(content, "schedule") if one.get("id") != "fullDay"]
    terms = read_terms(content.get("employment_form"), content.get("employment"), schedules)
    flags = (("internship", EmploymentType.INTERNSHIP), ("accept_temporary", EmploymentType.TEMPORARY))
    return terms + [term for name, term in flags if read_flag(content.get(name))]


def _read_place(content: Content) -> dict[str, Any]:
    """The city and point of the address, and the area, which may be a city, a region or a country."""
    address = get(content, "address")
    return {
        "city": get_short(address, "city"),
        "text": get_short(content, "area", "name"),
        **read_point(get(address, "lat"), get(address, "lng")),
    }


def _read_salary(content: Content) -> dict[str, Any]:
    stated = content.get("salary_range")
    if not isinstance(stated, Mapping):
        stated = content.get("salary")
    if not isinstance(stated, Mapping):
        return {}
    mode, called = get_text(stated, "mode", "id"), get_text(stated, "mode", "name") or ""
    # Before pay had a mode, all of it was by the month. Pay per rotation or per service is of no known length of time.
    period = parse_period(mode) or parse_period(called) if mode else "month"
    if period is None:
        return {}
    return make_salary(
        stated.get("from"), stated.get("to"), currency=stated.get("currency"), period=period, gross=stated.get("gross")
    )


def _read_end(content: Content) -> Any:
    """When the vacancy ends; for an archived one, the last moment known that is not after its archiving.

    The archive itself tells no moment to anyone but the employer (`archived_at`). `expires_at` is no answer, as it lies
    in the future where the employer closed the vacancy early.
    """
    if not read_flag(content.get("archived")):
        return read_time(content.get("expires_at"))
    known = ("archived_at", "published_at", "created_at")
    return next((moment for name in known if (moment := read_time(content.get(name)))), None) or datetime.now(UTC)


HH_VACANCY = Format(
    key="hh-vacancy",
    name="a vacancy of hh.ru",
    kind=Kind.VACANCIES,
    recognizes=is_hh_vacancy,
    read_fields=_read_fields,
    properties=_READ,
)
