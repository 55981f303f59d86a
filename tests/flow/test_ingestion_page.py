"""The page of the ingestion: what it says of queue, rebuild, sources and failures, and what its forms do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser

from ingestion.records import Outcome
from ingestion.source_list import RunOutcome, RunResult, SourceDescription
from milvus import Kind
from service.web.security import TOKEN_COOKIE, TOKEN_FIELD
from tests.flow.conftest import serve
from tests.flow.steps import Api

OURS = {"origin": "http://testserver", "accept": "text/html"}


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Api]:
    """An application whose queue and sources nobody works off."""
    with serve(tmp_path, embedding_backend="hashing", idle=True) as served:
        yield served


def read(api: Api, path: str = "/ingestion") -> str:
    return " ".join(LexborHTMLParser(api.client.get(path).text).css_first("main").text().split())


def post(api: Api, path: str, **form: str) -> Response:
    api.client.get("/ingestion")
    form[TOKEN_FIELD] = api.client.cookies[TOKEN_COOKIE]
    return api.client.post(path, data=form, headers=OURS, follow_redirects=False)


def fail(api: Api, *ids: str, error: str = "nothing but <b>noise</b>") -> None:
    for id_ in ids:
        api.client.put(f"/v1/vacancies/{id_}", json={"title": "Cook", "source": "careers page"})
    queue = api.installation.books.queue
    while claims := queue.claim("test", limit=100, lease_seconds=30):
        queue.settle("test", [Outcome(one, error=error) for one in claims])


def add_source(api: Api, folder: Path) -> None:
    api.installation.books.sources.add(SourceDescription(name="board", location=str(folder), every_seconds=3600))


def test_empty_installation_says_so_in_words(idle: Api) -> None:
    said = read(idle)
    assert "There are no sources yet." in said
    assert "Nothing has failed." in said
    assert "Nothing works off the queue" in said
    assert "Rebuild" not in said


def test_what_waits_is_counted(idle: Api) -> None:
    for number in range(3):
        idle.client.put(f"/v1/vacancies/{number}", json={"title": "Cook"})
    page = LexborHTMLParser(idle.client.get("/ingestion").text)
    assert page.css_first(".figures dd").text() == "3"
    cells = [cell.text().strip() for cell in page.css_first("tbody tr").css("th, td")]
    assert cells[:3] == ["what somebody waits for", "3", "0"]
    assert cells[3].endswith(("second", "seconds"))


def test_failure_is_shown_with_its_error_and_tried_once_more(idle: Api) -> None:
    fail(idle, "bad", "worse")
    said = read(idle)
    assert "nothing but <b>noise</b>" in said
    assert "careers page" in said
    assert "tried 1 time" in said
    answer = post(idle, "/ingestion/retry", kind="vacancies", id="bad")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ingestion?done=retried")
    assert "Queued once more." in read(idle, answer.headers["location"])
    assert [one.id for one in idle.installation.books.failures.list()] == ["worse"]


def test_all_failures_are_tried_once_more(idle: Api) -> None:
    fail(idle, "bad", "worse")
    post(idle, "/ingestion/retry")
    assert "Nothing has failed." in read(idle)
    assert post(idle, "/ingestion/retry").headers["location"] == "/ingestion?done=nothing"


def test_failure_is_erased_only_after_a_question(idle: Api) -> None:
    fail(idle, "bad")
    link = LexborHTMLParser(idle.client.get("/ingestion").text).css_first(".doing a").attributes["href"] or ""
    assert "Erase this document for good?" in read(idle, link)
    assert len(idle.installation.books.ledger.list_documents(Kind.VACANCIES)) == 1
    answer = post(idle, "/ingestion/drop", kind="vacancies", id="bad")
    assert answer.headers["location"] == "/ingestion?done=dropped"
    assert idle.installation.books.ledger.list_documents(Kind.VACANCIES) == []
    assert idle.client.get(link, headers=OURS).status_code == 404


def test_document_that_has_not_failed_is_not_erased(idle: Api) -> None:
    idle.client.put("/v1/vacancies/good", json={"title": "Cook"})
    assert idle.client.get("/ingestion/drop?kind=vacancies&id=good", headers=OURS).status_code == 404
    assert post(idle, "/ingestion/drop", kind="vacancies", id="good").headers["location"] == "/ingestion?done=nothing"
    assert len(idle.installation.books.ledger.list_documents(Kind.VACANCIES)) == 1


def test_source_is_shown_with_its_last_run(idle: Api, tmp_path: Path) -> None:
    add_source(idle, tmp_path)
    assert "It was never read." in read(idle)
    sources = idle.installation.books.sources
    source = sources.claim("board", "test")
    assert source is not None
    result = RunResult(outcome=RunOutcome.PARTIAL, message="<i>broken</i>", counts={"new": 1200, "rejected": 3})
    sources.finish(source, "test", result)
    said = read(idle)
    for part in ("board", "read in part", "new: 1,200", "rejected: 3", "<i>broken</i>", "holds 0 documents", "next in"):
        assert part in said


def test_source_is_paused_resumed_and_read_at_once(idle: Api, tmp_path: Path) -> None:
    add_source(idle, tmp_path)
    sources = idle.installation.books.sources
    post(idle, "/ingestion/sources", name="board", action="pause")
    assert sources.get("board").paused
    assert "paused" in read(idle)
    assert post(idle, "/ingestion/sources", name="board", action="run").status_code == 422
    post(idle, "/ingestion/sources", name="board", action="resume")
    source = sources.claim("board", "test")
    assert source is not None
    sources.finish(source, "test", RunResult(outcome=RunOutcome.DONE))
    assert sources.claim_due("test") is None
    answer = post(idle, "/ingestion/sources", name="board", action="run")
    assert answer.headers["location"] == "/ingestion?done=started"
    assert sources.claim_due("test") is not None


def test_source_that_is_not_there_is_not_found(idle: Api) -> None:
    assert post(idle, "/ingestion/sources", name="nobody", action="pause").status_code == 404
    assert post(idle, "/ingestion/sources", name="nobody", action="eat").status_code == 422


def test_credentials_of_a_source_are_not_shown(idle: Api) -> None:
    location = "https://ada:secret@example.com/feed.xml"
    idle.installation.books.sources.add(SourceDescription(name="feed", location=location))
    page = idle.client.get("/ingestion").text
    assert "example.com/feed.xml" in page
    assert "secret" not in page


def test_rebuild_shows_how_far_it_is(idle: Api) -> None:
    for number in range(4):
        idle.client.put(f"/v1/vacancies/{number}", json={"title": "Cook"})
    books = idle.installation.books
    books.standby.begin("hashing")
    books.standby.advance((Kind.VACANCIES, "0"), 1)
    said = read(idle)
    assert "A new index is being filled" in said
    assert "1 of 4 documents, 25%" in said


@pytest.mark.parametrize(("language", "said"), [("ru", "Источников пока нет"), ("es", "Todavía no hay fuentes")])
def test_page_speaks_the_language_of_its_reader(idle: Api, language: str, said: str) -> None:
    assert said in read(idle, f"/ingestion?lang={language}")
