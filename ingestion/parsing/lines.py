"""Cuts a text into lines in reading order: two columns apart, page numbers and the marks of lists left out."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Line by line the parser looks at no more than this: no line of a real resume says anything that far in.
MAX_LINE = 2_000
_LONG_LINE = 200
_MAX_WIDTH = 200
_MIN_COLUMN = 12
_MIN_COLUMN_LINES = 5
_MIN_SPLIT_LINES = 3

_MARKS = "•●▪◦‣·∙*►▶➢➤✓✔○■□❖♦◆§\ufffd"
_MARK_CLASS = rf"[{re.escape(_MARKS)}\ue000-\uf8ff]"
_LEAD = re.compile(r"(?:[^\w«\"“(+@.]|\.(?!\w))*(?:o[ \t](?=[A-Z]))?")
_BULLET = re.compile(rf"{_MARK_CLASS}|^[ \t]*[-–—][ \t]|^[ \t]*o[ \t]")
_PAGE = re.compile(
    r"[\W_]*(?:(?:page|стр(?:аница|\.)?|p[áa]gina|p[áa]g\.)[ \t]*\d{1,3}(?:[ \t]*(?:/|of|из|de)[ \t]*\d{1,3})?"
    r"|\d{1,3}[ \t]*(?:/|of|из|de)[ \t]*\d{1,3}|\d{1,3})[\W_]*",
    re.IGNORECASE,
)
# Exports of job boards put a resume into one line, with these headings amid the text.
_BOARD_HEADINGS = ("Work Experience", "Education", "Skills", "Additional Information", "Certifications/Licenses")
_LONG_BREAK = re.compile(
    rf"[ \t]{{2,}}|[ \t]+(?={_MARK_CLASS})|[ ](?=(?:{'|'.join(_BOARD_HEADINGS)})[ ][A-Z])"
    + "".join(rf"|(?<=[ ]{heading})[ ](?=[A-Z])" for heading in _BOARD_HEADINGS)
)
_CELL_START = re.compile(r"(?<=[ ]{3})\S")
_YEAR = re.compile(r"(?:19|20)\d\d")
# Spaces of any width become one that is easy to match; every offset stays.
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"), " ")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its indent and list mark; `text` stands at `start` to `end` of the whole text.

    `bullet`: a list mark stood before it. `after_blank`: an empty line did.
    """

    start: int
    end: int
    text: str
    bullet: bool = False
    after_blank: bool = False


def split_lines(text: str) -> list[Line]:
    """The lines of a text that say something, the left column before the right where there are two."""
    rows = list(_split_rows(text.translate(_SPACES)))
    column = _find_column([row for _, row in rows])
    if column is None:
        return list(_make_lines(rows))
    first = next(number for number, (_, row) in enumerate(rows) if _is_split(row, column))
    left = [(start, row[:column]) for start, row in rows[first:]]
    right = [(start + column, row[column:]) for start, row in rows[first:] if len(row) > column]
    return list(_make_lines([*rows[:first], *left, (0, ""), *right]))


def _split_rows(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their offsets; a long line is cut where wide gaps or list marks show that it was several."""
    start = 0
    for row in text.split("\n"):
        if len(row) > _LONG_LINE:
            position = 0
            for gap in _LONG_BREAK.finditer(row):
                yield start + position, row[position : gap.start()]
                position = gap.end()
            yield start + position, row[position:]
        else:
            yield start, row
        start += len(row) + 1


def _make_lines(rows: Sequence[tuple[int, str]]) -> Iterator[Line]:
    blank = False
    for offset, row in rows:
        lead = _LEAD.match(row)
        begin = lead.end() if lead else 0
        content = row[begin:].rstrip()
        if not content or _PAGE.fullmatch(row[:40]):
            blank = blank or not row.strip()
            continue
        bullet = _BULLET.search(row[:begin]) is not None
        start = offset + begin
        yield Line(start, start + len(content), content[:MAX_LINE], bullet, blank)
        blank = False


def _find_column(rows: Sequence[str]) -> int | None:
    """Where a right column begins: a place at which many rows start anew after a wide gap and hardly any runs on."""
    starts = Counter(
        cell.start() for row in rows for cell in _CELL_START.finditer(row[:_MAX_WIDTH]) if cell.start() >= _MIN_COLUMN
    )
    said = [row for row in rows if row.strip()]
    for column, count in starts.most_common(3):
        if count < _MIN_COLUMN_LINES:
            break
        split = [row for row in said if _is_split(row, column)]
        crossing = sum(len(row) > column and not row[column - 2 : column].isspace() for row in said)
        # Beside a column of dates stands what they date: that is a table.
        dated = sum(
            _YEAR.search(row, 0, column) is not None or _YEAR.search(row[column:][:30]) is not None for row in split
        )
        if len(split) >= _MIN_SPLIT_LINES and crossing * 10 <= len(said) and dated * 2 < len(split):
            return column
    return None


def _is_split(row: str, column: int) -> bool:
    """Whether something stands on both sides of the column's edge."""
    left, gap = row[: column - 3], row[column - 3 : column]
    return len(row) > column and gap.isspace() and bool(left.strip()) and not row[column].isspace()
