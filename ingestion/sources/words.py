"""Employment types, work formats, languages and yes or no in the words of English, Russian and Spanish exports."""

import re
from importlib.resources import files

from milvus import EmploymentType, WorkFormat

_NOT_WORD = re.compile(r"[\W_]+")
_PARENTHESES = re.compile(r"\([^()]*\)")
_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9-]+)?")


def _fold(words: str) -> str:
    return _NOT_WORD.sub(" ", words.casefold()).strip().replace("ё", "е")


def _load() -> dict[str, dict[str, str]]:
    """The term of every word, by what the terms are: `terms`, `languages`, `flags`."""
    tables: dict[str, dict[str, str]] = {}
    for line in files("ingestion.sources").joinpath("words.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            table, term, words = line.split("\t")
            tables.setdefault(table, {}).update({_fold(word): term for word in (term, *words.split("|"))})
    return tables


def _read_enum(term: str) -> EmploymentType | WorkFormat:
    return WorkFormat(term) if term in set(WorkFormat) else EmploymentType(term)


_TABLES = _load()
_TERM_OF = {word: _read_enum(term) for word, term in _TABLES["terms"].items()}
_LANGUAGE_OF = _TABLES["languages"]
_FLAG_OF = {word: flag == "yes" for word, flag in _TABLES["flags"].items()}


def read_term(words: str) -> EmploymentType | WorkFormat | None:
    """The employment type or work format that a phrase names; None where it names neither."""
    if len(words) > 100:
        return None
    return _TERM_OF.get(_fold(words)) or _TERM_OF.get(_fold(_PARENTHESES.sub(" ", words)))


def read_language(words: str) -> str | None:
    """The ISO 639-1 code of "en-GB", "English" or "испанский"; None where it is not known."""
    if len(words) > 40:
        return None
    code = _CODE.fullmatch(words.strip().lower())
    return code[1] if code else _LANGUAGE_OF.get(_fold(words))


def read_flag(value: object) -> bool | None:
    """Yes or no in three languages; None for anything else."""
    if isinstance(value, bool):
        return value
    return _FLAG_OF.get(_fold(str(value)[:20]))
