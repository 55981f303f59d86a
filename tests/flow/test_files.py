"""Searching with a file: every format of documents, and what is none of them."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from fpdf import FPDF
from httpx2 import Response

from tests.flow.steps import Api, check_problem

WORDS = (
    "Registered nurse with six years on acute wards. Medication rounds and wound care. "
    "Reach me at ada.quill@example.com."
)


@pytest.fixture(scope="module", autouse=True)
def _vacancies(api: Api) -> None:
    api.store(
        "vacancies",
        {
            "id": "file/nurse",
            "title": "Registered nurse",
            "text": "Acute wards, wound care, medication.",
            "source": "files",
        },
        {"id": "file/welder", "title": "Welder", "text": "Pipes on building sites.", "source": "files"},
    )
    api.store("resumes", {"id": "file/resume", "title": "Registered nurse on acute wards", "source": "files"})


def make_pdf(text: str = WORDS) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    if text:
        pdf.set_font("Helvetica", size=12)
        pdf.multi_cell(0, 8, text)
    return bytes(pdf.output())


def make_docx(text: str = WORDS) -> bytes:
    document = Document()
    document.add_paragraph(text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_text(text: str = WORDS) -> bytes:
    return text.encode()


def make_page() -> bytes:
    return f"<html><body><nav>Home</nav><main><p>{WORDS}</p></main></body></html>".encode()


def make_rtf() -> bytes:
    return f"{{\\rtf1\\ansi {WORDS}}}".encode()


def make_odt() -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    body = f"<office:body><office:text><text:p>{WORDS}</text:p></office:text></office:body>"
    declared = f'xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("content.xml", f"<office:document-content {declared}>{body}</office:document-content>")
    return buffer.getvalue()


def upload(api: Api, name: str, content: bytes, kind: str = "vacancies", **form: str) -> Response:
    return api.client.post(f"/v1/{kind}/search/file", files={"file": (name, content)}, data=form)


FILTER = json.dumps({"sources": ["files"]})


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("cv.pdf", make_pdf),
        ("cv.docx", make_docx),
        ("cv.txt", make_text),
        ("cv.md", make_text),
        ("cv.html", make_page),
        ("cv.rtf", make_rtf),
        ("cv.odt", make_odt),
        ("ЛЕБЕНСЛАУФ Ada.PDF", make_pdf),
    ],
)
def test_file_finds_the_fitting_vacancy_first(api: Api, name: str, make: Callable[[], bytes]) -> None:
    answer = upload(api, name, make(), filter=FILTER, limit="5")

    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [item["document"]["id"] for item in found["items"]] == ["file/nurse", "file/welder"]
    assert "acute wards" in found["source"]["text"]
    assert "ada.quill@example.com" not in answer.text


def test_file_finds_the_same_as_its_text(api: Api) -> None:
    by_file = upload(api, "cv.txt", make_text(), filter=FILTER).json()
    by_document = api.search("vacancies", resume={"text": WORDS}, filter={"sources": ["files"]})

    assert by_file["items"] == by_document["items"]


def test_file_of_a_vacancy_finds_resumes(api: Api) -> None:
    answer = upload(api, "vacancy.docx", make_docx(), kind="resumes", filter=FILTER)

    assert [item["document"]["id"] for item in answer.json()["items"]] == ["file/resume"]


def test_form_fields_mean_the_same_as_in_a_search(api: Api) -> None:
    second = upload(api, "cv.txt", make_text(), filter=FILTER, limit="1", offset="1", include_expired="true").json()
    assert [item["document"]["id"] for item in second["items"]] == ["file/welder"]
    check_problem(upload(api, "cv.txt", make_text(), filter='{"colour": 1}'), 422, "filter.colour: unknown field")
    check_problem(upload(api, "cv.txt", make_text(), filter="{"), 422, "filter")
    check_problem(upload(api, "cv.txt", make_text(), limit="0"), 422, "limit")
    check_problem(upload(api, "cv.txt", make_text(), colour="red"), 422, "colour: unknown field")


def test_russian_text_in_an_old_encoding_is_read(api: Api) -> None:
    text = "Ищу работу сварщиком: десять лет варю трубы на стройках, умею читать чертежи. " * 5
    answer = upload(api, "резюме.txt", text.encode("cp1251"))

    assert answer.status_code == 200, answer.text
    assert "сварщиком" in answer.json()["source"]["text"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", make_pdf("")),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
        ("half.pdf", make_pdf()[:400]),
        ("half.docx", make_docx()[:400]),
        ("nothing.txt", b""),
        ("blank.txt", b" \n\t "),
        ("nothing.pdf", b""),
        ("archive.zip", b"PK\x05\x06" + b"\x00" * 18),
        ("program.exe", b"MZ" + bytes(range(256)) * 4),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("half.odt", make_odt()[:400]),
        ("half.rtf", make_rtf()[:-1]),
        ("contacts.txt", b"ada.quill@example.com"),
    ],
)
def test_file_that_cannot_be_read_is_refused_by_name(api: Api, name: str, content: bytes) -> None:
    answer = upload(api, name, content)

    assert answer.status_code in {415, 422}, answer.text
    check_problem(answer, answer.status_code, name)


def test_file_over_twenty_mebibytes_is_refused(api: Api) -> None:
    answer = upload(api, "huge.txt", b"nurse " * (4 * 2**20))

    assert answer.status_code in {413, 422}
    check_problem(answer, answer.status_code, "20 MiB", "huge.txt")


def test_missing_file_is_named(api: Api) -> None:
    check_problem(api.client.post("/v1/vacancies/search/file", data={"limit": "5"}), 422, "file")
    check_problem(api.client.post("/v1/vacancies/search/file", json={"text": "nurse"}), 422, "file")
    check_problem(api.client.post("/v1/vacancies/search/file", data={"file": "not a file"}), 422, "file")


def test_hostile_file_name_is_only_a_name(api: Api) -> None:
    answer = upload(api, "../../etc/<script>passwd.txt", make_text(), filter=FILTER)

    assert answer.status_code == 200, answer.text
