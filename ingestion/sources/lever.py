"""Postings of Lever: an array without a wrapper, which nowhere names the company.

Source: github.com/lever/postings-api, README.
"""

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ingestion.periods import parse_period
from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    drop_empty,
    get,
    get_short,
    get_text,
    list_objects,
    make_salary,
    pick_format,
    pick_types,
    read_terms,
    read_time,
    shorten,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts
from milvus import Kind

_READ = frozenset(
    {"id", "text", "description", "descriptionPlain", "lists", "additional", "additionalPlain", "categories", "country"}
    | {"opening", "openingPlain", "descriptionBody", "descriptionBodyPlain", "workplaceType", "salaryRange"}
    | {"salaryDescription", "salaryDescriptionPlain", "createdAt", "updatedAt", "hostedUrl", "state"}
)
_READ_OF_CATEGORIES = frozenset({"location", "commitment", "department", "team"})


def is_lever_posting(content: Content) -> bool:
    """Whether an object has the names of a Lever posting."""
    return (
        {"text", "categories"} <= content.keys()
        and not {"hostedUrl", "applyUrl", "descriptionPlain", "workplaceType"}.isdisjoint(content)
        and not isinstance(content.get("categories"), (str, list))
    )


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    terms = read_terms(get(content, "categories", "commitment"))
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(content.get("text")),
        "text": join_texts(_iterate_texts(content)),
        "place": drop_empty(
            {"text": get_short(content, "categories", "location"), "country": get_short(content, "country")}
        ),
        "work_format": pick_format(read_terms(content.get("workplaceType"))) or pick_format(terms),
        "employment_types": pick_types(terms),
        "salary": _read_salary(content),
        "category": get_short(content, "categories", "department") or get_short(content, "categories", "team"),
        "url": get_text(content, "hostedUrl"),
        "published_at": _read_stamp(content.get("createdAt")),
        "expires_at": _read_end(content),
    }


def _iterate_texts(content: Content) -> Iterator[str]:
    """All as HTML: `description` holds opening and body, and lists come as their items alone."""
    whole = _read_markup(content, "description")
    yield whole or "\n".join(_read_markup(content, part) for part in ("opening", "descriptionBody")).strip()
    for one in list_objects(content, "lists"):
        heading, items = get_text(one, "text"), get_text(one, "content")
        yield f"<h3>{html.escape(heading or '')}</h3><ul>{items or ''}</ul>" if heading or items else ""
    yield _read_markup(content, "salaryDescription")
    yield _read_markup(content, "additional")


def _read_markup(content: Content, name: str) -> str:
    """A text that comes as HTML and plain; the plain one as HTML, so that its lines outlive the other's tags."""
    plain = as_text(content.get(f"{name}Plain")) or ""
    return as_text(content.get(name)) or html.escape(plain, quote=False).replace("\n", "<br>")


def _read_salary(content: Content) -> dict[str, Any]:
    """Intervals are such as "per-year-salary"; what is paid once or twice a month is left out."""
    stated = content.get("salaryRange")
    interval = get_text(stated, "interval") or ""
    period = parse_period(interval.replace("-", " ")) if interval.startswith("per-") else None
    if not isinstance(stated, Mapping) or (interval and period is None):
        return {}
    return make_salary(stated.get("min"), stated.get("max"), currency=stated.get("currency"), period=period)


def _read_stamp(value: Any) -> Any:
    """Milliseconds since 1970; what is none is kept for the schema to refuse by the field's name."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC)
        except (OverflowError, OSError, ValueError):
            return f"{shorten(str(value))}, not a time in milliseconds"
    return read_time(value)


def _read_end(content: Content) -> Any:
    """A posting that says it is not published (closed, draft, internal) is over: since its last change."""
    state = get_text(content, "state")
    if state in {None, "published"}:
        return None
    return _read_stamp(content.get("updatedAt")) or _read_stamp(content.get("createdAt")) or datetime.now(UTC)


def _find_unread(content: Content) -> Iterator[str]:
    for one in list_objects(content, "categories"):
        yield from (f"categories.{name}" for name in drop_empty(one) if name not in _READ_OF_CATEGORIES)


LEVER_POSTING = Format(
    key="lever",
    name="a posting of Lever",
    kind=Kind.VACANCIES,
    recognizes=is_lever_posting,
    read_fields=_read_fields,
    properties=_READ,
    find_unread=_find_unread,
)
