"""Resumes of the hh.ru API, full and as in lists, older and current. What the person hid is null or left out.

Source: github.com/hhru/api, docs_eng/resumes.md, and the OpenAPI that followed it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    as_list,
    describe,
    drop_empty,
    get,
    get_short,
    get_text,
    list_objects,
    list_texts,
    make_salary,
    pick_format,
    pick_types,
    read_terms,
    read_time,
    shorten,
    split_skills,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts, read_amount
from ingestion.sources.words import read_language
from milvus import EducationLevel, EmploymentType, Kind, WorkFormat

# Names that only these resumes have, and those that come along.
_OWN = frozenset(
    {"skill_set", "total_experience", "resume_locale", "business_trip_readiness", "work_ticket", "travel_time"}
    | {"hidden_fields", "can_view_full_info"}
)
_MARKS = _OWN | {"relocation", "specialization", "professional_roles", "employments", "schedules", "alternate_url"}
_MARKS |= {"first_name", "last_name", "middle_name", "experience", "education", "language", "certificate", "area"}
_LEAST_OWN, _LEAST_MARKS = 1, 4
# Of unfinished higher education the level completed is not known; "higher" is at least a bachelor's.
_EDUCATION = {
    "secondary": EducationLevel.SECONDARY,
    "special_secondary": EducationLevel.VOCATIONAL,
    "higher": EducationLevel.BACHELOR,
    "bachelor": EducationLevel.BACHELOR,
    "master": EducationLevel.MASTER,
    "candidate": EducationLevel.DOCTORATE,
    "doctor": EducationLevel.DOCTORATE,
}
_OBJECTS = ("area", "total_experience", "education", "experience", "language", "relocation")
_READ = frozenset(
    {"id", "title", "first_name", "last_name", "middle_name", "birth_date", "gender", "area", "contact", "site"}
    | {"salary", "employments", "employment", "schedules", "schedule", "work_format", "professional_roles"}
    | {"specialization", "experience", "total_experience", "skills", "skill_set", "education", "language"}
    | {"certificate", "citizenship", "hidden_fields", "resume_locale", "updated_at", "created_at", "alternate_url"}
)
_MAX_MONTHS = 1200
# What is not to be shown, by the dictionary `resume_hidden_fields`.
_HIDDEN_PHONES, _HIDDEN_EMAIL, _HIDDEN_LINKS, _HIDDEN_COMPANIES = "phones", "email", "other_contacts", "experience"


def is_hh_resume(content: Content) -> bool:
    """Whether an object has the names of a resume of the hh.ru API."""
    return (
        len(_OWN & content.keys()) >= _LEAST_OWN
        and len(_MARKS & content.keys()) >= _LEAST_MARKS
        and not any(isinstance(content.get(name), (str, int, float)) for name in _OBJECTS)
    )


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    skills, texts = split_skills(list_texts(content, "skill_set"))
    jobs = _list_jobs(content)
    terms, schedules = _read_all_terms(content)
    months = read_amount(get(content, "total_experience", "months"))
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(content.get("title")),
        "text": join_texts([*_iterate_texts(content, jobs), *texts]),
        "skills": skills,
        "place": {"text": get_short(content, "area", "name")},
        # Of several schedules that suit, remote work is one choice and no demand.
        "work_format": pick_format(read_terms(content.get("work_format")))
        or (pick_format(schedules) if len(schedules) == 1 else None),
        "employment_types": pick_types(terms),
        "salary": _read_salary(content),
        "experience_months": int(months) if months is not None and 0 <= months <= _MAX_MONTHS else None,
        "work_periods": [period for job in jobs if (period := _read_period(job))],
        "languages": read_languages(content, "language"),
        "education_level": _EDUCATION.get((get_text(content, "education", "level", "id") or "").lower()),
        "education": "\n".join(line for line in _iterate_education(content) if line),
        "language": read_language(get_text(content, "resume_locale", "id") or ""),
        "category": get_short(content, "professional_roles", "name") or get_short(content, "specialization", "name"),
        "url": get_text(content, "alternate_url"),
        "published_at": read_time(content.get("updated_at")) or read_time(content.get("created_at")),
        "person": _read_person(content),
    }


def _list_hidden(content: Content) -> set[str]:
    return {text for one in list_objects(content, "hidden_fields") if (text := as_text(one.get("id")))}


def _list_jobs(content: Content) -> list[Mapping[str, Any]]:
    jobs = list_objects(content, "experience")
    if _HIDDEN_COMPANIES in _list_hidden(content):
        return [{**job, "company": None} for job in jobs]
    return jobs


def _read_all_terms(
    content: Content,
) -> tuple[list[EmploymentType | WorkFormat], list[EmploymentType | WorkFormat | None]]:
    """The terms of all employments and schedules; and those of the schedules, None for one that is no term."""
    # Older resumes repeat the first of each list as one object.
    employments = content.get("employments") or content.get("employment")
    schedules = as_list(content.get("schedules") or content.get("schedule"))
    days = [None if get(one, "id") == "fullDay" else next(iter(read_terms(one)), None) for one in schedules]
    return [*read_terms(employments), *(term for term in days if term)], days


def _read_salary(content: Content) -> dict[str, Any]:
    stated = content.get("salary")
    if not isinstance(stated, Mapping):
        return {}
    amount = stated.get("amount")
    # The form asks for the income wanted a month.
    return make_salary(amount, amount, currency=stated.get("currency"), period="month")


def _read_period(job: Mapping[str, Any]) -> dict[str, str | None] | None:
    start = get_short(job, "start")
    if start is None:
        return None
    return {
        "start": start,
        "end": get_short(job, "end"),
        "title": get_short(job, "position"),
        "company": get_short(job, "company"),
        "description": get_text(job, "description"),
    }


def _iterate_texts(content: Content, jobs: list[Mapping[str, Any]]) -> Iterator[str]:
    yield as_text(content.get("skills"), joint="\n") or ""
    for job in jobs:
        yield describe(job, head=("position", "company"), lines=("description",), dates=("start", "end"))
    for certificate in list_objects(content, "certificate"):
        yield describe(certificate, head=("title",), dates=("achieved_at",))


def _iterate_education(content: Content) -> Iterator[str]:
    education = content.get("education")
    yield get_text(education, "level", "name") or ""
    for section in ("primary", "additional", "attestation", "elementary"):
        for one in list_objects(education, section):
            yield describe(one, head=("name", "organization", "result"), dates=("year",))


def read_languages(content: Content, section: str) -> list[dict[str, str | None]]:
    """The languages that a section of a resume or vacancy lists, with their levels."""
    spoken = ((one, _name_language(one)) for one in list_objects(content, section))
    return [{"language": language, "level": _read_level(one)} for one, language in spoken if language]


def _name_language(one: Mapping[str, Any]) -> str | None:
    return read_language(get_text(one, "id") or "") or get_short(one, "name") or get_short(one, "id")


def _read_level(one: Mapping[str, Any]) -> str | None:
    level = get_short(one, "level", "id")
    if level and level.lower() in {"l1", "native"}:
        return "native"
    # Levels are those of CEFR; older ones are phrases.
    return level.upper() if level and len(level) == 2 else get_short(one, "level", "name") or level


def _read_person(content: Content) -> dict[str, Any]:
    hidden = _list_hidden(content)
    contacts = [(get_text(one, "type", "id"), _read_contact(one)) for one in list_objects(content, "contact")]
    emails = [value for kind, value in contacts if kind == "email"]
    phones = [value for kind, value in contacts if kind in {"cell", "home", "work"}]
    links = [link for one in list_objects(content, "site") if (link := get_short(one, "url"))]
    parts = [as_text(content.get(part)) for part in ("last_name", "first_name", "middle_name")]
    person = {
        # Kept even where it is hidden: it is what has to be cut from the text.
        "name": shorten(" ".join(part for part in parts if part)),
        "email": next(filter(None, emails), None) if _HIDDEN_EMAIL not in hidden else None,
        "phone": next(filter(None, phones), None) if _HIDDEN_PHONES not in hidden else None,
        "links": links[:50] if _HIDDEN_LINKS not in hidden else None,
        "birth_date": get_short(content, "birth_date"),
        "gender": get_short(content, "gender"),
        "citizenship": shorten(", ".join(list_texts(content, "citizenship"))),
    }
    return drop_empty(person)


def _read_contact(contact: Mapping[str, Any]) -> str | None:
    value = contact.get("value")
    if not isinstance(value, Mapping):
        return shorten(as_text(value))
    parts = [get_text(value, part) for part in ("country", "city", "number")]
    return get_short(value, "formatted") or shorten(" ".join(part for part in parts if part))


HH_RESUME = Format(
    key="hh-resume",
    name="a resume of hh.ru",
    kind=Kind.RESUMES,
    recognizes=is_hh_resume,
    read_fields=_read_fields,
    properties=_READ,
)
