"""Objects of tables and JSON, whatever the file they come from: told apart, and each handed to the one who reads it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from ingestion.sources.columns import tell_kind
from ingestion.sources.job_posting import is_job_posting, read_job_posting
from ingestion.sources.json_resume import is_json_resume, read_json_resume
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.rows import RowReader
from ingestion.sources.streams import guard
from ingestion.sources.validation import reject
from milvus import Kind

_TELLING_ROWS = 100
_RESUME_NAME = re.compile(r"resum|curricul|candidat|резюме|кандидат|соискател|(?<![a-z])cvs?(?![a-z])")
_VACANCY_NAME = re.compile(r"vacan|вакан|oferta|posting|(?<![a-z])jobs?(?![a-z])")
UNTOLD = "cannot tell whether it holds resumes or vacancies: say --kind resumes or --kind vacancies"


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One object of a file and where it was. `name` is the file's id where the file is this one object."""

    location: str
    content: Any
    raw: str | None = None
    name: str | None = None


def read_objects(file: SourceFile, found: Iterator[FoundObject | Rejection]) -> Iterator[SourceRow | Rejection]:
    """Read every object as what it is: JobPosting, JSON Resume, or a row of columns."""
    items = guard(file.name, found)
    head = list(islice(items, _TELLING_ROWS))
    kind = file.kind or _tell_kind(file, head)
    rows = RowReader(file, kind) if kind else None
    untold = False
    for item in chain(head, items):
        if isinstance(item, Rejection):
            yield item
        elif not isinstance(item.content, Mapping):
            yield reject(item.location, "is not an object of fields", kind=file.kind, raw=item.raw)
        elif is_job_posting(item.content):
            yield read_job_posting(item.content, item.location, name=item.name, asked=file.kind, raw=item.raw)
        elif is_json_resume(item.content):
            yield read_json_resume(item.content, item.location, name=item.name, asked=file.kind, raw=item.raw)
        elif rows is not None:
            content = item.content if item.name is None else _with_id(item.content, item.name, rows)
            yield rows.read(content, location=item.location, raw=item.raw)
        elif not untold:
            untold = True
            yield reject(file.name, UNTOLD)


def _with_id(content: Mapping[str, Any], name: str, rows: RowReader) -> Mapping[str, Any]:
    has_id = any(rows.find_field(column) == "id" and value for column, value in content.items())
    return content if has_id else {**content, "id": name}


def _tell_kind(file: SourceFile, head: Iterable[FoundObject | Rejection]) -> Kind | None:
    rows = [item.content for item in head if isinstance(item, FoundObject) and isinstance(item.content, Mapping)]
    plain = [row for row in rows if not is_job_posting(row) and not is_json_resume(row)]
    columns = frozenset(
        str(column) for row in plain for column, value in row.items() if value not in (None, "", [], {})
    )
    mapped = frozenset(field for column, field in file.mapping.items() if column in columns)
    return tell_kind(columns | mapped) or tell_kind_by_name(file.id)


def tell_kind_by_name(name: str) -> Kind | None:
    """What a file holds by its own name, else by those of its folders; None where they say nothing or both."""
    for part in reversed(name.casefold().split("/")):
        told = [
            kind
            for kind, pattern in ((Kind.RESUMES, _RESUME_NAME), (Kind.VACANCIES, _VACANCY_NAME))
            if pattern.search(part)
        ]
        if told:
            return told[0] if len(told) == 1 else None
    return None
