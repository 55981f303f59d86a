"""Files named .doc: old Word documents are refused, but programs also give that name to RTF, HTML and DOCX."""

from ingestion.errors import UnreadableDocument
from ingestion.sources.docx_file import extract_docx
from ingestion.sources.encodings import name_signature
from ingestion.sources.html_page import extract_html
from ingestion.sources.rtf import extract_rtf

OLD_WORD = ".doc"


def extract_doc(content: bytes) -> str:
    """The text of what only is called .doc. Raises UnreadableDocument, for a true one with what to do."""
    start = content[:1024].lstrip().lower()
    if start.startswith(b"{\\rtf"):
        return extract_rtf(content)
    if start.startswith(b"pk\x03\x04"):
        return extract_docx(content)
    if b"<html" in start:
        return extract_html(content)
    found = name_signature(content[:4096])
    if found and "Office" in found:
        raise UnreadableDocument("is an old Word document, which is not read: save it as DOCX or PDF")
    raise UnreadableDocument(f"is {found or 'a text'}, not a Word document")
