"""Text to terms for lexical search: the same terms on every engine, for texts that mix languages and scripts."""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import Stemmer

from milvus.entities import Entity

MAX_TERM_CHARACTERS = 40
_CACHED_WORDS = 65_536

# A word may hold dots, hyphens and apostrophes inside, and end in plus or number signs: node.js, front-end, C++, C#.
_WORD = re.compile(r"(?:(?<!\w)\.)?[^\W_]+(?:[.'’\-‐‑][^\W_]+)*(?:\+\+|#)?")
_JOINT = re.compile(r"[.\-‐‑]")
_HYPHEN = re.compile(r"[\-‐‑]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-z\u00df-\u024f]")
_MARKS = re.compile("[\u0300-\u036f]")

_ALGORITHMS = {
    "da": "danish",
    "de": "german",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
}
"""Snowball algorithms (Porter, 2001) by ISO 639-1 code, for Latin letters; English is applied to all of them anyway."""

_STOP_TEXT = """
a about all also an and any are as at be been but by can do for from had has have he her his if in into is it its
me more must my no not of on or our own she should so such than that the their them then there these they this to
up us was we were what when which who will with you your
al como con cual cuando de del desde donde el ella ellos en entre era es esta estas este esto estos fue ha han
hasta la las le les lo los mas mi muy nos nuestra nuestro o para pero por que se ser si sin sobre son su sus
también te tu un una unas uno unos y ya
а бы был была были было быть в вам вас ваш во вот все всех вы да для до его ее ей если есть еще же за и из или им
их к как ко который которые ли мне мой мы на над нам нас наш не него нет ни но о об он она они оно от по под при с
со так также такой там то того тоже только том у уже чем что чтобы эта эти это этой этот этого я
"""
_STOP_WORDS = frozenset(_STOP_TEXT.split())

_stemmers = threading.local()


def analyze(text: str, *, language: str | None = None) -> list[str]:
    """The terms of a text, in its order; the same text and language always give the same terms.

    Words are folded (NFKC, lower case, no accents, no stop words) and stemmed by Snowball: Cyrillic ones as Russian,
    Latin ones as English, so that the names of tools and trades agree in all texts. In a text of another `language`
    (ISO 639-1) that has a stemmer, a Latin word gives that language's stem as well. A compound gives itself and its
    parts. Words in capitals are never stop words: IT is a trade.
    """
    algorithm = _ALGORITHMS.get(language or "")
    terms: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        for part in _cut(word):
            folded = part.lower().replace("ё", "е")
            if folded not in _STOP_WORDS or (len(part) > 1 and part.isupper()):
                terms += _stem(folded, algorithm)
    return terms


def pair_words(text: str, *, language: str | None = None) -> list[tuple[str, str]]:
    """The words of a text with the one term that stands for each, in its order; without numbers and stop words.

    A word is in lower case, but for one all in capitals. The term is the one of `analyze`; of two, that of `language`.
    """
    algorithm = _ALGORITHMS.get(language or "")
    pairs: list[tuple[str, str]] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        is_name = len(word) > 1 and word.isupper()
        folded = _HYPHEN.sub("", word.lower()).replace("ё", "е")
        if not word[0].isdigit() and (is_name or folded not in _STOP_WORDS) and (stems := _stem(folded, algorithm)):
            pairs.append((word if is_name else word.lower(), stems[-1]))
    return pairs


def list_terms(entity: Entity) -> list[str]:
    """The terms that stand for an entity in lexical search; those of its title count twice."""
    title = analyze(entity.title, language=entity.language) if entity.title else []
    return title + analyze(entity.embedded_text, language=entity.language)


def join_terms(terms: Sequence[str], *, max_bytes: int) -> str:
    """Terms with a space between two, as many as fit in UTF-8."""
    joined = " ".join(terms).encode()
    if len(joined) <= max_bytes:
        return joined.decode()
    return joined[: max_bytes + 1].decode(errors="ignore").rpartition(" ")[0]


def _cut(word: str) -> Iterator[str]:
    """The word, joined where it was hyphenated, and the parts of a compound."""
    if not word[0].isdigit():
        yield _HYPHEN.sub("", word)
    parts = [part for part in _JOINT.split(word) if part]
    if len(parts) > 1 or word[0].isdigit() or word.startswith("."):
        yield from parts


@lru_cache(maxsize=_CACHED_WORDS)
def _stem(word: str, algorithm: str | None) -> tuple[str, ...]:
    if len(word) > MAX_TERM_CHARACTERS:
        return ()
    if _CYRILLIC.search(word):
        return (_load_stemmer("russian").stemWord(word),)
    if not _LATIN.search(word):
        return (word,)
    stems = [_load_stemmer(name).stemWord(word) for name in ("english", algorithm) if name]
    return tuple(dict.fromkeys(_fold(stem) for stem in stems))


def _fold(stem: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFD", stem))


def _load_stemmer(algorithm: str) -> Stemmer.Stemmer:
    """A stemmer of this thread's own: one must not be used by two threads at once."""
    if not hasattr(_stemmers, algorithm):
        setattr(_stemmers, algorithm, Stemmer.Stemmer(algorithm))
    stemmer: Stemmer.Stemmer = getattr(_stemmers, algorithm)
    return stemmer
