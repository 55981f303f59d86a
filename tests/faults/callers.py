"""Callers of the API: threads that send an author's requests, and tell a witness what they were answered."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tests.faults.operations import Author, Operation, Witness

_ANSWER_SECONDS = 150.0
_PAUSE_SECONDS = 0.05
_PROBLEM = "application/problem+json"
# What a fault may be answered with; anything else is a defect.
_SORRY = (503, 507)


class Traffic:
    """Requests from several callers at once, until it is paused; `budget` is how many new documents they may send."""

    def __init__(self, port: int, witness: Witness, *, authors: Sequence[Author]) -> None:
        self.answers: Counter[int] = Counter()
        self.oddities: list[str] = []
        self._port = port
        self._witness = witness
        self._authors = authors
        self._lock = threading.Lock()
        self._budget = 0
        self._paused = threading.Event()

    @contextmanager
    def flow(self, documents: int) -> Iterator[None]:
        """Send requests for as long as the block lasts, and longer where as many new documents are not sent by then."""
        self._budget += documents
        self._paused.clear()
        threads = [threading.Thread(target=self._run, args=(author,)) for author in self._authors]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._paused.set()
            for thread in threads:
                thread.join()

    def _run(self, author: Author) -> None:
        turn = 0
        while not self._paused.is_set() or self._budget > 0:
            turn += 1
            operation = self._choose(author, is_new=turn % 2 == 0)
            if operation is None or not self._send(operation):
                self._paused.wait(_PAUSE_SECONDS)

    def _choose(self, author: Author, *, is_new: bool) -> Operation | None:
        change = None if is_new or self._paused.is_set() else author.write_change()
        if change is not None:
            return change
        with self._lock:
            if self._budget <= 0:
                return author.write_change()
            operation = author.write_new(self._budget)
            self._budget -= len(operation.outcome)
        return operation

    def _send(self, operation: Operation) -> bool:
        """Send a request and note the answer; whether it was carried out."""
        try:
            status, content_type, body = self._exchange(operation)
        except ConnectionRefusedError:
            return False  # it never arrived
        except (OSError, http.client.HTTPException):
            self._witness.doubt(operation.outcome)
            with self._lock:
                self.answers[0] += 1
            return False
        with self._lock:
            self.answers[status] += 1
        if status in (200, 201, 202) and not (operation.method == "POST" and json.loads(body)["rejected"]):
            self._witness.acknowledge(operation.outcome)
            return True
        if status == 404 and operation.method == "DELETE":
            self._settle_absence(operation)
            return True
        self._witness.doubt(operation.outcome)
        if status not in _SORRY or content_type != _PROBLEM:
            self.oddities.append(f"{operation.method} {operation.path}: {status} {body[:300].decode(errors='replace')}")
        return False

    def _settle_absence(self, operation: Operation) -> None:
        """A document that is to be removed is said not to be there: a loss where it has to be."""
        states = self._witness.read()
        for key in operation.outcome:
            if None not in states.get(key, frozenset({None})):
                self.oddities.append(f"LOST: {key[0].value} {key[1]} was acknowledged, and is not there")
        self._witness.acknowledge(operation.outcome)

    def _exchange(self, operation: Operation) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_SECONDS)
        try:
            content = None if operation.body is None else json.dumps(operation.body).encode()
            connection.request(operation.method, operation.path, content, {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("content-type", ""), answer.read()
        finally:
            with suppress(OSError):
                connection.close()
