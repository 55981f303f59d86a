"""Keeps the mirror of a collection: fills it in the background, tells it of every write, gives it up after a fault."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from milvus.errors import MilvusError
from milvus.mirror import Mirror

_log = logging.getLogger(__name__)

Rows = Iterable[Mapping[str, Any]]


class MirrorKeeper:
    """The mirror of one collection, if there is one. Safe to use from several threads.

    `make` makes an empty mirror, and `read` gives the rows of the collection with the fields that it names.
    """

    def __init__(self, make: Callable[[], Mirror], read: Callable[[Sequence[str]], Iterator[Rows]]) -> None:
        self._make = make
        self._read = read
        self._mirror: Mirror | None = None
        self._writing = threading.Lock()
        self._beginning = threading.Lock()
        self._filling: threading.Thread | None = None
        self._rests = False
        self._is_closed = False

    def begin(self) -> None:
        """Begin to fill a mirror, where there is none; also after `forget`."""
        self._rests = False
        self._begin()

    def get(self) -> Mirror | None:
        """The mirror, once it is complete. Where there is none, one is begun."""
        mirror = self._mirror
        if mirror is not None:
            return mirror if mirror.is_complete else None
        self._begin()
        return None

    def wait(self) -> None:
        """As `begin`, and return once the mirror is complete, or cannot be made."""
        self.begin()
        self._join()

    def follow(self, write: Callable[[], None], change: Callable[[Mirror], None]) -> None:
        """Write to the engine, and do the same to the mirror.

        Writes come one after the other, so that the mirror sees them in the order in which the engine does. After one
        that failed, nobody knows which of its rows were written: the mirror is given up.
        """
        with self._writing:
            try:
                write()
                if (mirror := self._mirror) is not None:
                    change(mirror)
            except BaseException:
                self._mirror = None
                raise

    def forget(self) -> None:
        """Give the mirror up and its memory back, until `begin`: a search that still runs begins no other."""
        self._rests = True
        with self._beginning:
            self._mirror = None
        self._join()

    def close(self) -> None:
        """Likewise, for good; returns once the collection is no longer read."""
        self._is_closed = True
        self.forget()

    def _begin(self) -> None:
        with self._beginning:
            is_filling = self._filling is not None and self._filling.is_alive()
            if self._is_closed or self._rests or self._mirror is not None or is_filling:
                return
            # In place before the first row is read: a write that ends from here on is taken in, an earlier one is read.
            self._mirror = self._make()
            self._filling = threading.Thread(target=self._fill, args=(self._mirror,), name="mirror", daemon=True)
            self._filling.start()

    def _join(self) -> None:
        with self._beginning:
            filling = self._filling
        if filling is not None:
            filling.join()

    def _fill(self, mirror: Mirror) -> None:
        try:
            for rows in self._read(mirror.fields):
                if self._mirror is not mirror:
                    return
                mirror.fill(rows)
            mirror.finish()
        except MilvusError as error:
            self._give_up(mirror, error)
        except Exception as error:
            # A row does not fit, or there is no memory: what the next search begins would come to the same.
            self._rests = True
            self._give_up(mirror, error)

    def _give_up(self, mirror: Mirror, error: Exception) -> None:
        _log.warning("the rows could not be taken into memory, so searches ask Milvus Lite: %r", error)
        if self._mirror is mirror:
            self._mirror = None
