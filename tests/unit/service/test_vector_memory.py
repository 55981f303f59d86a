"""What is remembered of sentences changes no figure, and stays within its bytes."""

from collections.abc import Sequence

import numpy as np

from milvus import Vectors
from milvus.embedding import HashingEmbedder
from service.vector_memory import VectorMemory, embed_sentences


class Counting(HashingEmbedder):
    """Notes what it is asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().embed_documents(texts)


def test_what_is_known_is_not_embedded_again_and_comes_out_the_same() -> None:
    memory, embedder = VectorMemory(10_000), Counting()
    first = embed_sentences(memory, ["Bakes bread.", "Drives vans.", "Bakes bread."], embedder)
    again = embed_sentences(memory, ["Drives vans.", "Welds."], embedder)
    assert embedder.asked == ["Bakes bread.", "Drives vans.", "Welds."]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], again[0])
    assert np.allclose(first[0], embedder.embed_documents(["Bakes bread."])[0], atol=1e-3)


def test_what_was_used_longest_ago_is_forgotten() -> None:
    embedder = Counting()
    memory = VectorMemory(2 * 2 * embedder.identity.dimension)
    for text in ("a", "b", "a", "c", "a", "b"):
        embed_sentences(memory, [text], embedder)
    assert embedder.asked == ["a", "b", "c", "b"]
