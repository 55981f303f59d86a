"""Turns the fields of a row into a document, or the errors in them into a reason that names the field."""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ingestion.documents import DOCUMENT_TYPES, AnyDocument
from ingestion.sources.port import Original, Rejection, SourceRow
from milvus import Kind

_MAX_KEPT_CHARACTERS = 1_000_000
_MAX_KEPT_BYTES = 4 * 1024**2
_MAX_RAW_CHARACTERS = 2_000
_MAX_SHOWN_CHARACTERS = 80
_MAX_SHOWN_ERRORS = 5
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def make_row(
    fields: Mapping[str, Any],
    *,
    kind: Kind,
    location: str,
    raw: str,
    ignored: tuple[str, ...] = (),
) -> SourceRow | Rejection:
    """The document of these fields, or a Rejection that names the field at fault and keeps `raw`."""
    reason = find_unreadable_number(fields)
    if reason is None:
        try:
            document = make_document(fields, kind)
        except ValidationError as error:
            reason = describe_errors(error)
        else:
            return SourceRow(location=location, document=document, ignored=ignored)
    return reject(location, reason, kind=kind, raw=raw)


def keep_original(original: Original) -> Original | None:
    """The original, unless it is too long to be kept."""
    most = _MAX_KEPT_BYTES if isinstance(original.raw, bytes) else _MAX_KEPT_CHARACTERS
    return original if len(original.raw) <= most else None


def make_document(fields: Mapping[str, Any], kind: Kind) -> AnyDocument:
    """The document of these fields. Raises pydantic's ValidationError."""
    return DOCUMENT_TYPES[kind].model_validate(dict(fields))


def reject(location: str, reason: str, *, kind: Kind | None = None, raw: str | None = None) -> Rejection:
    """A Rejection whose texts any database takes: clipped, without lone surrogates."""
    return Rejection(
        location=make_writable(location),
        reason=make_writable(reason),
        kind=kind,
        raw=None if raw is None else make_writable(raw[:_MAX_RAW_CHARACTERS]),
    )


def make_writable(text: str) -> str:
    """The text with U+FFFD for what no database takes: NUL, and broken bytes carried along as lone surrogates."""
    if not _UNWRITABLE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def describe_errors(error: ValidationError) -> str:
    """One line: `salary.min: Input should be greater than or equal to 0 (got -5)`."""
    errors = error.errors(include_url=False)
    shown = [_describe_error(dict(one)) for one in errors[:_MAX_SHOWN_ERRORS]]
    if len(errors) > _MAX_SHOWN_ERRORS:
        shown.append(f"and {len(errors) - _MAX_SHOWN_ERRORS} more")
    return "; ".join(shown)


def _describe_error(error: Mapping[str, Any]) -> str:
    field = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    if isinstance(given, (str, int, float)) and error["type"] not in {"missing", "string_too_long"}:
        message += f" (got {clip(repr(given), _MAX_SHOWN_CHARACTERS)})"
    return f"{field}: {message}" if field else message


def clip(text: str, limit: int) -> str:
    """The text, cut to `limit` characters with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def find_unreadable_number(fields: Mapping[str, Any]) -> str | None:
    """The reason against NaN or an infinity anywhere in the fields, None where there is none."""
    for name, value in _walk("", fields):
        if isinstance(value, float) and not math.isfinite(value):
            return f"{name}: {value} is not a number that can be stored"
    return None


def _walk(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    stack = [(name, value)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend((f"{name}.{key}" if name else str(key), part) for key, part in value.items())
        elif isinstance(value, (list, tuple)):
            stack.extend((f"{name}.{index}", part) for index, part in enumerate(value))
        else:
            yield name, value


def hash_id(content: Any) -> str:
    """A stable id for a row that brings none: the same content, in whatever order of columns, has the same id."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str, separators=(",", ":"))
    return f"sha-{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"


def as_raw(row: Any) -> str:
    """A row as JSON text that any database takes. Raises RecursionError."""
    text = json.dumps(row, ensure_ascii=False, default=str)
    return json.dumps(row, default=str) if _UNWRITABLE.search(text) else text
