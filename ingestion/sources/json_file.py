"""JSON files: one object, an array of them, or the `@graph` of JSON-LD."""

import json
from collections.abc import Iterator
from typing import Any

from ingestion.sources.encodings import decode_text, name_signature
from ingestion.sources.job_posting import is_job_posting
from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.streams import read_whole
from ingestion.sources.validation import reject

EMPTY_ARRAY = "holds an empty array"


def parse_json(content: bytes | str) -> Any:
    """The value of a JSON text; NaN and Infinity are read as floats. Raises ValueError, RecursionError."""
    return json.loads(content.decode("utf-8") if isinstance(content, bytes) else content)


def read_json(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    """Every object of the file. An array's are counted from 0: `jobs.json[17]`."""
    return read_objects(file, _find_objects(file))


def _find_objects(file: SourceFile) -> Iterator[FoundObject | Rejection]:
    with file.open() as stream:
        content = read_whole(stream)
    if not content.strip():
        yield reject(file.name, "is empty")
        return
    if (found := name_signature(content[:64])) is not None:
        yield reject(file.name, f"is {found}, not JSON")
        return
    try:
        text = decode_text(content).removeprefix("\ufeff")
        value = parse_json(text)
    except json.JSONDecodeError as error:
        lines = text.count("\n") > 0 and error.msg == "Extra data"
        hint = " (one object a line? name it .jsonl)" if lines else ""
        where = f"line {error.lineno}, column {error.colno}"
        yield reject(file.name, f"is not JSON: {error.msg} at {where}{hint}", raw=text)
    except ValueError as error:
        yield reject(file.name, f"is not JSON that can be read: {error}")
    except RecursionError:
        yield reject(file.name, "is nested too deeply")
    else:
        yield from _unfold(file, value)


def _unfold(file: SourceFile, value: Any) -> Iterator[FoundObject | Rejection]:
    if isinstance(value, dict) and isinstance(value.get("@graph"), list):
        value = [node for node in value["@graph"] if isinstance(node, dict) and is_job_posting(node)]
        if not value:
            yield reject(file.name, "its @graph holds no JobPosting")
    if isinstance(value, dict):
        yield FoundObject(file.name, value, name=file.id)
    elif isinstance(value, list):
        only = file.id if len(value) == 1 else None
        if not value:
            yield reject(file.name, EMPTY_ARRAY)
        for index, item in enumerate(value):
            yield FoundObject(f"{file.name}[{index}]", item, name=only)
    else:
        yield reject(file.name, "holds neither an object nor an array of objects")
