"""A disk that is full for a while: a small file system of our own, or, where none can be mounted, a limit on files."""

import random
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.processes import Process

_DISK_BYTES = 128 * 2**20
_FULL_SECONDS = (1.0, 4.0)
_MOST_LEFT_BYTES = 200_000
_CHUNK = bytes(2**16)


@contextmanager
def mount_small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small file system on a folder for as long as the block lasts; False where that is not permitted."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_disk(folder: Path, dice: random.Random) -> int:
    """Fill the file system of a folder, but for a little, and make room again after some seconds."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(_CHUNK)
        with suppress(OSError):
            file.truncate(max(0, ballast.stat().st_size - dice.randrange(_MOST_LEFT_BYTES)))
    time.sleep(dice.uniform(*_FULL_SECONDS))
    ballast.unlink()
    return 1


def limit_files(process: Process, dice: random.Random) -> int:
    """Let a process write nothing to any file for some seconds: what a quota does, without a file system for it."""
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, most))
    time.sleep(dice.uniform(*_FULL_SECONDS))
    with suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
    return 1
