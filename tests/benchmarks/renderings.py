"""Labeled resumes as files of the formats that people send: their text laid out, or their labels as fields."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as escape_xml

import docx
from fpdf import FPDF

BULLET = "• "
FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/TTF/DejaVuSans.ttf"),
    Path("/Library/Fonts/Arial Unicode.ttf"),
)
_SPACES = re.compile(" {2,}")
_ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    "{}</office:text></office:body></office:document-content>"
)


def render_plain(text: str) -> bytes:
    return text.encode()


def render_markdown(text: str) -> bytes:
    """Lists as lists; two spaces at its end keep a line."""
    return "\n".join(
        f"- {line.removeprefix(BULLET)}" if line.startswith(BULLET) else f"{line}  " for line in text.split("\n")
    ).encode()


def render_html(text: str) -> bytes:
    """A page of paragraphs and lists."""
    return f"<html><body>{''.join(_iterate_elements(text))}</body></html>".encode()


def _iterate_elements(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.startswith(BULLET):
            yield f"<ul><li>{escape(line.removeprefix(BULLET))}</li></ul>"
        elif line:
            yield f"<p>{escape(line)}</p>"


def render_docx(text: str) -> bytes:
    """Paragraphs, those of lists in the list style."""
    document = docx.Document()
    for line in text.split("\n"):
        style = "List Bullet" if line.startswith(BULLET) else None
        document.add_paragraph(line.removeprefix(BULLET), style=style)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def render_odt(text: str) -> bytes:
    """Paragraphs in the smallest package that is one, with tabs and runs of spaces as elements."""
    paragraphs = "".join(f"<text:p>{_mark_gaps(escape_xml(line))}</text:p>" for line in text.split("\n"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", _ODT.format(paragraphs))
    return stream.getvalue()


def _mark_gaps(line: str) -> str:
    marked = line.replace("\t", "<text:tab/>")
    return _SPACES.sub(lambda run: f' <text:s text:c="{len(run[0]) - 1}"/>', marked)


def render_rtf(text: str) -> bytes:
    """Paragraphs, letters beyond ASCII as numbers."""
    return ("{\\rtf1\\ansi\\uc1 " + "".join(_escape_rtf(character) for character in text) + "}").encode("ascii")


def _escape_rtf(character: str) -> str:
    if character == "\n":
        return "\\par\n"
    if character in "\\{}":
        return f"\\{character}"
    if character < "\x80":
        return character
    units = character.encode("utf-16-le")
    numbers = (int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2))
    return "".join(f"\\u{number}?" for number in numbers)


def render_pdf(text: str) -> bytes:
    """Lines broken at the margin of A4, tabs as spaces.

    Raises StopIteration where none of FONTS is installed, and leaves out what the font lacks, as emoji.
    """
    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("all", fname=next(path for path in FONTS if path.exists()))
    pdf.set_font("all", size=10)
    pdf.multi_cell(0, 5, text.expandtabs(), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


RENDERERS: dict[str, Callable[[str], bytes]] = {
    ".txt": render_plain,
    ".pdf": render_pdf,
    ".docx": render_docx,
    ".odt": render_odt,
    ".rtf": render_rtf,
    ".html": render_html,
    ".md": render_markdown,
}


def make_hh_resume(row: dict[str, Any]) -> bytes:
    """What is labeled, as the hh.ru API would give it."""
    labels = row["labels"]
    place = labels.get("place")
    levels = (spoken.partition(":") for spoken in labels.get("languages", []))
    resume = {
        "id": row["id"],
        "title": labels.get("title"),
        "area": {"name": place[0]} if place else None,
        "total_experience": {"months": labels["months"]} if labels.get("months") is not None else None,
        "experience": [
            {"start": _first_day(start), "end": _first_day(end), "position": title, "company": company}
            for start, end, title, company in labels.get("positions", [])
        ],
        "skill_set": labels.get("skills", []),
        "language": [{"id": code, "level": {"id": "l1" if level == "native" else level}} for code, _, level in levels],
        "education": {},
        "resume_locale": {"id": row["language"]},
    }
    return json.dumps(resume, ensure_ascii=False).encode()


def make_json_resume(row: dict[str, Any]) -> bytes:
    """What is labeled, in JSON Resume, which has no total of months."""
    labels = row["labels"]
    place = labels.get("place")
    resume = {
        "basics": {
            "label": labels.get("title"),
            "location": {"city": place[0], "countryCode": place[1]} if place else {},
        },
        "work": [
            {"startDate": start, "endDate": end, "position": title, "name": company}
            for start, end, title, company in labels.get("positions", [])
        ],
        "skills": [{"name": skill} for skill in labels.get("skills", [])],
        "languages": [
            {"language": code, "fluency": level}
            for code, _, level in (spoken.partition(":") for spoken in labels.get("languages", []))
        ],
    }
    return json.dumps(resume, ensure_ascii=False).encode()


def _first_day(month: str | None) -> str | None:
    return None if month is None else f"{month}-01" if len(month) > 4 else f"{month}-01-01"


STRUCTURED: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "hh.ru": make_hh_resume,
    "JSON Resume": make_json_resume,
}
