"""Topics as points of a map: neighbors in vector space are neighbors there."""

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from milvus import Vectors

Points = npt.NDArray[np.float64]
"""Places on the map, shape (topics, 2), each coordinate from -1 to 1."""

_FEWEST = 10  # of fewer topics the neighbors of one are all others
_MOST_NEIGHBORS = 15


def project(centroids: Vectors) -> Points:
    """The places of topics by their unit centroids, by t-SNE (van der Maaten and Hinton, 2008) from the PCA."""
    count = len(centroids)
    points = np.zeros((count, 2))
    if count < 2:
        return points
    if count >= _FEWEST:
        near = min(_MOST_NEIGHBORS, (count - 1) / 3)
        points = TSNE(perplexity=near, init="pca", metric="cosine", random_state=0).fit_transform(centroids)
    else:
        found = PCA(min(2, count, centroids.shape[1]), svd_solver="full").fit_transform(centroids)
        points[:, : found.shape[1]] = found
    points = points - points.mean(axis=0)
    scaled: Points = points / max(1e-9, float(np.abs(points).max()))
    return scaled
