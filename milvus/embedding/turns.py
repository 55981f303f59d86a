"""Who may use the model next: one call at a time, and the queries that people wait for before everything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Turns at something that serves one caller at a time.

    While any thread is within `hurry`, turns go only to those who ask for an urgent one: work of many turns lets a
    query pass between two of them, but is never broken off within one. A Lock alone promises no order, and the thread
    that frees it mostly takes it again at once.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken = False
        self._hurrying = 0

    @property
    def is_hurried(self) -> bool:
        """Whether any thread is within `hurry`."""
        return self._hurrying > 0

    @contextmanager
    def hurry(self) -> Iterator[None]:
        """Hold back every turn that is not urgent, from its next one on."""
        with self._changed:
            self._hurrying += 1
        try:
            yield
        finally:
            with self._changed:
                self._hurrying -= 1
                self._changed.notify_all()

    @contextmanager
    def take(self, *, urgent: bool) -> Iterator[None]:
        """Wait for a turn and keep it until the end of the block; a thread must not ask for a second one within."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken and (urgent or not self.is_hurried))
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
