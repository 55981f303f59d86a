"""Threads that run beside the main one and end with it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

_STOP_SECONDS = 60.0


class Runnable(Protocol):
    """Something that runs until it is stopped."""

    def run(self) -> None:
        """Run until stopped."""
        ...

    def stop(self) -> None:
        """Ask it to end soon; callable from any thread."""
        ...


@contextmanager
def run_beside(runnables: Sequence[Runnable]) -> Iterator[None]:
    """Run each in a thread of its own for as long as the block lasts; at the end wait up to a minute for them."""
    threads = [threading.Thread(target=one.run, name=type(one).__name__.lower(), daemon=True) for one in runnables]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in runnables:
            one.stop()
        for thread in threads:
            thread.join(_STOP_SECONDS)
