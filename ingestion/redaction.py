"""Cuts what speaks of a person and not of their work out of a text, before it is embedded or shown in a match.

Rules are for English, Russian and Spanish. They are patterns, so rare wordings get through.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ingestion.header_words import AMBIGUOUS_NAMES, HEADER_STEMS, HEADER_WORDS
from ingestion.redaction_rules import AGE, ORPHANED_LABELS, RULES, Rule

_HEADER_LINES = 3

_LINE = re.compile(r"[^\n]+")
_HEADER_PREFIX = re.compile(
    r"[ \t#*•]*(?:(?:resume|r[ée]sum[ée]|cv|curriculum vitae|резюме)(?: of| de)?[ \t]*[:–—-]?[ \t]+)?", re.IGNORECASE
)
_HEADER_END = re.compile(r"[ \t]*(?:[,|•·(]|[ ][–—-][ ]).*")
_CAPITALIZED = re.compile(r"[^\W\d_a-zа-яё][^\W\d_]*\.?(?:['’-][^\W\d_]+)*")
_HEADER_AGE = re.compile(
    rf"(?:^|(?<=,)|(?<=\|))[ \t]*({AGE})[ \t]+(?:лет|года?|years|años)(?=[ \t]*(?:[,|]|$))", re.IGNORECASE
)
_ABOUT_EXPERIENCE = re.compile(r"опыт|стаж|experien|antigüedad", re.IGNORECASE)
_SEPARATORS = ",;|•·"
_HANGING_END = re.compile(r"(?:[.!](?!\S))?[ \t]*+\n?")
_CLOSING = ".,;:!?)]"
_MAX_PASSES = 20


def redact(text: str, *, names: Sequence[str] = ()) -> str:
    """The text without names, contacts, links, birth, age, gender, citizenship, family status, identity numbers.

    `names` are cut wherever they stand; of a name of several words each word too, where it is capitalized and not a
    common word. What is cut leaves a space or a line end and no mark; the rest stays as it is. Redacting the result
    again changes nothing (unless facts are nested in each other more than twenty deep, which nobody writes).
    """
    known = _compile_names(tuple(names))
    rules = RULES
    for _ in range(_MAX_PASSES):
        spans = _merge_spans([*_find_by_rules(text, rules), *_find_header(text), *_find_names(text, known)])
        if not spans:
            break
        text = _cut(text, spans)
        rules = (*RULES, ORPHANED_LABELS)
    return text


def _find_by_rules(text: str, rules: Sequence[Rule]) -> Iterator[tuple[int, int]]:
    # The only letter that grows in lower case, which would shift the places of the matches.
    lowered = text.replace("İ", "I").lower()
    for rule in rules:
        if rule.hints and not any(hint in lowered for hint in rule.hints):
            continue
        for match in rule.pattern.finditer(text if rule.case else lowered):
            start, end = match.span()
            if start == end or (rule.not_after is not None and _follows(text, start, rule.not_after)):
                continue
            if rule.accepts is None or rule.accepts(match):
                yield start, end


def _follows(text: str, start: int, characters: str) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in characters)


def _find_names(text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, int]]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield match.span()


@lru_cache(maxsize=256)
def _compile_names(names: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    full = {
        r"\s+".join(map(re.escape, order))
        for name in names
        if (words := name.split())
        for order in (words, words[::-1])
    }
    parts = {word.strip(",.") for name in names for word in name.split()}
    alone = {word for word in parts if len(word) > 2 and word.isalpha() and word.casefold() not in AMBIGUOUS_NAMES}
    patterns = []
    if full:
        longest_first = sorted(full, key=len, reverse=True)
        patterns.append(re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE))
    if alone:
        spellings = sorted({form for word in alone for form in (word.capitalize(), word.upper())})
        patterns.append(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)"))
    return tuple(patterns)


def _find_header(text: str) -> Iterator[tuple[int, int]]:
    """Names and ages in the lines at the top, until three lines without a name have passed."""
    others = 0
    for line in _LINE.finditer(text):
        if not line[0].strip():
            continue
        if not _ABOUT_EXPERIENCE.search(line[0], 0, 200):
            for age in _HEADER_AGE.finditer(line[0][:200]):
                yield line.start() + age.start(), line.start() + age.end()
        name = _find_header_name(line[0])
        if name:
            yield line.start() + name[0], line.start() + name[1]
            continue
        others += 1
        if others == _HEADER_LINES:
            return


def _find_header_name(line: str) -> tuple[int, int] | None:
    """Where the name is in "Anna Smith", "Resume of Anna Smith" or "Anna Smith, Accountant"."""
    if len(line) > 200:
        return None
    prefix = _HEADER_PREFIX.match(line)
    start = prefix.end() if prefix else 0
    tail = _HEADER_END.search(line, start)
    end = tail.start() if tail else len(line.rstrip())
    if not _is_name(line[start:end]):
        return None
    return (0, end) if tail is None or (len(tail[0]) < 60 and _has_header_word(tail[0])) else None


def _is_name(phrase: str) -> bool:
    words = phrase.split()
    if not 2 <= len(words) <= 3 or not all(_CAPITALIZED.fullmatch(word) for word in words):
        return False
    long_words = [word for word in words if len(word.strip(".")) > 1]
    acronyms = [word for word in long_words if word.isupper()]
    return len(long_words) > 1 and len(acronyms) in (0, len(long_words)) and not _has_header_word(phrase)


def _has_header_word(phrase: str) -> bool:
    words = re.findall(r"[^\W\d_]+", phrase.casefold().replace("ё", "е"))
    return any(word in HEADER_WORDS or word.startswith(HEADER_STEMS) for word in words)


def _merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    """Cuts the spans, with the separator that each leaves hanging and the line that it leaves e"
    "mpty."""
    kept: list[str] = []
    position = 0
    for start, end in spans:
        kept.append(text[position : max(start, position)])
        _strip_end(kept, " \t")
        position = _skip(text, max(end, position), " \t")
        opens = not kept or kept[-1].endswith("\n")
        if opens or kept[-1][-1] in _SEPARATORS:
            position = _skip(text, position, " \t–—-" + _SEPARATORS)
        following = text[position : position + 1]
        if opens:
            hanging = _HANGING_END.match(text, position)
            position = hanging.end() if hanging else position
        elif following in ("", "\n"):
            _strip_end(kept, " \t" + _SEPARATORS)
        elif following not in _CLOSING:
            kept.append(" ")
    kept.append(text[position:])
    return "".join(kept)


def _strip_end(pieces: list[str], characters: str) -> None:
    while pieces:
        pieces[-1] = pieces[-1].rstrip(characters)
        if pieces[-1]:
            return
        pieces.pop()


def _skip(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position
