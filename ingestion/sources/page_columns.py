"""Pages of two columns whose text runs across both: put into the order in which a person reads them.

Only where the columns are independent of each other: the lines of a table or of a list with dates beside it stand on
the same height, and are read across, as they are written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

# Between words of justified text are gaps of less than this many times the height of the letters.
_LEAST_GAP = 1.5
_TOLERANCE = 3.0
_LEAST_LINES = 5
_LEAST_RETURNS = 3
# A page of more pieces is a drawing or a trap.
_MOST_PIECES = 2_000
# At most this share of the pieces may cross the gutter: a name and headings over both columns.
_MOST_CROSSING = 0.25
# Up to this share of lines may stand on one height by chance.
_MOST_ALIGNED = 0.6
# Two columns of running text: this share of the lines of each is nearly as wide as its column.
_LEAST_FULL, _FULL_WIDTH, _LEAST_CHARACTERS = 0.6, 0.75, 20


@dataclass(frozen=True, slots=True)
class Box:
    """A character, or a piece of a line, and where it stands: points from the lower left corner of the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2

    @property
    def height(self) -> float:
        return self.top - self.bottom


def has_gaps(boxes: Sequence[Box]) -> bool:
    """Whether runs of text, in the order of the page, jump to the right often enough for columns to be read across."""
    jumps = sum(
        1 for before, after in pairwise(boxes) if after.left > before.right + _LEAST_GAP * before.height > before.right
    )
    return jumps > _LEAST_RETURNS


def arrange_columns(characters: Iterable[Box]) -> str | None:
    """The text of a page column after column; None where it may stay as it is. Line ends are characters too."""
    pieces = [piece for line in _iterate_lines(characters) for piece in _split_line(line)]
    gutter = _find_gutter(pieces) if len(pieces) <= _MOST_PIECES else None
    if gutter is None:
        return None
    sides = [_tell_side(piece, gutter) for piece in pieces]
    lefts, rights = ([piece for piece, one in zip(pieces, sides, strict=True) if one == side] for side in (-1, 1))
    if _count_returns(sides) < _LEAST_RETURNS or not _are_independent(lefts, rights):
        return None
    lines: list[str] = []
    for crossing, band in groupby(zip(pieces, sides, strict=True), key=lambda one: one[1] == 0):
        held = list(band)
        if crossing:
            lines += _join([piece for piece, _ in held])
        else:
            for side in (-1, 1):
                lines += _join([piece for piece, one in held if one == side])
    return "\n".join(lines)


def _iterate_lines(characters: Iterable[Box]) -> Iterator[list[Box]]:
    line: list[Box] = []
    for character in characters:
        if character.text in "\r\n":
            yield line
            line = []
        else:
            line.append(character)
    yield line


def _split_line(line: list[Box]) -> Iterator[Box]:
    """The pieces of a line between its wide gaps, without the spaces around them."""
    held: list[Box] = []
    inked = [character for character in line if not character.text.isspace()]
    if not inked:
        return
    gap = _LEAST_GAP * median(character.height for character in inked)
    for character in line:
        if character.text.isspace():
            held += [character] if held else []
            continue
        last = next((one for one in reversed(held) if not one.text.isspace()), None)
        if last is not None and (character.left - last.right > gap or character.right < held[0].left):
            yield _join_piece(held)
            held = []
        held.append(character)
    yield _join_piece(held)


def _join_piece(characters: list[Box]) -> Box:
    inked = [character for character in characters if not character.text.isspace()]
    return Box(
        "".join(character.text for character in characters).strip(),
        min(character.left for character in inked),
        max(character.right for character in inked),
        min(character.bottom for character in inked),
        max(character.top for character in inked),
    )


def _find_gutter(pieces: list[Box]) -> float | None:
    """The left edge that most pieces to the right share, with pieces to its left and few across it."""
    edges = sorted({round(piece.left) for piece in pieces})
    best, gutter = 0, None
    for edge in edges[1:]:
        sides = [_tell_side(piece, edge) for piece in pieces]
        smaller = min(sides.count(-1), sides.count(1))
        flush = sum(abs(piece.left - edge) <= _TOLERANCE for piece in pieces)
        if smaller < _LEAST_LINES or flush < _LEAST_LINES or sides.count(0) > _MOST_CROSSING * len(pieces):
            continue
        if smaller > best:
            best, gutter = smaller, float(edge)
    return gutter


def _tell_side(piece: Box, gutter: float) -> int:
    """-1 to the left of the gutter, 1 to its right, 0 across it."""
    if piece.right <= gutter + _TOLERANCE:
        return -1
    return 1 if piece.left >= gutter - _TOLERANCE else 0


def _count_returns(sides: list[int]) -> int:
    """How often the text goes back from the right column to the left."""
    return sum(before == 1 and after == -1 for before, after in pairwise(sides))


def _are_independent(lefts: list[Box], rights: list[Box]) -> bool:
    fewer, more = sorted((lefts, rights), key=len)
    heights = sorted(piece.middle for piece in more)
    aligned = sum(any(abs(piece.middle - height) < piece.height / 4 for height in heights) for piece in fewer)
    return aligned <= _MOST_ALIGNED * len(fewer) or (_is_running_text(lefts) and _is_running_text(rights))


def _is_running_text(pieces: list[Box]) -> bool:
    width = max(piece.right - piece.left for piece in pieces)
    full = [
        piece
        for piece in pieces
        if piece.right - piece.left >= _FULL_WIDTH * width and len(piece.text) >= _LEAST_CHARACTERS
    ]
    return len(full) >= _LEAST_FULL * len(pieces)


def _join(pieces: list[Box]) -> list[str]:
    """The lines of a column: pieces on one height, such as a name and a date, make one."""
    lines: list[str] = []
    last: Box | None = None
    for piece in pieces:
        if last and piece.left > last.right and abs(piece.middle - last.middle) < piece.height / 2:
            lines[-1] += f" {piece.text}"
        else:
            lines.append(piece.text)
        last = piece
    return lines
