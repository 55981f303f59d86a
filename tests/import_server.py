"""A local server that speaks Milvus' import interface, reads the files itself, and misbehaves as told."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

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
class ImportServer:
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
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                verb = self.path.removeprefix(PREFIX)
                server.requests.append((verb, body, dict(self.headers)))
                answer = server.failures.popleft() if server.failures else (200, json.dumps(server.answer(verb, body)))
                if answer is None or (verb == "create" and server.loses_answers > 0):
                    server.loses_answers -= verb == "create"
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                self.end_headers()
                self.wfile.write(answer[1].encode())

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

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
