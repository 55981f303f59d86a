"""Folders that one process at a time writes, and files in them that are replaced at once or not at all."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"


@contextmanager
def hold_folder(path: Path, *, refuse: Callable[[str], Exception], held: str) -> Iterator[None]:
    """Make the folder where it is missing, and keep other processes out for as long as the block lasts.

    Raises what `refuse` makes of a reason: `held` where another process has it, else why it cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        file = (path / LOCK).open("w")
    except OSError as error:
        raise refuse(f"{path}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise refuse(held) from None
        yield


def replace_text(path: Path, text: str) -> None:
    """Put a text in place of the file's: whoever reads, and whatever breaks off, finds the old or the new one whole."""
    fresh = path.with_name(f"{path.name}.unfinished")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
