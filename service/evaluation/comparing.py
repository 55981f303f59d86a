"""Compares embedding models: each embeds the same texts in a process of its own, which is timed and weighed."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import numpy as np

from ingestion import Settings, open_embedder
from ingestion.terminal import read_peak_memory
from milvus import Kind, Vectors
from service.errors import EvaluationRefused
from service.evaluation.judged import Run
from service.evaluation.rankers import rank_by_given_vectors
from service.evaluation.registry import Configuration
from service.evaluation.workbench import Workbench

_HASHING = "hashing"


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What a model takes. Memory is the most that its process had, in MiB, the program itself included."""

    name: str
    dimension: int
    load_seconds: float
    embed_seconds: float
    texts: int
    peak_mib: int


def measure_model(settings: Settings, name: str, texts: Sequence[str]) -> tuple[ModelCost, Vectors]:
    """Embed the texts in a new process. Raises what the model raises, and EvaluationRefused where the process ends."""
    # A process that has loaded one model never gives all of its memory back, and a forked one starts with it.
    fresh = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
            return pool.submit(_measure, settings, name, list(texts)).result()
    except BrokenProcessPool:
        raise EvaluationRefused(
            f"the process of {name} was ended from outside: too little memory, most likely"
        ) from None


def make_configuration(name: str, texts: Sequence[str], vectors: Vectors) -> Configuration:
    """Search by one model's vectors of the texts."""
    places = {text: place for place, text in enumerate(texts)}

    def rank(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
        asked = [places[bench.documents[kind][query].embedded_text] for query in queries]
        documents = bench.documents[kind.counterpart]
        held = [places[entity.embedded_text] for entity in documents.values()]
        return rank_by_given_vectors(queries, documents, vectors[asked], vectors[held])

    return Configuration(name, rank)


def _measure(settings: Settings, name: str, texts: Sequence[str]) -> tuple[ModelCost, Vectors]:
    embedder = open_embedder(_choose_backend(settings, name), model=name)
    started = time.perf_counter()
    embedder.embed_queries(["ready?"])
    loaded = time.perf_counter()
    vectors = embedder.embed_documents(texts)
    ended = time.perf_counter()
    cost = ModelCost(
        name=name,
        dimension=embedder.identity.dimension,
        load_seconds=loaded - started,
        embed_seconds=ended - loaded,
        texts=len(texts),
        peak_mib=read_peak_memory(),
    )
    return cost, np.asarray(vectors)


def _choose_backend(settings: Settings, name: str) -> Settings:
    """The settings with a backend that takes the name for what it says: hashed words are no model, nor the reverse."""
    if name == _HASHING or name.startswith(f"{_HASHING}-"):
        return settings.model_copy(update={"embedding_backend": _HASHING})
    if settings.embedding_backend == _HASHING:
        return settings.model_copy(update={"embedding_backend": "sentence-transformers"})
    return settings
