"""Rows of the index on every engine: written, replaced, read, listed, deleted."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymilvus import MilvusClient

from milvus.aliases import open_collection
from milvus.collection import Collection
from milvus.engine import Engine
from milvus.entities import Entity, Kind
from milvus.errors import InvalidEntity, InvalidVector
from milvus.filters import VacancyFilter
from milvus.store import Index, Store
from tests.contract.milvus.conftest import ENGINES, IN_PROCESS, MakeIndex
from tests.index_examples import MODEL, make_resume, make_vacancy, make_vectors, open_store, resumes, vacancies

per_example = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def list_ids(store: Store, kind: Kind = Kind.VACANCIES) -> list[str]:
    return [entity.id for batch in store.collection(kind).iterate() for entity in batch]


def test_upsert_makes_rows_that_get_returns(store: Store) -> None:
    entities = [make_vacancy("a", title="Welder"), make_vacancy("b", title="Baker")]
    store.vacancies.upsert(entities, make_vectors(2))
    assert store.vacancies.get(["b", "a", "missing"]) == {"a": entities[0], "b": entities[1]}


def test_upsert_replaces_the_row_of_the_same_id(store: Store) -> None:
    store.vacancies.upsert([make_vacancy("a", title="Welder", city="Bonn")], make_vectors(1))
    store.vacancies.upsert([make_vacancy("a", title="Senior welder")], make_vectors(1, seed=1))
    assert store.vacancies.get(["a"]) == {"a": make_vacancy("a", title="Senior welder")}
    assert store.vacancies.count() == 1
    np.testing.assert_allclose(store.vacancies.get_vectors(["a"])["a"], make_vectors(1, seed=1)[0], atol=1e-6)


def test_upsert_of_one_id_twice_keeps_the_last(store: Store) -> None:
    store.vacancies.upsert([make_vacancy("a", title="first"), make_vacancy("a", title="last")], make_vectors(2))
    assert store.vacancies.get(["a"])["a"].title == "last"
    np.testing.assert_allclose(store.vacancies.get_vectors(["a"])["a"], make_vectors(2)[1], atol=1e-6)


def test_upsert_of_nothing_does_nothing(store: Store) -> None:
    store.vacancies.upsert([], make_vectors(0))
    assert store.vacancies.count() == 0


def test_upsert_of_more_than_one_batch_stores_all(store: Store) -> None:
    entities = [make_resume(f"r{number:04}", text="long " * 100) for number in range(2100)]
    store.resumes.upsert(entities, make_vectors(2100))
    assert store.resumes.count() == 2100
    assert list_ids(store, Kind.RESUMES) == [entity.id for entity in entities]
    store.resumes.delete([entity.id for entity in entities[:2050]])
    assert store.resumes.count() == 50


def test_the_collections_are_apart(store: Store) -> None:
    store.vacancies.upsert([make_vacancy("a")], make_vectors(1))
    assert store.resumes.get(["a"]) == {}
    assert store.resumes.count() == 0


@pytest.mark.parametrize(
    "vector",
    [np.full(8, np.nan), np.array([np.inf] + [1] * 7), np.zeros(8), np.full(8, 1e-30), np.ones(7), np.ones((1, 8))],
    ids=["nan", "infinite", "zero", "almost zero", "wrong dimension", "two-dimensional"],
)
def test_a_vector_that_cannot_be_compared_is_refused_by_id(store: Store, vector: np.ndarray) -> None:
    with pytest.raises(InvalidVector, match="'bad'"):
        store.vacancies.upsert([make_vacancy("good"), make_vacancy("bad")], [make_vectors(1)[0], vector])  # type: ignore[arg-type]
    assert store.vacancies.count() == 0
    with pytest.raises(InvalidVector, match="query"):
        store.vacancies.search(vector)


def test_a_vector_of_any_length_is_stored_at_unit_length(store: Store) -> None:
    store.vacancies.upsert([make_vacancy("a")], 1000 * make_vectors(1))
    np.testing.assert_allclose(store.vacancies.get_vectors(["a"])["a"], make_vectors(1)[0], atol=1e-6)


def test_a_vector_comes_with_the_hash_of_its_text(store: Store) -> None:
    entities = [make_vacancy(f"{number:03}", text_hash=f"hash {number}") for number in range(600)]
    vectors = make_vectors(600)
    store.vacancies.upsert(entities, vectors)
    embedded = store.vacancies.get_embedded([*(entity.id for entity in entities), "never there", ""])
    assert {id: text_hash for id, (text_hash, _) in embedded.items()} == {e.id: e.text_hash for e in entities}
    np.testing.assert_allclose([embedded[entity.id][1] for entity in entities], vectors, atol=1e-6)
    assert store.vacancies.get_embedded([]) == {}


def test_an_entity_that_does_not_fit_stops_the_whole_call(store: Store) -> None:
    with pytest.raises(InvalidEntity, match="'bad': country"):
        store.vacancies.upsert([make_vacancy("good"), make_vacancy("bad", country="x" * 6001)], make_vectors(2))
    assert store.vacancies.count() == 0


def test_an_entity_of_the_other_kind_is_refused(store: Store) -> None:
    with pytest.raises(InvalidEntity, match="Resume does not belong in vacancies"):
        store.vacancies.upsert([make_resume("a")], make_vectors(1))


def test_a_number_of_vectors_other_than_of_entities_is_refused(store: Store) -> None:
    with pytest.raises(InvalidVector, match="1 entities came with 2 vectors"):
        store.vacancies.upsert([make_vacancy("a")], make_vectors(2))


def test_a_text_at_the_byte_limit_fits(store: Store) -> None:
    widest = make_vacancy(
        "я" * 256, title="я" * 3000, text="🚀" * 15_000, skills=("я" * 400,) * 512, company="я" * 3000
    )
    store.vacancies.upsert([widest], make_vectors(1))
    assert store.vacancies.get([widest.id]) == {widest.id: widest}


def test_delete_removes_rows_and_passes_over_the_rest(store: Store) -> None:
    store.vacancies.upsert([make_vacancy(id) for id in "abc"], make_vectors(3))
    store.vacancies.delete(["a", "c", "never there"])
    store.vacancies.delete([])
    assert list_ids(store) == ["b"]
    assert [hit.entity.id for hit in store.vacancies.search(make_vectors(1)[0])] == ["b"]


def test_a_deleted_row_can_come_back(store: Store) -> None:
    store.vacancies.upsert([make_vacancy("a", title="old")], make_vectors(1))
    store.vacancies.delete(["a"])
    store.vacancies.upsert([make_vacancy("a", title="new")], make_vectors(1))
    assert store.vacancies.get(["a"])["a"].title == "new"
    assert store.vacancies.count() == 1


def test_ids_that_no_row_can_have_are_not_found(store: Store) -> None:
    impossible = ["", "x" * 513, "\ud800"]
    assert store.vacancies.get(impossible) == {}
    assert store.vacancies.get_vectors(impossible) == {}
    store.vacancies.delete(impossible)


def test_iterate_gives_each_row_once_in_order_of_ids(store: Store) -> None:
    entities = [make_vacancy(f"{number:03}", title=str(number)) for number in range(25)]
    store.vacancies.upsert(entities[::-1], make_vectors(25))
    store.vacancies.upsert(entities[:5], make_vectors(5, seed=1))
    batches = list(store.vacancies.iterate(batch_size=10))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [entity for batch in batches for entity in batch] == entities


def test_times_come_back_in_utc_to_the_second(store: Store) -> None:
    stated = datetime(1969, 12, 31, 23, 59, 59, 999_999, timezone(timedelta(hours=-3)))
    store.vacancies.upsert([make_vacancy("a", published_at=stated)], make_vectors(1))
    (entity,) = store.vacancies.get(["a"]).values()
    assert entity.published_at == datetime(1970, 1, 1, 2, 59, 59, tzinfo=UTC)


@per_example
@given(st.data())
def test_any_entity_comes_back_as_it_was(store: Store, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(Kind))
    entity: Entity = data.draw(resumes if kind is Kind.RESUMES else vacancies)
    collection = store.collection(kind)
    collection.upsert([entity], make_vectors(1))
    assert collection.get([entity.id]) == {entity.id: entity}


HOSTILE = [
    '" or true or id == "',
    "' or 1 == 1 --",
    "back\\slash\\",
    '\\"',
    "\\",
    '"',
    "line\nbreak\r\n\ttab",
    "%",
    "a_b%",
    "🚀👩‍🚀",
    "a/b?c=d#e",
    "{x}",
    "$meta",
    "]",
    "\x00\x01\x7f\x85\u2028",
    "İstanbul ẞ",
    "null",
    " ",
]
hostile_texts = st.sampled_from(HOSTILE) | st.text(
    st.sampled_from("\"'\\%_\n\r\t|`[](),ab🚀\x00 "), min_size=1, max_size=12
)


@settings(per_example, max_examples=60)
@given(text=hostile_texts)
def test_hostile_text_finds_itself_and_nothing_else(store: Store, text: str) -> None:
    """As an id, a title, a company, a skill and a city, beside a row that lacks one character of it."""
    entity = make_vacancy(text, title=text, company=text, skills=(text, "x"), city=text)
    decoy = make_vacancy(
        text + "a", title=text[1:], company=f"{text}a", skills=("x", text + "a", text[1:]), city=text[1:]
    )
    bystander = make_vacancy("bystander")
    store.vacancies.upsert([entity, decoy, bystander], make_vectors(3))
    asked = {"companies": [text], "skills_any": [text], "skills_all": [text, "x"], "cities": [text]}
    for name, value in asked.items():
        hits = store.vacancies.search(make_vectors(1)[0], filter=VacancyFilter(**{name: value}))
        assert [hit.entity for hit in hits] == [entity], name
    assert store.vacancies.get([text]) == {text: entity}
    assert list(store.vacancies.get_vectors([text])) == [text]
    others = store.vacancies.search(make_vectors(1)[0], filter=VacancyFilter(exclude_ids=[text]))
    assert {hit.entity.id for hit in others} == {decoy.id, "bystander"}
    store.vacancies.delete([text])
    assert list_ids(store) == sorted([decoy.id, "bystander"])
    store.vacancies.delete([decoy.id, "bystander"])


def test_several_threads_may_write_and_search_at_once(store: Store) -> None:
    vectors = make_vectors(40)
    start = threading.Barrier(8)

    def write(writer: int) -> None:
        start.wait()
        for version in range(5):
            entities = [make_vacancy(f"{writer}-{number}", title=str(version)) for number in range(40)]
            store.vacancies.upsert(entities, vectors)
            store.vacancies.delete([f"{writer}-{number}" for number in range(version)])

    def search(_: int) -> None:
        start.wait()
        for number in range(15):
            hits = store.vacancies.search(vectors[number], limit=20)
            assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(work, worker) for worker in range(4) for work in (write, search)]
        for future in futures:
            future.result()
    assert store.vacancies.count() == 4 * 36
    assert {entity.title for batch in store.vacancies.iterate() for entity in batch} == {"4"}


def test_a_search_sees_what_was_just_written(store: Store) -> None:
    vectors = make_vectors(20)
    for number, vector in enumerate(vectors):
        entity = make_vacancy(str(number))
        store.vacancies.upsert([entity], vector[np.newaxis])
        assert store.vacancies.search(vector, limit=1)[0].entity == entity
        store.vacancies.upsert([replace(entity, title="changed")], vector[np.newaxis])
        assert store.vacancies.search(vector, limit=1)[0].entity.title == "changed"


@pytest.mark.parametrize(
    "engine", [name for name in ENGINES if name not in IN_PROCESS], indirect=True
)  # its folder has one
def test_a_search_of_another_process_sees_what_was_just_written(make_index: MakeIndex) -> None:
    uri, vectors = make_index(), make_vectors(20)
    with open_store(uri) as writer, open_store(uri) as reader:
        for number, vector in enumerate(vectors):
            writer.vacancies.upsert([make_vacancy(str(number))], vector[np.newaxis])
            assert reader.vacancies.search(vector, limit=1)[0].entity.id == str(number)
            writer.vacancies.delete([str(number)])
            assert reader.vacancies.search(vector, limit=1) == []


@pytest.mark.parametrize(("version", "reads"), [("v3.0.1", ["Strong"]), ("milvus_lite-3.2.2", [])])
def test_a_write_to_a_server_ends_with_one_strong_read(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch, version: str, reads: list[str]
) -> None:
    """Shown on any engine: only its name decides."""
    with closing(Index.open(make_index())) as index:
        index.open_serving(MODEL)
        made = open_collection(index._connection, Kind.RESUMES, 1)
        connection = replace(index._connection, engine=Engine(version))
        collection = Collection(connection, Kind.RESUMES, made)
        calls: list[str] = []
        for name in ("upsert", "delete", "query"):
            monkeypatch.setattr(connection.client, name, record_call(connection.client, name, calls))
        collection.upsert([make_resume(f"r{number}") for number in range(1001)], make_vectors(1001))
        assert calls == ["upsert", "upsert", *reads]
        calls.clear()
        collection.delete(["", "never there", *(f"r{number}" for number in range(1001))])
        assert calls == ["delete", "delete", *reads]
        calls.clear()
        collection.upsert([], make_vectors(0))
        collection.delete([""])
        assert calls == []


def record_call(client: MilvusClient, name: str, calls: list[str]) -> Callable[..., Any]:
    """The client's method, which notes its consistency level or else its name."""
    method = getattr(client, name)

    def record(*arguments: Any, **options: Any) -> Any:
        calls.append(options.get("consistency_level", name))
        return method(*arguments, **options)

    return record


def test_the_model_of_the_tests_has_the_dimension_of_their_vectors() -> None:
    assert make_vectors(1).shape == (1, MODEL.dimension)
