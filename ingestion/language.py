"""Tells the language of a text, with lingua's packaged models in low-accuracy mode (about 45 MB, 0.2 s to load)."""

import re
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

_EXAMINED_CHARACTERS = 2_000
_MIN_LETTERS = 20
_CYRILLIC_SHARE = 0.25
_LANGUAGES = (
    Language.ENGLISH,
    Language.RUSSIAN,
    Language.SPANISH,
    Language.UKRAINIAN,
    Language.BELARUSIAN,
    Language.KAZAKH,
    Language.GERMAN,
    Language.FRENCH,
    Language.PORTUGUESE,
    Language.ITALIAN,
    Language.POLISH,
    Language.CATALAN,
    Language.DUTCH,
    Language.CZECH,
    Language.ROMANIAN,
    Language.TURKISH,
    Language.SWEDISH,
    Language.BULGARIAN,
    Language.SERBIAN,
    Language.GREEK,
    Language.GEORGIAN,
    Language.ARMENIAN,
)
# Letters that only one of the languages above writes.
_TELLTALE_LETTERS = (
    ("el", re.compile("[α-ωΑ-Ω]")),
    ("ka", re.compile("[ა-ჰ]")),
    ("hy", re.compile("[Ա-Ֆա-ֆ]")),
    ("uk", re.compile("[їЇєЄґҐ]")),
    ("be", re.compile("[ўЎ]")),
    ("kk", re.compile("[ұҰқҚғҒ]")),
)
_CYRILLIC_WORD = re.compile("[Ѐ-ԯ]+")


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of the main language of the first 2,000 characters, or None where that is not certain.

    Names of tools are in Latin letters in every language, so a text with a fair share of Cyrillic is judged by its
    Cyrillic words alone. Fewer than 20 letters decide only by a script or letter that one language alone writes.
    """
    text = text[:_EXAMINED_CHARACTERS]
    letters = sum(map(str.isalpha, text))
    if letters < _MIN_LETTERS:
        return _detect_by_letters(text)
    cyrillic = _CYRILLIC_WORD.findall(text)
    count = sum(map(len, cyrillic))
    if count >= max(_MIN_LETTERS, _CYRILLIC_SHARE * letters):
        text = " ".join(cyrillic)
    language = _load_detector().detect_language_of(text)
    return language.iso_code_639_1.name.lower() if language else None


def _detect_by_letters(text: str) -> str | None:
    found = [code for code, letters in _TELLTALE_LETTERS if letters.search(text)]
    return found[0] if len(found) == 1 else None


@cache
def _load_detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).with_low_accuracy_mode().build()
