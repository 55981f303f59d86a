"""The ledger's book on the standby: what it has to take in, and what stands still while generations change places."""

from collections.abc import Sequence

from ingestion.documents import VacancyDocument
from ingestion.records import Claim, Outcome, State
from ingestion.standby import NotedChange, StandbyState
from milvus import Kind
from tests.contract.ledger.conftest import Books

WORKER = "worker"
VACANCIES = Kind.VACANCIES


def record(books: Books, *ids: str, title: str = "Baker") -> None:
    books.ledger.record([VacancyDocument(id=id_, title=title) for id_ in ids])


def work(books: Books, error: str | None = None) -> list[Claim]:
    """Claim everything there is and settle it."""
    claims = books.queue.claim(WORKER, limit=100, lease_seconds=30)
    books.queue.settle(WORKER, [Outcome(claim, text_hash="t", error=error) for claim in claims])
    return claims


def list_noted(books: Books) -> list[tuple[str, bool]]:
    """What the standby has to take in: ids, and whether there is a document."""
    changes = books.standby.list_changes(limit=100)
    return sorted((change.claim.id, change.claim.document is not None) for change in changes)


def fill(books: Books, *, limit: int) -> list[str]:
    """Fill in the next documents; their ids."""
    standby = books.standby.get()
    assert standby is not None
    claims = books.standby.list_unfilled(standby.after, limit=limit)
    if claims:
        books.standby.advance((claims[-1].kind, claims[-1].id), len(claims))
    return [claim.id for claim in claims]


def strike_off(books: Books, changes: Sequence[NotedChange], **errors: str) -> None:
    books.standby.strike_off(changes, {(VACANCIES, id_): error for id_, error in errors.items()})


def test_without_a_standby_nothing_is_noted(books: Books) -> None:
    assert books.standby.get() is None
    record(books, "a")
    work(books)
    assert books.standby.count_changes() == 0


def test_documents_are_filled_in_by_kind_and_id_from_where_it_was(books: Books) -> None:
    record(books, "b", "a", "Я", "a/1", "🚀")
    books.standby.begin("model")
    assert fill(books, limit=2) == ["a", "a/1"]
    assert fill(books, limit=10) == ["b", "Я", "🚀"]
    assert fill(books, limit=10) == []
    status = books.standby.get()
    assert status is not None
    assert (status.done, status.total, status.state) == (5, 5, StandbyState.FILLING)


def test_deleted_and_failed_documents_are_not_filled_in(books: Books) -> None:
    record(books, "poison")
    work(books, error="cannot be embedded")
    record(books, "deleted", "kept")
    work(books)
    books.ledger.delete(VACANCIES, ["deleted"])
    books.standby.begin("model")
    assert fill(books, limit=10) == ["kept"]


def test_what_the_serving_collection_takes_in_is_noted(books: Books) -> None:
    record(books, "changed", "deleted")
    work(books)
    books.standby.begin("model")
    record(books, "changed", "new", title="Miller")
    books.ledger.delete(VACANCIES, ["deleted"])
    assert list_noted(books) == []
    work(books)
    assert list_noted(books) == [("changed", True), ("deleted", False), ("new", True)]


def test_what_fails_is_not_noted(books: Books) -> None:
    books.standby.begin("model")
    record(books, "poison")
    work(books, error="cannot be embedded")
    assert list_noted(books) == []


def test_a_change_is_struck_off_once_it_is_taken_in(books: Books) -> None:
    books.standby.begin("model")
    record(books, "a", "b")
    work(books)
    strike_off(books, books.standby.list_changes(limit=1))
    assert books.standby.count_changes() == 1


def test_a_document_that_changed_while_it_was_taken_in_stays_noted(books: Books) -> None:
    books.standby.begin("model")
    record(books, "a")
    work(books)
    taken = books.standby.list_changes(limit=10)
    record(books, "a", title="Miller")
    work(books)
    strike_off(books, taken)
    assert list_noted(books) == [("a", True)]


def test_what_cannot_be_taken_in_is_not_asked_for_again_until_it_changes(books: Books) -> None:
    books.standby.begin("model")
    record(books, "a")
    work(books)
    strike_off(books, books.standby.list_changes(limit=10), a="too long")
    assert list_noted(books) == []
    assert books.standby.read_noted() == {(VACANCIES, "a"): "too long"}
    record(books, "a", title="Miller")
    work(books)
    assert list_noted(books) == [("a", True)]


def test_noting_again_changes_nothing(books: Books) -> None:
    books.standby.begin("model")
    record(books, "a")
    work(books)
    taken = books.standby.list_changes(limit=10)
    books.standby.note([(VACANCIES, "a"), (VACANCIES, "b")], {})
    assert list_noted(books) == [("a", True), ("b", False)]
    strike_off(books, taken)
    assert list_noted(books) == [("b", False)]


def test_nothing_is_claimed_while_generations_change_places(books: Books) -> None:
    books.standby.begin("model")
    record(books, "a")
    books.standby.move(StandbyState.SWITCHING)
    assert books.queue.claim(WORKER, limit=10, lease_seconds=30) == []
    books.standby.change_places(generation=1, embedding_model="old", instance_ids={VACANCIES: "new"})
    assert len(books.queue.claim(WORKER, limit=10, lease_seconds=30)) == 1


def test_leases_are_counted_until_they_run_out(books: Books) -> None:
    record(books, "a", "b")
    books.queue.claim(WORKER, limit=10, lease_seconds=30)
    assert books.standby.count_leases() == 2
    books.clock.now += 31
    assert books.standby.count_leases() == 0


def test_after_the_change_of_places_the_old_generation_is_kept_and_kept_up(books: Books) -> None:
    record(books, "a", "lost")
    work(books)
    books.standby.begin("model")
    books.standby.note([(VACANCIES, "lost")], {(VACANCIES, "lost"): "too long"})
    books.standby.change_places(generation=1, embedding_model="old", instance_ids={VACANCIES: "new"})
    status = books.standby.get()
    assert status is not None
    assert (status.state, status.generation, status.embedding_model) == (StandbyState.KEPT, 1, "old")
    assert books.queue.adopt_collection(VACANCIES, "new") == 0
    lost = books.ledger.get_document(VACANCIES, "lost")
    assert lost is not None
    assert (lost.state, lost.error) == (State.FAILED, "too long")
    record(books, "a", title="Miller")
    work(books)
    assert list_noted(books) == [("a", True)]


def test_one_process_at_a_time_holds_the_standby(books: Books) -> None:
    books.standby.begin("model")
    assert books.standby.hold("one", lease_seconds=10)
    assert books.standby.hold("one", lease_seconds=10)
    assert not books.standby.hold("other", lease_seconds=10)
    books.clock.now += 11
    assert books.standby.hold("other", lease_seconds=10)


def test_known_documents_are_listed_with_whether_they_are_indexed(books: Books) -> None:
    record(books, "a", "b", "d")
    work(books)
    record(books, "b", "c", title="Miller")
    books.ledger.delete(VACANCIES, ["a"])
    known = books.standby.list_known(VACANCIES, after="", limit=10)
    assert [(one.id, one.is_indexed) for one in known] == [("a", False), ("b", False), ("c", False), ("d", True)]
    assert [one.id for one in books.standby.list_known(VACANCIES, after="b", limit=10)] == ["c", "d"]
