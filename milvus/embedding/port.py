"""The ports: texts in, unit vectors out, and which model they came from; or a query and texts in, scores out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""An array of shape (n, dimension), float32, each row of unit length."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What makes vectors comparable: two sets of vectors may be compared only where all of this is equal.

    `revision` is the model's commit or content hash where known; `pooling` names how passages of a long text become one
    vector.
    """

    name: str
    revision: str
    dimension: int
    document_prompt: str
    query_prompt: str
    pooling: str


class Embedder(Protocol):
    """Turns texts into unit vectors. Implementations are safe to call from several threads."""

    @property
    def identity(self) -> ModelIdentity:
        """The model behind the vectors; cheap, loads no weights."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed texts to be stored; shape (len(texts), dimension). Raises EmbeddingError."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed texts to search with; shape (len(texts), dimension). Raises EmbeddingError."""
        ...

    def close(self) -> None:
        """Let go of weights and connections, once nothing is embedded any more."""
        ...


class Reranker(Protocol):
    """Reads a query and a text together and says how well they fit. Implementations are safe to call from threads."""

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text fits, 0 to 1, in the order given. Raises RerankError."""
        ...

    def close(self) -> None:
        """Let go of weights, once nothing is scored any more."""
        ...
