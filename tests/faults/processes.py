"""The processes of an installation: each can be killed at any moment and started again."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from milvus import Kind

START_SECONDS = 90.0
_LOOK_SECONDS = 0.05
_SIGNS_OF_LIFE = [
    ("GET", "/readyz", None),
    *(("POST", f"/v1/{kind.value}/search", '{"text": "welder", "limit": 1}') for kind in Kind),
]


class Process:
    """One program, started and killed again and again; what it prints goes into a log in `folder`."""

    def __init__(
        self, name: str, arguments: Sequence[object], *, folder: Path, environment: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._arguments = [sys.executable, "-m", *map(str, arguments)]
        self._environment = os.environ | (environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; it need not be ready when this returns."""
        self._process = subprocess.Popen(
            self._arguments, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        threading.Thread(target=self._keep_output, args=(self._process,), daemon=True).start()

    def _keep_output(self, process: subprocess.Popen[bytes]) -> None:
        # Through a pipe, so that the process' own limit on files does not concern its log.
        assert process.stdout is not None
        with process.stdout, self.log.open("ab", buffering=0) as log:
            while data := process.stdout.read1():
                log.write(data)

    def kill(self) -> None:
        """End it at once, with no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)

    def read_log(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> float | None:
    """Wait for something to be so; how many seconds that took, None where it did not become so in time."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > seconds:
            return None
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - started


def is_listening(port: int) -> bool:
    """Whether somebody takes connections on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_serving(port: int) -> bool:
    """Whether an API says that it is ready, and answers searches in both collections."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for method, path, body in _SIGNS_OF_LIFE:
            connection.request(method, path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                return False
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
