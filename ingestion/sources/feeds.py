"""Job feeds in XML: RSS, Atom, and the lists of jobs and vacancies that boards exchange. Every item is a vacancy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from ingestion.sources.columns import find_field
from ingestion.sources.encodings import name_signature
from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.validation import reject
from ingestion.sources.xml_items import ITEM_NAMES, BrokenItem, Item, ItemCutter, parse_item, wrap_item
from milvus import Kind

_MAX_SHORT_TEXT = 500
_DECLARATION = re.compile(r"\sxmlns(?::[\w.-]+)?=\"[^\"<>]*\"")
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
# What elements mean, by their names in lower case and without namespace; all others go by the names of columns.
_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("guid", "id", "referencenumber", "requisitionid", "jobid"), "id"),
    **dict.fromkeys(("title", "name", "job-name", "jobtitle"), "title"),
    **dict.fromkeys(("description", "summary", "content", "encoded"), "text"),
    **dict.fromkeys(("link", "url"), "url"),
    **dict.fromkeys(("pubdate", "published", "date", "issued", "creation-date"), "publication date"),
    **dict.fromkeys(("expirationdate", "expires", "validthrough"), "expiration date"),
    **dict.fromkeys(("category", "industry", "subject"), "category"),
    **dict.fromkeys(("company", "employer", "organization", "companyname", "hiringorganization"), "company"),
    **dict.fromkeys(("jobtype", "job_type"), "employment type"),
}
# Read where nothing says the same outright.
_SECOND_CHOICES: Mapping[str, str] = {
    "updated": "publication date",
    "modified": "publication date",
    "author": "company",
}
_DATES = frozenset({"publication date", "expiration date"})
_JOINED = frozenset({"text", "category", "employment type"})
_SHORT = frozenset({"company", "category", "place.text", "place.city", "place.region", "salary.text", "experience"})
# What these say of themselves is no other's: the company's id and description are not the vacancy's.
_OWN = frozenset({"id", "title", "url", "publication date", "published_at", "company", "source"})
_NAMED = frozenset({"company", "employer", "organization", "author", "hiringorganization", "area"})
# What GeoRSS gives in one element.
_POINT = ("latitude", "longitude")
_WHOLE_TEXTS, _EXCERPTS = frozenset({"content", "encoded"}), frozenset({"description", "summary"})


def read_feed(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    """Every item of the feed that can be read; every other is a Rejection with its line."""
    return read_objects(replace(file, kind=file.kind or Kind.VACANCIES), _find_objects(file))


def _find_objects(file: SourceFile) -> Iterator[FoundObject | Rejection]:
    with file.open() as stream:
        cutter = ItemCutter(stream)
        if (found := name_signature(cutter.head[:4096])) is not None:
            yield reject(file.name, f"is {found}, not XML")
            return
        count = 0
        for count, item in enumerate(cutter.iterate(), start=1):
            yield _read_item(item, cutter.namespaces, f"{file.name}:{item.line} (item {count})", file.kind)
        if count == 0:
            yield reject(file.name, _explain_nothing(cutter))


def _explain_nothing(cutter: ItemCutter) -> str:
    if not cutter.head.strip():
        return "is empty"
    if cutter.root is None:
        return "is not XML"
    if cutter.root.lower() == "html":
        return "is a page, not a feed: name it .html"
    return f"holds no vacancies: its <{cutter.root}> has no {', '.join(f'<{name}>' for name in ITEM_NAMES)}"


def _read_item(item: Item, namespaces: Mapping[str, str], location: str, kind: Kind | None) -> FoundObject | Rejection:
    kind = kind or Kind.VACANCIES
    if item.fault is not None:
        return reject(location, item.fault, kind=kind, raw=item.text)
    try:
        element = parse_item(item.text, namespaces)
    except BrokenItem as error:
        return reject(location, str(error), kind=kind, raw=item.text)
    feed = wrap_item(item.text, namespaces)
    return FoundObject(location, _make_row(element, kind), record=item.text[:2_000], feed=feed)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An element without elements: its name, the column that it fills and its text."""

    name: str
    column: str
    text: str


def _make_row(element: Any, kind: Kind) -> dict[str, Any]:
    """The columns of an item: each the first of its kind, but all texts, categories and terms of employment."""
    leaves = [leaf for leaf in _iterate_leaves(element, kind) if leaf.text]
    stated = {leaf.column for leaf in leaves}
    row: dict[str, Any] = {}
    for leaf in _drop_excerpts(leaves):
        column = _SECOND_CHOICES.get(leaf.name, leaf.column)
        if column != leaf.column and (column in stated or "@" in leaf.text):
            continue
        if column in _JOINED:
            row.setdefault(column, []).append(leaf.text)
        elif find_field(column, kind) in _SHORT and len(leaf.text) > _MAX_SHORT_TEXT:
            row.setdefault(f"{leaf.name} (too long)", leaf.text)
        else:
            row.setdefault(column, _read_date(leaf.text) if column in _DATES else leaf.text)
    if "category" in row:
        row["category"] = _join_short(row["category"])
    own = element.get("id") or element.get(_RDF_ABOUT) or row.get("url")
    return row if "id" in row or not own else {"id": own, **row}


def _drop_excerpts(leaves: list[_Leaf]) -> Iterator[_Leaf]:
    """All but the descriptions that stand beside a longer content: they are its beginning."""
    whole = max((len(leaf.text) for leaf in leaves if leaf.name in _WHOLE_TEXTS), default=0)
    return (leaf for leaf in leaves if leaf.name not in _EXCERPTS or len(leaf.text) >= whole)


def _join_short(parts: list[str]) -> str | None:
    """As many of the parts as a short field holds."""
    kept = ""
    for part in dict.fromkeys(parts):
        longer = f"{kept}, {part}" if kept else part
        if len(longer) > _MAX_SHORT_TEXT:
            break
        kept = longer
    return kept or None


def _iterate_leaves(element: Any, kind: Kind, parent: str = "") -> Iterator[_Leaf]:
    for child in element.iterchildren(tag=etree.Element):
        name = _localize(child.tag).lower()
        column = _find_column(name, parent, kind)
        if column == "text":
            yield _Leaf(name, column, _read_markup(child))
        elif name == "point":
            yield from map(_Leaf, _POINT, _POINT, (child.text or "").split())
        elif name in _NAMED and len(child):
            named = child.find("{*}name")
            yield _Leaf(name, column, "" if named is None else named.text or "")
        elif len(child):
            yield from _iterate_leaves(child, kind, name)
        else:
            yield _Leaf(name, column, _read_value(child, name))


def _find_column(name: str, parent: str, kind: Kind) -> str:
    column = _COLUMNS.get(name, name)
    if not parent:
        return column
    both = f"{parent} {name}"
    if find_field(both, kind) is not None:
        return both
    return both if {column, find_field(column, kind)} & _OWN else column


def _read_value(element: Any, name: str) -> str:
    """The text of an element; of the empty ones of Atom, what their attributes say."""
    text = (element.text or "").strip()
    if name == "link" and not text and element.get("rel", "alternate") == "alternate":
        text = element.get("href", "")
    elif name == "category" and not text:
        text = element.get("label") or element.get("term") or ""
    return text.strip()


def _read_markup(element: Any) -> str:
    """A text; where its markup is not escaped but part of the feed, as HTML."""
    if len(element) == 0:
        return (element.text or "").strip()
    for part in element.iter(etree.Element):
        part.tag = _localize(part.tag)
    inner = (etree.tostring(part, encoding="unicode", method="html") for part in element)
    return _DECLARATION.sub("", f"{element.text or ''}{''.join(inner)}").strip()


def _localize(tag: str) -> str:
    """A tag without its namespace, or the prefix of one that is not declared."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def _read_date(text: str) -> str:
    """A date of RFC 822, as RSS writes them, in ISO 8601; any other as it is."""
    try:
        return parsedate_to_datetime(text[:100]).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return text
