"""Plain text and Markdown."""

from ingestion.errors import UnreadableDocument
from ingestion.sources.encodings import decode_text, name_signature


def extract_plain_text(content: bytes) -> str:
    """The text of a file whose encoding is told from its bytes. Raises UnreadableDocument."""
    if (found := name_signature(content[:4096])) is not None:
        raise UnreadableDocument(f"is {found}, not a text")
    try:
        text = decode_text(content).removeprefix("\ufeff")
    except ValueError as error:
        raise UnreadableDocument(str(error)) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
