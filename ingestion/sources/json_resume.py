"""JSON Resume (jsonresume.org, the draft-07 schema): people who export their resume as one JSON object."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.sources.port import Rejection, SourceRow
from ingestion.sources.validation import as_raw, hash_id, make_row, reject
from ingestion.sources.values import as_text, join_texts
from milvus import Kind

_SECTIONS = ("work", "volunteer", "education", "skills", "projects", "languages", "certificates")
_READ = frozenset(
    {"$schema", "id", "basics", "work", "volunteer", "education", "skills", "languages", "projects", "certificates"}
    | {"awards", "publications", "interests", "meta"}
)


def is_json_resume(content: Mapping[str, Any]) -> bool:
    """Whether an object has the shape of JSON Resume: `basics`, or `work` beside another of its sections."""
    if isinstance(content.get("basics"), Mapping):
        return True
    return isinstance(content.get("work"), list) and sum(isinstance(content.get(name), list) for name in _SECTIONS) > 1


def read_json_resume(
    content: Mapping[str, Any], location: str, *, name: str | None, asked: Kind | None, raw: str | None
) -> SourceRow | Rejection:
    """The resume of a JSON Resume. Its id is its own, else the file's (`name`), else a hash of its content."""
    try:
        raw = as_raw(content) if raw is None else raw
        fields = _read_fields(content)
        fields["id"] = as_text(content.get("id")) or name or hash_id(content)
    except RecursionError:
        return reject(location, "nested too deeply", kind=Kind.RESUMES)
    if asked is Kind.VACANCIES:
        return reject(location, "is a JSON Resume, and vacancies were asked for", kind=asked, raw=raw)
    ignored = tuple(key for key in content if key not in _READ)[:50]
    return make_row(fields, kind=Kind.RESUMES, location=location, raw=raw, ignored=ignored)


def _read_fields(content: Mapping[str, Any]) -> dict[str, Any]:
    basics = content.get("basics")
    basics = basics if isinstance(basics, Mapping) else {}
    place = basics.get("location")
    work = _objects(content, "work")
    fields = {
        "title": as_text(basics.get("label")),
        "text": join_texts(_iterate_texts(content, basics)),
        "skills": list(dict.fromkeys(_iterate_skills(content))),
        "place": _read_place(place) if isinstance(place, Mapping) else None,
        "work_periods": [period for job in work if (period := _read_period(job))],
        "languages": [
            {"language": language, "level": as_text(one.get("fluency"))}
            for one in _objects(content, "languages")
            if (language := as_text(one.get("language")))
        ],
        "education": "\n".join(line for one in _objects(content, "education") if (line := _describe_education(one))),
        "person": _read_person(basics),
    }
    return {key: value for key, value in fields.items() if value}


def _read_place(place: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "city": as_text(place.get("city")),
        "region": as_text(place.get("region")),
        "country": as_text(place.get("countryCode")),
    }


def _read_person(basics: Mapping[str, Any]) -> dict[str, Any]:
    place = basics.get("location")
    links = [as_text(basics.get("url") or basics.get("website"))]
    links += [as_text(profile.get("url")) for profile in _objects(basics, "profiles")]
    person = {
        "name": as_text(basics.get("name")),
        "email": as_text(basics.get("email")),
        "phone": as_text(basics.get("phone")),
        "links": [link for link in links if link],
        "address": as_text(place.get("address")) if isinstance(place, Mapping) else None,
    }
    return {key: value for key, value in person.items() if value}


def _read_period(job: Mapping[str, Any]) -> dict[str, str | None] | None:
    start = as_text(job.get("startDate"))
    if start is None:
        return None
    return {
        "start": start,
        "end": as_text(job.get("endDate")),
        "title": as_text(job.get("position")),
        "company": as_text(job.get("name")) or as_text(job.get("company")),
        "description": _join_lines(job, "summary", "highlights"),
    }


def _iterate_texts(content: Mapping[str, Any], basics: Mapping[str, Any]) -> Iterator[str]:
    yield as_text(basics.get("summary")) or ""
    for job in _objects(content, "work"):
        yield _describe(job, head=("position", "name", "company"), lines=("description", "summary", "highlights"))
    for post in _objects(content, "volunteer"):
        yield _describe(post, head=("position", "organization"), lines=("summary", "highlights"))
    for project in _objects(content, "projects"):
        yield _describe(project, head=("name", "entity"), lines=("description", "highlights", "keywords", "roles"))
    for certificate in _objects(content, "certificates"):
        yield _describe(certificate, head=("name", "issuer"), lines=(), dates=("date",))
    for award in _objects(content, "awards"):
        yield _describe(award, head=("title", "awarder"), lines=("summary",), dates=("date",))
    for publication in _objects(content, "publications"):
        yield _describe(publication, head=("name", "publisher"), lines=("summary",), dates=("releaseDate",))
    yield ", ".join(_describe_language(one) for one in _objects(content, "languages"))


def _describe(
    part: Mapping[str, Any],
    *,
    head: tuple[str, ...],
    lines: tuple[str, ...],
    dates: tuple[str, ...] = ("startDate", "endDate"),
) -> str:
    names = ", ".join(text for name in head if (text := as_text(part.get(name))))
    span = " – ".join(text for name in dates if (text := as_text(part.get(name))))
    first = f"{names} ({span})" if names and span else names
    return "\n".join(text for text in (first, _join_lines(part, *lines)) if text)


def _join_lines(part: Mapping[str, Any], *names: str) -> str | None:
    return "\n".join(text for name in names if (text := as_text(part.get(name), joint="\n"))) or None


def _describe_education(one: Mapping[str, Any]) -> str:
    return _describe(one, head=("studyType", "area", "institution"), lines=("courses",))


def _describe_language(one: Mapping[str, Any]) -> str:
    level = as_text(one.get("fluency"))
    language = as_text(one.get("language")) or ""
    return f"{language} ({level})" if language and level else language


def _iterate_skills(content: Mapping[str, Any]) -> Iterator[str]:
    for skill in _objects(content, "skills"):
        keywords = skill.get("keywords")
        for item in (skill.get("name"), *(keywords if isinstance(keywords, list) else [keywords])):
            if text := as_text(item):
                yield text


def _objects(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a section, which careless exports write as one object or as nothing."""
    section = part.get(name)
    section = section if isinstance(section, list) else [section]
    return [one for one in section if isinstance(one, Mapping)]
