"""The worker: claims batches, applies them, settles them, until it is told to stop or nothing is left."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import structlog

from ingestion.errors import LedgerUnavailable
from ingestion.pipeline import Pipeline
from ingestion.queue import WorkQueue
from ingestion.records import Outcome

LEASE_SECONDS = 30.0
_IDLE_SECONDS = 0.5
_AWAY_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Worker:
    """One worker over one queue. Several may share a PostgreSQL ledger; Milvus Lite allows one."""

    def __init__(self, queue: WorkQueue, make_pipeline: Callable[[], Pipeline], *, batch_size: int = 64) -> None:
        self._queue = queue
        self._make_pipeline = make_pipeline
        self._batch_size = batch_size
        self._owner = uuid4().hex
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
                self._wake.wait(_IDLE_SECONDS)
                self._wake.clear()
            elif all(outcome.retry for outcome in outcomes):
                self._stop.wait(_AWAY_SECONDS)

    def drain(self, report: Callable[[list[Outcome]], None] | None = None) -> None:
        """Work until nothing is pending, other workers' claims included; `report` gets each batch's outcomes."""
        while not self._stop.is_set():
            outcomes = self.work_once()
            if report:
                report(outcomes)
            if all(outcome.retry for outcome in outcomes):
                if not self._queue.count_pending():
                    return
                self._stop.wait(_IDLE_SECONDS)

    def work_once(self) -> list[Outcome]:
        """Claim one batch and bring it to an end; empty where nothing was pending. Raises LedgerUnavailable."""
        claims = self._queue.claim(self._owner, limit=self._batch_size, lease_seconds=LEASE_SECONDS)
        if not claims:
            return []
        with self._keep_leases():
            # Made after the claim: while anything is claimed, no other generation takes the serving one's place.
            outcomes = self._make_pipeline().apply(claims)
        self._queue.settle(self._owner, outcomes)
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
                except LedgerUnavailable as error:
                    log.warning("leases not renewed", error=str(error))

        thread = threading.Thread(target=renew, name="lease-keeper", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
