"""JSON files: one object, or many in any of the wrappers that they come in."""

import json
from collections.abc import Iterator
from typing import Any

from ingestion.sources.encodings import decode_text, name_signature
from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.streams import read_whole
from ingestion.sources.validation import reject
from ingestion.sources.wrappers import unfold

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
        # A large file is not kept in memory twice while its objects are read.
        del content, text
        yield from unfold(value, file.name, name=file.id)
