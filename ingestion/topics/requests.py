"""Asking for a run: where only one process can have the index open, that one makes the topics for whoever asks."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select, update

from ingestion.database import Database, insert_or_update, retry_conflicts
from ingestion.errors import LedgerUnavailable, TopicsRefused
from ingestion.serving import Serving
from ingestion.tables import topic_requests
from ingestion.topics.book import TopicBook
from milvus.errors import IndexUnavailable

_ONLY = 1
_LOOK_SECONDS = 1.0
_AWAY_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A run that was asked for. `outcome` says in words what came of it, None until then."""

    anew: bool
    outcome: str | None
    failed: bool


class TopicRequests:
    """The run that is asked for, in SQL; there is one at most. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @retry_conflicts
    def ask(self, *, anew: bool) -> None:
        """Ask for a run, in the place of what was asked for before."""
        row = {"id": _ONLY, "anew": anew, "asked_at": self._clock(), "outcome": None, "failed": False}
        values = ("anew", "asked_at", "outcome", "failed")
        with self._database.write() as connection:
            connection.execute(insert_or_update(self._database, topic_requests, keys=("id",), values=values), [row])

    def read(self) -> Request | None:
        """What was asked for last; None where nothing ever was."""
        with self._database.read() as connection:
            row = connection.execute(select(topic_requests)).first()
        return None if row is None else Request(row.anew, row.outcome, row.failed)

    @retry_conflicts
    def settle(self, outcome: str, *, failed: bool = False) -> None:
        """Write down what came of it, where something is asked for."""
        with self._database.write() as connection:
            waits = topic_requests.c.outcome.is_(None)
            connection.execute(update(topic_requests).where(waits).values(outcome=outcome, failed=failed))


class TopicBuilder:
    """Makes topics when they are asked for, beside the worker, which then writes them into the rows."""

    def __init__(self, requests: TopicRequests, book: TopicBook, serving: Serving) -> None:
        self._requests = requests
        self._book = book
        self._serving = serving
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask the builder to end, after the run at hand; callable from any thread."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. A database or an index that is away is waited for.

        What was asked of a process that is gone is not done: it may be what that one died of.
        """
        is_first = True
        while not self._stop.is_set():
            try:
                if is_first:
                    self._requests.settle("the process that made the topics has ended; run it again", failed=True)
                    is_first = False
                self.work_once()
                self._stop.wait(_LOOK_SECONDS)
            except (LedgerUnavailable, IndexUnavailable) as error:
                log.warning("topics are not made for now", error=str(error))
                self._stop.wait(_AWAY_SECONDS)

    def work_once(self) -> None:
        """Make topics if they are asked for. Raises what ledger and index raise where they are away."""
        request = self._requests.read()
        if request is None or request.outcome is not None:
            return
        # Loading what does the grouping takes a second, and most processes never need it.
        from ingestion.topics.building import build_topics

        try:
            built = build_topics(self._serving.get(), self._book, report=_ignore, anew=request.anew)
        except (LedgerUnavailable, IndexUnavailable):
            raise
        except TopicsRefused as error:
            self._requests.settle(str(error), failed=True)
        except Exception as error:
            log.exception("topics could not be made")
            self._requests.settle(f"{type(error).__name__}: {error}", failed=True)
        else:
            self._requests.settle(built.describe())


def _ignore(what: str, done: int, total: int) -> None:
    """Nobody watches."""
