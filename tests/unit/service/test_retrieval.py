"""Candidates and their fusion over an index in a temporary folder, and the arithmetic of fusion."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus import Collection, Kind, VacancyFilter
from milvus.hits import Vector
from service.retrieval import Fusion, Query, Scope, find_candidates, measure_similarity
from tests.index_examples import MODEL, make_vacancy, open_store

TEXTS = {
    "near": "quiet library work",
    "both": "welder of pipes",
    "terms": "welder of pipes and tanks, pipes above all",
    "far": "nothing of the kind",
}
EXPIRED = datetime(2020, 1, 1, tzinfo=UTC)


def lean(*, toward: float) -> Vector:
    """A unit vector at this cosine to the query's."""
    vector = np.zeros(MODEL.dimension, dtype=np.float32)
    vector[:2] = toward, np.sqrt(1 - toward**2)
    return vector


QUERY = Query(lean(toward=1), "pipe welder", "en")


@pytest.fixture
def vacancies(tmp_path: Path) -> Iterator[Collection]:
    with open_store(str(tmp_path / "index.db"), terms_folder=tmp_path / "terms") as store:
        collection = store.collection(Kind.VACANCIES)
        entities = [make_vacancy(id, text=text, language="en", source=id) for id, text in TEXTS.items()]
        entities.append(make_vacancy("expired", text="welder of pipes", expires_at=EXPIRED))
        vectors = np.stack([lean(toward=cosine) for cosine in (0.9, 0.8, 0.1, 0.0, 1.0)])
        collection.upsert(entities, vectors)
        yield collection


def open_now(collection: Collection, filter: VacancyFilter | None = None) -> Scope:
    return Scope(collection, filter, datetime.now(UTC))


@pytest.mark.parametrize(
    ("fusion", "expected"),
    [
        (Fusion(), ["both", "terms", "near", "far"]),
        (Fusion(method="rrf"), ["both", "near", "terms", "far"]),
        (Fusion(terms=0), ["near", "both", "terms", "far"]),
        (Fusion(meaning=0), ["both", "terms"]),
    ],
    ids=["weighted", "rrf", "meaning only", "terms only"],
)
def test_candidates_are_fused_from_meaning_and_terms(
    vacancies: Collection, fusion: Fusion, expected: list[str]
) -> None:
    found = find_candidates(open_now(vacancies), QUERY, fusion=fusion)
    ids = [one.entity.id for one in found]
    assert sorted(ids) == sorted(expected)
    assert ids[0] == expected[0]
    assert all(0 <= one.relevance <= 1 for one in found)
    assert {one.entity.id: one.similarity for one in found}["both"] == pytest.approx(0.8, abs=1e-6)


def test_depth_bounds_each_way_of_finding(vacancies: Collection) -> None:
    found = find_candidates(open_now(vacancies), QUERY, fusion=Fusion(), depth=1)
    assert {one.entity.id for one in found} <= {"near", "terms", "both"}
    assert len(found) <= 2


def test_candidates_pass_filter_and_are_open(vacancies: Collection) -> None:
    chosen = VacancyFilter(sources=("far", "both"))
    found = find_candidates(open_now(vacancies, chosen), QUERY, fusion=Fusion())
    assert [one.entity.id for one in found] == ["both", "far"]
    everything = find_candidates(Scope(vacancies, None, None), QUERY, fusion=Fusion())
    assert everything[0].entity.id == "expired"


def test_text_without_terms_is_found_by_meaning(vacancies: Collection) -> None:
    found = find_candidates(open_now(vacancies), Query(QUERY.vector, "...", None), fusion=Fusion())
    assert [one.entity.id for one in found] == ["near", "both", "terms", "far"]


def test_empty_collection_has_no_candidates(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "index.db")) as store:
        assert find_candidates(open_now(store.collection(Kind.VACANCIES)), QUERY, fusion=Fusion()) == []


def test_shift_to_terms_doubles_their_weight() -> None:
    assert Fusion("rrf", 0.5, 0.5).shift_to_terms() == Fusion("rrf", 0.5, 1.0)


@pytest.mark.parametrize(("meaning", "left"), [(0.5, 0.5), (0.0, 1.0)])
def test_without_terms_meaning_alone_counts(meaning: float, left: float) -> None:
    assert Fusion("weighted", meaning, 1.0).leave_out_terms() == Fusion("weighted", left, 0.0)


@pytest.mark.parametrize("weights", [(0.0, 0.0), (-1.0, 1.0), (1.0, -0.5), (float("nan"), 1.0), (float("inf"), 1.0)])
def test_weights_that_find_nothing_are_refused(weights: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="fusion"):
        Fusion("weighted", *weights)


@given(st.integers(0, 2**32), st.sampled_from([8, 384, 1024]))
def test_similarity_is_the_same_from_both_sides(seed: int, dimension: int) -> None:
    first, second = np.random.default_rng(seed).normal(size=(2, dimension)).astype(np.float32)
    assert measure_similarity(first, second) == measure_similarity(second, first)
