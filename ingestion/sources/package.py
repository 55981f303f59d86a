"""Office documents that are ZIP files (DOCX, ODT): opened only where what they unpack to is bounded."""

import io
import zipfile

from ingestion.errors import UnreadableDocument
from ingestion.sources.encodings import name_signature
from ingestion.sources.streams import describe_size

MAX_UNPACKED_BYTES = 128 * 1024**2
_MAX_PARTS = 5_000


def open_package(content: bytes, *, what: str, part: str) -> zipfile.ZipFile:
    """The parts of a package. By the sizes it declares it unpacks to a bounded size, and no more is ever unpacked.

    `what` is the format for messages, `part` the beginning of a path that every package of it has. Raises
    UnreadableDocument: no such package, damaged, encrypted, too large.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(_describe_other(content, error, what)) from None
    if len(parts) > _MAX_PARTS or sum(one.file_size for one in parts) > MAX_UNPACKED_BYTES:
        limit = f"{describe_size(MAX_UNPACKED_BYTES)} or {_MAX_PARTS:,} parts"
        raise UnreadableDocument(f"unpacks to more than {limit}, the limit of {_with_article(what)}")
    if not any(one.filename.startswith(part) for one in parts):
        raise UnreadableDocument(f"is a ZIP file, not {_with_article(what)}")
    return archive


def describe_damage(error: Exception, what: str) -> str:
    """The reason for a package that opens and cannot be read."""
    message = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return f"is a damaged {what} ({message})"


def _describe_other(content: bytes, error: Exception, what: str) -> str:
    found = name_signature(content[:64])
    if found and "Office" in found:
        return f"is an old Office file or encrypted: save it as {what} without a password"
    if found and "ZIP" in found:
        return f"is a damaged {what} ({error})"
    return f"is {found}, not {_with_article(what)}" if found else f"is not {_with_article(what)}"


def _with_article(what: str) -> str:
    return f"{'an' if what.startswith('O') else 'a'} {what}"
