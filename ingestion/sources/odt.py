"""ODT (OpenDocument 1.3): the text of the body in reading order, with tables and text boxes."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from ingestion.errors import UnreadableDocument
from ingestion.sources.package import describe_damage, open_package
from ingestion.sources.streams import describe_size

# A tree of XML takes about ten times the size of its text.
_MAX_CONTENT_BYTES = 32 * 1024**2
_MAX_SPACES = 100
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_BODY = f"{_OFFICE}text"
_BLOCKS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_LINE_BREAK, _TAB, _SPACES = f"{_TEXT}line-break", f"{_TEXT}tab", f"{_TEXT}s"
# Deleted text, comments, marks of notes and descriptions of pictures.
_LEFT_OUT = frozenset(
    {f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}note-citation", f"{_SVG}title", f"{_SVG}desc"}
)
# How a package fails that opens and is damaged within.
_DAMAGE = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, ValueError, EOFError, OSError, RuntimeError)
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")


def extract_odt(content: bytes) -> str:
    """The text of an ODT without headers and footers. Raises UnreadableDocument, saying why."""
    with open_package(content, what="ODT", part="content.xml") as package:
        try:
            if _is_encrypted(package):
                raise UnreadableDocument("is encrypted: save it without a password")
            root = _parse(_read_part(package, "content.xml"))
        except _DAMAGE as error:
            raise UnreadableDocument(describe_damage(error, "ODT")) from None
    body = next(root.iter(_BODY), None)
    if body is None:
        raise UnreadableDocument("is an OpenDocument file without a text: a table or a presentation?")
    return "".join(_iterate_texts(body)).strip("\n")


def _is_encrypted(package: zipfile.ZipFile) -> bool:
    name = "META-INF/manifest.xml"
    return name in package.namelist() and b"encryption-data" in _read_part(package, name)


def _read_part(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > _MAX_CONTENT_BYTES:
        raise UnreadableDocument(f"its {name} unpacks to more than {describe_size(_MAX_CONTENT_BYTES)}")
    return package.read(name)


def _parse(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(content, parser)


def _iterate_texts(body: Any) -> Iterator[str]:
    """Texts stand within paragraphs only; the white space between elements is layout of the XML."""
    depth = 0
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _LEFT_OUT:
                walk.skip_subtree()
                continue
            if element.tag in _BLOCKS:
                # A text box stands within a paragraph, whose text it must not touch.
                yield "\n" if depth else ""
                depth += 1
            yield _read_mark(element)
            yield _collapse(element.text) if depth else ""
        else:
            if element.tag in _BLOCKS:
                depth -= 1
                yield "\n"
            yield _collapse(element.tail) if depth else ""


def _read_mark(element: Any) -> str:
    if element.tag == _SPACES:
        count = element.get(f"{_TEXT}c", "1")
        return " " * min(int(count), _MAX_SPACES) if count.isascii() and count.isdigit() else " "
    return {_LINE_BREAK: "\n", _TAB: "\t"}.get(element.tag, "")


def _collapse(text: str | None) -> str:
    return _WHITE_SPACE.sub(" ", text) if text else ""
