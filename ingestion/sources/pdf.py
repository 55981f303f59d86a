"""PDF by PDFium: the text layer, page after page and column after column. Nothing is recognized from images."""

import re
import threading
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingestion.documents import MAX_TEXT_CHARACTERS
from ingestion.errors import UnreadableDocument
from ingestion.sources.encodings import name_signature
from ingestion.sources.page_columns import Box, arrange_columns, has_gaps

MAX_PAGES = 200

# PDFium keeps state of its own for the whole process and is not safe to enter twice.
_LOCK = threading.Lock()
# How PDFium writes a hyphen at the end of a line that only the line break made.
_SOFT_HYPHEN = re.compile("[\x02\ufffe\u00ad](?:\r\n|\r|\n)?")


def extract_pdf(content: bytes) -> str:
    """The text of a PDF. Raises UnreadableDocument: no PDF, encrypted, damaged, too many pages, no text layer."""
    with _LOCK:
        try:
            document = pdfium.PdfDocument(content)
        except pdfium.PdfiumError as error:
            raise UnreadableDocument(_explain(str(error), content)) from None
        try:
            text = "\n\n".join(_iterate_pages(document))
        except pdfium.PdfiumError as error:
            raise UnreadableDocument(f"is a damaged PDF ({error})") from None
        finally:
            document.close()
    text = _SOFT_HYPHEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if not text.strip():
        raise UnreadableDocument("has no text layer (scanned?): nothing to index")
    return text


def _iterate_pages(document: pdfium.PdfDocument) -> list[str]:
    if len(document) > MAX_PAGES:
        raise UnreadableDocument(f"has {len(document)} pages, the limit is {MAX_PAGES}")
    texts: list[str] = []
    size = 0
    for index in range(len(document)):
        page = document[index]
        layer = page.get_textpage()
        texts.append(_read_page(layer).strip())
        layer.close()
        page.close()
        size += len(texts[-1])
        if size > MAX_TEXT_CHARACTERS:
            raise UnreadableDocument(
                f"text: longer than {MAX_TEXT_CHARACTERS:,} characters (reached on page {index + 1})"
            )
    return [text for text in texts if text]


def _read_page(layer: pdfium.PdfTextPage) -> str:
    """The text of a page in the order in which the file gives it, or column after column where it runs across two."""
    arranged = None
    if layer.count_chars() <= MAX_TEXT_CHARACTERS and has_gaps(list(_iterate_runs(layer))):
        arranged = arrange_columns(_iterate_characters(layer))
    return layer.get_text_bounded() if arranged is None else arranged


def _iterate_runs(layer: pdfium.PdfTextPage) -> Iterator[Box]:
    for index in range(layer.count_rects()):
        left, bottom, right, top = layer.get_rect(index)
        yield Box("", left, right, bottom, top)


def _iterate_characters(layer: pdfium.PdfTextPage) -> Iterator[Box]:
    """The characters within the page, with the spaces and line ends that PDFium adds."""
    left, bottom, right, top = layer.page.get_bbox()
    for index in range(layer.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(layer, index)
        x0, y0, x1, y1 = layer.get_charbox(index)
        if code and x1 >= left and x0 <= right and y1 >= bottom and y0 <= top:
            yield Box(chr(code), x0, x1, y0, y1)


def _explain(message: str, content: bytes) -> str:
    if "password" in message.lower():
        return "is encrypted: save it without a password"
    found = name_signature(content[:64])
    if b"%PDF-" in content[:1024]:
        return "is a damaged PDF"
    return f"is {found}, not a PDF" if found else "is not a PDF"
