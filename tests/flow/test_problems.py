"""Errors as problem documents, request ids, health, and what is answered when a part is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection

from ingestion.database import Database
from ingestion.terminal import configure_logs
from tests.flow.conftest import serve
from tests.flow.server import find_port
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
    own_api.installation.index.close()

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
        file.unlink()  # overwritten in place, it would kill the process: the worker may have it mapped into memory
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


def test_full_disk_of_the_database_is_told_and_passes(own_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_api.installation.books.database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    # The pool may hold several connections, and the limit is each one's own.
    limit = [f"PRAGMA max_page_count = {pages}"]
    write = Database.write

    @contextmanager
    def write_within(database: Database) -> Iterator[Connection]:
        with write(database) as connection:
            connection.exec_driver_sql(limit[0])
            yield connection

    monkeypatch.setattr(Database, "write", write_within)
    long = {"title": "Baker", "text": "bread " * 15_000}
    check_problem(own_api.client.put("/v1/vacancies/v", json=long), 507, "no room left")
    assert own_api.client.get("/v1/vacancies/v").status_code == 404
    limit[:] = ["PRAGMA max_page_count = 1000000"]
    assert own_api.client.put("/v1/vacancies/v?wait=true", json=long).status_code == 201


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
    before = structlog.get_config()
    configure_logs("info")
    own_api.client.app.state.services = None  # type: ignore[attr-defined]
    own_api.client.put("/v1/resumes/x", json={"title": "Cook", "person": {"name": "Zebedee Quaxley"}})
    structlog.configure(**before)

    captured = capsys.readouterr()
    assert "unforeseen error" in captured.out + captured.err
    assert "Quaxley" not in captured.out + captured.err


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An application that lets in the default hosts and the address that it listens on."""
    folder = tmp_path_factory.mktemp("guarded")
    with serve(folder, embedding_backend="hashing", allowed_hosts="localhost,127.0.0.1,[::1]", host="Jobs.Lan") as api:
        yield api


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:8000", "[::1]", "[::1]:8000", "jobs.lan:8000"]
)
def test_known_host_is_answered(guarded: Api, host: str) -> None:
    assert guarded.client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "localhost.attacker.example",
        "localhost:8000@attacker.example",
        "[::2]",
        "[::1",
        "",
        "*",
        "é",
    ],
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/resumes", "/openapi.json", "/static/style.css"])
def test_unknown_host_is_refused(guarded: Api, host: str, path: str) -> None:
    """DNS rebinding: a web page's own name, pointed at this machine, must not open the API to that page."""
    answer = guarded.client.get(path, headers={"host": host.encode()})

    check_problem(answer, 400, "COUNTERPART_ALLOWED_HOSTS")


def test_host_that_stands_for_every_address_is_no_name(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", allowed_hosts="localhost", host="::") as api:
        check_problem(api.client.get("/healthz", headers={"host": "[::]:8000"}), 400)
        assert api.client.get("/healthz", headers={"host": "localhost:8000"}).status_code == 200


def test_lost_part_is_told_without_the_drivers_words(own_api: Api, tmp_path: Path) -> None:
    """A driver's message names hosts, users and files; the caller learns which part is away, the log learns why."""
    own_api.installation.books.close()
    (tmp_path / "ledger.db").unlink()
    (tmp_path / "ledger.db").mkdir()
    with structlog.testing.capture_logs() as logs:
        lost_database = check_problem(own_api.client.get("/v1/vacancies/v"), 503)
    own_api.installation.index.close()
    lost_index = check_problem(own_api.client.post("/v1/vacancies/search", json={"text": "cook"}), 503)

    assert lost_database["detail"] == "the database does not answer"
    assert lost_index["detail"] == "the index does not answer"
    (logged,) = (entry for entry in logs if entry["event"] == "answered 503")
    assert "unable to open" in logged["error"]
    assert logged["request_id"] == lost_database["request_id"]


def test_lost_embedding_server_is_told_without_its_address(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{find_port()}/v1"
    with serve(tmp_path, idle=True, embedding_backend="openai", embedding_url=address) as api:
        problem = check_problem(api.client.post("/v1/vacancies/search", json={"text": "cook"}), 503)

    assert problem["detail"] == "the embedding model or server is not available"


def test_only_the_first_hundred_errors_are_listed(api: Api) -> None:
    body = {f"unknown{number}": 1 for number in range(20_000)} | {"text": "cook"}
    problem = check_problem(api.client.post("/v1/vacancies/search", json=body), 422, "and 19,997 more")

    assert [one["field"] for one in problem["errors"][:100]] == [f"body.unknown{number}" for number in range(100)]
    assert problem["errors"][100:] == [{"field": "", "message": "and 19,900 more errors"}]


@pytest.mark.parametrize(
    ("method", "path", "parameter"),
    [
        ("PUT", "/v1/resumes/typo?waitt=true", "waitt"),
        ("DELETE", "/v1/vacancies/typo?Wait=true", "Wait"),
        ("POST", "/v1/vacancies/batch?limit=3", "limit"),
        ("POST", "/v1/vacancies/search?limit=3", "limit"),
        ("POST", "/v1/resumes/search/file?limit=3", "limit"),
        ("GET", "/v1/resumes/typo?include=all", "include"),
        ("GET", "/v1/resumes?limit=3&ofset=3", "ofset"),
        ("GET", "/v1/vacancies/typo/resumes?limit=3&offest=3", "offest"),
        ("GET", "/v1/tasks/1?wait=true", "wait"),
    ],
)
def test_unknown_query_parameter_is_refused(api: Api, method: str, path: str, parameter: str) -> None:
    problem = check_problem(api.client.request(method, path, json={"title": "Cook"}), 422)

    assert problem["errors"] == [{"field": f"query.{parameter}", "message": "unknown parameter"}]


@pytest.mark.parametrize(
    ("method", "path", "type_", "title"),
    [
        ("GET", "/v1/nowhere", "not-found", "Not Found"),
        ("POST", "/v1/tasks/1", "method-not-allowed", "Method Not Allowed"),
        ("GET", "/v1/resumes?limit=x", "unprocessable-content", "Unprocessable Content"),
    ],
)
def test_type_of_a_problem_is_the_same_under_every_python(
    api: Api, method: str, path: str, type_: str, title: str
) -> None:
    problem = api.client.request(method, path).json()

    assert (problem["type"], problem["title"]) == (f"urn:counterpart:{type_}", title)
