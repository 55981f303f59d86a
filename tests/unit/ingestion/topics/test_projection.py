"""The map of topics: within bounds, the same each time, and neighbors are neighbors."""

import numpy as np
import pytest

from ingestion.topics.projection import project
from tests.topic_examples import make_groups


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 10, 60])
def test_every_topic_has_a_place_within_the_map(count: int) -> None:
    centroids, _ = make_groups([1] * count) if count else (np.empty((0, 32), dtype=np.float32), [])
    points = project(centroids)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    assert np.abs(points).max(initial=0) <= 1
    assert np.array_equal(points, project(centroids))


def test_topics_that_are_alike_are_near_one_another() -> None:
    centroids, groups = make_groups([15, 15, 15], spread=0.02)
    points = project(centroids)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert [groups[other] for other in distances.argmin(axis=1)] == groups
