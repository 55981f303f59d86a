"""A server process of its own, as an installation runs it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    log: Path

    def request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        content = None if body is None else json.dumps(body).encode()
        connection.request(method, path, content, {"content-type": "application/json"} | (headers or {}))
        answer = connection.getresponse()
        result = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return result


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(folder: Path, *, backend: str = "hashing") -> Server:
    port = find_port()
    environment = os.environ | {
        "COUNTERPART_DATA_DIR": str(folder / "var"),
        "COUNTERPART_EMBEDDING_BACKEND": backend,
        "COUNTERPART_PORT": str(port),
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(port, process, environment, log)
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            if server.request("GET", "/readyz")[0] == 200:
                return server
        except OSError:
            time.sleep(0.1)
