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
from ingestion.sources.encodings import name_signature
from ingestion.sources.streams import describe_size

_MAX_UNPACKED_BYTES = 128 * 1024**2
_MAX_PARTS = 5_000
_TEXT, _TAB = qn("w:t"), qn("w:tab")
_BOX = qn("w:txbxContent")
_LINE_ENDS = frozenset({qn("w:p"), qn("w:br"), qn("w:cr")})
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# The fallback repeats a text box for old readers; the others are text that tracked changes took away.
_LEFT_OUT = frozenset({f"{_MC}Fallback", qn("w:del"), qn("w:moveFrom"), qn("w:tabs")})


def extract_docx(content: bytes) -> str:
    """The text of a DOCX without headers and footers. Raises UnreadableDocument, saying why."""
    _check_archive(content)
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
        raise UnreadableDocument(_explain(error)) from None
    text = "".join(_iterate_texts(body))
    if not text.strip():
        raise UnreadableDocument("holds no text: nothing to index")
    return text


def _check_archive(content: bytes) -> None:
    """Refuse what is no ZIP file or unpacks to too much, by the sizes it declares: no more is ever unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(_describe_other(content, error)) from None
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES:
        limit = f"{describe_size(_MAX_UNPACKED_BYTES)} or {_MAX_PARTS:,} parts"
        raise UnreadableDocument(f"unpacks to more than {limit}, the limit of a DOCX")
    if not any(part.filename.startswith("word/") for part in parts):
        raise UnreadableDocument("is a ZIP file, not a DOCX")


def _describe_other(content: bytes, error: Exception) -> str:
    found = name_signature(content[:64])
    if found and "Office" in found:
        return "is an old Office file or encrypted: save it as DOCX without a password"
    if found and "ZIP" in found:
        return f"is a damaged DOCX ({error})"
    return f"is {found}, not a DOCX" if found else "is not a DOCX"


def _explain(error: Exception) -> str:
    message = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return f"is a damaged DOCX ({message})"


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
