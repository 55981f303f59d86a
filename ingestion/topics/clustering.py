"""Unit vectors to topics: fine cells by k-means, joined by Ward's method into the number of topics that parts best.

On 14,842 vacancies this gave more coherent and more distinct topics than k-means alone or HDBSCAN
(`tests/benchmarks/topics.py`).
"""

from dataclasses import dataclass
from math import isqrt

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_array
from sklearn.cluster import KMeans

from ingestion.topics.nearest import Places, find_nearest, rank_nearest
from milvus import Vectors

MIN_DOCUMENTS = 50
"""Of fewer no topics are made: chance would."""
MIN_TOPIC_DOCUMENTS = 10

_SEED = 0
_MOST_CELLS = 600
_DOCUMENTS_A_CELL = 5
_MOST_SEEN = 40_000  # documents that the cells are found on; the rest is only assigned
_MOST_JUDGED = 10_000  # documents that the number of topics is chosen on
_MOST_STEPS = 30  # every number of topics up to this is tried,
_LADDER = 1.1  # and of those beyond each one that is so many times the one before
_ROUNDS = 5
_LOYALTY = 0.9  # former topics go on while they part the documents so well, compared with topics made anew
_LEAST_SIZE = 0.25  # of the median topic's, for a group that becomes a topic beside those that go on
_FAR_SHARE = 0.05  # of the documents, those that are farthest from any topic belong to none


@dataclass(frozen=True, slots=True)
class Clusters:
    """Topics as unit `centroids` of shape (topics, dimension), and the topic of every document, -1 for none.

    A document belongs to the topic whose centroid is nearest, if its cosine similarity is `threshold` or more.
    """

    centroids: Vectors
    threshold: float
    labels: Places


def cluster_vectors(vectors: Vectors, former: Places | None = None) -> Clusters:
    """Topics of unit vectors, shape (documents, dimension): the same for the same vectors in the same order.

    `former` gives the place of each document's topic of the last run, -1 for none. These topics go on, joined by new
    ones where a group of documents is far from all of them, unless topics made anew part the documents much better.
    """
    chance = np.random.default_rng(_SEED)
    seen = _draw(vectors, _MOST_SEEN, chance)
    judged = _draw(seen, _MOST_JUDGED, chance)
    centers, weights = _find_cells(seen)
    joined = _join_cells(centers, weights, most=min(len(centers), isqrt(len(vectors))))
    anew = _refine(vectors, max(joined, key=lambda centroids: _measure_separation(judged, centroids)))
    if former is None or (former < 0).all():
        return _settle(vectors, anew)
    went_on = _average(vectors[former >= 0], former[former >= 0], int(former.max()) + 1)
    went_on = _refine(vectors, np.concatenate([went_on, _find_new(vectors, went_on, former >= 0)]))
    is_fit = _measure_separation(judged, went_on) >= _LOYALTY * _measure_separation(judged, anew)
    return _settle(vectors, went_on if is_fit else anew)


def _draw(vectors: Vectors, most: int, chance: np.random.Generator) -> Vectors:
    if len(vectors) <= most:
        return vectors
    return vectors[np.sort(chance.choice(len(vectors), most, replace=False))]


def _find_cells(vectors: Vectors) -> tuple[Vectors, npt.NDArray[np.float32]]:
    """Unit centers of cells, and how many vectors each has."""
    distinct = len(np.unique(vectors, axis=0))  # k-means finds no more cells than that
    cells = max(1, min(_MOST_CELLS, len(vectors) // _DOCUMENTS_A_CELL, distinct))
    found = KMeans(cells, n_init=1, random_state=_SEED).fit(vectors)
    centers = _average(vectors, found.labels_, cells)
    return centers, np.bincount(find_nearest(vectors, centers), minlength=len(centers)).astype(np.float32)


def _join_cells(centers: Vectors, weights: npt.NDArray[np.float32], *, most: int) -> list[Vectors]:
    """Centroids of ever more topics, up to `most`."""
    if most < 2:
        return [_average(centers, np.zeros(len(centers), dtype=np.intp), 1, weights)]
    tree = linkage(centers, "ward")
    sizes = list(range(2, min(most, _MOST_STEPS) + 1))
    while sizes[-1] < most:
        sizes.append(min(most, round(sizes[-1] * _LADDER)))
    joined = (fcluster(tree, size, "maxclust") - 1 for size in sizes)
    return [_average(centers, labels, int(labels.max()) + 1, weights) for labels in joined]


def _measure_separation(vectors: Vectors, centroids: Vectors) -> float:
    """The mean simplified silhouette (Hruschka et al., 2004): how much nearer the nearest centroid is than the next."""
    if len(centroids) < 2:
        return 0.0
    nearest, next_nearest = rank_nearest(vectors, centroids)
    distance, next_distance = 1 - nearest, 1 - next_nearest
    return float(np.mean((next_distance - distance) / np.maximum(next_distance, 1e-6)))


def _average(vectors: Vectors, labels: Places, count: int, weights: npt.NDArray[np.float32] | None = None) -> Vectors:
    """The unit means of vectors with the same label; labels that no vector has are left out."""
    shares = np.ones(len(vectors), dtype=np.float32) if weights is None else weights
    sums = csr_array((shares, (labels, np.arange(len(vectors)))), shape=(count, len(vectors))) @ vectors
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    present = norms[:, 0] > 1e-6  # opposite vectors have no mean direction
    means: Vectors = (sums[present] / norms[present]).astype(np.float32)
    return means


def _refine(vectors: Vectors, centroids: Vectors) -> Vectors:
    for _ in range(_ROUNDS):
        centroids = _average(vectors, find_nearest(vectors, centroids), len(centroids))
    return centroids


def _find_new(vectors: Vectors, centroids: Vectors, is_placed: npt.NDArray[np.bool_]) -> Vectors:
    """Centroids of groups of documents that are far from all topics; large and close enough for a topic.

    What is far and what is close follows from the documents that were placed in the topics before.
    """
    nearest, _ = rank_nearest(vectors, centroids)
    placed = nearest[is_placed]
    far = vectors[nearest < np.quantile(placed, _FAR_SHARE)]
    sizes = np.bincount(find_nearest(vectors[is_placed], centroids), minlength=len(centroids))
    least = max(MIN_TOPIC_DOCUMENTS, _LEAST_SIZE * float(np.median(sizes)))
    if len(far) < least:
        return centroids[:0]
    centers, weights = _find_cells(far)
    groups = _join_cells(centers, weights, most=min(len(centers), isqrt(len(far))))
    found = max(groups, key=lambda joined: _measure_separation(far, joined))
    own, similarities = find_nearest(far, found), rank_nearest(far, found)[0]
    close = np.array([similarities[own == place].mean() if (own == place).any() else 0 for place in range(len(found))])
    is_large = np.bincount(own, minlength=len(found)) >= least
    return found[is_large & (close >= np.quantile(placed, 0.25))]


def _settle(vectors: Vectors, centroids: Vectors) -> Clusters:
    """Leave out topics that are too small; their documents go to the next nearest topic, or to none."""
    if not len(centroids):
        return Clusters(centroids, 1.0, np.full(len(vectors), -1, dtype=np.intp))
    threshold = float(np.quantile(rank_nearest(vectors, centroids)[0], _FAR_SHARE))
    while True:
        labels = find_nearest(vectors, centroids, threshold)
        sizes = np.bincount(labels[labels >= 0], minlength=len(centroids))
        if (sizes >= MIN_TOPIC_DOCUMENTS).all() or len(centroids) == 1:
            return Clusters(centroids, threshold, labels)
        is_kept = sizes >= MIN_TOPIC_DOCUMENTS
        is_kept[sizes.argmax()] = True
        centroids = centroids[is_kept]
