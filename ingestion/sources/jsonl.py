"""JSON Lines: one object a line, or one page of them, in any of the shapes that JSON files have."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from ingestion.sources.encodings import name_signature
from ingestion.sources.json_file import parse_json
from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.streams import describe_size
from ingestion.sources.validation import reject
from ingestion.sources.wrappers import unfold

_MAX_LINE_BYTES = 8 * 1024**2
_BOM = b"\xef\xbb\xbf"


def read_jsonl(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    """Every line that can be read; every other is a Rejection with its number."""
    return read_objects(file, _find_objects(file))


def _find_objects(file: SourceFile) -> Iterator[FoundObject | Rejection]:
    with file.open() as stream:
        for number, line in enumerate(_iterate_lines(stream), start=1):
            location = f"{file.name}:{number}"
            if number == 1:
                if (found := name_signature(line[:64])) is not None:
                    yield reject(file.name, f"is {found}, not JSON Lines")
                    return
                line = line.removeprefix(_BOM)
            if len(line) > _MAX_LINE_BYTES:
                raw = line[:8000].decode("utf-8", "replace")
                yield reject(
                    location, f"the line is longer than {describe_size(_MAX_LINE_BYTES)}", kind=file.kind, raw=raw
                )
            elif line.strip():
                yield from _parse_line(file, line, location)


def _parse_line(file: SourceFile, line: bytes, location: str) -> Iterator[FoundObject | Rejection]:
    raw = line.decode("utf-8", "replace").strip()
    try:
        value = parse_json(line)
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8: byte 0x{line[error.start]:02x} at {error.start + 1}"
    except json.JSONDecodeError as error:
        reason = f"is not JSON: {error.msg} at character {error.pos + 1}"
    except (ValueError, RecursionError):
        reason = "is not JSON that can be read: a number too long or objects nested too deeply"
    else:
        if not isinstance(value, Mapping):
            yield FoundObject(location, value, raw=raw)
            return
        for found in unfold(value, location):
            whole = isinstance(found, FoundObject) and found.content is value
            yield replace(found, raw=raw) if whole else found
        return
    yield reject(location, reason, kind=file.kind, raw=raw)


def _iterate_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines; of an overlong one, the beginning, one byte longer than may be."""
    while line := stream.readline(_MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > _MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(_MAX_LINE_BYTES + 1)
        yield line
