"""Jobs of the Greenhouse job board API: `{"jobs": [...]}`, or one job with its pay ranges.

Source: developers.greenhouse.io/job-board.html.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingestion.periods import parse_period
from ingestion.sources.columns import TERMS, find_field
from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    get,
    get_short,
    get_text,
    join_ranges,
    list_objects,
    make_salary,
    pick_format,
    pick_types,
    read_terms,
    read_time,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, read_amount
from ingestion.sources.words import read_language, read_term
from milvus import EmploymentType, Kind, WorkFormat

_MARKS = frozenset(
    {"content", "internal_job_id", "location", "departments", "offices", "metadata", "first_published"}
    | {"requisition_id", "updated_at", "data_compliance", "pay_input_ranges"}
)
_LEAST_MARKS = 2
_READ = frozenset(
    {"id", "title", "content", "location", "absolute_url", "updated_at", "first_published", "departments", "metadata"}
    | {"company_name", "application_deadline", "language", "pay_input_ranges"}
)
_PARTS_OF_PLACE = re.compile(r"\s[-–—|]\s|[,:(]")
_CENTS = 100
# What the name of a custom field of pay means.
_PAY = ("salary", "salary.text")


def is_greenhouse_job(content: Content) -> bool:
    """Whether an object has the names of a job of a Greenhouse board."""
    return (
        {"absolute_url", "title"} <= content.keys()
        and len(_MARKS & content.keys()) >= _LEAST_MARKS
        and not isinstance(content.get("location"), str)
    )


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    place = get_short(content, "location", "name")
    terms = [term for field, value in _list_metadata(content) if field == TERMS for term in read_terms(value)]
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(content.get("title")),
        "text": as_text(content.get("content")),
        "company": get_short(content, "company_name"),
        "place": {"text": place} if place else {},
        "work_format": pick_format(terms) or _find_format(place or ""),
        "employment_types": pick_types(terms),
        "salary": _read_salary(content),
        "category": get_short(content, "departments", "name"),
        "language": read_language(get_text(content, "language") or ""),
        "url": get_text(content, "absolute_url"),
        "published_at": read_time(content.get("first_published")) or read_time(content.get("updated_at")),
        "expires_at": read_time(content.get("application_deadline"), end_of_day=True),
    }


def _list_metadata(content: Content) -> Iterator[tuple[str | None, Any]]:
    """The custom fields of the employer's own naming, as the field that the name means, and the value."""
    for one in list_objects(content, "metadata"):
        yield find_field(get_text(one, "name") or "", Kind.VACANCIES), one.get("value")


def _find_format(place: str) -> WorkFormat | None:
    """Greenhouse has no work format, so that boards write it before the place: "Remote - Spain", "Hybrid (Madrid)"."""
    term = read_term(_PARTS_OF_PLACE.split(place)[0])
    return None if isinstance(term, EmploymentType) else term


def _read_salary(content: Content) -> dict[str, Any]:
    ranges = [_read_range(one) for one in list_objects(content, "pay_input_ranges")]
    custom = [value for field, value in _list_metadata(content) if field in _PAY]
    ranges += [_read_custom(value) for value in custom]
    return join_ranges([one for one in ranges if one])


def _read_range(one: Content) -> dict[str, Any]:
    low, high = read_amount(one.get("min_cents")), read_amount(one.get("max_cents"))
    return make_salary(
        None if low is None else low / _CENTS,
        None if high is None else high / _CENTS,
        currency=one.get("currency_type"),
        period=parse_period(get_text(one, "title") or "") or parse_period(get_text(one, "blurb") or ""),
    )


def _read_custom(value: Any) -> dict[str, Any]:
    """A custom field of pay: a range of a currency, or words."""
    low, high, currency = (get(value, part) for part in ("min_value", "max_value", "unit"))
    return make_salary(low, high, currency=currency, period=None, text=value if isinstance(value, str) else None)


def _find_unread(content: Content) -> Iterator[str]:
    for one in list_objects(content, "metadata"):
        name = get_text(one, "name")
        if name and find_field(name, Kind.VACANCIES) not in {TERMS, *_PAY} and one.get("value") is not None:
            yield f"metadata.{name}"


GREENHOUSE_JOB = Format(
    key="greenhouse",
    name="a job of Greenhouse",
    kind=Kind.VACANCIES,
    recognizes=is_greenhouse_job,
    read_fields=_read_fields,
    properties=_READ,
    find_unread=_find_unread,
)
