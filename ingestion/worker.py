"""The worker: claims batches, applies them, settles them, until it is told to stop or nothing is left."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import structlog

from ingestion.errors import LedgerUnavailable
from ingestion.housekeeping import Housekeeper
from ingestion.pace import Pace
from ingestion.pipeline import Pipeline
from ingestion.queue import WorkQueue
from ingestion.records import Claim, Outcome, Priority
from milvus.errors import IndexUnavailable

LEASE_SECONDS = 30.0
BULK_EVERY = 8  # at the latest every eighth batch is of bulk documents, however many others come in
_BEAT_SECONDS = 10.0
_HOUSEKEEPING_SECONDS = 3600.0
_IDLE_SECONDS = 0.5
_AWAY_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Worker:
    """One worker over one queue. Several may share a PostgreSQL ledger; Milvus Lite allows one.

    A batch holds at most `batch_size` documents. `housekeeper` is what it does now and then while it is idle.
    """

    def __init__(
        self,
        queue: WorkQueue,
        make_pipeline: Callable[[], Pipeline],
        *,
        batch_size: int = 64,
        housekeeper: Housekeeper | None = None,
    ) -> None:
        self._queue = queue
        self._make_pipeline = make_pipeline
        self._batch_size = batch_size
        self._pace = Pace(most=batch_size)
        self._housekeeper = housekeeper
        self._next_housekeeping = 0.0
        self._batches_since_bulk = 0
        self._owner = uuid4().hex
        self._last_beat = -_BEAT_SECONDS
        self._stop = threading.Event()
        self._wake = threading.Event()

    def stop(self) -> None:
        """Ask the worker to end after the batch at hand; callable from any thread."""
        self._stop.set()
        self._wake.set()

    def wake(self) -> None:
        """Tell an idle worker that there is something to do; it would look by itself within half a second."""
        self._wake.set()

    def run(self) -> None:
        """Work until stopped. A database or an index that is away is waited for."""
        try:
            self._work()
        finally:
            self._sign_off()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                outcomes = self.work_once()
            except LedgerUnavailable as error:
                log.warning("ledger is away", error=str(error))
                self._stop.wait(_AWAY_SECONDS)
                continue
            except Exception:  # its documents come back one by one, and the one at fault is set aside in the end
                log.exception("batch failed")
                self._release()
                self._stop.wait(_IDLE_SECONDS)
                continue
            if not outcomes:
                self._keep_house()
                self._wake.wait(_IDLE_SECONDS)
                self._wake.clear()
            elif all(outcome.retry for outcome in outcomes):
                self._stop.wait(_AWAY_SECONDS)

    def drain(self, report: Callable[[list[Outcome]], None] | None = None) -> None:
        """Work until nothing is pending, other workers' claims included; `report` gets each batch's outcomes.

        Nobody waits for a single document here, so batches are as large as they may be.
        """
        try:
            while not self._stop.is_set():
                outcomes = self.work_once(limit=self._batch_size)
                if report:
                    report(outcomes)
                if all(outcome.retry for outcome in outcomes):
                    if not self._queue.count_pending():
                        return
                    self._stop.wait(_IDLE_SECONDS)
        finally:
            self._sign_off()

    def work_once(self, *, limit: int | None = None) -> list[Outcome]:
        """Claim one batch and bring it to an end; empty where nothing was pending. Raises LedgerUnavailable.

        Without a `limit` the batch is as large as the pace allows.
        """
        self._beat()
        first = Priority.BULK if self._batches_since_bulk >= BULK_EVERY - 1 else Priority.INTERACTIVE
        claims = self._queue.claim(
            self._owner, limit=limit or self._pace.size, lease_seconds=LEASE_SECONDS, first=first
        )
        if not claims:
            return []
        started = time.monotonic()
        with self._keep_leases():
            outcomes = self._apply(claims)
        self._queue.settle(self._owner, outcomes)
        self._pace.note(len(claims), time.monotonic() - started)
        is_bulk = claims[0].priority is Priority.BULK or first is Priority.BULK
        self._batches_since_bulk = 0 if is_bulk else self._batches_since_bulk + 1
        for outcome in outcomes:
            if outcome.error is not None:
                log.warning(
                    "document not indexed",
                    kind=outcome.claim.kind.value,
                    id=outcome.claim.id,
                    error=outcome.error,
                    retry=outcome.retry,
                )
        return outcomes

    def _apply(self, claims: Sequence[Claim]) -> list[Outcome]:
        try:
            # Made after the claim: while anything is claimed, no other generation takes the serving one's place.
            pipeline = self._make_pipeline()
        except IndexUnavailable as error:
            return [Outcome(claim, error=str(error), retry=True) for claim in claims]
        return pipeline.apply(claims)

    def _beat(self) -> None:
        if time.monotonic() - self._last_beat >= _BEAT_SECONDS:
            self._queue.report_alive(self._owner, f"{socket.gethostname()}:{os.getpid()}")
            self._last_beat = time.monotonic()

    def _sign_off(self) -> None:
        try:
            self._queue.sign_off(self._owner)
        except LedgerUnavailable as error:
            log.warning("not signed off, it will be taken for dead in a while", error=str(error))

    def _keep_house(self) -> None:
        if self._housekeeper is None or time.monotonic() < self._next_housekeeping:
            return
        self._next_housekeeping = time.monotonic() + _HOUSEKEEPING_SECONDS
        try:
            done = self._housekeeper.run()
        except Exception:  # what cannot be tidied up today must not keep documents waiting
            log.exception("housekeeping failed")
            return
        if done.documents or done.tasks:
            log.info("purged", expired_documents=done.documents, old_tasks=done.tasks)
        if not done.is_complete:
            self._next_housekeeping = 0.0

    def _release(self) -> None:
        try:
            self._queue.release(self._owner)
        except LedgerUnavailable as error:
            log.warning("leases not given back, they will run out", error=str(error))

    @contextmanager
    def _keep_leases(self) -> Iterator[None]:
        """Renew the leases while a batch takes its time, so that no other worker takes it for dead."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(LEASE_SECONDS / 3):
                try:
                    self._queue.renew(self._owner, lease_seconds=LEASE_SECONDS)
                    self._beat()
                except LedgerUnavailable as error:
                    log.warning("leases not renewed", error=str(error))

        thread = threading.Thread(target=renew, name="lease-keeper", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
