"""JSON Resume (jsonresume.org, the draft-07 schema): people who export their resume as one JSON object."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.sources.formats import Content, Format
from ingestion.sources.parts import describe, drop_empty, join_lines, list_objects
from ingestion.sources.validation import hash_id
from ingestion.sources.values import as_text, join_texts
from milvus import Kind

_SECTIONS = ("work", "volunteer", "education", "skills", "projects", "languages", "certificates")
_READ = frozenset(
    {"$schema", "id", "basics", "work", "volunteer", "education", "skills", "languages", "projects", "certificates"}
    | {"awards", "publications", "interests", "meta"}
)
_DATES = ("startDate", "endDate")


def is_json_resume(content: Mapping[str, Any]) -> bool:
    """Whether an object has the shape of JSON Resume: `basics`, or `work` beside another of its sections."""
    if isinstance(content.get("basics"), Mapping):
        return True
    return isinstance(content.get("work"), list) and sum(isinstance(content.get(name), list) for name in _SECTIONS) > 1


def _read_fields(content: Content, name: str | None) -> dict[str, Any]:
    basics = content.get("basics")
    basics = basics if isinstance(basics, Mapping) else {}
    place = basics.get("location")
    work = list_objects(content, "work")
    return {
        "id": as_text(content.get("id")) or name or hash_id(content),
        "title": as_text(basics.get("label")),
        "text": join_texts(_iterate_texts(content, basics)),
        "skills": list(dict.fromkeys(_iterate_skills(content))),
        "place": _read_place(place) if isinstance(place, Mapping) else None,
        "work_periods": [period for job in work if (period := _read_period(job))],
        "languages": [
            {"language": language, "level": as_text(one.get("fluency"))}
            for one in list_objects(content, "languages")
            if (language := as_text(one.get("language")))
        ],
        "education": "\n".join(
            line for one in list_objects(content, "education") if (line := _describe_education(one))
        ),
        "person": _read_person(basics),
    }


def _read_place(place: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "city": as_text(place.get("city")),
        "region": as_text(place.get("region")),
        "country": as_text(place.get("countryCode")),
    }


def _read_person(basics: Mapping[str, Any]) -> dict[str, Any]:
    place = basics.get("location")
    links = [as_text(basics.get("url") or basics.get("website"))]
    links += [as_text(profile.get("url")) for profile in list_objects(basics, "profiles")]
    person = {
        "name": as_text(basics.get("name")),
        "email": as_text(basics.get("email")),
        "phone": as_text(basics.get("phone")),
        "links": [link for link in links if link],
        "address": as_text(place.get("address")) if isinstance(place, Mapping) else None,
    }
    return drop_empty(person)


def _read_period(job: Mapping[str, Any]) -> dict[str, str | None] | None:
    start = as_text(job.get("startDate"))
    if start is None:
        return None
    return {
        "start": start,
        "end": as_text(job.get("endDate")),
        "title": as_text(job.get("position")),
        "company": as_text(job.get("name")) or as_text(job.get("company")),
        "description": join_lines(job, "summary", "highlights"),
    }


def _iterate_texts(content: Mapping[str, Any], basics: Mapping[str, Any]) -> Iterator[str]:
    yield as_text(basics.get("summary")) or ""
    for job in list_objects(content, "work"):
        yield describe(
            job, head=("position", "name", "company"), lines=("description", "summary", "highlights"), dates=_DATES
        )
    for post in list_objects(content, "volunteer"):
        yield describe(post, head=("position", "organization"), lines=("summary", "highlights"), dates=_DATES)
    for project in list_objects(content, "projects"):
        lines = ("description", "highlights", "keywords", "roles")
        yield describe(project, head=("name", "entity"), lines=lines, dates=_DATES)
    for certificate in list_objects(content, "certificates"):
        yield describe(certificate, head=("name", "issuer"), dates=("date",))
    for award in list_objects(content, "awards"):
        yield describe(award, head=("title", "awarder"), lines=("summary",), dates=("date",))
    for publication in list_objects(content, "publications"):
        yield describe(publication, head=("name", "publisher"), lines=("summary",), dates=("releaseDate",))
    yield ", ".join(_describe_language(one) for one in list_objects(content, "languages"))


def _describe_education(one: Mapping[str, Any]) -> str:
    return describe(one, head=("studyType", "area", "institution"), lines=("courses",), dates=_DATES)


def _describe_language(one: Mapping[str, Any]) -> str:
    level = as_text(one.get("fluency"))
    language = as_text(one.get("language")) or ""
    return f"{language} ({level})" if language and level else language


def _iterate_skills(content: Mapping[str, Any]) -> Iterator[str]:
    for skill in list_objects(content, "skills"):
        keywords = skill.get("keywords")
        for item in (skill.get("name"), *(keywords if isinstance(keywords, list) else [keywords])):
            if text := as_text(item):
                yield text


JSON_RESUME = Format(
    key="json-resume",
    name="a JSON Resume",
    kind=Kind.RESUMES,
    recognizes=is_json_resume,
    read_fields=_read_fields,
    properties=_READ,
)
