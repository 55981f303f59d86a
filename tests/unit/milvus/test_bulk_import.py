"""Import jobs over HTTP: started once, followed to their end, and clear about what goes wrong."""

from collections.abc import Iterator

import pytest

from milvus import BulkImporter, ImportState
from milvus.errors import IndexRefused, IndexUnavailable
from tests.import_server import ImportServer

PATH = "counterpart/a1/vacancies-000001.parquet"


@pytest.fixture
def server() -> Iterator[ImportServer]:
    with ImportServer() as running:
        yield running


@pytest.fixture
def importer(server: ImportServer) -> Iterator[BulkImporter]:
    with BulkImporter(server.url, token="root:secret", pause=0.0) as client:
        yield client


def test_job_is_followed_to_its_end(server: ImportServer, importer: BulkImporter) -> None:
    server.take_in = lambda collection, path: 3 if (collection, path) == ("vacancies_v1", PATH) else 0
    job = importer.start("vacancies_v1", PATH)
    seen = [importer.read(job) for _ in range(3)]

    assert [one.state for one in seen] == [ImportState.RUNNING, ImportState.RUNNING, ImportState.COMPLETED]
    assert [one.percent for one in seen] == [0, 40, 100]
    assert seen[-1].imported_rows == 3
    assert {headers["Authorization"] for _, _, headers in server.requests} == {"Bearer root:secret"}


def test_state_that_nobody_knew_goes_on(server: ImportServer, importer: BulkImporter) -> None:
    server.states = ("IndexBuilding",)
    assert importer.read(importer.start("vacancies_v1", PATH)).state is ImportState.RUNNING


def test_failed_job_says_why(server: ImportServer, importer: BulkImporter) -> None:
    server.states, server.reason = ("Failed",), "the field 'city' is not in the file"
    progress = importer.read(importer.start("vacancies_v1", PATH))

    assert progress.state is ImportState.FAILED
    assert progress.reason == "the field 'city' is not in the file"


def test_refusal_names_the_file_and_the_reason(server: ImportServer, importer: BulkImporter) -> None:
    server.refusal = "collection not found"
    with pytest.raises(IndexRefused, match=f"{PATH}.*collection not found"):
        importer.start("vacancies_v1", PATH)


def test_lost_answer_starts_no_second_job(server: ImportServer, importer: BulkImporter) -> None:
    server.loses_answers = 1
    job = importer.start("vacancies_v1", PATH)

    assert list(server.jobs) == [job]


def test_repeated_start_finds_the_first_job(server: ImportServer, importer: BulkImporter) -> None:
    first = importer.start("vacancies_v1", PATH)
    other = importer.start("vacancies_v1", PATH.replace("000001", "000002"))

    assert importer.start("vacancies_v1", PATH) == first
    assert other != first
    keys = [headers["Idempotency-Key"] for verb, _, headers in server.requests if verb == "create"]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("failure", [(503, "busy"), (429, ""), (200, "no JSON"), (200, '["no object"]'), None])
def test_passing_failure_is_overcome(
    server: ImportServer, importer: BulkImporter, failure: tuple[int, str] | None
) -> None:
    job = importer.start("vacancies_v1", PATH)
    server.failures.extend([failure] * 3)

    assert importer.read(job).state is ImportState.RUNNING


def test_lasting_failure_is_an_unavailable_index(server: ImportServer, importer: BulkImporter) -> None:
    server.failures.extend([(500, "")] * 5)
    with pytest.raises(IndexUnavailable, match="500"):
        importer.check("vacancies_v1")


def test_wrong_password_is_not_tried_again(server: ImportServer, importer: BulkImporter) -> None:
    server.failures.append((401, ""))
    with pytest.raises(IndexRefused, match="401"):
        importer.check("vacancies_v1")
    assert len(server.requests) == 1


def test_forgotten_job_is_refused(importer: BulkImporter) -> None:
    with pytest.raises(IndexRefused, match="does not exist"):
        importer.read("1")


def test_database_of_the_uri_is_asked(server: ImportServer) -> None:
    with BulkImporter(f"{server.url}/tenant", pause=0.0) as importer:
        importer.start("vacancies_v1", PATH)
    assert {body["dbName"] for _, body, _ in server.requests} == {"tenant"}
    assert {headers["DB-Name"] for _, _, headers in server.requests} == {"tenant"}
