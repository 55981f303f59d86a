"""What ways of searching are made from: a model whose vectors are remembered, and a temporary index to search."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from ingestion import Normalizer, Served
from milvus import Embedder, Entity, Index, Kind, Vectors
from service.pairing import PairMaker
from service.search import Searcher

_BATCH = 32


class Report(Protocol):
    """Told what is going on, how much of it is done, and how much there is, 0 where that is not known."""

    def __call__(self, text: str, done: int = 0, total: int = 0) -> None:
        """Show it."""
        ...


FindLanguages = Callable[[str], frozenset[str] | None]


def _stay_silent(text: str, done: int = 0, total: int = 0) -> None:
    """For who wants to hear nothing."""


class Workbench:
    """The documents of one set, both sides by id, and what finds them. Close it when done: the index goes."""

    def __init__(
        self,
        documents: Mapping[Kind, Mapping[str, Entity]],
        embedder: Embedder,
        normalizer: Normalizer,
        *,
        find_languages: FindLanguages = lambda _: None,
        report: Report = _stay_silent,
    ) -> None:
        self.documents = documents
        self._embedder = embedder
        self._normalizer = normalizer
        self._find_languages = find_languages
        self.report = report
        self._vectors: dict[str, np.ndarray] = {}
        self._index: Index | None = None
        self._searcher: Searcher | None = None
        self._folder = TemporaryDirectory(prefix="counterpart-evaluation-")

    def embed(self, entities: Sequence[Entity]) -> Vectors:
        """Unit vectors of entities as the product stores them, shape (n, dimension); each text is embedded once."""
        texts = [entity.embedded_text for entity in entities]
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._vectors.update(zip(batch, self._embedder.embed_documents(batch), strict=True))
            self.report("Embedding", start + len(batch), len(new))
        return np.stack([self._vectors[text] for text in texts])

    def open_searcher(self) -> Searcher:
        """The product's searcher over an index that holds all documents, filled at the first call."""
        if self._searcher is None:
            self._index = Index.open(str(Path(self._folder.name) / "index.db"))
            store = self._index.open_serving(self._embedder.identity)
            for kind in Kind:
                entities = list(self.documents[kind].values())
                vectors = self.embed(entities)
                self.report(f"Indexing {kind.value}", 0, len(entities))
                store.collection(kind).upsert(entities, vectors)
            served = Served(store, self._embedder)
            self._searcher = Searcher(
                get_served=lambda: served,
                normalizer=self._normalizer,
                find_languages=self._find_languages,
                pairs=self.make_pairs(),
            )
        return self._searcher

    def make_pairs(self) -> PairMaker:
        """What makes pairs as the product does."""
        return PairMaker(find_skills=self._normalizer.taxonomy.find)

    def close(self) -> None:
        """Close the index and remove it; the embedder is the caller's."""
        if self._index is not None:
            self._index.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
