"""HTML files: the vacancies of their JSON-LD, else one document of their main text."""

from collections.abc import Iterator

from ingestion.errors import UnreadableDocument
from ingestion.sources.html_page import Page, parse_page
from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Original, Rejection, SourceFile, SourceRow
from ingestion.sources.streams import guard, read_whole
from ingestion.sources.text_file import make_text_row
from ingestion.sources.validation import reject
from milvus import Kind


def read_html(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    """Every JobPosting of the page, counted from 0 where there are several: `jobs.html[2]`; else the page's text."""
    return guard(file.name, _read(file))


def _read(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    with file.open() as stream:
        content = read_whole(stream)
    try:
        if not content:
            raise UnreadableDocument("is empty")
        page = parse_page(content)
    except UnreadableDocument as error:
        yield reject(file.name, str(error), kind=file.kind)
        return
    if page.postings or page.faults:
        yield from read_objects(file, _find_objects(file, page))
    else:
        yield make_text_row(file, page.text, Original(format="html", raw=content))


def _find_objects(file: SourceFile, page: Page) -> Iterator[FoundObject | Rejection]:
    for fault in page.faults:
        yield reject(file.name, fault, kind=Kind.VACANCIES)
    if len(page.postings) == 1:
        yield FoundObject(file.name, page.postings[0], name=file.id)
    else:
        for index, posting in enumerate(page.postings):
            yield FoundObject(f"{file.name}[{index}]", posting)
