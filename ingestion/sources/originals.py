"""Originals to documents: what was kept of a source, read again with the readers of today."""

import io
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from ingestion.sources.feeds import read_feed
from ingestion.sources.json_file import parse_json
from ingestion.sources.linkedin import LINKEDIN, read_tables
from ingestion.sources.objects import FEED, FORMATS, ROWS, FoundObject, read_objects
from ingestion.sources.port import Original, Rejection, SourceFile, SourceRow
from ingestion.sources.text_file import EXTRACTORS, make_reader
from ingestion.sources.validation import reject
from milvus import Kind

FILE_FORMATS = tuple(suffix.removeprefix(".") for suffix in EXTRACTORS)
"""What originals are called that are files of one document, kept as bytes."""
ORIGINAL_FORMATS = (*sorted(one.key for one in FORMATS), ROWS, FEED, LINKEDIN, *FILE_FORMATS)
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'


def read_original(original: Original, *, kind: Kind, id_: str) -> SourceRow | Rejection:
    """The document that an original gives now, under the id that it has; a Rejection where it gives none."""
    raw = original.raw
    content = raw if isinstance(raw, bytes) else _DECLARATION + raw.encode("utf-8", "replace")
    file = SourceFile(
        name=f"{kind.value} {id_}", id=id_, open=partial(io.BytesIO, content), kind=kind, mapping=original.mapping
    )
    found = list(islice(_read(original, file), 2))
    if len(found) != 1:
        return reject(file.name, "gives more than one document now" if found else "gives no document now", kind=kind)
    row = found[0]
    if isinstance(row, Rejection):
        return row
    known = {"id": id_} | ({} if row.document.source else {"source": original.source})
    return SourceRow(
        location=file.name,
        document=row.document.model_copy(update=known),
        ignored=row.ignored,
        original=original,
    )


def _read(original: Original, file: SourceFile) -> Iterator[SourceRow | Rejection]:
    if isinstance(original.raw, bytes):
        return make_reader(f".{original.format}")(file)
    if original.format == FEED:
        return read_feed(file)
    try:
        content: Any = parse_json(original.raw)
    except (ValueError, RecursionError):
        return iter([reject(file.name, "is not JSON that can be read", kind=file.kind)])
    if original.format == LINKEDIN:
        return iter([read_tables(content, file)])
    return read_objects(file, iter([FoundObject(file.name, content, raw=original.raw, company=original.company)]))
