"""The book on topics, on every database: runs, ids, what is assigned by them, and what they are queued for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from ingestion.errors import TopicsRefused
from ingestion.records import Claim, State
from ingestion.topics import FoundTopic, FoundTopics, Replaced, Request, Term
from milvus import Entity, Kind, ModelIdentity, Vacancy, Vectors
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, fail_all, settle_all, vacancy

MODEL = ModelIdentity("made-up", "1", 4, "", "", "mean")
OTHER_MODEL = replace(MODEL, name="another")
AXES = np.eye(4, dtype=np.float32)
LABELS = {"en": (Term("nurse", 0.5), Term("ward", 0.25)), "ru": (Term("сестра", 0.75),)}


def make_entity(id_: str, text_hash: str = "hash") -> Entity:
    return Vacancy(id=id_, text="", text_hash=text_hash, document_hash="d")


def assign(
    books: Books, claims: Sequence[Claim], vectors: Vectors, *, model: ModelIdentity = MODEL, text_hash: str = "hash"
) -> dict[str, int]:
    return books.topics.assign(claims, [make_entity(one.id, text_hash) for one in claims], vectors, model=model)


def store(books: Books, *ids: str) -> list[Claim]:
    """Bring vacancies in, as a worker does; the claims they had."""
    books.ledger.record([vacancy(id_) for id_ in ids])
    claims = claim(books)
    settle_all(books, claims)
    return claims


def put_topics(
    books: Books,
    members: Mapping[str, int | None],
    former: Sequence[int | None] = (None, None),
    *,
    rewrite: bool = True,
) -> Replaced:
    """A run that found topics along the first axes, and these vacancies in them, by place."""
    return books.topics.replace(
        FoundTopics(
            after=books.topics.read_snapshot().run,
            model=MODEL,
            threshold=0.7,
            topics=[FoundTopic(id_, LABELS, AXES[place], 0.5, -1.0) for place, id_ in enumerate(former)],
            members={id_: ("hash", place) for id_, place in members.items()},
        ),
        rewrite=rewrite,
    )


def list_sizes(books: Books, *, with_retired: bool = False) -> dict[int, int]:
    return {one.id: one.size for one in books.topics.list_topics(with_retired=with_retired)}


def test_without_a_run_there_are_no_topics(books: Books) -> None:
    claims = store(books, "a")
    assert assign(books, claims, AXES[:1]) == {}
    assert books.topics.list_topics() == []
    assert (books.topics.read_snapshot().run, books.topics.read_snapshot().members) == (0, {})


def test_a_run_is_read_as_it_was_written(books: Books) -> None:
    store(books, "a", "b", "c", "d")
    put_topics(books, {"a": 1, "b": 1, "c": 0, "d": None})
    first, second = books.topics.list_topics()
    assert (first.id, first.size, second.id, second.size) == (2, 2, 1, 1), "the largest first"
    assert first.labels == LABELS
    assert first.name("en") == "nurse, ward"
    assert (first.x, first.y, first.made_at, first.retired_at) == (0.5, -1.0, books.clock.now, None)
    assert books.topics.count_without() == 1
    assert books.topics.read_topics(["a", "c", "d", "none"]) == {"a": 2, "c": 1}
    assert books.topics.read_snapshot().members == {"a": 2, "b": 2, "c": 1, "d": None}


def test_a_topic_that_goes_on_keeps_its_id_and_no_id_is_given_twice(books: Books) -> None:
    store(books, "a", "b")
    assert put_topics(books, {"a": 0, "b": 1}) == Replaced(new=2, retired=0, queued=2)
    books.clock.now += 10
    assert put_topics(books, {"a": 0, "b": 0}, [2]) == Replaced(new=0, retired=1, queued=1)
    assert list_sizes(books) == {2: 2}
    assert list_sizes(books, with_retired=True) == {2: 2, 1: 0}
    (gone,) = [one for one in books.topics.list_topics(with_retired=True) if one.id == 1]
    assert gone.retired_at == books.clock.now
    put_topics(books, {"a": 0}, [None])
    assert list_sizes(books) == {3: 1}


def test_only_what_changes_is_queued(books: Books) -> None:
    store(books, "a", "b", "c")
    assert put_topics(books, {"a": 0, "b": 1, "c": None}).queued == 2, "c had no topic before"
    settle_all(books, claim(books))
    assert put_topics(books, {"a": 0, "b": 1, "c": None}, [1, 2]).queued == 0
    assert claim(books) == []
    assert put_topics(books, {"a": 0, "b": 0, "c": None}, [1, 2]).queued == 1
    assert [one.id for one in claim(books)] == ["b"]


def test_where_rows_have_no_column_nothing_is_queued(books: Books) -> None:
    store(books, "a")
    assert put_topics(books, {"a": 0}, rewrite=False).queued == 0
    assert claim(books) == []
    assert list_sizes(books) == {1: 1, 2: 0}


def test_of_two_runs_at_once_the_second_is_refused(books: Books) -> None:
    store(books, "a")
    begun = FoundTopics(after=0, model=MODEL, threshold=0.7, topics=[], members={})
    put_topics(books, {"a": 0})
    with pytest.raises(TopicsRefused, match="run it again"):
        books.topics.replace(begun)
    assert list_sizes(books) == {1: 1, 2: 0}


def test_what_came_or_changed_during_a_run_is_queued_and_assigned_then(books: Books) -> None:
    store(books, "a", "b")
    held = books.ledger.record([vacancy("late")]) and claim(books)
    assert put_topics(books, {"a": 0}).queued == 3
    settle_all(books, held)
    claims = claim(books)
    assert {one.id for one in claims} == {"a", "b", "late"}
    vectors = np.stack([AXES[0] if one.id == "a" else AXES[1] for one in claims])
    assert assign(books, claims, vectors) == {"a": 1, "b": 2, "late": 2}


def test_what_is_not_stored_any_more_gets_no_topic(books: Books) -> None:
    store(books, "a", "b")
    books.ledger.delete(Kind.VACANCIES, ["b"])
    put_topics(books, {"a": 0, "b": 0, "unknown": 0})
    assert books.topics.read_snapshot().members == {"a": 1}


def test_a_new_vacancy_gets_the_nearest_topic_that_is_near_enough(books: Books) -> None:
    store(books, "a")
    put_topics(books, {"a": 0})
    settle_all(books, claim(books))
    books.ledger.record([vacancy("near"), vacancy("far"), vacancy("between")])
    claims = claim(books)
    directions = {"near": AXES[1], "far": AXES[2], "between": (AXES[0] * 0.6 + AXES[2] * 0.8)}
    assert assign(books, claims, np.stack([directions[one.id] for one in claims])) == {"near": 2}
    assert books.topics.read_snapshot().members == {"a": 1, "near": 2, "far": None, "between": None}
    assert list_sizes(books) == {1: 1, 2: 1}


def test_a_text_that_is_the_same_keeps_its_topic_and_another_one_is_assigned(books: Books) -> None:
    store(books, "a")
    put_topics(books, {"a": 0})
    claims = claim(books)
    assert assign(books, claims, AXES[1:2]) == {"a": 1}, "as the run found it, wherever the vector is"
    assert assign(books, claims, AXES[1:2], text_hash="changed") == {"a": 2}
    assert assign(books, claims, AXES[1:2]) == {"a": 2}


def test_centroids_of_another_model_assign_nothing(books: Books) -> None:
    store(books, "a")
    put_topics(books, {"a": 0})
    settle_all(books, claim(books))
    books.ledger.record([vacancy("new"), vacancy("a", "Changed")])
    claims = sorted(claim(books), key=lambda one: one.id)
    assert assign(books, claims, AXES[:2], model=OTHER_MODEL) == {"a": 1}, "whose text is known"
    assert assign(books, claims, AXES[:2], model=OTHER_MODEL, text_hash="changed") == {}
    assert books.topics.read_snapshot().members == {"a": 1}
    assert assign(books, claims, AXES[:2]) == {"a": 1, "new": 2}


def test_a_worker_with_an_older_version_leaves_no_trace(books: Books) -> None:
    store(books, "a", "b")
    put_topics(books, {})
    held = claim(books)
    books.ledger.delete(Kind.VACANCIES, ["a"])
    books.ledger.record([vacancy("b", "Changed")])
    assign(books, held, AXES[:2])
    assert books.topics.read_snapshot().members == {}


def test_an_erased_vacancy_leaves_its_topic(books: Books) -> None:
    store(books, "a", "b")
    put_topics(books, {"a": 0, "b": 0})
    books.ledger.delete(Kind.VACANCIES, ["a"])
    assert books.topics.read_snapshot().members == {"b": 1}


def test_what_was_set_aside_stays_so(books: Books) -> None:
    store(books, "a")
    books.ledger.record([vacancy("bad")])
    fail_all(books)
    put_topics(books, {"a": 0})
    stored = books.ledger.get_document(Kind.VACANCIES, "bad")
    assert stored is not None
    assert stored.state is State.FAILED


def test_a_run_is_asked_for_and_settled(books: Books) -> None:
    requests = books.topic_requests
    assert requests.read() is None
    requests.settle("nobody asked")
    assert requests.read() is None
    requests.ask(anew=True)
    assert requests.read() == Request(anew=True, outcome=None, failed=False)
    requests.settle("too few", failed=True)
    requests.settle("a later run, which nobody asked for")
    assert requests.read() == Request(anew=True, outcome="too few", failed=True)
    requests.ask(anew=False)
    assert requests.read() == Request(anew=False, outcome=None, failed=False)
