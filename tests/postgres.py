"""A PostgreSQL server of the tests' own, started from the installed binaries on a free port of the loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


@contextmanager
def run_postgres() -> Iterator[str]:
    """The URL of a fresh server; it is stopped and its files are removed at the end."""
    user, port = _server_user(), find_free_port()
    with tempfile.TemporaryDirectory(prefix="counterpart-pg-") as folder:
        data = Path(folder) / "data"
        if user:
            shutil.chown(folder, user)
        subprocess.run(
            [_find_binary("initdb"), "-D", data, "-U", "counterpart", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            user=user,
        )
        options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        server = subprocess.Popen(
            [_find_binary("postgres"), "-D", data, *options, "-c", "fsync=off"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
        )
        try:
            _wait_until_listening(port, server)
            yield f"postgresql+psycopg://counterpart@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(30)


def _wait_until_listening(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"postgres ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("postgres does not listen after 30 s")
