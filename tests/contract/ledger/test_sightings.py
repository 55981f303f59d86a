"""What the ledger promises about what viewers have seen."""

import pytest

from ingestion.errors import TooManySeen
from ingestion.sightings import MAX_SEEN, Sighting
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import resume, vacancy

V, R = Kind.VACANCIES, Kind.RESUMES


def test_what_is_seen_adds_up_by_kind(books: Books) -> None:
    assert books.sightings.add("ada", {V: ["b", "a"], R: ["a"]}) == {V: 2, R: 1}
    assert books.sightings.add("ada", {V: ["c"]}) == {V: 3, R: 1}
    assert books.sightings.list_ids("ada", V) == ["a", "b", "c"]
    assert books.sightings.list_ids("ada", R) == ["a"]
    assert books.sightings.count("ada") == {V: 3, R: 1}


def test_seen_again_keeps_its_first_time(books: Books) -> None:
    books.sightings.add("ada", {V: ["a"]})
    books.clock.now += 60
    assert books.sightings.add("ada", {V: ["a", "b", "b"]}) == {V: 2, R: 0}
    first, second = books.sightings.list_page("ada", V)
    assert second.seen_at - first.seen_at == 60


def test_viewers_see_apart(books: Books) -> None:
    books.sightings.add("ada", {V: ["a"]})
    books.sightings.add("Ada", {V: ["b"]})
    assert books.sightings.list_ids("ada", V) == ["a"]
    assert books.sightings.list_ids("nobody", V) == []
    assert books.sightings.count("nobody") == {V: 0, R: 0}


def test_pages_go_on_behind_an_id_in_the_order_of_bytes(books: Books) -> None:
    books.sightings.add("ada", {V: ["b", "é", "a", "B"]})
    first = books.sightings.list_page("ada", V, limit=3)
    assert first == [Sighting(id_, books.clock.now) for id_ in ("B", "a", "b")]
    assert [one.id for one in books.sightings.list_page("ada", V, after="b")] == ["é"]


def test_viewer_is_forgotten_whole_and_alone(books: Books) -> None:
    books.sightings.add("ada", {V: ["a", "b"], R: ["c"]})
    books.sightings.add("bob", {V: ["a"]})
    assert books.sightings.forget("ada") == 3
    assert books.sightings.forget("ada") == 0
    assert books.sightings.count("ada") == {V: 0, R: 0}
    assert books.sightings.list_ids("bob", V) == ["a"]


def test_erased_document_is_forgotten_by_all(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("b"), resume("a")])
    for viewer in ("ada", "bob"):
        books.sightings.add(viewer, {V: ["a", "b"], R: ["a"]})
    books.ledger.delete(V, ["a"])
    for viewer in ("ada", "bob"):
        assert books.sightings.list_ids(viewer, V) == ["b"]
        assert books.sightings.list_ids(viewer, R) == ["a"]


def test_expired_document_is_forgotten_with_its_erasure(books: Books) -> None:
    books.ledger.record([vacancy("old", expires_at=books.clock.now)])
    books.sightings.add("ada", {V: ["old"]})
    books.clock.now += 10
    assert books.ledger.delete_expired(books.clock.now, limit=10) == 1
    assert books.sightings.list_ids("ada", V) == []


def test_more_than_can_be_noted_is_refused_whole(books: Books) -> None:
    full = [f"{number:05}" for number in range(MAX_SEEN)]
    assert books.sightings.add("ada", {V: full, R: ["r"]}) == {V: MAX_SEEN, R: 1}
    assert books.sightings.add("ada", {V: full[:5]}) == {V: MAX_SEEN, R: 1}
    with pytest.raises(TooManySeen, match=r"vacancies: 10,001 would be noted.*at most 10,000"):
        books.sightings.add("ada", {V: ["one more"], R: ["another"]})
    assert books.sightings.count("ada") == {V: MAX_SEEN, R: 1}
    assert books.sightings.add("bob", {V: ["one more"]}) == {V: 1, R: 0}
