"""schema.org JobPosting, as job boards publish it in JSON-LD: any property may be absent, one, or a list."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from ingestion.periods import parse_period
from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    as_list,
    drop_empty,
    first,
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
from ingestion.sources.values import as_text, join_texts, read_amount, split_items
from ingestion.sources.words import read_language
from milvus import EducationLevel, Kind

_MAX_MONTHS = 1200
# Appended to the text where the description does not hold them already.
_TEXTS = (
    "responsibilities",
    "qualifications",
    "experienceRequirements",
    "educationRequirements",
    "jobBenefits",
    "incentiveCompensation",
    "workHours",
)
_READ = frozenset(
    {*_TEXTS, "title", "name", "description", "hiringOrganization", "jobLocation", "jobLocationType", "employmentType"}
    | {"baseSalary", "salaryCurrency", "skills", "industry", "occupationalCategory", "datePosted", "validThrough"}
    | {"url", "sameAs", "identifier", "inLanguage"}
)
# Google's closed list for credentialCategory, but "professional certificate", which says no level. Source:
# developers.google.com, "Learn how to use Job Posting structured data", education and experience properties.
_CREDENTIALS = {
    "high school": EducationLevel.SECONDARY,
    "associate degree": EducationLevel.VOCATIONAL,
    "bachelor degree": EducationLevel.BACHELOR,
    "postgraduate degree": EducationLevel.MASTER,
}
# Where JSON-LD keeps postings: in a graph, a list of results, the subject of a page.
_HOLDERS = ("@graph", "itemListElement", "item", "mainEntity")


def is_job_posting(content: Content) -> bool:
    """Whether an object says of itself that it is a JobPosting."""
    types = as_list(content.get("@type"))
    return any(isinstance(one, str) and one.rpartition("/")[2] == "JobPosting" for one in types)


def holds_json_ld(content: Content) -> bool:
    """Whether an object is a graph, a list or a page of JSON-LD, which may hold postings."""
    return any(isinstance(content.get(name), (list, Mapping)) for name in _HOLDERS if name != "item")


def find_postings(value: Any) -> Iterator[Content]:
    """Every JobPosting in JSON-LD: itself, in arrays, in `@graph`, in an `ItemList`, in `mainEntity`; in their order.

    Other nodes (Organization, BreadcrumbList) are passed over.
    """
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, Mapping):
            if is_job_posting(node):
                yield node
            else:
                stack.extend(node.get(name) for name in reversed(_HOLDERS))


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    skills, texts = split_skills(split_items(content.get("skills")))
    terms = read_terms(split_items(content.get("employmentType")))
    return {
        "id": _read_id(content, name),
        "title": as_text(content.get("title")) or as_text(content.get("name")),
        "text": join_texts([as_text(content.get(part), joint="\n") or "" for part in ("description", *_TEXTS)] + texts),
        "skills": skills,
        "company": get_text(content, "hiringOrganization"),
        "place": _read_place(content.get("jobLocation")),
        "work_format": pick_format(read_terms(split_items(content.get("jobLocationType")))) or pick_format(terms),
        "employment_types": pick_types(terms),
        "salary": _read_salary(content),
        "experience_min_months": _read_months(content),
        "experience": shorten(as_text(content.get("experienceRequirements"))),
        "education_level": _read_education_level(content),
        "category": shorten(as_text(content.get("occupationalCategory")) or as_text(content.get("industry"))),
        "language": read_language(get_text(content, "inLanguage") or ""),
        "url": get_text(content, "url") or get_text(content, "sameAs"),
        "published_at": read_time(content.get("datePosted")),
        "expires_at": read_time(content.get("validThrough"), end_of_day=True),
    }


def _read_months(content: Content) -> int | None:
    for one in as_list(content.get("experienceRequirements")):
        months = read_amount(one.get("monthsOfExperience")) if isinstance(one, Mapping) else None
        if months is not None and 0 <= months <= _MAX_MONTHS:
            return int(months)
    return None


def _read_education_level(content: Content) -> EducationLevel | None:
    """The lowest of the levels that will do, where the posting names one of Google's."""
    named = {text.lower() for text in list_texts(content, "educationRequirements", "credentialCategory")}
    named |= {
        (get_text(one, "credentialCategory") or "").lower() for one in list_objects(content, "educationRequirements")
    }
    return next((level for name, level in _CREDENTIALS.items() if name in named), None)


def _read_id(content: Content, name: str | None) -> str:
    identifier = first(content.get("identifier"))
    if isinstance(identifier, Mapping):
        identifier = identifier.get("value") or identifier.get("@value")
    stem = PurePosixPath(name).stem if name else None
    return as_text(identifier) or stem or get_text(content, "url") or hash_id(content)


def _read_place(value: Any) -> dict[str, Any]:
    places = [one for one in as_list(value) if one]
    place = next((one for one in places if isinstance(one, Mapping) and one.get("address")), next(iter(places), None))
    if not isinstance(place, Mapping):
        return {"text": shorten(as_text(place))} if place else {}
    geo = first(place.get("geo"))
    geo = geo if isinstance(geo, Mapping) else place
    return drop_empty({**read_address(place), **read_point(geo.get("latitude"), geo.get("longitude"))})


def read_address(place: Mapping[str, Any], name: str = "address") -> dict[str, Any]:
    """The fields of a place from its schema.org PostalAddress, which may be a plain string."""
    address = first(place.get(name))
    if not isinstance(address, Mapping):
        return {"text": shorten(as_text(address) or as_text(place))}
    city = shorten(get_text(address, "addressLocality"))
    return {
        "city": city,
        "region": shorten(get_text(address, "addressRegion")),
        "country": shorten(get_text(address, "addressCountry")),
        "text": None if city else shorten(as_text(address) or as_text(address.get("streetAddress"))),
    }


def _read_salary(content: Content) -> dict[str, Any]:
    stated = first(content.get("baseSalary"))
    outer = stated if isinstance(stated, Mapping) else {"value": stated}
    value = first(outer.get("value"))
    inner = value if isinstance(value, Mapping) else {"value": value}
    shapes = (inner, outer)
    amount = _find(shapes, "value", "price")
    low, high = _find(shapes, "minValue", "minPrice"), _find(shapes, "maxValue", "maxPrice")
    texts = [as_text(one) for one in (low, high, amount) if isinstance(one, str) and read_amount(one) is None]
    if read_amount(low) is None and read_amount(high) is None:
        low = high = amount
    return make_salary(
        low,
        high,
        currency=_find(shapes, "currency", "priceCurrency") or first(content.get("salaryCurrency")),
        period=parse_period(as_text(_find(shapes, "unitText", "unitCode")) or ""),
        text=shorten(" - ".join(dict.fromkeys(text for text in texts if text))),
    )


def _find(shapes: tuple[Mapping[str, Any], ...], *names: str) -> Any:
    for shape in shapes:
        for name in names:
            value = first(shape.get(name))
            if value is not None and not isinstance(value, Mapping):
                return value
    return None


JOB_POSTING = Format(
    key="job-posting",
    name="a JobPosting",
    kind=Kind.VACANCIES,
    recognizes=is_job_posting,
    read_fields=_read_fields,
    properties=_READ,
)
