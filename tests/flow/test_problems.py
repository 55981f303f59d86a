"""Errors as problem documents, request ids, health, and what is answered when a part is away."""

import re
from pathlib import Path

import pytest

from tests.flow.steps import Api, check_problem


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nowhere", 404),
        ("GET", "/v1/resumes/a/b/c", 404),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/v1/tasks/123456789", 404),
        ("POST", "/v1/tasks/1", 405),
        ("PUT", "/v1/resumes", 405),
        ("PATCH", "/v1/resumes/x", 405),
        ("POST", "/healthz", 405),
        ("GET", "/v1/resumes?limit=x", 422),
        ("POST", "/v1/resumes/search", 422),
        ("PUT", "/v1/resumes/x?wait=perhaps", 422),
    ],
)
def test_every_error_is_a_problem_document(api: Api, method: str, path: str, status: int) -> None:
    check_problem(api.client.request(method, path), status)


def test_refused_method_tells_which_are_allowed(api: Api) -> None:
    """RFC 9110, 15.5.6: a 405 must carry `Allow`."""
    assert "GET" in api.client.post("/v1/tasks/1").headers.get("allow", "")


@pytest.mark.parametrize(
    "body", [b"{", b"", b"nurse", b"\xff\xfe", b"[" * 100_000, b'{"text": "x", "limit": ' + b"1" * 5000 + b"}"]
)
def test_broken_json_is_the_callers_error(api: Api, body: bytes) -> None:
    answer = api.client.post("/v1/vacancies/search", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in {400, 422}
    check_problem(answer, answer.status_code)


def test_json_under_another_content_type_is_refused(api: Api) -> None:
    answer = api.client.post("/v1/vacancies/search", content=b'{"text": "x"}', headers={"content-type": "text/plain"})

    assert answer.status_code in {415, 422}
    check_problem(answer, answer.status_code)


def test_request_id_is_given_or_the_callers_own(api: Api) -> None:
    assert re.fullmatch("[0-9a-f]{32}", api.client.get("/healthz").headers["x-request-id"])
    assert api.client.get("/healthz", headers={"x-request-id": "mine-42"}).headers["x-request-id"] == "mine-42"
    problem = check_problem(api.client.get("/v1/resumes/nobody", headers={"x-request-id": "mine-43"}), 404)
    assert problem["request_id"] == "mine-43"


@pytest.mark.parametrize("given", [b"", b"x" * 101, b"tab\there", "é".encode("latin-1"), "é".encode()])
def test_odd_request_id_is_replaced(api: Api, given: bytes) -> None:
    answer = api.client.get("/v1/resumes/nobody", headers={b"x-request-id": given})

    problem = check_problem(answer, 404)
    assert re.fullmatch("[0-9a-f]{32}", problem["request_id"])


def test_healthy_application_says_so(api: Api) -> None:
    assert api.client.get("/healthz").json() == {"status": "ok"}
    assert api.client.get("/readyz").json() == {"status": "ok"}


def test_lost_index_is_told_and_the_process_lives(own_api: Api) -> None:
    own_api.put("vacancies", "v", title="Cook")
    own_api.installation.store.close()

    assert own_api.client.get("/healthz").status_code == 200
    for answer in (
        own_api.client.get("/readyz"),
        own_api.client.post("/v1/vacancies/search", json={"text": "cook"}),
        own_api.client.get("/v1/vacancies/v/resumes"),
        own_api.client.get("/?text=cook"),
    ):
        check_problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
    assert own_api.client.get("/v1/vacancies/v").status_code == 200  # SQL is the truth
    assert own_api.client.put("/v1/vacancies/w", json={"title": "Cook"}).status_code == 202


def test_lost_database_is_told_and_the_process_lives(own_api: Api, tmp_path: Path) -> None:
    own_api.put("vacancies", "v", title="Cook")
    own_api.installation.books.close()
    for file in tmp_path.glob("ledger.db*"):
        file.write_bytes(b"no database any more" * 1000)

    assert own_api.client.get("/healthz").status_code == 200
    for answer in (
        own_api.client.get("/readyz"),
        own_api.client.get("/v1/vacancies/v"),
        own_api.client.put("/v1/vacancies/w", json={"title": "Cook"}),
        own_api.client.get("/v1/tasks/1"),
        own_api.client.get("/"),
    ):
        check_problem(answer, 503)
    assert own_api.find_ids("vacancies", text="cook") == ["v"]  # a search answers from the index alone


def test_unforeseen_error_has_a_request_id_in_its_header_and_no_details(own_api: Api) -> None:
    own_api.client.app.state.services = None  # type: ignore[attr-defined]
    answer = own_api.client.get("/v1/resumes/x", headers={"x-request-id": "odd-1"})

    assert answer.status_code == 500
    assert "NoneType" not in answer.text
    assert answer.json()["request_id"] == "odd-1"
    assert answer.headers.get("x-request-id") == "odd-1"


def test_unforeseen_error_is_logged_without_what_the_caller_sent(
    own_api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    """A traceback that prints local variables would put resumes into the log."""
    own_api.client.app.state.services = None  # type: ignore[attr-defined]
    own_api.client.put("/v1/resumes/x", json={"title": "Cook", "person": {"name": "Zebedee Quaxley"}})

    captured = capsys.readouterr()
    assert "unforeseen error" in captured.out + captured.err
    assert "Quaxley" not in captured.out + captured.err
