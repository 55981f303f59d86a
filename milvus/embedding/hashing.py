"""Vectors without a model: hashed words and character trigrams, for tests and demonstrations."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from milvus.embedding.passages import check_texts, scale_to_unit
from milvus.embedding.port import ModelIdentity, Vectors

HASHING = "hashing"

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Feature hashing (Weinberger et al., 2009): texts that share words, or parts of words, get similar vectors.

    A word's trigrams together weigh as much as the word, so that "developer" and "developers" are near each other. The
    same on every machine and in every process. It knows no meaning: "nurse" and "medical assistant" are strangers.
    """

    def __init__(self, dimension: int = 256) -> None:
        if dimension < 16:
            raise ValueError(f"dimension must be at least 16, not {dimension}")
        self._dimension = dimension

    @property
    def identity(self) -> ModelIdentity:
        """The dimension is all there is to choose: `hashing-256`."""
        return ModelIdentity(
            name=f"{HASHING}-{self._dimension}",
            revision="1",
            dimension=self._dimension,
            document_prompt="",
            query_prompt="",
            pooling="sum of the whole text",
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). Raises EmbeddingError on an empty text."""
        check_texts(texts)
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float64)
        for row, text in enumerate(texts):
            self._add_features(vectors[row], text)
        return scale_to_unit(vectors)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """The same as `embed_documents`."""
        return self.embed_documents(texts)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _add_features(self, vector: np.ndarray, text: str) -> None:
        plain = unicodedata.normalize("NFKC", text).lower()
        words = _WORD.findall(plain) or [plain.strip() or text]
        buckets: list[int] = []
        weights: list[float] = []
        for word in words:
            word_buckets, word_weights = _hash_word(word, self._dimension)
            buckets += word_buckets
            weights += word_weights
        vector += np.bincount(buckets, weights=weights, minlength=self._dimension)


@lru_cache(maxsize=65_536)
def _hash_word(word: str, dimension: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The buckets of a word and of its trigrams, with their signed weights."""
    framed = f"<{word[:64]}>"
    trigrams = [framed[start : start + 3] for start in range(len(framed) - 2)]
    features = [(f"={word}", 1.0), *((trigram, len(trigrams) ** -0.5) for trigram in trigrams)]
    hashes = [(crc32(feature.encode("utf-8", "surrogatepass")), weight) for feature, weight in features]
    # The top bit gives the sign, so that collisions cancel out on average; the rest gives the bucket.
    return (
        tuple((value & 0x7FFFFFFF) % dimension for value, _ in hashes),
        tuple(weight if value >> 31 else -weight for value, weight in hashes),
    )
