"""Which centroid a unit vector is nearest to; the one rule for building topics and for documents that come later."""

import numpy as np
import numpy.typing as npt

from milvus import Vectors

Places = npt.NDArray[np.intp]
"""The place of each vector's topic, shape (vectors,); -1 for none."""

_ROWS = 8192  # similarities of so many vectors at once are held in memory


def find_nearest(vectors: Vectors, centroids: Vectors, threshold: float = -1.0) -> Places:
    """The nearest centroid of each vector, -1 where its cosine similarity is below `threshold`."""
    labels = np.full(len(vectors), -1, dtype=np.intp)
    for start in range(0, len(vectors) if len(centroids) else 0, _ROWS):
        similarities = vectors[start : start + _ROWS] @ centroids.T
        best = similarities.argmax(axis=1)
        passes = np.take_along_axis(similarities, best[:, None], axis=1)[:, 0] >= threshold
        labels[start : start + _ROWS] = np.where(passes, best, -1)
    return labels


def rank_nearest(vectors: Vectors, centroids: Vectors) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The highest and the second highest cosine similarity of each vector; -1 where there is no second centroid."""
    found = np.full((len(vectors), 2), -1, dtype=np.float32)
    for start in range(0, len(vectors), _ROWS):
        similarities = vectors[start : start + _ROWS] @ centroids.T
        most = min(2, len(centroids))
        found[start : start + _ROWS, :most] = -np.sort(np.partition(-similarities, most - 1, axis=1)[:, :most], axis=1)
    return found[:, 0], found[:, 1]
