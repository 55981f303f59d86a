"""What a reader is: one opened file in, documents and rejections out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from ingestion.documents import AnyDocument
from milvus import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to read, on disk or inside an archive.

    `name` is what messages call it (`jobs.tar.gz/data/17.json`); `id` is its path below what was asked for
    (`data/17.json`), which a file that is one document has for its id unless it says another; `kind` is what the caller
    says it holds, None where the reader has to tell from the content; `mapping` renames columns (column as written ->
    document field). `open` may work only once: a member of an archive cannot be read again.
    """

    name: str
    id: str
    open: Callable[[], BinaryIO]
    kind: Kind | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A document as its source has it, whole, and what else has to be known to read it again.

    `raw` is JSON text, as received or written anew from what was read; where `format` is "feed", XML; where it is the
    ending of a file that is one document ("pdf"), the bytes of the file. `company` (whose board it was on) and `source`
    fill what it leaves open; `mapping` is as in a SourceFile.
    """

    format: str
    raw: str | bytes
    company: str | None = None
    source: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A document that was read. `location` names file and row; `ignored` names the columns that no field took.

    `file` is the name of the SourceFile. `original` is None where it is too long to be kept: a file over 4 MiB, a row
    over a million characters.
    """

    location: str
    document: AnyDocument
    ignored: tuple[str, ...] = ()
    file: str | None = None
    original: Original | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A row or file that could not be read, why, and the row itself as text (clipped), so that it can be mended."""

    location: str
    reason: str
    kind: Kind | None = None
    raw: str | None = None


Reader = Callable[[SourceFile], Iterator[SourceRow | Rejection]]
