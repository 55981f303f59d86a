"""Candidates of the HR Open Standards (4.x), as recruiting systems exchange them, with the misspellings of one vendor.

Source: schemas.hropenstandards.org, recruiting/json/candidate; the samples of JazzHR and of JobTech's AF-Connect.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.periods import parse_period
from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    as_list,
    drop_empty,
    first,
    get,
    get_short,
    get_text,
    list_objects,
    list_texts,
    make_salary,
    shorten,
    split_skills,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts
from ingestion.sources.words import read_language
from milvus import Kind

_SECTIONS = ("profiles", "employment", "education", "personCompetencies", "documentId")
_SKILLS = ("personCompetencies", "skills", "qualifications")
_READ = frozenset({"documentId", "person", "profiles", "employment", "education", *_SKILLS})
_READ_OF_PROFILE = frozenset(
    {"profileName", "languageCode", "objective", "executiveSummary", "employment", "education", *_SKILLS}
    | {"positionPreferences", "licenses", "certifications", "profileId", "associatedPositionOpenings"}
)
_PAY = ("offeredRemunerationPackage", "offeredRenumerationPackage")
_CITIZENSHIP = ("citizenship", "citizenShip")
_REGIONS = ("countrySubdivisions", "countrySubDivisions")
# What one vendor calls every profile.
_NO_TITLE = "candidate profile"


def is_hr_open(content: Content) -> bool:
    """Whether an object has the shape of a Candidate: a person by parts, or a person beside profiles."""
    person = content.get("person")
    if not isinstance(person, Mapping):
        return "person" in content and "profiles" in content and person is None
    by_parts = isinstance(person.get("name"), Mapping) or isinstance(person.get("communication"), Mapping)
    return (by_parts or "profiles" in content) and any(name in content for name in _SECTIONS)


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    profiles = [content, *list_objects(content, "profiles")]
    jobs = [job for profile in profiles for job in list_objects(profile, "employment")]
    names = (text for profile in profiles for section in _SKILLS for text in _name_skills(profile, section))
    skills, texts = split_skills(dict.fromkeys(names))
    education = [_describe_education(one) for profile in profiles for one in list_objects(profile, "education")]
    return {
        "id": _read_id(content) or name or hash_id(content),
        "title": _read_title(profiles, jobs),
        "text": join_texts([*_iterate_texts(profiles, jobs), *texts]),
        "skills": skills,
        "place": _read_place(content),
        "salary": _read_salary(profiles),
        "work_periods": [period for job in jobs for period in _read_periods(job)],
        "education": "\n".join(line for line in education if line),
        "language": next(
            (code for one in profiles if (code := read_language(get_text(one, "languageCode") or ""))), None
        ),
        "person": _read_person(content),
    }


def _read_id(content: Content) -> str | None:
    return (
        get_text(content, "documentId", "value")
        or get_text(content, "documentId")
        or get_text(content, "person", "id", "value")
        or get_text(content, "person", "id")
    )


def _read_title(profiles: list[Content], jobs: list[Content]) -> str | None:
    wanted = [get_short(profile, "positionPreferences", "positionTitles") for profile in profiles]
    called = [get_short(profile, "profileName") for profile in profiles]
    called = [title for title in called if title and title.casefold() != _NO_TITLE]
    applied = [get_short(profile, "associatedPositionOpenings", "positionTitle") for profile in profiles]
    held = [post["title"] for job in jobs for post in _list_posts(job)]
    return next(filter(None, (*wanted, *called, *applied, *held)), None)


def _name_skills(part: Content, section: str) -> Iterator[str]:
    for one in as_list(part.get(section)):
        if not isinstance(one, Mapping):
            yield from filter(None, [as_text(one)])
        elif text := get_text(one, "competencyName") or get_text(one, "name") or get_text(one, "competency", "name"):
            yield text


def _list_posts(job: Content) -> list[dict[str, str | None]]:
    """The positions held with one employer; the employment itself where it tells none apart."""
    company = (
        get_short(job, "organization", "name")
        or get_short(job, "organization", "legalName")
        or get_short(job, "organization", "legalId", "value")
        or get_short(job, "organizationName")
    )
    positions = list_objects(job, "positionHistories") or list_objects(job, "position") or [{}]
    return [
        {
            "title": get_short(one, "title") or get_short(one, "positionTitle") or get_short(job, "title"),
            "company": company,
            "start": _read_date(one, "start") or _read_date(job, "start"),
            "end": _read_date(one, "end") or _read_date(job, "end"),
            "description": _join_descriptions(one) or _join_descriptions(job),
        }
        for one in positions
    ]


def _read_date(part: Content, name: str) -> str | None:
    return get_short(part, name) or get_short(part, f"{name}Date")


def _join_descriptions(part: Content) -> str | None:
    texts = [*list_texts(part, "descriptions"), *list_texts(part, "description")]
    return "\n".join(dict.fromkeys(texts)) or None


def _read_periods(job: Content) -> list[dict[str, str | None]]:
    return [post for post in _list_posts(job) if post["start"]]


def _iterate_texts(profiles: list[Content], jobs: list[Content]) -> Iterator[str]:
    for profile in profiles:
        yield get_text(profile, "executiveSummary") or ""
        yield get_text(profile, "objective") or ""
    for job in jobs:
        for post in _list_posts(job):
            names = ", ".join(text for text in (post["title"], post["company"]) if text)
            span = " – ".join(text for text in (post["start"], post["end"]) if text)
            heading = f"{names} ({span})" if names and span else names
            yield "\n".join(text for text in (heading, post["description"]) if text)
    for profile in profiles:
        for section in ("licenses", "certifications"):
            held = (get_text(one, "name") or get_text(one, "type", "name") for one in list_objects(profile, section))
            yield ", ".join(name for name in held if name)


def _describe_education(one: Content) -> str:
    degrees = list_texts(one, "educationDegrees") + list_texts(one, "degrees") + list_texts(one, "degree")
    levels = list_texts(one, "educationLevelCodes")
    programs = list_texts(one, "majorProgramNames") + list_texts(one, "programs") + list_texts(one, "major")
    places = [get_text(one, name) for name in ("institution", "school", "organization")]
    names = ", ".join(dict.fromkeys(text for text in (*degrees, *levels, *programs, *places) if text))
    span = " – ".join(text for text in (_read_date(one, "start"), _read_date(one, "end")) if text)
    return f"{names} ({span})" if names and span else names


def _read_place(content: Content) -> dict[str, Any]:
    address = get(content, "person", "communication", "address")
    regions = (get_short(address, name, "value") or get_short(address, name) for name in _REGIONS)
    place = {
        "city": get_short(address, "city"),
        "region": next(filter(None, regions), None),
        "country": get_short(address, "countryCode"),
    }
    return drop_empty(place)


def _read_salary(profiles: list[Content]) -> dict[str, Any]:
    """The base pay wanted."""
    preferences = (one for profile in profiles for one in list_objects(profile, "positionPreferences"))
    for pay in (pay for one in preferences for name in _PAY for pay in list_objects(one, name, "ranges")):
        kind, unit = get_text(pay, "typeCode") or "", get_text(pay, "intervalCode") or ""
        period = parse_period(unit)
        if kind.casefold() not in {"", "basepay"} or (unit and period is None):
            continue
        low, high = first(pay.get("minimumAmount")), first(pay.get("maximumAmount"))
        currency = get_text(low, "currency") or get_text(high, "currency")
        return make_salary(_read_value(low), _read_value(high), currency=currency, period=period)
    return {}


def _read_value(amount: Any) -> Any:
    return amount.get("value") if isinstance(amount, Mapping) else amount


def _read_person(content: Content) -> dict[str, Any]:
    person = get(content, "person")
    name = get(person, "name")
    parts = [get_text(name, part) for part in ("given", "middle", "family")]
    links = [get_short(one, "url") for one in list_objects(person, "communication", "web")]
    citizenship = [text for key in _CITIZENSHIP for text in list_texts(person, key)]
    fields = {
        "name": get_short(name, "formattedName")
        or shorten(" ".join(part for part in parts if part))
        or get_short(name),
        "email": get_short(person, "communication", "email", "address"),
        "phone": get_short(person, "communication", "phone", "formattedNumber"),
        "links": [link for link in links if link][:50],
        "address": get_short(person, "communication", "address", "formattedAddress")
        or get_short(person, "communication", "address", "line"),
        "birth_date": get_short(person, "birthDate"),
        "gender": get_short(person, "gender"),
        "citizenship": shorten(", ".join(dict.fromkeys(citizenship))),
    }
    return drop_empty(fields)


def _find_unread(content: Content) -> Iterator[str]:
    for profile in list_objects(content, "profiles"):
        yield from (f"profiles.{name}" for name in drop_empty(profile) if name not in _READ_OF_PROFILE)


HR_OPEN = Format(
    key="hr-open",
    name="a candidate of HR Open",
    kind=Kind.RESUMES,
    recognizes=is_hr_open,
    read_fields=_read_fields,
    properties=_READ,
    find_unread=_find_unread,
)
