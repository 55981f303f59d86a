"""Which generation of the index serves, and the model that fills it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from ingestion.errors import SettingsError
from milvus import Embedder, Index, ModelIdentity, Store
from milvus.errors import MilvusError

FOLLOW_SECONDS = 1.0
"""How long a process may go on with a generation after another process has put a new one in its place."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """Collections and the model that their vectors are of: only together do they give sensible results."""

    store: Store
    embedder: Embedder


class Serving:
    """What serves now. `follows`: other processes may switch generations, so the aliases are looked at once a second.

    `find_embedder` creates the model behind an identity. `find_next` gives the model that will serve soon, if any: it
    is loaded ahead, so that no request has to wait for it at the switch.
    """

    def __init__(
        self,
        index: Index,
        served: Served,
        *,
        find_embedder: Callable[[ModelIdentity], Embedder],
        find_next: Callable[[], Embedder | None],
        follows: bool,
    ) -> None:
        self._index = index
        self._served = served
        self._find_embedder = find_embedder
        self._find_next = find_next
        self._follows = follows
        self._looking = threading.Lock()
        self._looked_at = time.monotonic()
        self._warmed: set[ModelIdentity] = {served.embedder.identity}

    def get(self) -> Served:
        """What serves now; take it once for everything that belongs together, as one search."""
        if self._follows and time.monotonic() - self._looked_at > FOLLOW_SECONDS and self._looking.acquire(False):
            try:
                self._look()
            except (MilvusError, SettingsError) as error:  # whoever asked meets the same fault, and tells it better
                log.warning("cannot see which collections serve", error=str(error))
            finally:
                self._looked_at = time.monotonic()
                self._looking.release()
        return self._served

    def warm_up(self) -> None:
        """Begin to load what searches need, in the background: the first one should not wait for all of it."""
        served = self._served
        served.store.warm_up()
        threading.Thread(target=_warm_up, args=(served.embedder,), name="warm-up", daemon=True).start()

    def get_for_writing(self) -> Served:
        """What serves at this moment; a write to anything older would be lost. Raises what the index raises."""
        if self._follows:
            with self._looking:
                self.adopt()
        return self._served

    def adopt(self) -> None:
        """Look at the aliases now. Where they lead to two generations, a switch is under way: all stays as it is."""
        generations = set(self._index.read_serving().values())
        if len(generations) == 1 and generations != {self._served.store.generation}:
            store = self._index.open_generation(generations.pop())
            embedder = self._find_embedder(store.model)
            before, self._served = self._served, Served(store, embedder)
            store.warm_up()
            before.store.cool_down()
            log.info("another generation serves", generation=store.generation, model=store.model.name)

    def _look(self) -> None:
        self.adopt()
        coming = self._find_next()
        if coming is not None and coming.identity not in self._warmed:
            self._warmed.add(coming.identity)
            threading.Thread(target=_warm_up, args=(coming,), name="warm-up", daemon=True).start()


def _warm_up(embedder: Embedder) -> None:
    try:
        embedder.embed_queries(["ready?"])
    except MilvusError as error:
        log.warning("the model cannot be loaded ahead", model=embedder.identity.name, error=str(error))
