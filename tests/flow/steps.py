"""What the tests of the flow do again and again, over HTTP."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx2 import Response

from ingestion import Installation


@dataclass(frozen=True, slots=True)
class Api:
    """An application as its callers see it; `installation` is what it stands on, for tests that break it."""

    client: TestClient
    installation: Installation

    def put(self, kind: str, id_: str, **content: Any) -> Response:
        """Store a document and wait until searches show it."""
        return self.client.put(f"{path_of(kind, id_)}?wait=true", json=content)

    def store(self, kind: str, *documents: dict[str, Any]) -> None:
        """Store documents in a batch; every one must come into the index."""
        answer = self.client.post(f"/v1/{kind}/batch?wait=true", json=list(documents))
        assert answer.status_code == 200, answer.text
        assert answer.json()["rejected"] == 0, answer.text
        for row in answer.json()["rows"]:
            task = self.client.get(f"/v1/tasks/{row['task_id']}").json()
            assert task["state"] == "done", task

    def settle(self) -> None:
        """Wait until searches show everything, also what was queued because another document came or went."""
        deadline = time.monotonic() + 30
        while self.installation.books.queue.count_pending():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def search(self, kind: str, **body: Any) -> dict[str, Any]:
        """The answer of a search that must succeed."""
        answer = self.client.post(f"/v1/{kind}/search", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def find_ids(self, kind: str, **body: Any) -> list[str]:
        """The ids that a search finds, best first."""
        return [item["document"]["id"] for item in self.search(kind, **body)["items"]]


def path_of(kind: str, id_: str) -> str:
    """The path of a document, its id percent-encoded."""
    return f"/v1/{kind}/{quote(id_, safe='')}"


def check_problem(answer: Response, status: int, *names: str) -> dict[str, Any]:
    """The problem document of an error, which must say `names` and carry the request id of the header."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"] != ""
    assert problem["type"].startswith("urn:counterpart:")
    assert problem["title"]
    told = problem["detail"] + " ".join(f"{one['field']}: {one['message']}" for one in problem["errors"])
    for name in names:
        assert name in told, told
    return problem
