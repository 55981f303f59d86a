"""Spoken languages as the index writes them: an ISO 639-1 code, with the level where it is known ("en", "en:b2")."""

import re

LEVELS = ("a1", "a2", "b1", "b2", "c1", "c2", "native")
"""The Common European Framework's levels, lowest first, and above them the mother tongue."""

LANGUAGE_PATTERN = f"^[a-z]{{2}}(:({'|'.join(LEVELS)}))?$"

_LANGUAGE = re.compile(LANGUAGE_PATTERN)


def write_language(code: str, level: str | None) -> str:
    """A language with its level. Raises ValueError where either is unknown."""
    written = f"{code}:{level}" if level else code
    if not _LANGUAGE.fullmatch(written):
        raise ValueError(f"{written!r} is no ISO 639-1 code with a level of {', '.join(LEVELS)}")
    return written


def list_sufficient(asked: str) -> tuple[str, ...]:
    """Everything that satisfies what is asked: "en" any English, "en:c1" English at C1 or above, if that is known."""
    code, _, level = asked.partition(":")
    levels = LEVELS[LEVELS.index(level) :] if level else LEVELS
    known = tuple(f"{code}:{one}" for one in levels)
    return known if level else (code, *known)


def list_satisfied(written: str) -> tuple[str, ...]:
    """Everything that may be asked and that this language satisfies: "en:a2" satisfies "en", "en:a1" and "en:a2"."""
    code, _, level = written.partition(":")
    return (code, *(f"{code}:{one}" for one in LEVELS[: LEVELS.index(level) + 1])) if level else (code,)
