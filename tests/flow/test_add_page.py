"""The page for adding documents: the form with its preview, files of every kind, and what is wrong with them."""

import csv
import io
import zipfile

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser

from ingestion.uploading import MAX_ROWS
from milvus import Kind
from service.web.security import TOKEN_COOKIE, TOKEN_FIELD
from tests.flow.steps import Api

OURS = {"origin": "http://testserver", "accept": "text/html"}
RESUME = """Ada Lovelace
Baker and pastry cook
Leeds, United Kingdom
ada@example.com

Skills
Sourdough, Pastry

Experience
Baker, Northwind Bakery
March 2019 - May 2022

Languages
English C1
"""


def post(api: Api, path: str = "/add", **form: str | list[str]) -> Response:
    api.client.get("/add")
    form[TOKEN_FIELD] = api.client.cookies[TOKEN_COOKIE]
    return api.client.post(path, data=form, headers=OURS, follow_redirects=False)


def upload(api: Api, *files: tuple[str, bytes], kind: str = "") -> LexborHTMLParser:
    api.client.get("/add")
    form = {TOKEN_FIELD: api.client.cookies[TOKEN_COOKIE], "kind": kind}
    answer = api.client.post("/add/files", data=form, files=[("files", one) for one in files], headers=OURS)
    assert answer.status_code in (200, 422), answer.text
    return LexborHTMLParser(answer.text)


def say(page: LexborHTMLParser) -> str:
    return " ".join(page.css_first("main").text().split())


def read_fields(page: LexborHTMLParser) -> dict[str, str]:
    """What the form of one document would send, the employment types and buttons left out."""
    form = page.css_first("form[action='/add']")
    fields = {
        one.attributes["name"] or "": one.attributes.get("value") or ""
        for one in form.css("input")
        if one.attributes.get("type") != "checkbox"
    }
    fields |= {one.attributes["name"] or "": one.text() for one in form.css("textarea")}
    for one in form.css("select"):
        chosen = one.css_first("option[selected]")
        fields[one.attributes["name"] or ""] = (chosen.attributes["value"] or "") if chosen else ""
    return fields


def list_counts(page: LexborHTMLParser) -> list[list[str]]:
    return [[cell.text().strip() for cell in row.css("th, td")] for row in page.css(".table tbody tr")]


def list_ids(api: Api, kind: Kind) -> list[str]:
    return [one.document.id for one in api.installation.books.ledger.list_documents(kind)]


def test_vacancy_is_stored_with_every_field(own_api: Api) -> None:
    answer = post(
        own_api,
        kind="vacancies",
        action="save",
        id="a/1",
        title="Night nurse",
        company="Northwind",
        text="We look for a night nurse.",
        skills="Wound care, Triage\nRostering",
        city="Leeds",
        country="GB",
        work_format="on_site",
        employment_types=["full_time", "shift"],
        salary="£42,000 to £50,000 per annum",
        experience="24",
        education_level="bachelor",
        languages="English C1, German",
        url="https://example.com/1",
        expires_at="2999-01-31",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/vacancies/a%2F1")
    stored = own_api.client.get("/v1/vacancies/a%2F1").json()["document"]
    assert stored["title"] == "Night nurse"
    assert set(stored["skills"]) >= {"Wound Care", "Triage"}
    assert (stored["city"], stored["country"]) == ("Leeds", "GB")
    assert (stored["work_format"], stored["employment_types"]) == ("on_site", ["full_time", "shift"])
    assert stored["salary_min"] is not None
    assert stored["experience_min_months"] == 24
    assert stored["languages"] == ["en:c1", "de"]
    assert stored["expires_at"].startswith("2999-01-31")


def test_text_is_shown_as_understood_and_stored_as_corrected(own_api: Api) -> None:
    page = upload(own_api, ("resume.txt", RESUME.encode()))
    fields = read_fields(page)
    assert "Nothing is stored yet" in say(page)
    assert list_ids(own_api, Kind.RESUMES) == []
    assert (fields["kind"], fields["title"], fields["city"]) == ("resumes", "Baker and pastry cook", "Leeds")
    assert (fields["experience"], fields["languages"]) == ("39", "en c1")
    answer = post(own_api, **fields | {"action": "save", "title": "Head baker", "name": "Ada Lovelace"})
    assert answer.headers["location"] == f"/resumes/{fields['id']}"
    stored = own_api.client.get(f"/v1/resumes/{fields['id']}").json()["document"]
    assert (stored["title"], stored["experience_months"]) == ("Head baker", 39)


def test_checking_fills_what_was_left_empty_and_stores_nothing(own_api: Api) -> None:
    answer = post(own_api, kind="resumes", action="check", text=RESUME, city="York")
    fields = read_fields(LexborHTMLParser(answer.text))
    assert answer.status_code == 200
    assert (fields["city"], fields["country"], fields["title"]) == ("York", "GB", "Baker and pastry cook")
    assert fields["id"].startswith("sha-")
    assert list_ids(own_api, Kind.RESUMES) == []


def test_document_that_would_replace_another_is_shown_first(own_api: Api) -> None:
    own_api.put("vacancies", "1", title="Roofer")
    form = {"kind": "vacancies", "action": "save", "id": "1", "title": "Cook"}
    page = LexborHTMLParser(post(own_api, **form).text)
    assert "is stored already" in say(page)
    assert own_api.client.get("/v1/vacancies/1").json()["document"]["title"] == "Roofer"
    assert post(own_api, **read_fields(page), action="save").status_code == 303
    assert own_api.client.get("/v1/vacancies/1").json()["document"]["title"] == "Cook"
    again = read_fields(page) | {"id": "2"}
    own_api.put("vacancies", "2", title="Roofer")
    assert post(own_api, **again, action="save").status_code == 200, "another id than the one that was shown"


def test_what_is_wrong_stands_below_its_field_and_nothing_is_lost(own_api: Api) -> None:
    answer = post(
        own_api, kind="resumes", action="save", title="Cook", experience="many", id="x" * 600, expires_at="never"
    )
    page = LexborHTMLParser(answer.text)
    assert answer.status_code == 422
    assert "valid integer" in page.css_first("#experience-said").text()
    assert "longer than 512 bytes" in page.css_first("#id-said").text()
    assert "aria-invalid" in page.css_first("#experience").attributes
    assert read_fields(page)["title"] == "Cook"
    nothing = post(own_api, kind="vacancies", action="save", company="Northwind")
    assert "nothing to match" in nothing.text


def test_person_is_kept_apart_and_shown_on_no_page(own_api: Api) -> None:
    form = {"kind": "resumes", "id": "r", "title": "Cook", "text": "Ada Lovelace has cooked for years."}
    post(own_api, **form, action="save", name="Ada Lovelace", email="ada@example.com", phone="+44 20 7946 0000")
    own_api.put("vacancies", "v", title="Cook")
    again = LexborHTMLParser(post(own_api, **form, action="check").text)
    assert (read_fields(again)["name"], read_fields(again)["email"]) == ("", "")
    for path in ("/resumes/r", "/v1/resumes/r", "/ingestion", "/?text=cook&find=resumes"):
        said = own_api.client.get(path).text
        assert not any(secret in said for secret in ("Lovelace", "ada@", "7946")), path


def test_table_goes_in_row_by_row_and_bad_rows_are_listed(own_api: Api) -> None:
    table = b"id,title,salary_min,color\n1,Cook,5,red\n2,,,\n3,Baker,-5,\n"
    page = upload(own_api, ("jobs.csv", table), kind="vacancies")
    assert list_counts(page) == [["jobs.csv", "1", "0", "0", "2"]]
    rows = [[cell.text().strip() for cell in row.css("td")] for row in page.css("section tbody tr")]
    assert [row[:2] for row in rows] == [["2", "–"], ["3", "salary.min"]]
    assert "color" in page.css_first(".notice").text()
    assert list_counts(upload(own_api, ("jobs.csv", table), kind="vacancies"))[0][1:4] == ["0", "0", "1"]
    changed = table.replace(b"Cook", b"Head cook").replace(b"-5", b"5")
    assert list_counts(upload(own_api, ("jobs.csv", changed), kind="vacancies"))[0][1:] == ["1", "1", "0", "1"]


def test_rejected_rows_are_a_csv_that_no_spreadsheet_runs(own_api: Api) -> None:
    table = b"id,title,salary_min\n" + b"1,,\n" * 10 + b"2,Cook,-5\n"
    link = upload(own_api, ("=jobs.csv", table), kind="vacancies").css_first("section a").attributes["href"] or ""
    answer = own_api.client.get(link)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["file", "row", "field", "reason"]
    assert [row[1] for row in rows[1:]] == [str(number) for number in range(1, 12)]
    assert rows[11][2:] == ["salary.min", "Input should be greater than or equal to 0 (got -5.0)"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert rows[1][0] == "'=jobs.csv"
    upload(own_api, ("=jobs.csv", b"id,title\n1,Cook\n"), kind="vacancies")
    assert own_api.client.get(link).text.splitlines() == ["file,row,field,reason"]


def test_files_of_one_name_stay_apart(own_api: Api) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/resume.txt", "Roofer with ten years on roofs.")
    page = upload(
        own_api,
        ("resume.txt", b"Baker who bakes."),
        ("resume.txt", b"Cook who cooks."),
        ("people.zip", packed.getvalue()),
        ("broken.pdf", b"no pdf"),
        ("empty.docx", b""),
        ("photo.gif", b"GIF89a"),
    )
    assert [row[0] for row in list_counts(page)][:2] == ["resume.txt", "resume (2).txt"]
    assert [row[1] for row in list_counts(page)] == ["1", "1", "1", "0", "0", "0"]
    assert len(list_ids(own_api, Kind.RESUMES)) == 3
    said = say(page)
    assert all(reason in said for reason in ("is not a PDF", "is empty", "is of an unknown type"))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (("cv.pdf", b"junk"), "cv.pdf: is not a PDF"),
        (("cv.txt", b""), "cv.txt: is empty"),
        (("cv.txt", b"word " * 30_000), "at most 100000 characters"),
        (("cv.md", b"x" * (20 * 1024**2 + 1)), "cv.md: larger than 20 MiB"),
    ],
)
def test_single_text_that_cannot_be_read_says_why(own_api: Api, file: tuple[str, bytes], reason: str) -> None:
    page = upload(own_api, file, kind="resumes")
    assert reason in page.css_first(".notice.bad").text()
    assert list_ids(own_api, Kind.RESUMES) == []


def test_upload_of_nothing_says_so(own_api: Api) -> None:
    assert "no file was chosen" in say(upload(own_api, ("", b"")))


def test_more_than_a_request_may_hold_is_refused(own_api: Api) -> None:
    own_api.client.get("/add")
    form = {TOKEN_FIELD: own_api.client.cookies[TOKEN_COOKIE]}
    files = {"files": ("a.csv", b"x" * (65 * 1024**2))}
    answer = own_api.client.post("/add/files", data=form, files=files, headers=OURS)
    assert answer.status_code == 413
    assert "That is too large." in answer.text


def test_hostile_names_and_values_are_shown_as_text(own_api: Api) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e.csv"
    page = upload(own_api, (hostile, b"id,title,<b>x</b>\n1,,2\n"), kind="vacancies")
    assert page.css("main img, main section h2 b, [onerror]") == []
    answer = post(own_api, kind="vacancies", action="check", title="</textarea><script>1</script>", text="\x00 cook")
    assert LexborHTMLParser(answer.text).css("main script") == []
    assert answer.status_code == 422


def test_rows_over_the_limit_are_left_out_and_said(own_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.uploading.MAX_ROWS", 3)
    table = b"id,title\n" + b"".join(b"%d,Cook\n" % number for number in range(5))
    page = upload(own_api, ("jobs.csv", table), kind="vacancies")
    assert list_counts(page) == [["jobs.csv", "3", "0", "0", "1"]]
    assert "holds more than 3 rows" in say(page)
    assert MAX_ROWS >= 10_000


def test_languages_of_the_result_lead_back_to_the_form(own_api: Api) -> None:
    answer = own_api.client.get("/add/files?lang=es", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/add?lang=es")
    assert "Una vacante" in own_api.client.get("/add?lang=es").text
    assert "Одно резюме" in own_api.client.get("/add?lang=ru&kind=resumes").text
