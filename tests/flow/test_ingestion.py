"""The queue over HTTP and at the command line: what waits, what failed, another try, a last farewell."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion import IngestionStatus
from ingestion.housekeeping import DAY, Housekeeper, Retention
from ingestion.records import Outcome
from milvus import Kind
from tests.flow.conftest import serve
from tests.flow.steps import Api, check_problem
from tests.flow.test_commands import run


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Api]:
    """An application whose queue nobody works off until the test does."""
    with serve(tmp_path / "var", embedding_backend="hashing", idle=True) as served:
        yield served


def fail(api: Api, error: str = "nothing but noise") -> None:
    """Set aside everything that is pending, as a worker does with what it cannot apply."""
    queue = api.installation.books.queue
    while claims := queue.claim("test", limit=100, lease_seconds=30):
        queue.settle("test", [Outcome(one, error=error) for one in claims])


def read_status(api: Api) -> dict[str, Any]:
    answer = api.client.get("/v1/ingestion")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_single_documents_and_small_batches_wait_in_the_first_queue_and_large_ones_in_the_second(idle: Api) -> None:
    idle.client.put("/v1/vacancies/alone", json={"title": "Cook"})
    idle.client.post("/v1/vacancies/batch", json=[{"id": f"few-{i}", "title": "Cook"} for i in range(20)])
    idle.client.post("/v1/vacancies/batch", json=[{"id": f"many-{i}", "title": "Cook"} for i in range(21)])
    idle.client.delete("/v1/vacancies/many-0")
    interactive, bulk = read_status(idle)["queues"]
    assert (interactive["priority"], interactive["pending"]) == ("interactive", {"resumes": 0, "vacancies": 22})
    assert (bulk["priority"], bulk["pending"]) == ("bulk", {"resumes": 0, "vacancies": 20})
    assert interactive["oldest_seconds"] >= 0


def test_status_tells_of_the_worker_and_what_it_did(own_api: Api) -> None:
    own_api.put("vacancies", "v", title="Cook")
    found = read_status(own_api)
    assert found["documents"]["vacancies"] == {"pending": 0, "indexed": 1, "failed": 0}
    assert found["indexed_last_minute"] == found["indexed_last_hour"] == 1
    assert [worker["claimed"] for worker in found["workers"]] == [0]


def test_failures_are_listed_and_tried_again(idle: Api) -> None:
    idle.client.put("/v1/vacancies/bad", json={"title": "Cook", "source": "careers page"})
    fail(idle)
    assert read_status(idle)["failures"] == [{"kind": "vacancies", "source": "careers page", "documents": 1}]
    (failure,) = idle.client.get("/v1/ingestion/failures?kind=vacancies&limit=5").json()["items"]
    assert failure.pop("since")
    assert failure == {
        "kind": "vacancies",
        "id": "bad",
        "error": "nothing but noise",
        "attempts": 1,
        "source": "careers page",
        "is_deletion": False,
    }
    answer = idle.client.post("/v1/ingestion/retry", json={"ids": ["bad", "nobody"]})
    assert answer.json() == {"retried": 1, "refused": [{"id": "nobody", "reason": "no such document"}]}
    idle.installation.create_worker().drain()
    assert idle.client.get("/v1/vacancies/bad").json()["state"] == "indexed"


def test_all_failures_of_a_kind_are_tried_again(idle: Api) -> None:
    for kind in ("vacancies", "resumes"):
        idle.client.put(f"/v1/{kind}/bad", json={"title": "Cook"})
    fail(idle)
    answer = idle.client.post("/v1/ingestion/retry", json={"kind": "resumes", "all": True})
    assert answer.json() == {"retried": 1, "refused": []}
    assert [one["kind"] for one in idle.client.get("/v1/ingestion/failures").json()["items"]] == ["vacancies"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "either"),
        ({"ids": ["a"], "all": True}, "either"),
        ({"ids": []}, "ids"),
        ({"all": True, "kind": "people"}, "kind"),
        ({"everything": True}, "everything"),
    ],
)
def test_retry_that_names_nothing_sensible_is_refused(api: Api, body: dict[str, Any], named: str) -> None:
    check_problem(api.client.post("/v1/ingestion/retry", json=body), 422, named)


def test_unknown_parameter_of_the_failures_is_refused(api: Api) -> None:
    check_problem(api.client.get("/v1/ingestion/failures?sort=id"), 422, "sort")


def test_purged_task_is_gone_and_one_that_never_was_is_not_found(own_api: Api) -> None:
    for title in ("Cook", "Head cook"):
        task_id = own_api.put("vacancies", "v", title=title).json()["task_id"]
    books = own_api.installation.books
    later = books.ledger.get_task(task_id).created_at + 31 * DAY
    Housekeeper(books.database, books.ledger, Retention(90, 30), clock=lambda: later).run()
    check_problem(own_api.client.get(f"/v1/tasks/{task_id - 1}"), 410, f"task {task_id - 1}", "no longer kept")
    check_problem(own_api.client.get(f"/v1/tasks/{task_id + 1}"), 404)
    assert own_api.client.get(f"/v1/tasks/{task_id}").json()["state"] == "done"
    assert own_api.put("vacancies", "v", title="Head cook").json()["change"] == "unchanged"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "COUNTERPART_DATA_DIR": str(tmp_path / "var"),
        "COUNTERPART_EMBEDDING_BACKEND": "hashing",
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }


def test_commands_list_retry_and_drop_what_failed(idle: Api, environment: dict[str, str]) -> None:
    assert run(environment, "ingestion", "failed") == (0, "No document failed.\n")
    for id_ in ("[/b] [bold]x", "other"):
        idle.client.put(f"/v1/vacancies/{id_.replace('/', '%2F')}", json={"title": "Cook", "source": "board"})
    fail(idle)

    code, status = run(environment, "ingestion", "status")
    assert code == 0, status
    assert "failed: 2 vacancies from board" in status
    assert "No worker is alive" in status
    code, listed = run(environment, "ingestion", "failed", "--kind", "vacancies")
    assert code == 0
    assert len(listed.splitlines()) == 2
    assert "vacancies [/b] [bold]x: nothing but noise (1 attempts, since " in listed

    code, tried = run(environment, "ingestion", "retry", "other", "nobody")
    assert code == 1
    assert "queued once more: vacancies other" in tried
    assert "nobody: no such document" in tried
    code, refused = run(environment, "ingestion", "drop", "[/b] [bold]x")
    assert code == 1
    assert "--yes" in refused
    assert "[/b] [bold]x" in run(environment, "ingestion", "failed")[1]
    code, dropped = run(environment, "ingestion", "drop", "--yes", "[/b] [bold]x", "other")
    assert code == 1
    assert "erased for good: vacancies [/b] [bold]x" in dropped
    assert "other: did not fail (vacancies: pending)" in dropped
    fail(idle)
    assert run(environment, "ingestion", "retry", "--all") == (0, "2 documents are queued once more.\n")


@pytest.mark.parametrize("arguments", [(), ("x", "--all")])
def test_retry_needs_ids_or_all(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    code, output = run(environment, "ingestion", "retry", *arguments)
    assert code == 2
    assert "--all" in output


def test_status_as_json_is_what_the_api_answers(idle: Api, environment: dict[str, str]) -> None:
    idle.client.put("/v1/vacancies/v", json={"title": "Cook"})
    code, output = run(environment, "ingestion", "status", "--json")
    assert code == 0, output
    printed = json.loads(output)
    assert IngestionStatus.model_validate(printed)
    assert set(printed) == set(read_status(idle))
    assert printed["queues"][0]["pending"] == {"resumes": 0, "vacancies": 1}


def test_example_of_the_status_is_valid(api: Api) -> None:
    described = api.client.get("/openapi.json").json()["components"]["schemas"]["IngestionStatus"]
    (example,) = described["examples"]
    assert IngestionStatus.model_validate(example).queues[0].priority == "interactive"


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", 1), (b"y\n", 0)])
def test_drop_asks_on_a_terminal(idle: Api, environment: dict[str, str], answer: bytes, left: int) -> None:
    idle.client.put("/v1/vacancies/bad", json={"title": "Cook"})
    fail(idle)
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    done = subprocess.run(
        [sys.executable, "-m", "ingestion", "drop", "bad"],
        env=environment,
        stdin=theirs,
        capture_output=True,
        timeout=120,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert b"Erase 1 document for good?" in done.stdout
    assert done.returncode == left
    assert len(idle.installation.books.ledger.list_documents(Kind.VACANCIES)) == left
