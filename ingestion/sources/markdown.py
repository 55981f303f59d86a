"""Markdown (CommonMark with tables): the text without its markup."""

from markdown_it import MarkdownIt

from ingestion.documents import MAX_TEXT_CHARACTERS
from ingestion.markup import html_to_text
from ingestion.sources.plain_text import extract_plain_text

# Line ends stay: contacts and positions are written line under line.
_MARKDOWN = MarkdownIt("commonmark", {"breaks": True}).enable("table")


def extract_markdown(content: bytes) -> str:
    """The text of a Markdown file of any encoding. Raises UnreadableDocument where it is no text."""
    text = extract_plain_text(content)
    if len(text) > MAX_TEXT_CHARACTERS or "\x00" in text:
        # Refused later, by the rules of documents and with their words.
        return text
    return html_to_text(_MARKDOWN.render(text))
