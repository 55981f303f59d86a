"""Bringing what is pending into the index from a command: in this process, or watching another one do it."""

import threading
import time

import structlog

from ingestion.errors import IngestionError
from ingestion.installation import Books, Installation, open_installation
from ingestion.records import Outcome
from ingestion.settings import Settings
from ingestion.terminal import console, make_progress
from ingestion.worker import Worker
from milvus import Embedder
from milvus.errors import IndexHeld, MilvusError

_LOOK_SECONDS = 1.0
_AWAY_SECONDS = 5.0

log = structlog.get_logger(__name__)


def index_pending(settings: Settings, books: Books) -> int:
    """Bring what is pending into the index; how many documents were brought in.

    Where another process has the index open, it does the indexing, and is waited for.
    """
    pending = books.ledger.summarize().pending
    if not pending:
        return 0
    installation = _open_or_follow(settings, books, pending)
    if installation:
        drain(installation)
        installation.close()
    return pending


def _open_or_follow(settings: Settings, books: Books, pending: int) -> Installation | None:
    """The installation; None where another process held the index until nothing was pending any more."""
    told = False
    with make_progress() as progress:
        bar = progress.add_task("Indexing elsewhere", total=pending, rate="", visible=False)
        while left := books.queue.count_pending():
            try:
                return open_installation(settings)
            except IndexHeld:
                if not told:
                    console.print("Another process has the index open and does the indexing; Ctrl-C stops watching.")
                told = True
            progress.update(bar, completed=max(pending - left, 0), visible=True)
            time.sleep(1)
    return None


def drain(installation: Installation) -> None:
    """Bring what is pending into the index that this process has open, showing how far it is."""
    pending = installation.books.queue.count_pending()
    with console.status("Loading the model..."):
        installation.check_embedder()
    with make_progress() as progress:
        bar = progress.add_task("Indexing", total=pending, rate="")
        started = time.monotonic()
        done = 0

        def show(outcomes: list[Outcome]) -> None:
            nonlocal done
            done += sum(not outcome.retry for outcome in outcomes)
            rate = f"{done / max(time.monotonic() - started, 0.001):.0f}/s"
            trouble = next((outcome.error for outcome in outcomes if outcome.retry), None)
            progress.update(bar, completed=done, rate=f"waiting: {trouble}" if trouble else rate)

        installation.create_worker().drain(show)


class BackgroundIndexer:
    """A thread that brings pending documents into the index whenever nobody else has it open.

    The index is opened for that only and closed again, so that an API process can be started at any time.
    """

    def __init__(self, settings: Settings, books: Books) -> None:
        self._settings = settings
        self._books = books
        self._embedder: Embedder | None = None
        self._worker: Worker | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexer")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch at hand, and wait for that."""
        self._stop.set()
        if worker := self._worker:
            worker.stop()
        self._thread.join()

    def _run(self) -> None:
        told = False
        while not self._stop.is_set():
            try:
                if self._books.queue.count_pending():
                    self._drain()
                    told = False
                self._stop.wait(_LOOK_SECONDS)
            except IndexHeld:
                if not told:
                    console.print("Another process has the index open and does the indexing.")
                told = True
                self._stop.wait(_AWAY_SECONDS)
            except (IngestionError, MilvusError) as error:
                log.warning("nothing is indexed for now", error=str(error))
                self._stop.wait(_AWAY_SECONDS)

    def _drain(self) -> None:
        # The model is kept: loading it takes longer than most of what is indexed here.
        installation = open_installation(self._settings, embedder=self._embedder)
        self._embedder = installation.serving.get().embedder
        indexed = 0

        def count(outcomes: list[Outcome]) -> None:
            nonlocal indexed
            indexed += sum(outcome.error is None for outcome in outcomes)

        try:
            self._worker = installation.create_worker()
            if not self._stop.is_set():
                self._worker.drain(count)
        finally:
            self._worker = None
            installation.close(keep_model=True)
        if indexed:
            console.print(f"Indexed {indexed:,}.", highlight=False)
