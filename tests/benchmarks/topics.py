"""How good are the topics, and at what cost? `python -m tests.benchmarks.topics [--copies N]`

Groups the vacancies in the index of COUNTERPART_DATA_DIR by several methods and prints for each the number of topics,
NPMI coherence (Bouma, 2009) and diversity (Dieng et al., 2020) of their ten best terms by c-TF-IDF, the share of
vacancies without a topic, and the processor time; then which vacancies keep their topic when a tenth of them is gone,
and with --copies what a larger set costs. UMAP is tried where umap-learn is installed. Set OMP_NUM_THREADS=1 for the
times of one core. The index must not be open elsewhere.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans, MiniBatchKMeans
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer

from ingestion.installation import open_index
from ingestion.settings import read_settings
from ingestion.terminal import read_peak_memory
from ingestion.topics.clustering import cluster_vectors
from ingestion.topics.matching import match_topics
from ingestion.topics.nearest import Places
from milvus import Entity, Vector, Vectors, analyze

TERMS = 10
ROWS = 1000

console = Console(width=160)
chance = np.random.default_rng(0)


def main(
    copies: Annotated[int, typer.Option(help="Also group so many copies of each, each a little moved.")] = 0,
) -> None:
    """Compare methods, then runs."""
    entities, vectors = read_vacancies()
    counts = count_terms(entities)
    console.print(f"{len(entities):,} vacancies, {vectors.shape[1]} dimensions, {counts.shape[1]:,} terms")
    table = Table("method", "topics", "NPMI", "diversity", "without", "largest", "median", "seconds")
    for name, group in list_methods(vectors):
        started = time.process_time()
        labels = np.asarray(group())
        seconds = time.process_time() - started
        coherence, diversity = measure(labels, counts)
        sizes = np.bincount(labels[labels >= 0])
        without = f"{(labels < 0).mean():.1%}"
        figures = [f"{coherence:.3f}", f"{diversity:.3f}", without, str(sizes.max()), f"{np.median(sizes):.0f}"]
        table.add_row(name, str(len(sizes)), *figures, f"{seconds:.1f}")
    console.print(table)
    compare_runs(vectors)
    if copies:
        moved = [vectors + chance.normal(0, 0.02, vectors.shape).astype(np.float32) for _ in range(copies)]
        many = np.concatenate(moved)
        many /= np.linalg.norm(many, axis=1, keepdims=True)
        started = time.process_time()
        found = cluster_vectors(many)
        seconds = time.process_time() - started
        console.print(f"{len(many):,} vectors: {len(found.centroids)} topics in {seconds:.0f} s of processor time")
    console.print(f"{read_peak_memory():,} MiB at most")


def read_vacancies() -> tuple[list[Entity], Vectors]:
    """All vacancies of the index with their vectors, in the order of their ids."""
    with closing(open_index(read_settings(), create=False)) as index:
        model = index.read_model()
        assert model is not None, "there is nothing in the index"
        vacancies = index.open_serving(model, create=False).vacancies
        ids = sorted(vacancies.list_hashes())
        entities: dict[str, Entity] = {}
        vectors: dict[str, Vector] = {}
        for start in range(0, len(ids), ROWS):
            entities |= vacancies.get(ids[start : start + ROWS])
            vectors |= vacancies.get_vectors(ids[start : start + ROWS])
    return [entities[id_] for id_ in ids], np.stack([vectors[id_] for id_ in ids])


def count_terms(entities: list[Entity]) -> csr_matrix:
    """How often each term is in each text; terms of fewer than five texts are left out."""
    vectorizer = CountVectorizer(analyzer=lambda one: analyze(one.embedded_text, language=one.language), min_df=5)
    return vectorizer.fit_transform(entities)


def list_methods(vectors: Vectors) -> Iterator[tuple[str, Callable[[], Places]]]:
    """Each method with what carries it out; those that need a number of topics get the one that ours comes to."""
    ours = cluster_vectors(vectors)
    count = len(ours.centroids)
    reduced = PCA(10, svd_solver="randomized", random_state=0).fit_transform(vectors)
    yield "cells, Ward, nearest centroid (ours)", lambda: cluster_vectors(vectors).labels
    yield "k-means", lambda: KMeans(count, n_init=1, random_state=0).fit_predict(vectors)
    yield "k-means of batches", lambda: MiniBatchKMeans(count, n_init=1, random_state=0).fit_predict(vectors)
    yield "cells, average linkage", lambda: join_on_average(vectors, count)
    for least in (10, 30):
        yield f"PCA to 10, HDBSCAN of {least}", lambda least=least: HDBSCAN(least, copy=True).fit_predict(reduced)
    try:
        from umap import UMAP
    except ImportError:
        return
    options = {"n_neighbors": 15, "n_components": 5, "min_dist": 0.0, "metric": "cosine", "random_state": 0}
    yield (
        "UMAP to 5, HDBSCAN of 30 (as BERTopic)",
        lambda: HDBSCAN(30, copy=True).fit_predict(UMAP(**options).fit_transform(vectors)),
    )


def join_on_average(vectors: Vectors, count: int) -> Places:
    """Cells as ours, joined by average linkage of their cosine distances."""
    cells = KMeans(600, n_init=1, random_state=0).fit(vectors)
    joined = AgglomerativeClustering(count, metric="cosine", linkage="average").fit_predict(cells.cluster_centers_)
    return joined[cells.labels_]


def measure(labels: Places, counts: csr_matrix) -> tuple[float, float]:
    """Mean NPMI of the pairs of a topic's best terms within the texts, and the share of best terms that differ."""
    present = (counts > 0).astype(np.float64).tocsc()
    frequency = np.asarray(present.sum(axis=0)).ravel() / present.shape[0]
    best = list_best_terms(labels, counts)
    return float(np.mean([_measure_npmi(terms, present, frequency) for terms in best])), len(
        set(np.concatenate(best))
    ) / (TERMS * len(best))


def list_best_terms(labels: Places, counts: csr_matrix) -> list[npt.NDArray[np.intp]]:
    """The terms of each topic with the greatest c-TF-IDF."""
    places = np.flatnonzero(labels >= 0)
    shape = (labels.max() + 1, len(labels))
    of_topics = (csr_matrix((np.ones(len(places)), (labels[places], places)), shape) @ counts).toarray()
    weights = of_topics * np.log1p(of_topics.sum() / shape[0] / np.maximum(of_topics.sum(axis=0), 1))
    return [np.argsort(-row)[:TERMS] for row in weights]


def _measure_npmi(terms: npt.NDArray[np.intp], present: csr_matrix, frequency: npt.NDArray[np.float64]) -> float:
    chosen = present[:, terms]
    together = (chosen.T @ chosen).toarray() / present.shape[0]
    rows, columns = np.triu_indices(len(terms), 1)
    joint, expected = together[rows, columns], frequency[terms[rows]] * frequency[terms[columns]]
    values = np.full(len(joint), -1.0)  # of terms that no text has together
    seen = joint > 0
    values[seen] = np.log(joint[seen] / expected[seen]) / -np.log(joint[seen])
    return float(values.mean())


def compare_runs(vectors: Vectors) -> None:
    """Which vacancies keep the id of their topic, with the former topics and without."""
    before = cluster_vectors(vectors).labels
    kept = np.sort(chance.choice(len(vectors), len(vectors) * 9 // 10, replace=False))
    everything = np.arange(len(vectors))
    for name, chosen, former in (
        ("the same vacancies", everything, before),
        ("nine tenths of them", kept, before[kept]),
        ("nine tenths, made anew", kept, None),
    ):
        after = cluster_vectors(vectors[chosen], former).labels
        old, new = (_name_labels(chosen, labels) for labels in (before[chosen], after))
        matched = match_topics(old, new)
        same = np.mean([old[id_] == (None if topic is None else matched.get(topic)) for id_, topic in new.items()])
        console.print(f"{name}: {len(matched)} of {before.max() + 1} topics go on, {same:.1%} keep their topic's id")


def _name_labels(chosen: npt.NDArray[np.intp], labels: Places) -> dict[str, int | None]:
    return {str(place): None if label < 0 else int(label) for place, label in zip(chosen, labels, strict=True)}


if __name__ == "__main__":
    typer.run(main)
