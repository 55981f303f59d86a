"""Files that are one resume each: JSON Resume, PDF, DOCX, text; and uploads of a query."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from fpdf import FPDF

from ingestion.documents import ResumeDocument, VacancyDocument
from ingestion.errors import UnreadableDocument
from ingestion.sources import read_upload
from ingestion.sources.pdf import MAX_PAGES
from milvus import Kind
from tests.contract.sources.examples import read_bytes, write_docx, write_pdf, write_zip

JSON_RESUME: dict[str, Any] = {
    "basics": {
        "name": "Ann Miller",
        "label": "Baker",
        "email": "ann@example.com",
        "phone": "555-0100",
        "url": "https://example.com",
        "summary": "Bakes bread.",
        "location": {"address": "1 High Street", "city": "Bath", "countryCode": "GB", "region": "Somerset"},
        "profiles": [{"network": "x", "url": "https://example.com/ann"}],
    },
    "work": [
        {"name": "Old Mill", "position": "Baker", "startDate": "2019-03", "summary": "Rye.", "highlights": ["Cakes"]},
        {"company": "Inn", "position": "Cook", "endDate": "2018"},
    ],
    "education": [{"institution": "School of Baking", "area": "Bread", "studyType": "Diploma", "endDate": "2017"}],
    "skills": [{"name": "Baking", "keywords": ["rye", "wheat"]}, {"name": "Ovens"}],
    "languages": [{"language": "English", "fluency": "Native"}],
    "projects": [{"name": "Night bakery", "description": "Open till dawn."}],
    "certificates": [{"name": "Food hygiene", "issuer": "City", "date": "2020"}],
}


def test_json_resume_fills_a_resume(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "ann.json", json.dumps(JSON_RESUME).encode())
    resume = row.document
    assert isinstance(resume, ResumeDocument)
    assert (resume.id, resume.title, resume.skills) == ("ann.json", "Baker", ["Baking", "rye", "wheat", "Ovens"])
    assert resume.person is not None
    assert resume.person.model_dump(exclude_none=True) == {
        "name": "Ann Miller",
        "email": "ann@example.com",
        "phone": "555-0100",
        "links": ["https://example.com", "https://example.com/ann"],
        "address": "1 High Street",
    }
    assert resume.place is not None
    assert (resume.place.city, resume.place.region, resume.place.country) == ("Bath", "Somerset", "GB")
    [period] = resume.work_periods
    assert (period.start, period.end, period.company, period.description) == (
        "2019-03",
        None,
        "Old Mill",
        "Rye.\nCakes",
    )
    assert resume.education == "Diploma, Bread, School of Baking (2017)"
    assert [(one.language, one.level) for one in resume.languages] == [("English", "Native")]
    assert resume.text == (
        "Bakes bread.\n\nBaker, Old Mill (2019-03)\nRye.\nCakes\n\nCook, Inn (2018)\n\nNight bakery\nOpen till dawn."
        "\n\nFood hygiene, City (2020)\n\nEnglish (Native)"
    )


def test_json_resume_where_vacancies_were_asked_for_is_rejected(tmp_path: Path) -> None:
    content = json.dumps(JSON_RESUME).encode()
    [], [rejection] = read_bytes(tmp_path, "ann.json", content, kind=Kind.VACANCIES)
    assert "is a JSON Resume" in rejection.reason


def test_pdf_pages_are_joined(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for text in ("Baker of rye bread", "Cook of soups"):
        pdf.add_page()
        pdf.multi_cell(0, 8, text)
    [row], [] = read_bytes(tmp_path, "in/ann.pdf", bytes(pdf.output()))
    assert isinstance(row.document, ResumeDocument)
    assert (row.document.id, row.document.text) == ("ann.pdf", "Baker of rye bread\n\nCook of soups")


def test_docx_gives_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    content = write_docx("Baker", table=(("2019", "Old Mill"), ("2015", "Inn")))
    document = docx.Document(BytesIO(content))
    document.add_paragraph("Пекарь\tхлеба")
    document.sections[0].header.paragraphs[0].text = "Page header"
    saved = BytesIO()
    document.save(saved)
    [row], [] = read_bytes(tmp_path, "ann.docx", saved.getvalue())
    assert row.document.text == "Baker\n2019\nOld Mill\n2015\nInn\nПекарь\tхлеба"


def test_docx_text_boxes_and_controls_are_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Before</w:t></w:r><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>'
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:del><w:r><w:t>Deleted</w:t></w:r></w:del></w:p>"
    )
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    with zipfile.ZipFile(BytesIO(write_docx("x"))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = f"<w:document {names}><w:body>{body}</w:body></w:document>".encode()
    [row], [] = read_bytes(tmp_path, "ann.docx", write_zip(members))
    assert row.document.text is not None
    assert [line for line in row.document.text.splitlines() if line] == ["Before", "In a box", "In a control"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_plain_text_is_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "ann.txt", "Пекарь.\r\nПечёт хлеб.".encode(encoding))
    assert row.document.text == "Пекарь.\nПечёт хлеб."


def test_name_of_a_text_file_tells_a_vacancy(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "вакансия пекаря.txt", "Пекарь".encode())
    assert isinstance(row.document, VacancyDocument)


def encrypt(content: FPDF) -> bytes:
    content.add_page()
    content.set_encryption(owner_password="owner", user_password="user")
    return bytes(content.output())


def make_pages(count: int) -> bytes:
    pdf = FPDF()
    for _ in range(count):
        pdf.add_page()
    return bytes(pdf.output())


UNREADABLE = {
    "empty": ("a.pdf", b"", "is empty"),
    "blank": ("a.txt", b" \n", "holds no text"),
    "scan": ("a.pdf", make_pages(1), "has no text layer"),
    "encrypted": ("a.pdf", encrypt(FPDF()), "is encrypted"),
    "pages": ("a.pdf", make_pages(MAX_PAGES + 1), f"has {MAX_PAGES + 1} pages, the limit is {MAX_PAGES}"),
    "image": ("a.pdf", b"\x89PNG\r\n\x1a\n", "is a PNG image, not a PDF"),
    "damaged": ("a.pdf", b"%PDF-1.7\n" + b"junk " * 50, "is a damaged PDF"),
    "no pdf": ("a.pdf", b"Dear sir", "is not a PDF"),
    "no docx": ("a.docx", b"Dear sir", "is not a DOCX"),
    "pdf as docx": ("a.docx", write_pdf("Baker"), "is a PDF, not a DOCX"),
    "zip as docx": ("a.docx", write_zip({"a.txt": b"x"}), "is a ZIP file, not a DOCX"),
    "old word": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is an old Office file or encrypted"),
    "truncated docx": ("a.docx", write_docx("Baker")[:2_000], "is a damaged DOCX"),
    "bomb": ("a.docx", write_zip({"word/document.xml": b" " * 140_000_000}), "unpacks to more than 128 MiB"),
    "empty docx": ("a.docx", write_docx(), "holds no text"),
    "docx as text": ("a.txt", write_docx("Baker"), "is a ZIP file (DOCX, XLSX, ...), not a text"),
    "nul": ("a.md", b"Baker of bread and cakes\x00", "text: contains a NUL byte at character 24"),
    "long": ("a.txt", b"ab " * 40_000, "text: String should have at most 100000 characters"),
    "unknown": ("a.xlsx", b"PK", "is of an unknown type; known: .pdf, .docx, .odt, .rtf"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_upload_says_why(case: str) -> None:
    name, content, reason = UNREADABLE[case]
    with pytest.raises(UnreadableDocument) as raised:
        read_upload(name, content, kind=Kind.RESUMES)
    assert reason in str(raised.value)


@pytest.mark.parametrize("case", [case for case in UNREADABLE if case != "unknown"])
def test_unreadable_file_is_a_rejection_with_the_same_reason(case: str, tmp_path: Path) -> None:
    name, content, reason = UNREADABLE[case]
    rows, [rejection] = read_bytes(tmp_path, name, content)
    assert rows == []
    assert reason in rejection.reason
    assert rejection.kind is Kind.RESUMES


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("name", "content"),
    [("A.PDF", write_pdf("Baker of bread")), ("a.docx", write_docx("Baker of bread")), ("a.md", b"Baker of bread")],
)
def test_upload_is_a_document_of_the_kind_asked_for(name: str, content: bytes, kind: Kind) -> None:
    document = read_upload(name, content, kind=kind)
    assert document.text == "Baker of bread"
    assert isinstance(document, ResumeDocument if kind is Kind.RESUMES else VacancyDocument)
    assert document.id == read_upload(f"b{name}", content, kind=kind).id
