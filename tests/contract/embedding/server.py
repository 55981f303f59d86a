"""A local embedding server that speaks the OpenAI protocol, and misbehaves as told."""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from milvus.embedding import HashingEmbedder


@dataclass
class EmbeddingServer:
    """Answers with hashed vectors, and records what it was asked.

    `failures` are (status, headers, body) to answer the next requests with, `fails_forever` a status for all.
    `shuffled` answers in reverse order, `delay` is seconds before an answer, `spoiled` replaces members of the answer.
    """

    dimension: int = 64
    shuffled: bool = False
    delay: float = 0.0
    failures: deque[tuple[int, dict[str, str], str]] = field(default_factory=deque)
    fails_forever: int | None = None
    spoiled: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.paths.append(self.path)
                server.authorizations.append(self.headers.get("Authorization"))
                server.requests.append(body)
                time.sleep(server.delay)
                status, headers, content = server.answer(body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                # A client that stopped waiting has closed its side.
                try:
                    self.wfile.write(content.encode())
                except BrokenPipeError:
                    return

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

    @property
    def url(self) -> str:
        """The base URL of the protocol."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        """Status, headers and content of the answer to a request."""
        if self.fails_forever:
            return self.fails_forever, {}, "out of order"
        if self.failures:
            return self.failures.popleft()
        vectors = HashingEmbedder(self.dimension).embed_documents(body["input"])
        data = [{"object": "embedding", "index": i, "embedding": vector.tolist()} for i, vector in enumerate(vectors)]
        if self.shuffled:
            data.reverse()
        content = {"object": "list", "model": body["model"], "data": data, **self.spoiled}
        return 200, {"Content-Type": "application/json"}, json.dumps(content)
