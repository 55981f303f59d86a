"""Jobs of Google Cloud Talent Solution (v4 and v3), with properties in camelCase as in REST or in snake_case.

Source: cloud.google.com, Talent Solution, REST reference of projects.tenants.jobs, and CompensationInfo.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.periods import parse_period
from ingestion.sources.columns import find_field
from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    drop_empty,
    first,
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
    shorten,
    split_skills,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts, read_amount
from ingestion.sources.words import read_language
from milvus import EducationLevel, Kind, WorkFormat

_UNDERSCORE = re.compile(r"_([a-z])")
_CAPITAL = re.compile(r"[A-Z]")
_MARKS = frozenset(
    {"companyDisplayName", "compensationInfo", "postingPublishTime", "postingExpireTime", "applicationInfo"}
    | {"customAttributes", "degreeTypes", "jobLevel", "languageCode", "addresses", "derivedInfo", "postingRegion"}
    | {"jobBenefits", "employmentTypes", "jobCategories", "processingOptions", "responsibilities", "qualifications"}
)
_READ = frozenset(
    {"name", "company", "companyDisplayName", "requisitionId", "title", "description", "addresses", "compensationInfo"}
    | {"employmentTypes", "postingPublishTime", "postingExpireTime", "qualifications", "responsibilities", "incentives"}
    | {"languageCode", "customAttributes", "jobCategories", "derivedInfo", "applicationInfo", "postingRegion"}
    | {"degreeTypes"}
)
_DEGREES = {
    "UPPER_SECONDARY_EDUCATION": EducationLevel.SECONDARY,
    "ASSOCIATES_OR_EQUIVALENT": EducationLevel.VOCATIONAL,
    "BACHELORS_OR_EQUIVALENT": EducationLevel.BACHELOR,
    "MASTERS_OR_EQUIVALENT": EducationLevel.MASTER,
    "DOCTORAL_OR_EQUIVALENT": EducationLevel.DOCTORATE,
}
_TEXTS = ("description", "responsibilities", "qualifications", "incentives")
_NANO = 1e-9


def is_google_job(content: Content) -> bool:
    """Whether an object is a job by its names: a requisition and a title, and a name that only these jobs have."""
    names = {_to_camel(name) for name in content}
    return {"requisitionId", "title"} <= names and bool(_MARKS & names)


def _to_camel(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def _in_camel(part: Any) -> dict[str, Any]:
    part = first(part)
    return {_to_camel(str(name)): value for name, value in part.items()} if isinstance(part, Mapping) else {}


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    job = _in_camel(content)
    terms = read_terms(job.get("employmentTypes"))
    skills, texts = split_skills(_list_skills(job))
    degrees = {name.upper() for name in list_texts(job, "degreeTypes")}
    remote = str(get_text(job, "postingRegion")).upper() == "TELECOMMUTE"
    return {
        "id": _read_id(job) or name or hash_id(content),
        "title": as_text(job.get("title")),
        "text": join_texts([as_text(job.get(part), joint="\n") or "" for part in _TEXTS] + texts),
        "skills": skills,
        "company": get_short(job, "companyDisplayName") or _read_company(job),
        "place": _read_place(job),
        "work_format": WorkFormat.REMOTE if remote else pick_format(terms),
        "employment_types": pick_types(terms),
        "salary": _read_salary(_in_camel(job.get("compensationInfo"))),
        # The lowest of those that will do.
        "education_level": next((level for name, level in _DEGREES.items() if name in degrees), None),
        "category": get_short(job, "jobCategories"),
        "language": read_language(get_text(job, "languageCode") or ""),
        "url": next(iter(list_texts(job, "applicationInfo", "uris")), None),
        "published_at": read_time(job.get("postingPublishTime")),
        "expires_at": read_time(job.get("postingExpireTime")),
    }


def _read_id(job: Content) -> str | None:
    """What Google has for the key of a job: the requisition within its company and language."""
    requisition = get_text(job, "requisitionId")
    company = (get_text(job, "company") or "").rpartition("/")[2]
    parts = (company, requisition, get_text(job, "languageCode"))
    return "/".join(part for part in parts if part) if requisition else None


def _read_company(job: Content) -> str | None:
    """The company, unless it is the name of a resource: projects/p/tenants/t/companies/c."""
    company = get_short(job, "company")
    return None if company is None or company.startswith("projects/") else company


def _list_skills(job: Content) -> list[str]:
    attributes = job.get("customAttributes")
    named = attributes.items() if isinstance(attributes, Mapping) else ()
    return [text for key, value in named if find_field(key, Kind.VACANCIES) == "skills" for text in _list_values(value)]


def _list_values(attribute: Any) -> list[str]:
    return list_texts(_in_camel(attribute), "stringValues")


def _read_place(job: Content) -> dict[str, Any]:
    """The first address, or what Google made of it."""
    derived = _in_camel(get(_in_camel(job.get("derivedInfo")), "locations"))
    address, point = _in_camel(derived.get("postalAddress")), _in_camel(derived.get("latLng"))
    place = {
        "city": get_short(address, "locality"),
        "region": get_short(address, "administrativeArea"),
        "country": get_short(address, "regionCode"),
        "text": get_short(job, "addresses"),
        **read_point(point.get("latitude"), point.get("longitude")),
    }
    return drop_empty(place)


def _read_salary(compensation: Content) -> dict[str, Any]:
    """The base pay. What is paid once, or for something other than time, is no salary."""
    for entry in map(_in_camel, list_objects(compensation, "entries")):
        kind, unit = get_text(entry, "type") or "", get_text(entry, "unit") or ""
        period = parse_period(unit)
        if kind.upper() not in {"", "BASE", "COMPENSATION_TYPE_UNSPECIFIED"} or (unit and period is None):
            continue
        stated = _in_camel(entry.get("range"))
        amount = entry.get("amount")
        low = _in_camel(stated.get("minCompensation") or amount)
        high = _in_camel(stated.get("maxCompensation") or amount)
        return make_salary(
            _read_money(low),
            _read_money(high),
            currency=low.get("currencyCode") or high.get("currencyCode"),
            period=period,
            text=shorten(as_text(entry.get("description"))),
        )
    return {}


def _read_money(money: Content) -> float | None:
    """google.type.Money: whole `units`, a string in JSON, and `nanos`; either may be left out where it is 0."""
    units, nanos = read_amount(money.get("units")), read_amount(money.get("nanos"))
    return None if units is None and nanos is None else (units or 0) + (nanos or 0) * _NANO


def _find_unread(content: Content) -> Iterator[str]:
    attributes = _in_camel(content).get("customAttributes")
    for key in attributes if isinstance(attributes, Mapping) else ():
        if find_field(str(key), Kind.VACANCIES) != "skills":
            yield f"customAttributes.{key}"


GOOGLE_JOB = Format(
    key="google-job",
    name="a job of Google Talent Solution",
    kind=Kind.VACANCIES,
    recognizes=is_google_job,
    read_fields=_read_fields,
    properties=_READ | {_CAPITAL.sub(r"_\g<0>", name).lower() for name in _READ},
    find_unread=_find_unread,
)
