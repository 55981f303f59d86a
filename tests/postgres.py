"""A PostgreSQL server of the tests' own, started from the installed binaries on a free port of the loopback."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STARTS = 5


def find_free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _find_binary(name: str) -> str:
    candidates = [
        shutil.which(name),
        *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)),
    ]
    found = next((path for path in candidates if path), None)
    if found is None:
        raise RuntimeError(f"the ledger's contract needs PostgreSQL: `{name}` is not installed")
    return found


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root; under root it runs as `postgres`, or as `nobody`."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres:
    """A server over one data folder, which can be crashed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = _server_user()
        self.port = find_free_port()
        self.url = f"postgresql+psycopg://counterpart@127.0.0.1:{self.port}/postgres"
        if self._user:
            shutil.chown(folder, self._user)
        access = ["-U", "counterpart", "-A", "trust"]
        subprocess.run(
            [_find_binary("initdb"), "-D", folder / "data", *access, "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            user=self._user,
        )
        self.start()

    def start(self) -> None:
        """Start, and return once it takes connections; what a crash left behind may stand in the way at first."""
        sockets = f"unix_socket_directories={self._folder}"
        options = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", sockets]
        log = self._folder / "postgres.log"
        for _ in range(_STARTS):
            with log.open("ab") as output:
                self._server = subprocess.Popen(
                    [_find_binary("postgres"), "-D", self._folder / "data", *options],
                    stdout=output,
                    stderr=output,
                    user=self._user,
                )
            if _is_listening_soon(self.port, self._server):
                return
            time.sleep(1)
        raise RuntimeError(f"postgres does not start: {log.read_text(errors='replace')[-2000:]}")

    def crash(self) -> None:
        """Let it end at once, without a checkpoint: the next start recovers."""
        self._stop(signal.SIGQUIT)

    def stop(self) -> None:
        """Cut all connections and end in order."""
        self._stop(signal.SIGINT)

    def _stop(self, how: signal.Signals) -> None:
        self._server.send_signal(how)
        self._server.wait(30)


@contextmanager
def run_postgres() -> Iterator[str]:
    """The URL of a fresh server; it is stopped and its files are removed at the end."""
    with tempfile.TemporaryDirectory(prefix="counterpart-pg-") as folder:
        server = Postgres(Path(folder))
        try:
            yield server.url
        finally:
            server.stop()


def _is_listening_soon(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False where it ends before."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False
