"""Reads the entries of the skills sections, as they are written."""

import re
from collections.abc import Iterator, Sequence

from ingestion.parsing.languages import find_languages
from ingestion.parsing.lines import Line

_MAX_SKILLS = 200
_MAX_SKILL = 60
_MAX_WORDS = 6

_SEPARATOR = re.compile(r"[,;|•·●\t]|[ ]{2,}|\.(?:\s|$)")
_LABEL = re.compile(r"[^\W\d_][^:,;()]{1,40}:(?=\s|$|[^\W\d])[ \t]*")
_LEVEL = (
    r"(?:basic|intermediate|advanced|proficient|expert|excellent|good|beginner|experienced|professional|fluent"
    r"|базов\w+|средн\w+|продвинут\w+|уверенн\w+(?: пользователь)?|эксперт\w*|отличн\w+|хорош\w+|начальн\w+"
    r"|avanzad[oa]|intermedi[oa]|b[aá]sic[oa]|expert[oa]|usuario|nivel \w+)"
)
# Behind a sign, or behind a single word: "Soporte vital avanzado" is a name.
_LEVEL_AFTER = re.compile(rf"[ \t]*[-–—:(][ \t]*{_LEVEL}[^)]{{0,20}}\)?$|^(\w{{1,40}})[ ]{_LEVEL}$", re.IGNORECASE)
_LEVEL_ALONE = re.compile(rf"{_LEVEL}(?: level| уровень)?", re.IGNORECASE)
_FIRST_PERSON = re.compile(
    r"(?<![^\W_])(?:i|my|me|я|мне|мой|живу|хочу|готова?|умею|vivo|mi|tengo|quiero|conozco|trabajé)(?![^\W_])",
    re.IGNORECASE,
)
_JOINER = re.compile(r"^(?:and|и|y|e)[ ]", re.IGNORECASE)
_PARENTHESES = re.compile(r"\(([^()]*)\)?")
_EDGES = " \t.,;:–—-*·•/"
_LONG = 45
# Languages of programming with one letter for a name.
_LETTERS = frozenset("CR")


def collect_skills(lines: Sequence[Line]) -> tuple[str, ...]:
    """The entries of lists: each once, without levels, group labels, sentences and spoken languages."""
    names: dict[str, str] = {}
    for text in _join_wrapped(lines):
        for name in _split_entries(text):
            names.setdefault(name.casefold(), name)
            if len(names) == _MAX_SKILLS:
                return tuple(names.values())
    return tuple(names.values())


def _join_wrapped(lines: Sequence[Line]) -> Iterator[str]:
    """The lines with those put together that are one list broken by the width of the page."""
    joined, previous = "", None
    for line in lines:
        if previous is not None and _runs_on(previous.text, line):
            joined = joined[:-1] + line.text if joined.endswith("-") else f"{joined} {line.text}"
        else:
            if previous is not None:
                yield joined
            joined = line.text
        previous = line
    if previous is not None:
        yield joined


def _runs_on(above: str, line: Line) -> bool:
    if line.bullet or line.after_blank or _LABEL.match(line.text):
        return False
    if above.endswith("-") and above[-2:-1].isalpha() and line.text[:1].islower():
        return True
    return (
        "," in above and len(above) >= _LONG and "," in line.text + above[-1:] + "," and not above.endswith((".", ";"))
    )


def _split_entries(text: str) -> Iterator[str]:
    if text.endswith(":"):
        return
    label = _LABEL.match(text)
    text = text[label.end() :] if label and text[label.end() :].strip() else text
    for part in _SEPARATOR.split(_PARENTHESES.sub(_open_list, text)):
        name = _LEVEL_AFTER.sub(r"\1", _JOINER.sub("", part.strip(_EDGES))).strip(" \t,;:–—-*•")
        if _is_skill(name):
            yield name


def _open_list(match: re.Match[str]) -> str:
    """ "Office (Word, Excel)" is three entries; a remark in brackets is none."""
    return f", {match[1]}, " if "," in match[1] else " " if not match[1] or " " in match[1] else match[0]


def _is_skill(name: str) -> bool:
    if not 1 <= len(name) <= _MAX_SKILL or len(name.split()) > _MAX_WORDS or not any(map(str.isalpha, name)):
        return False
    if (
        _FIRST_PERSON.search(name)
        or "@" in name
        or "://" in name
        or _LEVEL_ALONE.fullmatch(name)
        or (len(name) == 1 and name not in _LETTERS)
    ):
        return False
    return not any(True for _ in find_languages(name))
