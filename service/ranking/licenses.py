"""Driving licenses: which categories a text names, as people write them in English, Russian and Spanish."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.ranking.values import Span

_LICENSE = re.compile(
    r"(?<!\w)(?:driv(?:ing|er['’]?s?)[ ]licen[cs]e|licen[cs]e[ ]to[ ]drive|hgv[ ]class[ ][12]"
    r"|c\+e[ ](?:entitlement|licen[cs]e)|водительск\w+[ ](?:прав\w*|удостоверени\w+)"
    r"|прав\w?[ ](?:категори\w+|кат\.?)|категори[яи][ ](?:прав|[abcdeавсе]{1,2}(?!\w))"
    r"|(?:carn[eé]|permiso|licencia)[ ]de[ ](?:conducir|conducción|manejo|coche)|licencia[ ]federal)",
    re.IGNORECASE,
)
_CATEGORY = re.compile(r"(?<![\w+])(?:(?P<plain>[ABCDEАВСЕ](?:1|[+]?[EЕ])?)|class[ ](?P<class>[12]))(?![\w+])")
_REACH = 40
_LATIN = str.maketrans("АВСЕ", "ABCE")
# British heavy goods licenses: class 1 is C+E, class 2 is C.
_CLASSES = {"1": "CE", "2": "C"}
# A license for a trailer or a bigger vehicle is given on top of the smaller one (directive 2006/126/EC, article 6). In
# Russia C may be held without B, which is rare enough not to turn anyone away for.
_COVERS = {
    "CE": {"C", "C1", "B", "BE"},
    "C": {"C1", "B"},
    "C1": {"B"},
    "DE": {"D", "D1", "B", "BE"},
    "D": {"D1", "B"},
    "BE": {"B"},
    "A": {"A1"},
}


@dataclass(frozen=True, slots=True)
class License:
    """A driving license that a text names; `categories` is empty where it does not say which."""

    categories: frozenset[str]
    span: Span


def find_licenses(text: str, offset: int = 0) -> Iterator[License]:
    """The licenses that a text names, with their place; `offset` is added to it."""
    for match in _LICENSE.finditer(text):
        end = min(len(text), match.end() + _REACH)
        around = re.split(r"[.;\n]", text[match.start() : end], maxsplit=1)[0]
        categories = {
            _CLASSES[found["class"]] if found["class"] else found["plain"].translate(_LATIN).replace("+", "")
            for found in _CATEGORY.finditer(around.replace("Class", "class"))
        }
        yield License(frozenset(categories), Span(offset + match.start(), offset + match.start() + len(around), around))


@dataclass(frozen=True, slots=True)
class Holding:
    """What a resume says of a license that is asked for: `is_held` is None where it does not say."""

    is_held: bool | None
    code: str
    held: tuple[str, ...] = ()
    span: Span | None = None


def check_license(text: str, asked: str) -> Holding:
    """Whether a resume's text names a license of the asked categories ("B, CE"; "" for any)."""
    found = list(find_licenses(text))
    if not found:
        return Holding(None, "license_unknown")
    held: set[str] = set().union(*(one.categories for one in found))
    needed = set(filter(None, asked.split(", ")))
    if needed and not held:
        return Holding(None, "license_category_unknown", span=found[0].span)
    covered = held.union(*(_COVERS.get(category, set()) for category in held))
    is_held = needed <= covered
    return Holding(is_held, "license_met" if is_held else "license_short", tuple(sorted(held)), found[0].span)
