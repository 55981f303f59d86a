"""Spoken languages as documents state them, to the form in which the index has them."""

from collections.abc import Iterable
from itertools import islice

from ingestion.documents import LanguageSkill
from ingestion.parsing import SpokenLanguage, find_languages, read_level
from ingestion.sources.words import read_language
from milvus import write_language

MAX_LANGUAGES = 50


def read_spoken(stated: Iterable[LanguageSkill]) -> tuple[str, ...]:
    """What is known of stated languages, each once, in their order; one whose name is not known is left out."""
    return write_languages(read for one in stated if (read := _read(one)))


def write_languages(spoken: Iterable[SpokenLanguage]) -> tuple[str, ...]:
    """Languages as the index writes them, each once with its first known level; at most MAX_LANGUAGES."""
    levels: dict[str, str | None] = {}
    for one in spoken:
        levels[one.code] = levels.get(one.code) or one.level
    return tuple(write_language(code, level) for code, level in islice(levels.items(), MAX_LANGUAGES))


def _read(stated: LanguageSkill) -> SpokenLanguage | None:
    code = read_language(stated.language)
    named = [SpokenLanguage(code)] if code else list(find_languages(stated.language))
    if len(named) != 1:
        return None
    return SpokenLanguage(named[0].code, read_level((stated.level or "").lower()) or named[0].level)
