"""Files that are one document each: PDF, DOCX and the like become a document of one long text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ingestion.errors import UnreadableDocument
from ingestion.sources.docx_file import extract_docx
from ingestion.sources.html_page import extract_html
from ingestion.sources.markdown import extract_markdown
from ingestion.sources.objects import tell_kind_by_name
from ingestion.sources.odt import extract_odt
from ingestion.sources.old_word import OLD_WORD, extract_doc
from ingestion.sources.pdf import extract_pdf
from ingestion.sources.plain_text import extract_plain_text
from ingestion.sources.port import Original, Reader, Rejection, SourceFile, SourceRow
from ingestion.sources.rtf import extract_rtf
from ingestion.sources.streams import guard, read_whole
from ingestion.sources.validation import keep_original, make_row, reject
from milvus import Kind

Extractor = Callable[[bytes], str]
_NO_TEXT = "holds no text: nothing to index"

EXTRACTORS: Mapping[str, Extractor] = {
    ".pdf": extract_pdf,
    ".docx": extract_docx,
    OLD_WORD: extract_doc,
    ".odt": extract_odt,
    ".rtf": extract_rtf,
    ".html": extract_html,
    ".htm": extract_html,
    ".txt": extract_plain_text,
    ".md": extract_markdown,
    ".markdown": extract_markdown,
}
# What may be offered as a document: the old ending is known, but mostly to be refused.
KNOWN_TEXTS = tuple(suffix for suffix in EXTRACTORS if suffix != OLD_WORD)


def make_reader(suffix: str) -> Reader:
    """The reader of files of one of EXTRACTORS."""

    def read(file: SourceFile) -> Iterator[SourceRow | Rejection]:
        return guard(file.name, _read_text(file, suffix))

    return read


def _read_text(file: SourceFile, suffix: str) -> Iterator[SourceRow | Rejection]:
    with file.open() as stream:
        content = read_whole(stream)
    try:
        text = extract_text(content, EXTRACTORS[suffix])
    except UnreadableDocument as error:
        yield reject(file.name, str(error), kind=_tell_kind(file))
    else:
        yield make_text_row(file, text, Original(format=suffix.removeprefix("."), raw=content))


def make_text_row(file: SourceFile, text: str, original: Original) -> SourceRow | Rejection:
    """The one document of a file: a resume, unless the caller or the file's name says otherwise. Its id is its path."""
    kind = _tell_kind(file)
    if not text.strip():
        return reject(file.name, _NO_TEXT, kind=kind)
    row = make_row({"id": file.id, "text": text}, kind=kind, location=file.name, raw=text[:2_000])
    return replace(row, file=file.name, original=keep_original(original)) if isinstance(row, SourceRow) else row


def _tell_kind(file: SourceFile) -> Kind:
    return file.kind or tell_kind_by_name(file.id) or Kind.RESUMES


def extract_text(content: bytes, extract: Extractor) -> str:
    """The text of a document's bytes. Raises UnreadableDocument."""
    if not content:
        raise UnreadableDocument("is empty")
    text = extract(content)
    if not text.strip():
        raise UnreadableDocument(_NO_TEXT)
    return text
