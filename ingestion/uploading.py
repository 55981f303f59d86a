"""Files that somebody uploads through a page: read by their names, as a load reads paths, and bounded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import PurePath

from ingestion.documents import AnyDocument
from ingestion.errors import UnreadableDocument
from ingestion.installation import Books
from ingestion.loading import LoadReport, load_rows
from ingestion.sources import Rejection, SourceRow
from ingestion.sources.files import read_file
from ingestion.sources.registry import GZIP
from ingestion.sources.text_file import EXTRACTORS
from ingestion.sources.validation import hash_id, make_writable, reject
from milvus import Kind

MAX_ROWS = 20_000
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file. `kind` is what its sender says it holds, None where its content has to tell."""

    name: str
    content: bytes
    kind: Kind | None = None

    @property
    def origin(self) -> str:
        """What its rejected rows are kept under."""
        return name_origin(self.name)

    @property
    def is_text(self) -> bool:
        """Whether its name says that it is one document, as PDF and the like."""
        return PurePath(self.name).suffix.lower() in EXTRACTORS


def name_origin(name: str) -> str:
    """What the rejected rows of an uploaded file are kept under: a second upload of its name replaces them."""
    return f"upload:{clean_name(name)}"


def clean_name(name: str) -> str:
    """A file's name as messages and the database take it; of a long one the end, which says what it is."""
    return make_writable(name)[-_MAX_NAME:]


def read_text_upload(upload: Upload) -> AnyDocument | None:
    """The document of a file that is nothing but its text; None for any other. Raises UnreadableDocument."""
    if not upload.is_text:
        return None
    rows = list(islice(_read(upload), 2))
    if len(rows) != 1:
        return None
    row = rows[0]
    if isinstance(row, Rejection):
        raise UnreadableDocument(f"{row.location}: {row.reason}")
    said = row.document.model_dump(exclude_defaults=True)
    return row.document if set(said) <= {"id", "text"} else None


def load_upload(upload: Upload, *, books: Books) -> LoadReport:
    """Record what a file holds; what it cannot give is in the report and, all of it, in the log of rejections."""
    report = LoadReport()
    load_rows(upload.origin, _read(upload), books=books, report=report)
    return report


def _read(upload: Upload) -> Iterator[SourceRow | Rejection]:
    name = clean_name(upload.name)
    rows = read_file(name, lambda: BytesIO(upload.content), kind=upload.kind)
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            more = f"holds more than {MAX_ROWS:,} rows; load the rest with `python -m ingestion load`"
            yield reject(name, more, kind=upload.kind)
            return
        yield _name_by_text(row) if isinstance(row, SourceRow) else row


def _name_by_text(row: SourceRow) -> SourceRow:
    """The row with its text's hash for an id where a load would take the file's name: many people's is resume.pdf."""
    name = (row.file or "").removesuffix(GZIP)
    id_, text = row.document.id, row.document.text
    if text is None or not (name == id_ or name.endswith(f"/{id_}")):
        return row
    return replace(row, document=row.document.model_copy(update={"id": hash_id(text)}))
