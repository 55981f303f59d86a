"""Which languages a resume says are spoken, and which a vacancy asks for, with the level."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ingestion.parsing.languages import find_languages
from milvus import Resume
from service.ranking.sentences import split_sentences
from service.ranking.statements import Role, Statement
from service.ranking.values import Span

_LEVELS = ("a1", "a2", "b1", "b2", "c1", "c2", "native")
_MAX_LISTED = 120
_KNOWING = re.compile(
    r"(?<!\w)(?:languages?|fluen\w+|speak\w*|spoken|bilingual|native|written|working|proficien\w+|язык\w*|знани\w+"
    r"|владе\w+|свободн\w+|idiomas?|habl\w+|domin\w+|nivel|conocimientos?|lectura|уровен\w+|уровн\w+|level)(?!\w)",
    re.IGNORECASE,
)


def rank_level(level: str | None) -> int:
    """The place of a CEFR level ("b2") or "native" on the scale, 0 for A1; -1 where no level is stated."""
    return _LEVELS.index(level) if level in _LEVELS else -1


def read_spoken_languages(resume: Resume, stated: Sequence[str] | None = None) -> dict[str, str | None]:
    """Languages by ISO 639-1 code with the best level the resume states; the language of its text is one of them.

    `stated` are those already known, as entities hold them ("en", "en:b2"); where it is None they are read from the
    text, in which a language counts where a level or a word of knowing stands beside it, or in a short line.
    """
    spoken: dict[str, str | None] = {}
    known = _find_spoken(resume.text) if stated is None else map(split_language, stated)
    for code, level in known:
        spoken[code] = _better(spoken.get(code), level)
    if resume.language:
        spoken.setdefault(resume.language, None)
    return spoken


def _find_spoken(text: str) -> Iterator[tuple[str, str | None]]:
    for sentence in split_sentences(text):
        if len(sentence.text) > _MAX_LISTED and not _KNOWING.search(sentence.text):
            continue
        for language in find_languages(sentence.text):
            if language.level or _KNOWING.search(sentence.text):
                yield language.code, language.level


def split_language(written: str) -> tuple[str, str | None]:
    """Code and level of a language as entities hold it: "en:b2" or "en"."""
    code, _, level = written.partition(":")
    return code, level or None


def states_languages(spoken: Mapping[str, str | None], resume: Resume) -> bool:
    """Whether the resume says which languages are spoken, beyond being written in one."""
    return any(level or code != resume.language for code, level in spoken.items())


def find_asked_languages(statements: list[Statement]) -> Iterator[tuple[str, str | None, Span, Role]]:
    """Code, level, quote and role of each language that the demands and wishes of a vacancy name."""
    for statement in statements:
        for clause in statement.clauses:
            if clause.role not in (Role.REQUIRED, Role.DESIRED):
                continue
            listed = len(clause.text) <= _MAX_LISTED or _KNOWING.search(clause.text) is not None
            for language in find_languages(clause.text):
                if language.level or listed:
                    yield language.code, language.level, clause.span, clause.role


def _better(known: str | None, found: str | None) -> str | None:
    return max(known, found, key=rank_level)
