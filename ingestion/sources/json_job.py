"""Job descriptions of the JSON Resume project (job-schema.json), the counterpart of its resumes."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from ingestion.experience import parse_partial_date
from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import (
    as_list,
    drop_empty,
    get_short,
    get_text,
    list_objects,
    list_texts,
    make_salary,
    pick_format,
    pick_types,
    read_terms,
    read_time,
    split_skills,
)
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts, split_items
from milvus import Kind, WorkFormat

_READ = frozenset(
    {"$schema", "id", "title", "company", "type", "date", "description", "location", "remote", "salary", "experience"}
    | {"responsibilities", "qualifications", "skills", "meta"}
)
# How much of the work is remote.
_REMOTE = {"full": WorkFormat.REMOTE, "hybrid": WorkFormat.HYBRID, "none": WorkFormat.ON_SITE}


def is_json_job(content: Content) -> bool:
    """Whether an object names the schema, or has a title, a word of `remote`, lists or a location as it wants them."""
    schema = content.get("$schema")
    if isinstance(schema, str) and "job-schema" in schema:
        return True
    lists = [name for name in ("responsibilities", "qualifications", "skills") if isinstance(content.get(name), list)]
    remote = content.get("remote")
    signs = (
        isinstance(remote, str) and remote.lower() in _REMOTE,
        bool({"responsibilities", "qualifications"} & set(lists)),
        bool(get_text(list_objects(content, "skills"), "name")),
        get_text(content, "location", "countryCode") is not None,
    )
    return "title" in content and sum(signs) > 1


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    terms = read_terms(split_items(content.get("type")))
    skills, texts = split_skills(dict.fromkeys(_iterate_skills(content)))
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(content.get("title")),
        "text": join_texts([*_iterate_texts(content), *texts]),
        "skills": skills,
        "company": get_short(content, "company"),
        "place": _read_place(content),
        "work_format": _REMOTE.get((get_text(content, "remote") or "").lower()) or pick_format(terms),
        "employment_types": pick_types(terms),
        "salary": make_salary(None, None, currency=None, period=None, text=get_text(content, "salary")),
        "experience": get_short(content, "experience"),
        "url": get_text(content, "meta", "canonical"),
        "published_at": _read_date(content.get("date")),
    }


def _iterate_texts(content: Content) -> Iterator[str]:
    yield as_text(content.get("description")) or ""
    for name in ("responsibilities", "qualifications"):
        yield "\n".join(list_texts(content, name))


def _iterate_skills(content: Content) -> Iterator[str]:
    for skill in as_list(content.get("skills")):
        yield from filter(None, [as_text(skill), *list_texts(skill, "keywords")])


def _read_place(content: Content) -> dict[str, Any]:
    place = {
        "city": get_short(content, "location", "city"),
        "region": get_short(content, "location", "region"),
        "country": get_short(content, "location", "countryCode"),
    }
    return drop_empty(place) or drop_empty({"text": get_short(content, "location")})


def _read_date(value: Any) -> Any:
    """A date of which month and day may be left out: its first moment."""
    day = parse_partial_date(value) if isinstance(value, str) and len(value) < len("2024-05-12") else None
    return read_time(value) if day is None else datetime.combine(day, time(), tzinfo=UTC)


JSON_JOB = Format(
    key="json-job",
    name="a job of JSON Resume",
    kind=Kind.VACANCIES,
    recognizes=is_json_job,
    read_fields=_read_fields,
    properties=_READ,
)
