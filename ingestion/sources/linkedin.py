"""LinkedIn data exports: the CSV files of one member make one resume, and what speaks of others is left alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from ingestion.sources.columns import fold_column
from ingestion.sources.csv_file import find_objects
from ingestion.sources.objects import FoundObject
from ingestion.sources.port import Original, Rejection, SourceFile, SourceRow
from ingestion.sources.streams import guard
from ingestion.sources.validation import as_raw, keep_original, make_row, reject
from ingestion.sources.values import join_texts, split_items
from milvus import Kind

# What originals are called that are an export.
LINKEDIN = "linkedin"
# The files that show an export, by what their headers must name.
_MARKS: Mapping[str, frozenset[str]] = {
    "profile.csv": frozenset({"first name", "last name", "headline"}),
    "positions.csv": frozenset({"company name", "title", "started on"}),
}
# What is read. All else is of other people (connections, messages, invitations, recommendations) or of no job.
_TABLES = frozenset(
    {*_MARKS, "education.csv", "skills.csv", "languages.csv", "projects.csv", "email addresses.csv"}
    | {"phonenumbers.csv", "certifications.csv", "volunteering.csv", "courses.csv", "honors.csv", "publications.csv"}
)
_PARTS = (".csv", ".html")
_MAX_ROWS = 2_000
_MAX_TITLE = 500

Row = Mapping[str, str]
Table = list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export. `file` names it and its kind; `tables` are the files that are read, by their names in lower case."""

    file: SourceFile
    tables: Mapping[str, SourceFile]
    ignored: tuple[str, ...]


def find_exports(file: SourceFile, prefix: str, members: Mapping[str, SourceFile]) -> Iterator[Export | SourceFile]:
    """The members of an archive, by their paths in it, with the CSV files of LinkedIn exports put together."""
    taken: set[str] = set()
    for base in _find_bases(members):
        parts = {name.removeprefix(base): member for name, member in members.items() if name.startswith(base)}
        place = base.rstrip("/")
        named = replace(file, name=f"{file.name}/{place}".rstrip("/"), id=f"{prefix}{place}".rstrip("/") or file.id)
        export = make_export(named, parts)
        if export is not None:
            taken |= {f"{base}{name}" for name in parts if is_part_of_export(name)}
            yield export
    yield from (member for name, member in members.items() if name not in taken)


def _find_bases(names: Iterable[str]) -> list[str]:
    """The folders, "" or with a final slash, that hold a file named as a mark of an export."""
    paths = (PurePosixPath(name) for name in names)
    bases = {path.parent for path in paths if path.name.lower() in _MARKS}
    return sorted("" if base == PurePosixPath() else f"{base}/" for base in bases)


def may_hold_export(names: Iterable[str]) -> bool:
    """Whether a folder with files of these names is worth a look into them."""
    return any(name.lower() in _MARKS for name in names)


def is_part_of_export(name: str) -> bool:
    """Whether a file in the folder of an export, or below it, belongs to the export."""
    return name.lower().endswith(_PARTS)


def make_export(file: SourceFile, parts: Mapping[str, SourceFile]) -> Export | None:
    """The export whose files these are, by their paths in its folder; None where the headers are not LinkedIn's."""
    tables = {name.lower(): part for name, part in parts.items() if name.lower() in _TABLES}
    if not any(_has_header(tables[name], header) for name, header in _MARKS.items() if name in tables):
        return None
    ignored = tuple(name for name in parts if is_part_of_export(name) and name.lower() not in _TABLES)
    return Export(file=file, tables=tables, ignored=ignored[:50])


def _has_header(table: SourceFile, header: frozenset[str]) -> bool:
    found = next((item for item in guard(table.name, find_objects(table)) if isinstance(item, FoundObject)), None)
    return found is not None and header <= {fold_column(column) for column in found.content}


def read_linkedin(export: Export) -> Iterator[SourceRow | Rejection]:
    """The resume of an export, and a Rejection for every row in it that cannot be read."""
    file = export.file
    if file.kind is Kind.VACANCIES:
        yield reject(file.name, "is a LinkedIn export, which is a resume, and vacancies were asked for", kind=file.kind)
        return
    tables: dict[str, Table] = {}
    for name, table in export.tables.items():
        rows: Table = []
        for item in islice(guard(table.name, find_objects(table)), _MAX_ROWS):
            if isinstance(item, Rejection):
                yield replace(item, kind=Kind.RESUMES)
            else:
                rows.append({fold_column(column): value.strip() for column, value in item.content.items()})
        tables[name.removesuffix(".csv")] = rows
    yield read_tables(tables, file, ignored=export.ignored)


def read_tables(
    tables: Mapping[str, Table], file: SourceFile, *, ignored: tuple[str, ...] = ()
) -> SourceRow | Rejection:
    """The resume of an export, from the rows of its files by their names without ending."""
    raw = as_raw(tables)
    fields = {"id": file.id, **_read_fields(tables)}
    row = make_row(fields, kind=Kind.RESUMES, location=file.name, raw=raw, ignored=ignored)
    if isinstance(row, Rejection):
        return row
    return replace(row, file=file.name, original=keep_original(Original(format=LINKEDIN, raw=raw)))


def _read_fields(tables: Mapping[str, Table]) -> dict[str, Any]:
    profile = next(iter(tables.get("profile", [])), {})
    positions = tables.get("positions", [])
    titles = (text for text in (profile.get("headline"), *(job.get("title") for job in positions)) if text)
    place = profile.get("geo location")
    fields = {
        "title": next((text for text in titles if len(text) <= _MAX_TITLE), None),
        "text": join_texts(_iterate_texts(tables, profile)),
        "skills": list(dict.fromkeys(row["name"] for row in tables.get("skills", []) if row.get("name"))),
        "place": {"text": place} if place else None,
        "category": profile.get("industry"),
        "work_periods": [_read_period(job) for job in positions if job.get("started on")],
        "languages": [
            {"language": row["name"], "level": row.get("proficiency")}
            for row in tables.get("languages", [])
            if row.get("name")
        ],
        "education": "\n".join(
            _describe(row, "degree name", "school name", lines=("notes", "activities"))
            for row in tables.get("education", [])
        ),
        "person": _read_person(tables, profile),
    }
    return {key: value for key, value in fields.items() if value}


def _read_period(job: Row) -> dict[str, str | None]:
    return {
        "start": job["started on"],
        "end": job.get("finished on"),
        "title": job.get("title"),
        "company": job.get("company name"),
        "description": job.get("description"),
    }


def _read_person(tables: Mapping[str, Table], profile: Row) -> dict[str, Any]:
    emails = sorted(tables.get("email addresses", []), key=lambda row: row.get("primary", "").lower() != "yes")
    phones = tables.get("phonenumbers", [])
    person = {
        "name": " ".join(text for name in ("first name", "last name") if (text := profile.get(name))),
        "email": next((text for row in emails if (text := row.get("email address"))), None),
        "phone": next((text for row in phones if (text := row.get("number"))), None),
        "links": [link.strip("[]").partition(":")[2] or link for link in split_items(profile.get("websites"))],
        "address": profile.get("address"),
        "birth_date": profile.get("birth date"),
    }
    return {key: value for key, value in person.items() if value}


def _iterate_texts(tables: Mapping[str, Table], profile: Row) -> Iterator[str]:
    yield profile.get("summary", "")
    for name, head in (
        ("positions", ("title", "company name")),
        ("volunteering", ("role", "company name")),
        ("projects", ("title",)),
        ("certifications", ("name", "authority")),
        ("courses", ("name",)),
        ("honors", ("title",)),
        ("publications", ("name", "publisher")),
    ):
        for row in tables.get(name, []):
            yield _describe(row, *head, lines=("description",))


def _describe(row: Row, *head: str, lines: tuple[str, ...]) -> str:
    names = ", ".join(text for name in head if (text := row.get(name)))
    dates = (row.get("started on") or row.get("start date"), row.get("finished on") or row.get("end date"))
    span = " – ".join(text for text in dates if text)
    first = f"{names} ({span})" if names and span else names
    return "\n".join(text for text in (first, *(row.get(name) for name in lines)) if text)
