"""Tells markup whose tree would take an HTML parser too much time or memory, before it is parsed."""

import re

# The parser takes quadratic time in depth; no real page nests nearly as deep.
_MAX_DEPTH = 5_000
# Formatting that is never closed is opened anew in every block: elements made that way, per page and per tag of it.
_MAX_REOPENED, _MAX_REOPENED_PER_TAG = 300_000, 4
# So few tags do no harm, however they stand.
_FEW_TAGS = 500
# How far up an end tag is looked for. One that is not found closes nothing, which only makes the count higher.
_LOOK_BACK = 32
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)")
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
# Elements that never hold others, or never one of their own kind without another in between.
_FLAT = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"p", "li", "dt", "dd", "option"}
)
# An end tag does not reach past these.
_BARRIERS = frozenset(
    {"applet", "caption", "marquee", "object", "table", "td", "template", "th", "svg", "math", "select"}
)


def is_too_deep(markup: str) -> bool:
    """Whether the tree of this markup may be too deep or too large: linear in the markup's length."""
    tags = markup.count("<")
    if tags <= _FEW_TAGS:
        return False
    stack: list[str] = []
    formatting = reopened = 0
    limit = _MAX_REOPENED + _MAX_REOPENED_PER_TAG * tags
    for match in _TAG.finditer(markup):
        name = match["name"].lower()
        if match["end"]:
            formatting -= _close(stack, name)
        elif name not in _FLAT:
            stack.append(name)
            formatting += name in _FORMATTING
        reopened += formatting
        if len(stack) > _MAX_DEPTH or reopened > limit:
            return True
    return False


def _close(stack: list[str], name: str) -> bool:
    """Take the element that an end tag closes from the stack, and what was opened in it; True where it is formatting.

    Formatting within a block outlives the block's end, and so does its count.
    """
    for index in range(len(stack) - 1, max(-1, len(stack) - 1 - _LOOK_BACK), -1):
        if stack[index] == name:
            if name in _FORMATTING:
                del stack[index]
                return True
            stack[index:] = [one for one in stack[index + 1 :] if one in _FORMATTING]
            return False
        if stack[index] in _BARRIERS:
            break
    return False
