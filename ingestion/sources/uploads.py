"""One uploaded file to one document, for a search that is not stored."""

from pathlib import PurePath

from pydantic import ValidationError

from ingestion.documents import AnyDocument
from ingestion.errors import UnreadableDocument
from ingestion.sources.text_file import EXTRACTORS, KNOWN_TEXTS, extract_text
from ingestion.sources.validation import describe_errors, hash_id, make_document
from milvus import Kind


def read_upload(name: str, content: bytes, *, kind: Kind) -> AnyDocument:
    """The document in a file of one of KNOWN_TEXTS; its id is a hash of its text.

    Raises UnreadableDocument, saying why: unknown type, empty, encrypted, damaged, no text layer, too long.
    """
    extract = EXTRACTORS.get(PurePath(name).suffix.lower())
    if extract is None:
        raise UnreadableDocument(f"is of an unknown type; known: {', '.join(KNOWN_TEXTS)}")
    text = extract_text(content, extract)
    try:
        return make_document({"id": hash_id(text), "text": text}, kind)
    except ValidationError as error:
        raise UnreadableDocument(describe_errors(error)) from None
