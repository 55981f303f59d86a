"""A local server that speaks Milvus' import interface, reads the files itself, and misbehaves as told."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.local_server import LocalServer

PREFIX = "/v2/vectordb/jobs/import/"


@dataclass
class Job:
    """An import: its states are told one after the other, the last one from then on."""

    collection: str
    path: str
    states: deque[str]
    reason: str = ""
    rows: int = 0


@dataclass
class ImportServer(LocalServer):
    """Answers as Milvus 2.6 documents it. `take_in(collection, path)` gives the rows that a file brought in.

    `failures` answer the next requests: (status, body), or None for no answer at all. With `loses_answers` so many
    jobs are begun without saying so. `refusal` is the message that new jobs are refused with.
    """

    take_in: Callable[[str, str], int] = lambda *_: 0
    states: tuple[str, ...] = ("Pending", "Importing", "Completed")
    reason: str = ""
    refusal: str = ""
    loses_answers: int = 0
    failures: deque[tuple[int, str] | None] = field(default_factory=deque)
    jobs: dict[str, Job] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.address

    def answer_post(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        verb = request.path.removeprefix(PREFIX)
        self.requests.append((verb, body, dict(request.headers)))
        answer = self.failures.popleft() if self.failures else (200, json.dumps(self.answer(verb, body)))
        if answer is None or (verb == "create" and self.loses_answers > 0):
            self.loses_answers -= verb == "create"
            request.close_connection = True
            return
        request.send_response(answer[0])
        request.end_headers()
        request.wfile.write(answer[1].encode())

    def answer(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the interface says to a request."""
        if verb == "create":
            if self.refusal:
                return {"code": 1100, "message": self.refusal}
            return {"code": 0, "data": {"jobId": self._create(body["collectionName"], body["files"][0][0])}}
        if verb == "list":
            found = [key for key, job in self.jobs.items() if job.collection == body["collectionName"]]
            return {
                "code": 0,
                "data": {"records": [{"jobId": key, "state": self.jobs[key].states[0]} for key in found]},
            }
        job = self.jobs.get(str(body["jobId"]))
        if job is None:
            return {"code": 2100, "message": "importing data failed: job does not exist"}
        return {"code": 0, "data": self._describe(str(body["jobId"]), job)}

    def _create(self, collection: str, path: str) -> str:
        key = str(450_000_000_000_000_000 + len(self.jobs))
        self.jobs[key] = Job(collection, path, deque(self.states), self.reason)
        return key

    def _describe(self, key: str, job: Job) -> dict[str, Any]:
        state = job.states.popleft() if len(job.states) > 1 else job.states[0]
        if state == "Completed" and not job.rows:
            job.rows = self.take_in(job.collection, job.path)
        detail = {"fileName": f'id:{key} paths:"{job.path}" ', "state": state}
        progress = {"Pending": 0, "Completed": 100}.get(state, 40)
        said = {"jobId": key, "state": state, "progress": progress, "importedRows": job.rows, "details": [detail]}
        return said | ({"reason": job.reason} if state == "Failed" else {})
