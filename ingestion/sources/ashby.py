"""Jobs of the Ashby job posting API: `{"apiVersion": "1", "jobs": [...]}`, which nowhere names the company.

Source: developers.ashbyhq.com/docs/public-job-posting-api.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ingestion.periods import Period, parse_period
from ingestion.sources.formats import Content, Format
from ingestion.sources.job_posting import read_address
from ingestion.sources.parts import (
    drop_empty,
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
from ingestion.sources.values import as_text
from milvus import Kind, WorkFormat

_OWN = frozenset({"isListed", "secondaryLocations", "isRemote", "shouldDisplayCompensationOnJobPostings"})
_MARKS = _OWN | {"jobUrl", "applyUrl", "descriptionHtml", "descriptionPlain", "workplaceType", "publishedAt", "team"}
_LEAST_MARKS = 4
_READ = frozenset(
    {"id", "title", "location", "department", "team", "isRemote", "workplaceType", "descriptionHtml", "isListed"}
    | {"descriptionPlain", "publishedAt", "employmentType", "address", "jobUrl", "compensation"}
    | {"shouldDisplayCompensationOnJobPostings"}
)
# Intervals are "1 YEAR", "1 HOUR", "2 WEEK", "NONE".
_EVERY_ONE = "1 "


def is_ashby_job(content: Content) -> bool:
    """Whether an object has the names of a job of an Ashby board."""
    names = content.keys()
    return "title" in names and not _OWN.isdisjoint(names) and len(_MARKS & names) >= _LEAST_MARKS


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    terms = read_terms(content.get("employmentType"))
    remote = WorkFormat.REMOTE if content.get("isRemote") is True else None
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(content.get("title")),
        "text": as_text(content.get("descriptionHtml")) or as_text(content.get("descriptionPlain")),
        "place": _read_place(content),
        "work_format": pick_format(read_terms(content.get("workplaceType"))) or remote or pick_format(terms),
        "employment_types": pick_types(terms),
        "salary": _read_salary(content),
        "category": get_short(content, "department") or get_short(content, "team"),
        "url": get_text(content, "jobUrl"),
        "published_at": read_time(content.get("publishedAt")),
        "expires_at": _read_end(content),
    }


def _read_place(content: Content) -> dict[str, Any]:
    address = content.get("address")
    parts = read_address(address, "postalAddress") if isinstance(address, Mapping) else {}
    return drop_empty({**parts, "text": get_short(content, "location") or parts.get("text")})


def _read_salary(content: Content) -> dict[str, Any]:
    """The salary of all tiers, without equity and bonus; none where the employer does not want it shown."""
    if content.get("shouldDisplayCompensationOnJobPostings") is False:
        return {}
    compensation = content.get("compensation")
    tiers = list_objects(compensation, "compensationTiers")
    components = list_objects(compensation, "summaryComponents")
    components = components or [one for tier in tiers for one in list_objects(tier, "components")]
    stated = [_read_component(one) for one in components if get_text(one, "compensationType") == "Salary"]
    summary = get_short(compensation, "scrapeableCompensationSalarySummary")
    return join_ranges([one for one in stated if one]) or ({"text": summary} if summary else {})


def _read_component(component: Content) -> dict[str, Any]:
    interval = get_text(component, "interval") or ""
    period: Period | None = parse_period(interval.removeprefix(_EVERY_ONE)) if interval.startswith(_EVERY_ONE) else None
    if period is None:
        return {}
    low, high = component.get("minValue"), component.get("maxValue")
    return make_salary(low, high, currency=component.get("currencyCode"), period=period)


def _read_end(content: Content) -> Any:
    """An unlisted job is taken in as over, so that one that was listed at an earlier load is found no more."""
    if content.get("isListed") is not False:
        return None
    return read_time(content.get("publishedAt")) or datetime.now(UTC)


ASHBY_JOB = Format(
    key="ashby",
    name="a job of Ashby",
    kind=Kind.VACANCIES,
    recognizes=is_ashby_job,
    read_fields=_read_fields,
    properties=_READ,
)
