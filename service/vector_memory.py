"""Vectors of sentences that were compared before: weights are moved and pages turned over the same documents."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

from milvus import Embedder, Vectors

HalfVectors = npt.NDArray[np.float16]
"""Vectors as they are remembered: in half precision, shape (n, dimension)."""


class VectorMemory:
    """Those used last, within a number of bytes (of vectors). Safe to use from several threads.

    They are what half precision keeps of them, known or not: no figure may change with what is remembered.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._known: OrderedDict[Hashable, HalfVectors] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def recall(
        self, keys: Sequence[Hashable], make: Callable[[Sequence[int]], Sequence[HalfVectors]]
    ) -> list[npt.NDArray[np.float32]]:
        """The vectors of each key; `make` makes those of the places in `keys` that are not known, in one go.

        Raises what `make` does.
        """
        with self._lock:
            found = {key: self._find(key) for key in keys}
        missing = {key: place for place, key in enumerate(keys) if found[key] is None}
        if missing:
            made = dict(zip(missing, make(list(missing.values())), strict=True))
            found |= made
            with self._lock:
                self._remember(made)
        return [vectors.astype(np.float32) for key in keys if (vectors := found[key]) is not None]

    def _find(self, key: Hashable) -> HalfVectors | None:
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def _remember(self, made: dict[Hashable, HalfVectors]) -> None:
        for key, vectors in made.items():
            if key not in self._known:
                self._known[key] = vectors.copy()  # a part would keep all of the array
                self._bytes += vectors.nbytes
        while self._bytes > self._most_bytes:
            self._bytes -= self._known.popitem(last=False)[1].nbytes


def embed_sentences(memory: VectorMemory, texts: Sequence[str], embedder: Embedder) -> Vectors:
    """The vectors of sentences, shape (len(texts), dimension). Raises what the model does."""

    def make(places: Sequence[int]) -> Sequence[HalfVectors]:
        return list(embedder.embed_documents([texts[place] for place in places]).astype(np.float16))

    return np.stack(memory.recall([(embedder.identity, text) for text in texts], make))
