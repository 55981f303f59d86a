"""Batches: many documents in one request, each row with its own outcome."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from ingestion import DOCUMENT_TYPES, AnyDocument, UnreadableDocument
from milvus import Kind
from service.api.errors import describe_errors, make_writable
from service.api.payloads import BatchPayload, RowError, RowOutcome
from service.documents import DocumentDesk

MAX_ROWS = 1000
MAX_ROW_ERRORS = 10
OPENAPI = {
    "requestBody": {
        "required": True,
        "description": f"A JSON array of documents, or one document a line (JSONL); at most {MAX_ROWS:,}.",
        "content": {
            "application/json": {"schema": {"type": "array", "maxItems": MAX_ROWS, "items": {"type": "object"}}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


def store_batch(desk: DocumentDesk, kind: Kind, body: bytes, *, content_type: str, wait: bool) -> BatchPayload:
    """Store the rows that are documents, name what is wrong with the others.

    Raises UnreadableDocument where the body as a whole cannot be read.
    """
    rows = list(_read_rows(body, content_type))
    if len(rows) > MAX_ROWS:
        raise UnreadableDocument(f"a batch holds at most {MAX_ROWS:,} rows; this one holds {len(rows):,}")
    documents: dict[int, AnyDocument] = {}
    outcomes: dict[int, RowOutcome] = {}
    for number, value in rows:
        parsed = _read_document(kind, number, value)
        if isinstance(parsed, RowOutcome):
            outcomes[number] = parsed
        else:
            documents[number] = parsed
    stored = desk.store(list(documents.values()), wait=wait)
    for number, one in zip(documents, stored, strict=True):
        recorded = one.recorded
        outcomes[number] = RowOutcome(
            row=number, id=recorded.id, change=recorded.change, task_id=recorded.task_id, task_state=one.state
        )
    return BatchPayload(
        stored=len(stored),
        rejected=len(rows) - len(stored),
        rows=[outcomes[number] for number in sorted(outcomes)],
    )


def _read_rows(body: bytes, content_type: str) -> Iterator[tuple[int, Any]]:
    """Each row with the number of its line or element."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(f"the body is not UTF-8: byte {error.start}") from None
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("application/x-ndjson", "application/jsonl", "application/x-jsonlines"):
        yield from ((number, _read_line(line)) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    elif kind == "application/json":
        value = _read_line(text)
        if isinstance(value, ValueError):
            raise UnreadableDocument(f"the body is not JSON: {value}")
        if not isinstance(value, list):
            raise UnreadableDocument("the body must be a JSON array of documents")
        yield from enumerate(value, 1)
    else:
        raise UnreadableDocument(
            f"content type {kind or 'missing'!r}: send application/json (an array) or application/x-ndjson (lines)"
        )


def _read_line(line: str) -> Any:
    """The JSON value, or the error, which then stands for the row."""
    try:
        return json.loads(line)  # NaN passes here and is refused by the field that it stands in
    except (ValueError, RecursionError) as error:
        return ValueError(str(error))


def _read_document(kind: Kind, number: int, value: Any) -> AnyDocument | RowOutcome:
    given = value.get("id") if isinstance(value, dict) else None
    id_ = make_writable(given) if isinstance(given, str) else None
    if isinstance(value, ValueError):
        errors = [RowError(field="", message=f"not JSON: {value}")]
    else:
        try:
            return DOCUMENT_TYPES[kind].model_validate(value)
        except ValidationError as error:
            errors = [
                RowError(field=one.field, message=one.message) for one in describe_errors(error, limit=MAX_ROW_ERRORS)
            ]
    return RowOutcome(row=number, id=id_, change=None, task_id=None, task_state=None, errors=errors)
