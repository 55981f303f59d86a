"""HTML pages: the JobPostings that they carry for machines (JSON-LD, microdata), and their main text for people."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingestion.errors import UnreadableDocument
from ingestion.markup import html_to_text
from ingestion.nesting import is_too_deep
from ingestion.sources.encodings import decode_text, find_codec, name_signature
from ingestion.sources.job_posting import is_job_posting
from ingestion.sources.values import as_text

_CHARSET = re.compile(rb"<meta\b[^<>]{0,200}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,30})", re.IGNORECASE)
_CHARSET_BYTES = 4096
_LEFT_OUT = (
    "script, style, noscript, template, nav, aside, footer, form, dialog, [hidden], [aria-hidden=true],"
    " [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=dialog]"
)
# A main part shorter than this share of the page is no main part: a teaser, or an empty frame filled by scripts.
_LEAST_SHARE = 0.3
# What templates put around the JSON to hide it from browsers of the past.
_OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)")
_CLOSING = re.compile(r"(?:(?://|/\*)?\s*\]\]>\s*(?:\*/)?|(?://\s*)?-->|;)\s*\Z")
_CLOSING_CHARACTERS = 60
_MAX_WRAPPERS = 3
_MAX_SCOPES = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. `faults` are the reasons for which blocks that speak of a JobPosting cannot be read."""

    postings: tuple[Mapping[str, Any], ...]
    faults: tuple[str, ...]
    text: str


def extract_html(content: bytes) -> str:
    """What a page offers, as text: its JobPostings where it has any, else its main text. Raises UnreadableDocument."""
    page = parse_page(content)
    texts = (
        "\n\n".join(html_to_text(text) for name in ("title", "description") if (text := as_text(posting.get(name))))
        for posting in page.postings
    )
    return "\n\n".join(text for text in texts if text) or page.text


def parse_page(content: bytes) -> Page:
    """A page of any encoding, however broken its markup. Raises UnreadableDocument where it is no text."""
    if (found := name_signature(content[:4096])) is not None:
        raise UnreadableDocument(f"is {found}, not HTML")
    markup = _decode(content)
    if is_too_deep(markup):
        raise UnreadableDocument("its markup is nested too deeply")
    tree = LexborHTMLParser(markup)
    postings, faults = _read_scripts(tree)
    if not postings and not faults and "JobPosting" in markup and tree.body:
        postings = tuple(_read_scope(scope) for scope in _find_scopes(tree.body))
    return Page(postings, faults, _extract_main(tree))


def _decode(content: bytes) -> str:
    declared = _CHARSET.search(content[:_CHARSET_BYTES])
    codec = find_codec(declared[1].decode("ascii")) if declared else None
    if codec is not None:
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            pass  # The page is not what it says; its bytes are asked.
    try:
        return decode_text(content).removeprefix("\ufeff")
    except ValueError as error:
        raise UnreadableDocument(str(error)) from None


def _read_scripts(tree: LexborHTMLParser) -> tuple[tuple[Mapping[str, Any], ...], tuple[str, ...]]:
    postings: list[Mapping[str, Any]] = []
    faults: list[str] = []
    scripts = [one for one in tree.css("script") if "ld+json" in (one.attributes.get("type") or "").lower()]
    for number, script in enumerate(scripts, start=1):
        block = script.text()
        try:
            postings += _find_postings(_parse_block(block))
        except (ValueError, RecursionError) as error:
            if "JobPosting" in block:
                fault = f"{error}" if isinstance(error, ValueError) else "nested too deeply"
                faults.append(f"its JSON-LD block {number} is not JSON that can be read: {fault}")
    return tuple(postings), tuple(faults)


def _parse_block(block: str) -> Any:
    text = _unwrap(block)
    try:
        return json.loads(text, strict=False)
    except ValueError:
        if "&quot;" not in text:
            raise
        return json.loads(html.unescape(text), strict=False)


def _unwrap(block: str) -> str:
    """The JSON of a script without the comments and CDATA marks around it."""
    text = block.strip()
    for _ in range(_MAX_WRAPPERS):
        opening = _OPENING.match(text)
        closing = _CLOSING.search(text, max(0, len(text) - _CLOSING_CHARACTERS))
        text = text[opening.end() if opening else 0 : closing.start() if closing else None]
    return text


def _find_postings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every JobPosting, however deep it lies in lists, graphs and other objects, in the order of the page."""
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict) and is_job_posting(part):
            yield part
        elif isinstance(part, (dict, list)):
            stack.extend(reversed(list(part.values()) if isinstance(part, dict) else part))


def _find_scopes(body: LexborNode) -> Iterator[LexborNode]:
    """The outermost microdata items that are JobPostings."""
    stack = [body]
    while stack:
        node = stack.pop()
        if (node.attributes.get("itemtype") or "").endswith("JobPosting"):
            yield node
        else:
            stack += list(node.iter())[::-1]


def _read_scope(scope: LexborNode, depth: int = 0) -> dict[str, Any]:
    """The properties of a microdata item, in the shape of JSON-LD. What is in a property is read once, as its value."""
    found: dict[str, list[Any]] = {"@type": [(scope.attributes.get("itemtype") or "").rpartition("/")[2]]}
    stack = list(scope.iter())[::-1]
    while stack:
        node = stack.pop()
        names = (node.attributes.get("itemprop") or "").split()[:_MAX_SCOPES]
        for name in names:
            is_scope = "itemscope" in node.attributes and depth < _MAX_SCOPES
            value = _read_scope(node, depth + 1) if is_scope else _read_property(node, name)
            found.setdefault(name, []).append(value)
        if not names:
            stack += list(node.iter())[::-1]
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _read_property(node: LexborNode, name: str) -> str:
    stated = (node.attributes.get(attribute) for attribute in ("content", "datetime", "href"))
    shown = node.html if name == "description" else node.text()
    return next((value for value in stated if value), shown or "").strip()


def _extract_main(tree: LexborHTMLParser) -> str:
    for node in tree.css(_LEFT_OUT):
        node.decompose()
    whole = html_to_text((tree.body.html or "") if tree.body else "")
    mains = tree.css("main, [role=main]") or tree.css("article")
    if len(mains) == 1:
        main = html_to_text(mains[0].html or "")
        if len(main) > _LEAST_SHARE * len(whole):
            return main
    return whole
