"""A new generation of collections beside the one that serves, on every engine."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from milvus.aliases import point_alias
from milvus.entities import Kind
from milvus.errors import ModelMismatch, SchemaMismatch
from milvus.store import Index
from tests.contract.milvus.conftest import IN_PROCESS, MakeIndex
from tests.index_examples import MODEL, make_resume, make_vacancy, make_vectors, open_store

OTHER = replace(MODEL, name="other", dimension=4)


@pytest.fixture
def uri(make_index: MakeIndex) -> str:
    return make_index()


@pytest.fixture
def index(uri: str) -> Iterator[Index]:
    """An index that serves one vacancy from its first generation."""
    with closing(Index.open(uri)) as index:
        index.open_serving(MODEL).vacancies.upsert([make_vacancy("a", title="old")], make_vectors(1))
        yield index


def test_an_empty_index_serves_nothing(make_index: MakeIndex) -> None:
    with closing(Index.open(make_index())) as index:
        assert index.read_serving() == {}
        assert index.read_model() is None


def test_a_new_generation_takes_another_model_and_changes_nothing_until_the_switch(index: Index) -> None:
    made = index.make_generation(2, OTHER)
    made.vacancies.upsert([make_vacancy("a", title="new")], make_vectors(1)[:, :4])
    assert (made.generation, made.model) == (2, OTHER)
    assert index.read_serving() == dict.fromkeys(Kind, 1)
    assert index.read_model() == MODEL
    assert index.open_serving(MODEL).vacancies.get(["a"])["a"].title == "old"


def test_a_switch_is_seen_by_whoever_opens_next(index: Index, uri: str, engine: str) -> None:
    index.make_generation(2, OTHER).resumes.upsert([make_resume("r")], make_vectors(1)[:, :4])
    index.switch(2)
    assert index.read_serving() == dict.fromkeys(Kind, 2)
    assert index.open_serving(OTHER).resumes.count() == 1
    with pytest.raises(ModelMismatch, match="'other'"):
        index.open_serving(MODEL)
    if engine in IN_PROCESS:
        index.close()
    with open_store(uri, OTHER) as store:
        assert store.generation == 2
        assert store.resumes.get(["r"]) == {"r": make_resume("r")}


def test_who_searches_the_old_generation_goes_on_after_the_switch(index: Index) -> None:
    old = index.open_serving(MODEL)
    index.make_generation(2, OTHER)
    index.switch(2)
    assert old.vacancies.search(make_vectors(1)[0])[0].entity.title == "old"
    index.switch(1)
    assert index.open_serving(MODEL).vacancies.count() == 1


def test_one_generation_is_one_object(index: Index) -> None:
    """Its writers have to wait for one another on Lite."""
    assert index.open_generation(1) is index.open_serving(MODEL)


def test_a_generation_begun_before_a_crash_is_completed(index: Index) -> None:
    index.make_generation(2, OTHER).vacancies.upsert([make_vacancy("kept")], make_vectors(1)[:, :4])
    index._stores.clear()
    assert index.make_generation(2, OTHER).vacancies.count() == 1


def test_dropping_removes_a_generation_that_does_not_serve(index: Index) -> None:
    index.make_generation(2, OTHER).vacancies.upsert([make_vacancy("gone")], make_vectors(1)[:, :4])
    index.drop_generation(2)
    index.drop_generation(2)
    assert index.make_generation(2, MODEL).vacancies.count() == 0
    with pytest.raises(ValueError, match="generation 1 serves"):
        index.drop_generation(1)


def test_a_half_done_switch_is_told_and_finished_by_switching_again(index: Index) -> None:
    index.make_generation(2, MODEL)
    point_alias(index._connection, Kind.RESUMES, 2)
    with pytest.raises(SchemaMismatch, match="resumes_v2 and vacancies_v1"):
        index.open_serving(MODEL)
    index.switch(2)
    assert index.open_serving(MODEL).generation == 2
