"""Files that are one document each: PDF, DOCX and text become a document of one long text."""

from collections.abc import Callable, Iterator, Mapping

from ingestion.errors import UnreadableDocument
from ingestion.sources.docx_file import extract_docx
from ingestion.sources.objects import tell_kind_by_name
from ingestion.sources.pdf import extract_pdf
from ingestion.sources.plain_text import extract_plain_text
from ingestion.sources.port import Reader, Rejection, SourceFile, SourceRow
from ingestion.sources.streams import guard, read_whole
from ingestion.sources.validation import make_row, reject
from milvus import Kind

Extractor = Callable[[bytes], str]

EXTRACTORS: Mapping[str, Extractor] = {
    ".pdf": extract_pdf,
    ".docx": extract_docx,
    ".txt": extract_plain_text,
    ".md": extract_plain_text,
}


def make_reader(extract: Extractor) -> Reader:
    """The reader of files whose text `extract` takes out."""

    def read(file: SourceFile) -> Iterator[SourceRow | Rejection]:
        return guard(file.name, _read_text(file, extract))

    return read


def _read_text(file: SourceFile, extract: Extractor) -> Iterator[SourceRow | Rejection]:
    """The one document of a file: a resume, unless the caller or the file's name says otherwise. Its id is its path."""
    kind = file.kind or tell_kind_by_name(file.id) or Kind.RESUMES
    with file.open() as stream:
        content = read_whole(stream)
    try:
        text = extract_text(content, extract)
    except UnreadableDocument as error:
        yield reject(file.name, str(error), kind=kind)
    else:
        yield make_row({"id": file.id, "text": text}, kind=kind, location=file.name, raw=text[:2_000])


def extract_text(content: bytes, extract: Extractor) -> str:
    """The text of a document's bytes. Raises UnreadableDocument."""
    if not content:
        raise UnreadableDocument("is empty")
    text = extract(content)
    if not text.strip():
        raise UnreadableDocument("holds no text: nothing to index")
    return text
