"""Vectors to topics: groups that are there are found, and nothing is left to luck."""

import numpy as np
import pytest

from ingestion.topics.clustering import MIN_DOCUMENTS, MIN_TOPIC_DOCUMENTS, cluster_vectors
from ingestion.topics.nearest import find_nearest, rank_nearest
from tests.topic_examples import make_groups


@pytest.mark.parametrize("sizes", [[40, 40], [30] * 8, [200, 60, 20, 15], [60] * 20])
def test_groups_that_are_there_are_found(sizes: list[int]) -> None:
    vectors, groups = make_groups(sizes)
    found = cluster_vectors(vectors)
    assert len(found.centroids) == len(sizes)
    pairs = {(group, label) for group, label in zip(groups, found.labels.tolist(), strict=True) if label >= 0}
    assert len(pairs) == len(sizes)


def test_the_same_vectors_give_the_same_topics() -> None:
    vectors, _ = make_groups([40, 60, 80], spread=0.2)
    first, second = cluster_vectors(vectors), cluster_vectors(vectors.copy())
    assert first.labels.tolist() == second.labels.tolist()
    assert first.threshold == second.threshold
    assert np.array_equal(first.centroids, second.centroids)


def test_documents_belong_to_the_nearest_topic_or_to_none() -> None:
    """As a document that comes later is assigned."""
    vectors, _ = make_groups([100, 100, 100], spread=0.2)
    found = cluster_vectors(vectors)
    assert np.allclose(np.linalg.norm(found.centroids, axis=1), 1)
    assert found.labels.tolist() == find_nearest(vectors, found.centroids, found.threshold).tolist()
    assert 0 < (found.labels < 0).mean() <= 0.06


def test_a_topic_has_enough_documents() -> None:
    vectors, groups = make_groups([200, 200, MIN_TOPIC_DOCUMENTS - 4])
    found = cluster_vectors(vectors)
    assert np.bincount(found.labels[found.labels >= 0]).min() >= MIN_TOPIC_DOCUMENTS
    assert {label for group, label in zip(groups, found.labels.tolist(), strict=True) if group == 2} == {-1}


def test_of_topics_that_are_all_too_small_one_stays() -> None:
    vectors = np.repeat(np.eye(7, 16, dtype=np.float32), MIN_TOPIC_DOCUMENTS - 1, axis=0)
    found = cluster_vectors(vectors)
    assert len(found.centroids) == 1
    assert set(found.labels.tolist()) == {-1, 0}


@pytest.mark.parametrize("count", [1, 2, MIN_DOCUMENTS, 500])
def test_vectors_that_are_all_the_same_are_one_topic(count: int) -> None:
    vectors = np.tile(make_groups([1])[0], (count, 1))
    assert set(cluster_vectors(vectors).labels.tolist()) == {0}


def test_former_topics_go_on_while_they_fit() -> None:
    vectors, groups = make_groups([60, 60, 60], spread=0.15)
    former = np.array(groups)
    former[::10] = -1  # as documents that came since
    again = cluster_vectors(vectors, former)
    kept = again.labels >= 0
    assert again.labels[kept].tolist() == np.array(groups)[kept].tolist()


def test_a_group_that_came_since_is_a_topic_of_its_own() -> None:
    vectors, groups = make_groups([300] * 6 + [100])
    former = np.array(groups)
    former[former == 6] = -1
    again = cluster_vectors(vectors, former)
    assert len(again.centroids) == 7
    assert {label for group, label in zip(groups, again.labels.tolist(), strict=True) if group == 6} <= {6, -1}


def test_former_topics_end_where_others_part_the_documents_much_better() -> None:
    vectors, groups = make_groups([40] * 9)
    again = cluster_vectors(vectors, np.array(groups) // 3)
    assert len(again.centroids) == 9


def test_vectors_without_any_order_come_to_an_end() -> None:
    vectors = np.random.default_rng(0).normal(size=(300, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = cluster_vectors(np.concatenate([vectors, -vectors]))
    assert len(found.labels) == 600
    assert len(found.centroids) >= 1


def test_nearest_is_told_from_next_nearest() -> None:
    centroids = np.eye(3, dtype=np.float32)
    vector = np.array([[0.6, 0.8, 0.0]], dtype=np.float32)
    assert find_nearest(vector, centroids).tolist() == [1]
    assert find_nearest(vector, centroids, 0.9).tolist() == [-1]
    assert find_nearest(vector, centroids[:0]).tolist() == [-1]
    assert [float(score[0]) for score in rank_nearest(vector, centroids)] == pytest.approx([0.8, 0.6])
    assert [float(score[0]) for score in rank_nearest(vector, centroids[:1])] == pytest.approx([0.6, -1])
