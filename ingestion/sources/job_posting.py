"""schema.org JobPosting, as job boards publish it in JSON-LD: any property may be absent, one, or a list."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from ingestion.periods import parse_period
from ingestion.sources.port import Rejection, SourceRow
from ingestion.sources.validation import as_raw, hash_id, make_row, reject
from ingestion.sources.values import as_text, join_texts, read_amount, read_moment, split_items
from ingestion.sources.words import read_language, read_term
from milvus import EmploymentType, Kind, WorkFormat

_MAX_SHORT_TEXT = 500
_MAX_SKILL = 200
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


def is_job_posting(content: Mapping[str, Any]) -> bool:
    """Whether an object says of itself that it is a JobPosting."""
    return any(str(one).rpartition("/")[2] == "JobPosting" for one in _as_list(content.get("@type")))


def read_job_posting(
    content: Mapping[str, Any], location: str, *, name: str | None, asked: Kind | None, raw: str | None
) -> SourceRow | Rejection:
    """The vacancy of a JobPosting. `name` is the file's id where the file holds this one posting.

    Its id is its identifier, else the file's stem, else its URL, else a hash of its content.
    """
    try:
        raw = as_raw(content) if raw is None else raw
        fields = {key: value for key, value in _read_fields(content, name).items() if value not in (None, [], {})}
    except RecursionError:
        return reject(location, "nested too deeply", kind=Kind.VACANCIES)
    if asked is Kind.RESUMES:
        return reject(location, "is a JobPosting, which is a vacancy, and resumes were asked for", kind=asked, raw=raw)
    ignored = tuple(key for key in content if key not in _READ and not key.startswith("@"))[:50]
    return make_row(fields, kind=Kind.VACANCIES, location=location, raw=raw, ignored=ignored)


def _read_fields(content: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    skills = split_items(content.get("skills"))
    requirements = _as_list(content.get("experienceRequirements"))
    experience = as_text(content.get("experienceRequirements"))
    terms = [read_term(phrase) for phrase in split_items(content.get("employmentType"))]
    return {
        "id": _read_id(content, name),
        "title": as_text(content.get("title")) or as_text(content.get("name")),
        "text": join_texts(_iterate_texts(content, skills)),
        "skills": [skill for skill in skills if len(skill) <= _MAX_SKILL],
        "company": as_text(_first(content.get("hiringOrganization"))),
        "place": _read_place(content.get("jobLocation")),
        "work_format": _read_work_format(content),
        "employment_types": list(dict.fromkeys(term for term in terms if isinstance(term, EmploymentType))),
        "salary": _read_salary(content),
        "experience_min_months": _read_months(requirements),
        "experience": experience if experience and len(experience) <= _MAX_SHORT_TEXT else None,
        "category": _read_category(content),
        "language": read_language(as_text(_first(content.get("inLanguage"))) or ""),
        "url": as_text(_first(content.get("url"))) or as_text(_first(content.get("sameAs"))),
        "published_at": _read_moment(content.get("datePosted")),
        "expires_at": _read_moment(content.get("validThrough"), end_of_day=True),
    }


def _read_months(requirements: list[Any]) -> int | None:
    for one in requirements:
        months = read_amount(one.get("monthsOfExperience")) if isinstance(one, Mapping) else None
        if months is not None and 0 <= months <= _MAX_MONTHS:
            return int(months)
    return None


def _read_id(content: Mapping[str, Any], name: str | None) -> str:
    identifier = _first(content.get("identifier"))
    if isinstance(identifier, Mapping):
        identifier = identifier.get("value") or identifier.get("@value")
    stem = PurePosixPath(name).stem if name else None
    return as_text(identifier) or stem or as_text(_first(content.get("url"))) or hash_id(content)


def _iterate_texts(content: Mapping[str, Any], skills: list[str]) -> Iterator[str]:
    yield as_text(content.get("description"), joint="\n") or ""
    for name in _TEXTS:
        yield as_text(content.get(name), joint="\n") or ""
    yield from (skill for skill in skills if len(skill) > _MAX_SKILL)


def _read_work_format(content: Mapping[str, Any]) -> WorkFormat | None:
    phrases = split_items(content.get("jobLocationType")) + split_items(content.get("employmentType"))
    return next((term for phrase in phrases if isinstance(term := read_term(phrase), WorkFormat)), None)


def _read_place(value: Any) -> dict[str, Any]:
    places = [one for one in _as_list(value) if one]
    place = next((one for one in places if isinstance(one, Mapping) and one.get("address")), next(iter(places), None))
    if not isinstance(place, Mapping):
        return {"text": _shorten(as_text(place))} if place else {}
    geo = _first(place.get("geo"))
    geo = geo if isinstance(geo, Mapping) else place
    latitude, longitude = _read_degrees(geo.get("latitude"), 90), _read_degrees(geo.get("longitude"), 180)
    point = {} if latitude is None or longitude is None else {"latitude": latitude, "longitude": longitude}
    return {key: part for key, part in {**_read_address(place), **point}.items() if part is not None}


def _read_address(place: Mapping[str, Any]) -> dict[str, Any]:
    address = _first(place.get("address"))
    if not isinstance(address, Mapping):
        return {"text": _shorten(as_text(address) or as_text(place))}
    city = _shorten(as_text(_first(address.get("addressLocality"))))
    return {
        "city": city,
        "region": _shorten(as_text(_first(address.get("addressRegion")))),
        "country": _shorten(as_text(_first(address.get("addressCountry")))),
        "text": None if city else _shorten(as_text(address) or as_text(address.get("streetAddress"))),
    }


def _read_degrees(value: Any, limit: int) -> float | None:
    try:
        degrees = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return degrees if -limit <= degrees <= limit else None


def _read_salary(content: Mapping[str, Any]) -> dict[str, Any]:
    stated = _first(content.get("baseSalary"))
    outer = stated if isinstance(stated, Mapping) else {"value": stated}
    value = _first(outer.get("value"))
    inner = value if isinstance(value, Mapping) else {"value": value}
    shapes = (inner, outer)
    amount = _find(shapes, "value", "price")
    low, high = _find(shapes, "minValue", "minPrice"), _find(shapes, "maxValue", "maxPrice")
    minimum, maximum = read_amount(low), read_amount(high)
    if minimum is None and maximum is None:
        minimum = maximum = read_amount(amount)
    texts = [as_text(one) for one in (low, high, amount) if isinstance(one, str) and read_amount(one) is None]
    unit = as_text(_find(shapes, "unitText", "unitCode"))
    salary = {
        "min": minimum,
        "max": maximum,
        "currency": as_text(_find(shapes, "currency", "priceCurrency") or _first(content.get("salaryCurrency"))),
        "period": parse_period(unit) if unit else None,
        "text": _shorten(" - ".join(dict.fromkeys(text for text in texts if text))),
    }
    return salary if any(salary[key] is not None for key in ("min", "max", "text")) else {}


def _find(shapes: tuple[Mapping[str, Any], ...], *names: str) -> Any:
    for shape in shapes:
        for name in names:
            value = _first(shape.get(name))
            if value is not None and not isinstance(value, Mapping):
                return value
    return None


def _read_category(content: Mapping[str, Any]) -> str | None:
    named = (as_text(content.get(name)) for name in ("occupationalCategory", "industry"))
    return _shorten(next((text for text in named if text), None))


def _read_moment(value: Any, *, end_of_day: bool = False) -> Any:
    """A time; what is not one is kept for the schema to refuse."""
    stated = _first(value)
    return read_moment(stated, day_first=False, end_of_day=end_of_day) or as_text(stated)


def _shorten(text: str | None) -> str | None:
    """The text if a short field can hold it: a whole page in its place is no city and no salary."""
    return text if text and len(text) <= _MAX_SHORT_TEXT else None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(value: Any) -> Any:
    return next((one for one in _as_list(value) if one is not None), None)
