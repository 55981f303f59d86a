"""Words of a text and the skills spelled in it: tokens, their keys, and whether an ambiguous spelling is meant."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from Stemmer import Stemmer

_MAX_CACHED_KEYS = 200_000
_HEADING_REACH = 60

# ".NET" keeps its dot and "C++", "C#" their signs; every other sign belongs to the gaps between tokens.
_TOKEN = re.compile(r"((?<!\w)\.net(?!\w)|[^\W_]+(?:\+\+|#)?)", re.IGNORECASE)
_JOINING_GAP = re.compile(r"[^\S\n\r\t]?|[-‐‑./:&'’+_]| & ")
_WRAPPING_GAP = re.compile(r"[ \t]?\r?\n[ \t]?")
_SEPARATING_GAP = re.compile(r"[,;:•·●▪◦‣*|/\\()\[\]{}<>\n\r\t]|\.(?:\s|$)|\s{2}|\s[-‐‑–—]|[–—]\s")
_ENDING_GAP = re.compile(r"[.!?]\s|\n\s*\n")
_HEADING_GAP = re.compile(r"[:\n\t–—]|\s-|\s{2}")
_FOLDED_LETTERS = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for code in range(0xC0, 0x180)
    if unicodedata.decomposition(chr(code))
} | {ord("ё"): "е"}
# Letter by letter, since normalizing a whole text takes quadratic time on a run of accents.
_ACCENTED = re.compile(r"\w[\u0300-\u036f]")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_VERSIONED = re.compile(r"([^\W\d]{4,})\d+")

_JOINING_WORDS = frozenset({"and", "or", "и", "или", "y", "e", "o"})
_TELLING_WORDS = (
    "language programming programmer developer development coding framework scripting "
    "язык программирование программист разработчик разработка фреймворк "
    "lenguaje programación programador programadora desarrollador desarrolladora"
)
_KNOWING_WORDS = (
    "knowledge proficient proficiency experience experienced familiar using skills "
    "знание владение опыт использование conocimientos conocimiento manejo dominio experiencia"
)
_LINKING_WORDS = frozenset({"in", "with", "of", "на", "в", "с", "по", "en", "de", "con", "del"})
_HEADING_WORDS = (
    "skills competencies technologies stack tools languages software frameworks expertise "
    "навыки умения стек технологии инструменты языки "
    "habilidades competencias tecnologías herramientas lenguajes conocimientos"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill spelled at tokens `start` to `end` (exclusive)."""

    start: int
    end: int
    name: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut up: `gaps[i]` stands before `words[i]`, the last gap after the last word.

    `keys` holds two keys per word, as `make_keys` gives them.
    """

    words: list[str]
    gaps: list[str]
    keys: list[tuple[str, str]]


def fold(word: str) -> str:
    """Lower case, without the accents of Latin letters and with е for ё."""
    folded = word.casefold()
    return folded if folded.isascii() else folded.translate(_FOLDED_LETTERS)


def _singular(folded: str) -> str:
    """The singular of an English or Spanish plural, where the ending tells it; else an empty string."""
    if len(folded) < 4 or not folded.endswith("s") or folded.endswith(("ss", "us", "is")):
        return ""
    for plural, singular in (("iones", "ion"), ("dades", "dad"), ("ies", "y")):
        if folded.endswith(plural):
            return folded.removesuffix(plural) + singular
    return folded[:-1]


# One stemmer serves all threads: it holds the interpreter lock while it stems.
_stem_russian: Callable[[str], str] = Stemmer("russian", 0).stemWord


def make_keys(word: str) -> tuple[str, str]:
    """The key of a token and a second one to try, or an empty string.

    Russian words of four letters and more are stemmed. Other words keep their form, so that "team" is not Teams and
    "market" is not marketing; the second key lets a plural or a version number in the text ("Laravel5") meet
    the bare name.
    """
    folded = fold(word)
    if len(folded) < 4:
        return folded, ""
    if _CYRILLIC.search(folded):
        # The stemmer takes the noun "аудит" for a verb, but not "аудита".
        return folded if folded.endswith("ит") else _stem_russian(folded), ""
    versioned = _VERSIONED.fullmatch(folded)
    return folded, versioned[1] if versioned else _singular(folded)


class _KeyCache(dict[str, tuple[str, str]]):
    """Keys by token as written, bounded: emptied when full."""

    def __missing__(self, word: str) -> tuple[str, str]:
        if len(self) >= _MAX_CACHED_KEYS:
            self.clear()
        keys = self[word] = make_keys(word)
        return keys


_KEYS = _KeyCache()


def tokenize(text: str) -> Tokens:
    """Cuts a text into words of letters and digits and the gaps between them."""
    if not text.isascii():
        text = _ACCENTED.sub(lambda pair: unicodedata.normalize("NFC", pair[0]), text)
    parts = _TOKEN.split(text)
    words = parts[1::2]
    return Tokens(words, parts[::2], [_KEYS[word] for word in words])


def _word_keys(words: str) -> frozenset[str]:
    return frozenset(make_keys(word)[0] for word in words.split())


_TELLING_KEYS = _word_keys(_TELLING_WORDS)
_KNOWING_KEYS = _word_keys(_KNOWING_WORDS)
_HEADING_KEYS = _word_keys(_HEADING_WORDS)
_LEADING_KEYS = _HEADING_KEYS | _KNOWING_KEYS | _LINKING_WORDS | _JOINING_WORDS


def joins(tokens: Tokens, index: int) -> bool:
    """Whether the gap before token `index` can lie inside one name; a line may wrap before a small letter."""
    gap = tokens.gaps[index]
    if gap == " " or _JOINING_GAP.fullmatch(gap):
        return True
    return tokens.words[index][0].islower() and _WRAPPING_GAP.fullmatch(gap) is not None


def _separates(tokens: Tokens, index: int) -> bool:
    """Whether the gap before token `index` parts two entries of a list; the edges of the text do."""
    return index in (0, len(tokens.words)) or _SEPARATING_GAP.search(tokens.gaps[index]) is not None


def _is_joining(tokens: Tokens, index: int) -> bool:
    return 0 <= index < len(tokens.words) and tokens.keys[index][0] in _JOINING_WORDS


def _is_entry(tokens: Tokens, mention: Mention) -> bool:
    """Whether the spelling can be a whole entry of a list: nothing but a separator or a leading word beside it."""
    starts = _separates(tokens, mention.start) or tokens.keys[mention.start - 1][0] in _LEADING_KEYS
    return starts and (_separates(tokens, mention.end) or _is_joining(tokens, mention.end))


def _follows_heading(tokens: Tokens, mention: Mention) -> bool:
    """Whether a heading such as "Skills:" opens the list the entry stands in."""
    for index in range(mention.start, max(0, mention.start - _HEADING_REACH), -1):
        gap = tokens.gaps[index]
        if tokens.keys[index - 1][0] in _HEADING_KEYS and _HEADING_GAP.search(gap):
            return True
        if _ENDING_GAP.search(gap):
            return False
    return False


def _is_told(tokens: Tokens, mention: Mention) -> bool:
    """Whether a neighboring word tells the meaning: "C developer", "programming in C", "знание Go"."""
    after = mention.end
    follows = after < len(tokens.words) and tokens.gaps[after] == " "
    if follows and not _TELLING_KEYS.isdisjoint(tokens.keys[after]):
        return True
    before = mention.start - 1
    if before < 0 or not joins(tokens, mention.start):
        return False
    if before > 0 and tokens.keys[before][0] in _LINKING_WORDS:
        before -= 1
    keys = tokens.keys[before]
    if not _TELLING_KEYS.isdisjoint(keys):
        return True
    ends = not follows or _is_joining(tokens, after)
    return ends and tokens.words[mention.start][0].isupper() and not _KNOWING_KEYS.isdisjoint(keys)


def _is_foreign(tokens: Tokens, mention: Mention) -> bool:
    """Whether a Latin spelling of two letters or more stands alone among Russian words, where it can only be a name."""
    word = tokens.words[mention.start]
    if len(word) < 2 or not word[0].isupper() or not word.isascii():
        return False
    beside = []
    if mention.start > 0 and joins(tokens, mention.start):
        beside.append(tokens.words[mention.start - 1])
    if mention.end < len(tokens.words) and joins(tokens, mention.end):
        beside.append(tokens.words[mention.end])
    return bool(beside) and all(_CYRILLIC.match(neighbor) for neighbor in beside)


def _are_neighbors(tokens: Tokens, first: Mention, second: Mention) -> bool:
    """Whether `second` is the next entry of the list after `first`, and both are written in the same manner."""
    between = second.start - first.end
    if between == 1 and not _is_joining(tokens, first.end):
        return False
    alike = tokens.words[first.start][0].islower() == tokens.words[second.start][0].islower()
    return between in (0, 1) and alike


def settle_mentions(tokens: Tokens, mentions: Sequence[Mention]) -> list[bool]:
    """Which mentions count: the unambiguous, those told by their context, and list entries next to one that counts."""
    entries = [mention.ambiguous and _is_entry(tokens, mention) for mention in mentions]
    settled = [
        not mention.ambiguous
        or _is_told(tokens, mention)
        or _is_foreign(tokens, mention)
        or (entry and _follows_heading(tokens, mention))
        for mention, entry in zip(mentions, entries, strict=True)
    ]
    forward = [(index - 1, index) for index in range(1, len(mentions))]
    for known, asked in forward + [(second, first) for first, second in reversed(forward)]:
        if settled[known] and entries[asked] and not settled[asked]:
            first, second = sorted((known, asked))
            settled[asked] = _are_neighbors(tokens, mentions[first], mentions[second])
    return settled
