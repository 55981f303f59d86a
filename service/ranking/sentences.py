"""Cuts a text into sentences and list items with their exact offsets, in English, Russian and Spanish."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.ranking.values import Span

MAX_SENTENCES = 1_000
_MAX_SENTENCE = 2_000
_LONG = 500
_LEAST_PIECE = 20

_LINE = re.compile(r"[^\r\n]+")
# Marks of lists: signs, "1." or "1)", "a)", and dashes or stars before a space.
_MARK = re.compile(
    r"[ \t\u00a0]*(?:(?:[•●▪◦‣·∙►▶➢➤✓✔○■□❖♦◆\ufffd\ue000-\uf8ff]+|[-–—*+]|\d{1,2}[.)]|[a-zа-я]\))[ \t\u00a0]+"
    r"|[•●▪◦‣►➢✓✔])"
)
# The look back starts each run of signs once, so that a text of nothing but dots stays cheap. Texts that were glued
# together have no space after the sign, and their lists stand within a line.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'»”’)\]]*+(?=\s|$)|;(?=\s|$|[A-ZА-ЯЁ])|(?<=[a-zа-яё)]{3})[.!?](?=[А-ЯЁ][а-яё])"
    r"|(?P<mark>[•●▪◦])"
)
_RUN_ON = re.compile(r"(?<=[a-zа-яё0-9)])[ ](?=[А-ЯЁ][а-яё]{2})")
_WORD_BEFORE = re.compile(r"[^\s(\[«\"“,;:]{1,15}$")
_OPENING = re.compile(r"[\s\"'«“‘(\[¿¡*—–-]*")
# Only those that a sentence goes on after, whatever letter follows: "etc.", "т.д." and "S.L." end one before a capital.
_ABBREVIATIONS = frozenset(
    """
    e.g i.e vs mr mrs ms dr prof st no nos approx max min incl corp dept est fig vol
    mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec
    т.е т.к т.н см ср напр млрд ул стр обл им в.т.ч т.ч к.т.н
    p.ej ej sr sra srta sres dra dto ud uds vd aprox máx mín núm pág tel avda art ee.uu
    """.split()  # noqa: SIM905  # as long as a table
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or a list item without its mark. `line` numbers the paragraph or item that it is part of.

    `opens` is true for the first sentence of its line, `bullet` for the items of a list.
    """

    span: Span
    line: int
    opens: bool
    bullet: bool

    @property
    def text(self) -> str:
        """The sentence exactly as it stands in its source."""
        return self.span.text


def split_sentences(text: str) -> list[Sentence]:
    """The sentences in reading order, at most MAX_SENTENCES; they never overlap, and `text[start:end]` is each exactly.

    A line break ends a sentence unless the next line goes on in small letters without a list mark. A semicolon ends
    one too, since it parts the items of a list within a line, but not in brackets. A run-on line of Russian is cut at
    its capitals.
    """
    sentences: list[Sentence] = []
    for number, (start, end, bullet) in enumerate(_find_paragraphs(text)):
        for position, (first, last) in enumerate(_cut(text, start, end)):
            if len(sentences) == MAX_SENTENCES:
                return sentences
            sentences.append(Sentence(Span(first, last, text[first:last]), number, position == 0, bullet))
    return sentences


def _find_paragraphs(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end and list mark of each line, those broken by the width of the page put together."""
    current: tuple[int, int, bool] | None = None
    for line in _LINE.finditer(text):
        start, end = _strip(text, line.start(), line.end())
        mark = _MARK.match(text, line.start(), line.end())
        if mark:
            start, end = _strip(text, mark.end(), line.end())
        if start >= end:
            continue
        if current and not mark and _goes_on(text, current, start, end):
            current = (current[0], end, current[2])
            continue
        if current:
            yield current
        current = (start, end, mark is not None)
    if current:
        yield current


def _goes_on(text: str, current: tuple[int, int, bool], start: int, end: int) -> bool:
    begun, reached, _ = current
    wrapped = text[start].islower() and text[reached - 1] not in ".!?…:;"
    return wrapped and text.count("\n", reached, start) <= 1 and end - begun <= _MAX_SENTENCE


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The offsets of the sentences within one paragraph."""
    begun, depth, seen = start, 0, start
    for mark in _END.finditer(text, start, end):
        depth = max(0, depth + text.count("(", seen, mark.end()) - text.count(")", seen, mark.end()))
        seen = mark.end()
        if mark["mark"] or _ends(text, mark, end, depth=depth):
            yield from _trim(text, begun, mark.start() if mark["mark"] else mark.end())
            begun = mark.end()
    yield from _trim(text, begun, end)


def _ends(text: str, mark: re.Match[str], end: int, *, depth: int) -> bool:
    if mark[0] == ";":
        return depth == 0
    opening = _OPENING.match(text, mark.end(), end)
    following = text[opening.end()] if opening and opening.end() < end else ""
    if not mark[0].startswith(".") or mark[0].startswith(".."):
        return not following.islower()
    word = _WORD_BEFORE.search(text, max(0, mark.start() - 16), mark.start())
    before = word[0] if word else ""
    if before.lower() in _ABBREVIATIONS:
        return not following
    # An initial, or a number of a list: "J. Smith", "1. Python".
    if len(before) == 1 and (before.isupper() or before.isdigit()):
        return not following
    return not following.islower()


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without white space around it, run-on lines in pieces; nothing where no letter is."""
    for first, last in _cut_run_on(text, *_strip(text, start, end)):
        while last - first > _MAX_SENTENCE:
            space = text.rfind(" ", first, first + _MAX_SENTENCE)
            cut = space if space > first else first + _MAX_SENTENCE
            yield from _keep_telling(text, first, cut)
            first = cut
        yield from _keep_telling(text, first, last)


def _cut_run_on(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A long stretch cut where a Russian word with a capital follows one without: job boards lose the line breaks.

    In English and Spanish a capital amid a sentence is a name too often.
    """
    if end - start > _LONG:
        for mark in _RUN_ON.finditer(text, start, end):
            if mark.start() - start >= _LEAST_PIECE:
                yield start, mark.start()
                start = mark.end()
    yield start, end


def _keep_telling(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    start, end = _strip(text, start, end)
    if any(character.isalnum() for character in text[start:end]):
        yield start, end


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
