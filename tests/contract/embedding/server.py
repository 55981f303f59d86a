"""A local embedding server that speaks the OpenAI protocol, and misbehaves as told."""

import json
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from milvus.embedding import HashingEmbedder
from tests.local_server import LocalServer


@dataclass
class EmbeddingServer(LocalServer):
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

    def answer_post(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.paths.append(request.path)
        self.authorizations.append(request.headers.get("Authorization"))
        self.requests.append(body)
        time.sleep(self.delay)
        status, headers, content = self.answer(body)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        # A client that stopped waiting has closed its side.
        try:
            request.wfile.write(content.encode())
        except BrokenPipeError:
            return

    @property
    def url(self) -> str:
        """The base URL of the protocol."""
        return f"{self.address}/v1"

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
