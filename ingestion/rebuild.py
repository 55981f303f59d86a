"""The rebuild: fills a new generation of collections from the ledger beside the one that serves, and switches to it."""

import random
import threading
from collections.abc import Callable, Sequence
from uuid import uuid4

import structlog

from ingestion.errors import LedgerUnavailable, RebuildRefused
from ingestion.pipeline import MakePipeline
from ingestion.reconcile import find_differences
from ingestion.records import Claim
from ingestion.serving import FOLLOW_SECONDS, Served, Serving
from ingestion.standby import StandbyBook, StandbyState, StandbyStatus
from milvus import Embedder, Index, Kind, Store
from milvus.errors import EmbeddingError, IndexUnavailable, ModelNotFound

_BATCH_ROWS = 64
_LEASE_SECONDS = 60.0
_IDLE_SECONDS = 1.0
_AWAY_SECONDS = 2.0
_DRAIN_SECONDS = 0.1
_MAX_ROUNDS = 3
_SAMPLE_ROWS = 20
_SAME_SCORE = 0.999
_ANY = random.Random(0)  # noqa: S311 - chooses a sample, guards no secret

Key = tuple[Kind, str]

log = structlog.get_logger(__name__)


class Rebuilder:
    """Does what the ledger's standby asks for, step by step; after a crash it goes on where it was.

    `is_alone`: no other process can have the index open.
    """

    def __init__(
        self,
        book: StandbyBook,
        index: Index,
        *,
        make_pipeline: MakePipeline,
        serving: Serving,
        create_embedder: Callable[[str], Embedder],
        is_alone: bool,
    ) -> None:
        self._book = book
        self._index = index
        self._make_pipeline = make_pipeline
        self._serving = serving
        self._create_embedder = create_embedder
        self._is_alone = is_alone
        self._owner = "alone" if is_alone else uuid4().hex
        self._stop = threading.Event()
        self._rounds = 0
        self._checked_model = ""

    def stop(self) -> None:
        """Ask the rebuilder to end after the step at hand; callable from any thread."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. A database, an index or a model that is away is waited for."""
        while not self._stop.is_set():
            try:
                busy = self.work_once()
            except ModelNotFound as error:
                self._fail(str(error))
            except (LedgerUnavailable, IndexUnavailable, EmbeddingError) as error:
                log.warning("the rebuild waits", error=str(error))
                self._stop.wait(_AWAY_SECONDS)
            except Exception as error:
                log.exception("the rebuild failed")
                self._fail(f"{type(error).__name__}: {error}")
            else:
                if not busy:
                    self._stop.wait(_IDLE_SECONDS)

    def work_once(self) -> bool:
        """One step of what is to be done; False where there is nothing. Raises what the ledger and the index raise."""
        standby = self._book.get()
        if standby is None or not standby.is_under_way:
            return False
        if not self._book.hold(self._owner, lease_seconds=_LEASE_SECONDS):
            return False
        if standby.generation == 0:
            standby = self._choose_generation()
        target = self._open_target(standby)
        steps = {
            StandbyState.FILLING: self._fill,
            StandbyState.CATCHING_UP: self._catch_up,
            StandbyState.SWITCHING: self._switch,
        }
        try:
            steps[standby.state](standby, target)
        except RebuildRefused as error:
            self._fail(str(error))
        return True

    def _choose_generation(self) -> StandbyStatus:
        serving = self._index.read_serving().values()
        for generation in self._index.list_generations():
            if generation not in serving:
                self._index.drop_generation(generation)
        self._rounds = 0
        return self._book.name_generation(max(serving) + 1)

    def _open_target(self, standby: StandbyStatus) -> Served:
        embedder = self._create_embedder(standby.embedding_model)
        if embedder is not self._serving.get().embedder and standby.embedding_model != self._checked_model:
            embedder.embed_queries(["ready?"])  # here a model that is not there is told from one that is away
            self._checked_model = standby.embedding_model
        return Served(self._index.make_generation(standby.generation, embedder.identity), embedder)

    def _fill(self, standby: StandbyStatus, target: Served) -> None:
        claims = self._book.list_unfilled(standby.after, limit=_BATCH_ROWS)
        if not claims:
            self._book.move(StandbyState.CATCHING_UP)
            return
        errors = self._apply(claims, target)
        self._book.note(list(errors), errors)
        self._book.advance((claims[-1].kind, claims[-1].id), len(claims))

    def _catch_up(self, standby: StandbyStatus, target: Served) -> None:
        if self._take_changes(target) == _BATCH_ROWS:
            return
        wrong = self._find_differences(target.store)
        if not wrong:
            self._search_sample(target.store)
            self._book.move(StandbyState.SWITCHING)
            return
        self._rounds += 1
        if self._rounds > _MAX_ROUNDS:
            named = ", ".join(f"{kind.value} {id_!r}" for kind, id_ in wrong[:5])
            raise RebuildRefused(
                f"{len(wrong):,} documents of generation {standby.generation} are not as the ledger has them: {named}"
            )
        self._book.note(wrong, {})

    def _switch(self, standby: StandbyStatus, target: Served) -> None:
        if self._book.count_leases():
            self._stop.wait(_DRAIN_SECONDS)
            return
        while self._take_changes(target):
            pass
        self._index.switch(standby.generation)
        self._serving.adopt()
        if not self._is_alone:
            # Nothing is claimed yet, so those who still search the old collections miss nothing.
            self._stop.wait(2 * FOLLOW_SECONDS)
        self._rounds = 0
        _finish_switch(self._book, self._index, standby.generation)

    def _take_changes(self, target: Served) -> int:
        """Take in a batch of changes; how many there were."""
        changes = self._book.list_changes(limit=_BATCH_ROWS)
        if changes:
            errors = self._apply([change.claim for change in changes], target)
            self._book.strike_off(changes, errors)
        return len(changes)

    def _apply(self, claims: Sequence[Claim], target: Served) -> dict[Key, str]:
        """Bring the target to what the claims say; the errors of those that it cannot take in."""
        serving = self._serving.get()
        find_known = serving.store.find_embedded if serving.store.model == target.store.model else None
        pipeline = self._make_pipeline(store=target.store, embedder=target.embedder, find_known=find_known)
        outcomes = pipeline.apply(claims)
        for outcome in outcomes:
            if outcome.retry:
                raise IndexUnavailable(outcome.error or "")
        return {(one.claim.kind, one.claim.id): one.error for one in outcomes if one.error is not None}

    def _find_differences(self, store: Store) -> list[Key]:
        """Documents whose row is missing or stale, and rows without a document; but those that are noted anyway."""
        wrong: list[Key] = []
        for kind in Kind:
            found = find_differences(store.collection(kind), kind, self._book)
            wrong += [(kind, id_) for id_ in (*found.wrong, *found.strays)]
        # Read last: whatever changed since the rows were listed was noted when it changed.
        noted = self._book.read_noted()
        return [key for key in wrong if key not in noted]

    def _search_sample(self, store: Store) -> None:
        """Let some documents find themselves."""
        for kind in Kind:
            collection = store.collection(kind)
            ids = sorted(collection.list_hashes())
            for id_, vector in collection.get_vectors(_ANY.sample(ids, min(_SAMPLE_ROWS, len(ids)))).items():
                hits = collection.search(vector, limit=10)
                if all(hit.entity.id != id_ for hit in hits) and (not hits or hits[-1].score < _SAME_SCORE):
                    raise RebuildRefused(f"{kind.value} {id_!r} does not find itself in generation {store.generation}")

    def _fail(self, error: str) -> None:
        try:
            self._book.move(StandbyState.FAILED, error=error)
        except LedgerUnavailable as away:
            log.warning("the rebuild's failure is not written down", error=str(away))
            self._stop.wait(_AWAY_SECONDS)


def mend_switch(book: StandbyBook, index: Index, *, is_alone: bool) -> None:
    """Finish a switch that a crash broke off after the first alias; one that had not got there goes back a step.

    `is_alone`: no other process can be at it. Where others can, it is finished only once nobody holds it any more.
    """
    standby = book.get()
    if standby is None or standby.state is not StandbyState.SWITCHING:
        return
    if standby.generation in index.read_serving().values():
        # Whoever began is past the point of return, so this does no harm even where they are still at it.
        index.switch(standby.generation)
        if is_alone or book.hold(uuid4().hex, lease_seconds=_LEASE_SECONDS):
            _finish_switch(book, index, standby.generation)
    elif is_alone:
        # Workers wait while a switch goes on, and perhaps nobody is there to go on with it.
        book.move(StandbyState.CATCHING_UP)


def _finish_switch(book: StandbyBook, index: Index, generation: int) -> None:
    """Write down that a generation serves, and that the one beside it, if it is still there, is kept."""
    serves = index.open_generation(generation)
    others = [number for number in index.list_generations() if number != generation]
    kept = index.open_generation(others[-1]) if others else serves
    instance_ids = {kind: serves.collection(kind).instance_id for kind in Kind}
    book.change_places(generation=kept.generation, embedding_model=kept.model.name, instance_ids=instance_ids)
    if not others:
        book.forget()
