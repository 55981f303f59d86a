"""An index to measure in, which may be changed: a copy of an installation's, or one made of the samples."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ingestion import Normalizer
from milvus import Collection, Embedder, Entity, Index, Kind, Store, Vectors
from service.evaluation.reading import read_entities

SAMPLES = {
    Kind.VACANCIES: Path("data/vacancies.jsonl"),
    Kind.RESUMES: Path("data/resumes.jsonl"),
}
_PARTS = ("index.db", "index.terms")
_BATCH = 32

Say = Callable[[str], None]


@contextmanager
def open_copy(installation: Path | None, embedder: Embedder) -> Iterator[Store]:
    """The collections of a copy of an installation's Milvus Lite (of nothing, where there is none). It goes after."""
    with TemporaryDirectory(prefix="counterpart-benchmark-") as folder:
        for part in _PARTS if installation else ():
            shutil.copytree(installation / part, Path(folder) / part)
        index = Index.open(str(Path(folder) / "index.db"))
        try:
            yield index.open_serving(embedder.identity)
        finally:
            index.close()


def add_file(path: Path, collection: Collection, kind: Kind, *, making: tuple[Normalizer, Embedder], say: Say) -> None:
    """Add the documents of a file that have a text."""
    normalizer, embedder = making
    entities = [one for one in read_entities(path, kind, normalizer).values() if one.embedded_text.strip()]
    collection.upsert(entities, embed([one.embedded_text for one in entities], embedder, say=say))


def embed(texts: Sequence[str], embedder: Embedder, *, say: Say) -> Vectors:
    """Unit vectors of documents, shape (n, dimension)."""
    blocks = [np.zeros((0, embedder.identity.dimension), dtype=np.float32)]
    for start in range(0, len(texts), _BATCH):
        blocks.append(embedder.embed_documents(texts[start : start + _BATCH]))
        say(f"embedded {min(start + _BATCH, len(texts)):,} of {len(texts):,}")
    return np.concatenate(blocks)


def read_rows(collection: Collection) -> list[Entity]:
    """Every entity of a collection, by id."""
    return [entity for batch in collection.iterate() for entity in batch]
