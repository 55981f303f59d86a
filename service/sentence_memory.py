"""Vectors of sentences that were explained before: weights are moved and pages turned over the same documents."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from milvus import Embedder, Vectors

_MOST_BYTES = 64 * 1024 * 1024


class SentenceMemory:
    """Those used last, within a number of bytes. Safe to use from several threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._known: OrderedDict[bytes, npt.NDArray[np.float16]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str], embedder: Embedder) -> Vectors:
        """Vectors of shape (len(texts), dimension); what is not known is embedded in one go.

        They are what half precision keeps of them, known or not: no figure may change with what is remembered. Raises
        what the model does.
        """
        keys = [_name(text, embedder) for text in texts]
        found: dict[bytes, npt.NDArray[np.float16]] = {}
        with self._lock:
            for key in keys:
                if key in self._known:
                    self._known.move_to_end(key)
                    found[key] = self._known[key]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            vectors = embedder.embed_documents(list(new.values())).astype(np.float16)
            found.update(zip(new, vectors, strict=True))
            with self._lock:
                self._remember(list(new), vectors)
        return np.stack([found[key] for key in keys]).astype(np.float32)

    def _remember(self, keys: Sequence[bytes], vectors: npt.NDArray[np.float16]) -> None:
        for key, vector in zip(keys, vectors, strict=True):
            if key not in self._known:
                self._known[key] = vector.copy()  # a row would keep all of the array
                self._bytes += vector.nbytes
        while self._bytes > self._most_bytes:
            self._bytes -= self._known.popitem(last=False)[1].nbytes


def _name(text: str, embedder: Embedder) -> bytes:
    return blake2b(f"{embedder.identity}\n{text}".encode(errors="surrogatepass"), digest_size=16).digest()
