"""Objects of tables and JSON, whatever the file they come from: told apart, and each handed to the one who reads it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from ingestion.sources.ashby import ASHBY_JOB
from ingestion.sources.columns import tell_kind
from ingestion.sources.formats import Format
from ingestion.sources.google_job import GOOGLE_JOB
from ingestion.sources.greenhouse import GREENHOUSE_JOB
from ingestion.sources.hh_resume import HH_RESUME
from ingestion.sources.hh_vacancy import HH_VACANCY
from ingestion.sources.hr_open import HR_OPEN
from ingestion.sources.job_posting import JOB_POSTING
from ingestion.sources.json_job import JSON_JOB
from ingestion.sources.json_resume import JSON_RESUME
from ingestion.sources.lever import LEVER_POSTING
from ingestion.sources.port import Original, Rejection, SourceFile, SourceRow
from ingestion.sources.rows import RowReader
from ingestion.sources.streams import guard
from ingestion.sources.validation import as_raw, keep_original, reject
from milvus import Kind

# In the order in which they are tried: what names itself goes before what is told by its properties.
FORMATS: tuple[Format, ...] = (
    JOB_POSTING,
    JSON_RESUME,
    HH_VACANCY,
    HH_RESUME,
    HR_OPEN,
    GOOGLE_JOB,
    GREENHOUSE_JOB,
    LEVER_POSTING,
    ASHBY_JOB,
    JSON_JOB,
)

# What originals are called that are of none of them: the columns of a table, the item of a feed.
ROWS, FEED = "rows", "feed"

_TELLING_ROWS = 100
_RESUME_NAME = re.compile(r"resum|curricul|candidat|резюме|кандидат|соискател|(?<![a-z])cvs?(?![a-z])")
_VACANCY_NAME = re.compile(r"vacan|вакан|oferta|posting|(?<![a-z])jobs?(?![a-z])")
UNTOLD = "cannot tell whether it holds resumes or vacancies: say --kind resumes or --kind vacancies"


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One object of a file and where it was.

    `raw` is its JSON text as received; `record` is what it was written as where that is no JSON, and `feed` the whole
    item as a feed of its own. `name` is the file's id where the file is this one object; `company` is whose board it
    was on, where the board says it.
    """

    location: str
    content: Any
    raw: str | None = None
    record: str | None = None
    feed: str | None = None
    name: str | None = None
    company: str | None = None


def recognize(content: Mapping[str, Any], mapping: Mapping[str, str] | None = None) -> Format | None:
    """The format of an object; None for a row of columns, which it always is where the caller maps its columns."""
    if mapping and any(column in content for column in mapping):
        return None
    return next((one for one in FORMATS if one.recognizes(content)), None)


def read_objects(file: SourceFile, found: Iterator[FoundObject | Rejection]) -> Iterator[SourceRow | Rejection]:
    """Read every object as what it is: of one of FORMATS, or a row of columns."""
    items = guard(file.name, found)
    head = list(islice(items, _TELLING_ROWS))
    kind = file.kind or _tell_kind(file, head)
    rows = RowReader(file, kind) if kind else None
    untold = False
    for item in chain(head, items):
        if isinstance(item, Rejection):
            yield item
        elif not isinstance(item.content, Mapping):
            yield reject(item.location, "is not an object of fields", kind=file.kind, raw=item.raw or item.record)
        elif read := _read_object(item, file, rows):
            yield read
        elif not untold:
            untold = True
            yield reject(file.name, UNTOLD)


def _read_object(item: FoundObject, file: SourceFile, rows: RowReader | None) -> SourceRow | Rejection | None:
    """None for a row of which nothing tells whether it is a resume or a vacancy."""
    found = recognize(item.content, file.mapping)
    if found is None and rows is None:
        return None
    try:
        raw = item.raw or as_raw(item.content)
    except RecursionError:
        return reject(item.location, "nested too deeply", kind=found.kind if found else file.kind, raw=item.record)
    if found is not None:
        read = found.read(item.content, item.location, name=item.name, asked=file.kind, raw=raw, company=item.company)
    elif rows is not None:
        read = rows.read(_add_known(item, rows), location=item.location, raw=raw)
    if isinstance(read, Rejection):
        return reject(read.location, read.reason, kind=read.kind, raw=item.record) if item.record else read
    key = FEED if item.feed else found.key if found else ROWS
    original = Original(format=key, raw=item.feed or raw, company=item.company, mapping=file.mapping)
    return replace(read, file=file.name, original=keep_original(original))


def _add_known(item: FoundObject, rows: RowReader) -> Mapping[str, Any]:
    """The row with the id and the company that its surroundings tell, where it has none itself."""
    known = {"id": item.name, "company": item.company}
    told = {rows.find_field(column) for column, value in item.content.items() if value}
    missing = {name: value for name, value in known.items() if value and name not in told}
    return {**item.content, **missing} if missing else item.content


def _tell_kind(file: SourceFile, head: Iterable[FoundObject | Rejection]) -> Kind | None:
    rows = [item.content for item in head if isinstance(item, FoundObject) and isinstance(item.content, Mapping)]
    plain = [row for row in rows if recognize(row, file.mapping) is None]
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
