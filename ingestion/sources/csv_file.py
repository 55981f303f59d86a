"""CSV exports of unknown delimiter and encoding. A broken row costs itself and no other."""

import csv
import io
from collections import deque
from collections.abc import Iterator

from ingestion.sources.encodings import name_signature, open_text
from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.validation import reject

_DELIMITERS = ",;\t|"
_MAX_LINE_CHARACTERS = 1_000_000
_MAX_ROW_CHARACTERS = 1_000_000
_MAX_COLUMNS = 2_000
_FIRST_SURROGATE, _LAST_SURROGATE = "\udc80", "\udcff"


def read_csv(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    """Every row that can be read; every other is a Rejection with its line and row number."""
    return read_objects(file, find_objects(file))


def find_objects(file: SourceFile) -> Iterator[FoundObject | Rejection]:
    """Every row as an object of its columns, whatever they mean. Raises what a damaged stream raises."""
    with file.open() as stream:
        text, head = open_text(stream)
        if not head.strip():
            yield reject(file.name, "is empty")
            return
        if (found := name_signature(head)) is not None:
            yield reject(file.name, f"is {found}, not CSV")
            return
        yield from _Table(file, text).iterate()


class _Table:
    """The records of one file. A record is one line, or several where a quoted value holds line breaks."""

    def __init__(self, file: SourceFile, text: io.TextIOWrapper) -> None:
        self._file = file
        self._text = text
        self._pending: deque[str] = deque()
        self._line = 0
        self._record: list[str] = []
        self._delimiter = ","

    def iterate(self) -> Iterator[FoundObject | Rejection]:
        """The rows under the header as objects of columns."""
        first = self._next_line()
        self._delimiter = _choose_delimiter(first)
        self._push_back([first])
        header = self._read_record()
        if header is None:
            return
        if isinstance(header, Rejection):
            yield reject(self._file.name, f"its header cannot be read: {header.reason}", raw=header.raw)
            return
        columns = [column.strip().removeprefix("\ufeff") for column in header]
        if len(columns) > _MAX_COLUMNS:
            yield reject(self._file.name, f"has {len(columns)} columns; {_MAX_COLUMNS} at most are read")
            return
        if repeated := _find_repeated(columns):
            yield reject(self._file.name, f"has two columns named {repeated!r}", raw="".join(self._record))
            return
        yield from self._iterate_rows(columns)

    def _iterate_rows(self, columns: list[str]) -> Iterator[FoundObject | Rejection]:
        row = 0
        while True:
            start = self._line + 1
            values = self._read_record()
            if values is None:
                return
            if isinstance(values, list) and not any(value.strip() for value in values):
                continue
            row += 1
            location = f"{self._file.name}:{start} (row {row})"
            raw = "".join(self._record)
            reason = values.reason if isinstance(values, Rejection) else _find_fault(columns, values)
            if reason is not None:
                yield reject(location, reason, kind=self._file.kind, raw=raw)
            elif isinstance(values, list):
                cells = {column: value for column, value in zip(columns, values, strict=True) if column}
                yield FoundObject(location, cells, record=raw)

    def _read_record(self) -> list[str] | Rejection | None:
        """The values of the next record, None at the end. If its quotes do not close, only its first line is used."""
        self._record = []
        try:
            return next(csv.reader(self._iterate_record(), delimiter=self._delimiter, strict=True), None)
        except csv.Error as error:
            self._push_back(self._record[1:])
            del self._record[1:]
            return Rejection(location="", reason=_explain(str(error)), raw=self._record[0] if self._record else None)

    def _iterate_record(self) -> Iterator[str]:
        size = 0
        while size <= _MAX_ROW_CHARACTERS and (line := self._next_line()):
            self._record.append(line)
            size += len(line)
            yield line

    def _next_line(self) -> str:
        if self._pending:
            line = self._pending.popleft()
        else:
            line = self._text.readline(_MAX_LINE_CHARACTERS)
            rest = line
            while len(rest) == _MAX_LINE_CHARACTERS and not rest.endswith(("\n", "\r")):
                rest = self._text.readline(_MAX_LINE_CHARACTERS)
        self._line += bool(line)
        return line

    def _push_back(self, lines: list[str]) -> None:
        self._pending.extendleft(reversed(lines))
        self._line -= len(lines)


def _choose_delimiter(header: str) -> str:
    """The delimiter that cuts the header into most columns; one within quotes does not count."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _find_repeated(columns: list[str]) -> str | None:
    return next((column for index, column in enumerate(columns) if column and column in columns[:index]), None)


def _find_fault(columns: list[str], values: list[str]) -> str | None:
    if len(values) != len(columns):
        return f"has {len(values)} columns, the header has {len(columns)}"
    for column, value in zip(columns, values, strict=True):
        if "\x00" in value:
            return f"{column}: contains a NUL byte at character {value.index(chr(0))}"
        for position, character in enumerate(value if not value.isascii() else ""):
            if _FIRST_SURROGATE <= character <= _LAST_SURROGATE:
                byte = ord(character) - 0xDC00
                return f"{column}: byte 0x{byte:02x} at character {position} is not of the file's encoding"
    return None


def _explain(message: str) -> str:
    if "unexpected end of data" in message:
        return "a quote is opened and not closed"
    if "expected after" in message:
        return 'a quote is closed within a value (a quote inside of quotes is written twice: "")'
    if "field limit" in message:
        return f"a value is longer than {csv.field_size_limit():,} characters"
    return f"is not CSV: {message}"
