"""Waiting in tests for what another thread does."""

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], bool]) -> None:
    """Return once the condition holds; fail after a minute."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)
