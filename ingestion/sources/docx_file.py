"""DOCX: the text of the body in reading order, with tables, text boxes and content controls."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
import docx.opc.exceptions
from docx.oxml.ns import qn
from lxml import etree

from ingestion.errors import UnreadableDocument
from ingestion.sources.package import describe_damage, open_package

_TEXT, _TAB = qn("w:t"), qn("w:tab")
_BOX = qn("w:txbxContent")
_LINE_ENDS = frozenset({qn("w:p"), qn("w:br"), qn("w:cr")})
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# The fallback repeats a text box for old readers; the others are text that tracked changes took away.
_LEFT_OUT = frozenset({f"{_MC}Fallback", qn("w:del"), qn("w:moveFrom"), qn("w:tabs")})


def extract_docx(content: bytes) -> str:
    """The text of a DOCX without headers and footers. Raises UnreadableDocument, saying why."""
    open_package(content, what="DOCX", part="word/").close()
    try:
        body = docx.Document(io.BytesIO(content)).element.body
    except (
        docx.opc.exceptions.PackageNotFoundError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        EOFError,
        OSError,
        AttributeError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        # python-docx trusts the structure of the package, so a damaged one fails in any of these ways.
        raise UnreadableDocument(describe_damage(error, "DOCX")) from None
    text = "".join(_iterate_texts(body))
    if not text.strip():
        raise UnreadableDocument("holds no text: nothing to index")
    return text


def _iterate_texts(body: Any) -> Iterator[str]:
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        if event == "start" and element.tag in _LEFT_OUT:
            walk.skip_subtree()
        elif event == "start" and element.tag == _TEXT:
            yield element.text or ""
        elif event == "start" and element.tag == _TAB:
            yield "\t"
        elif event == "start" and element.tag == _BOX:
            # A text box stands within a paragraph, whose text it must not touch.
            yield "\n"
        elif event == "end" and element.tag in _LINE_ENDS:
            yield "\n"
