"""Leases for whole shards: which documents an import may take, and what becomes of them."""

import pytest

from ingestion.bulk_book import BulkBook, Imported
from ingestion.records import Claim, Outcome, Priority, State
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim as work
from tests.contract.ledger.documents import vacancy

KIND = Kind.VACANCIES


@pytest.fixture
def book(books: Books) -> BulkBook:
    return BulkBook(books.database, clock=books.clock)


def lease(book: BulkBook, owner: str = "bulk", *, after: str = "", limit: int = 100) -> list[str]:
    claims = book.lease(owner, KIND, after=after, limit=limit, lease_seconds=60.0)
    return [claim.id for claim in claims]


def read_states(books: Books) -> dict[str, State]:
    return {one.document.id: one.state for one in books.ledger.list_documents(KIND)}


def record(books: Books, *ids: str, priority: Priority = Priority.BULK) -> None:
    books.ledger.record([vacancy(id_) for id_ in ids], priority=priority)


def as_imported(claims: list[Claim]) -> list[Imported]:
    return [Imported(claim.id, claim.version, claim.document_hash, "text") for claim in claims]


def test_leases_follow_one_another_by_id(books: Books, book: BulkBook) -> None:
    record(books, "c", "a", "b", "d")
    assert lease(book, limit=2) == ["a", "b"]
    assert lease(book, after="b") == ["c", "d"]
    assert book.lease("bulk", Kind.RESUMES, after="", limit=9, lease_seconds=60.0) == []


def test_workers_and_bulk_loads_keep_out_of_each_others_way(books: Books, book: BulkBook) -> None:
    record(books, "a", "b", "c")
    assert [claim.id for claim in work(books, limit=1)] == ["a"]
    assert lease(book) == ["b", "c"]
    assert work(books) == []


def test_only_new_documents_of_a_load_are_leased(books: Books, book: BulkBook) -> None:
    record(books, "waited for", priority=Priority.INTERACTIVE)
    record(books, "indexed", "tried", "deleted", "new")
    for claim in work(books, first=Priority.BULK):
        if claim.id == "indexed":
            books.queue.settle("worker", [Outcome(claim, text_hash="text")])
    books.queue.release("worker")
    record(books, "later")
    books.ledger.delete(KIND, ["deleted"])
    books.ledger.record([vacancy("indexed", title="Changed")], priority=Priority.BULK)

    # What a worker has tried may be in the index, whatever it could say of it.
    assert lease(book) == ["later"]
    assert book.count_new(KIND) == 1


def test_owner_that_crashed_finds_its_documents_again_and_others_only_later(books: Books, book: BulkBook) -> None:
    record(books, "a", "b")
    assert lease(book) == ["a", "b"]
    assert lease(book, "another") == []
    assert lease(book) == ["a", "b"]
    books.clock.now += 61
    assert lease(book, "another") == ["a", "b"]


def test_renewed_leases_last(books: Books, book: BulkBook) -> None:
    record(books, "a")
    lease(book)
    books.clock.now += 50
    book.renew("bulk", lease_seconds=60.0)
    books.clock.now += 50
    assert work(books) == []


def test_settled_documents_are_indexed_and_changed_ones_stay_pending(books: Books, book: BulkBook) -> None:
    record(books, "same", "changed")
    claims = book.lease("bulk", KIND, after="", limit=9, lease_seconds=60.0)
    books.ledger.record([vacancy("changed", title="Another")], priority=Priority.BULK)
    book.settle("bulk", KIND, as_imported(claims))

    assert read_states(books) == {"same": State.INDEXED, "changed": State.PENDING}
    (claim,) = work(books)
    assert (claim.id, claim.indexed_text_hash) == ("changed", "text")


def test_document_deleted_during_an_import_is_taken_out_again(books: Books, book: BulkBook) -> None:
    record(books, "gone")
    claims = book.lease("bulk", KIND, after="", limit=9, lease_seconds=60.0)
    books.ledger.delete(KIND, ["gone"])
    book.settle("bulk", KIND, as_imported(claims))

    (claim,) = work(books)
    assert (claim.id, claim.document) == ("gone", None)


def test_document_that_a_worker_wrote_as_well_is_written_anew(books: Books, book: BulkBook) -> None:
    record(books, "twice")
    claims = book.lease("bulk", KIND, after="", limit=9, lease_seconds=60.0)
    books.clock.now += 61
    (claim,) = work(books)
    books.queue.settle("worker", [Outcome(claim, text_hash="text")])
    assert read_states(books) == {"twice": State.INDEXED}

    book.settle("bulk", KIND, as_imported(claims))
    assert read_states(books) == {"twice": State.PENDING}


def test_retaking_needs_every_document_as_it_was(books: Books, book: BulkBook) -> None:
    record(books, "a", "b")
    claims = book.lease("bulk", KIND, after="", limit=9, lease_seconds=60.0)
    versions = {claim.id: claim.version for claim in claims}
    books.clock.now += 61
    assert book.retake("bulk", KIND, versions, lease_seconds=60.0)

    books.ledger.record([vacancy("b", title="Another")], priority=Priority.BULK)
    assert not book.retake("bulk", KIND, versions, lease_seconds=60.0)


def test_released_documents_are_the_workers(books: Books, book: BulkBook) -> None:
    record(books, "a", "b", "c")
    lease(book)
    book.release("bulk", KIND, ["a"])
    assert [claim.id for claim in work(books)] == ["a"]
    book.release("bulk")
    assert len(work(books)) == 2


def test_pages_of_live_documents_leave_out_deleted_and_failed_ones(books: Books, book: BulkBook) -> None:
    record(books, "a", "b", "c", "d")
    (first, second, *_) = work(books)
    books.queue.settle("worker", [Outcome(first, error="unreadable"), Outcome(second, text_hash="text")])
    books.ledger.delete(KIND, ["d"])
    everything = book.list_live(KIND, after="", limit=9, pending_only=False)
    pending = book.list_live(KIND, after="", limit=9, pending_only=True)

    assert [claim.id for claim in everything] == ["b", "c"]
    assert [claim.id for claim in pending] == ["c"]
    assert (book.count_live(KIND, pending_only=False), book.count_live(KIND, pending_only=True)) == (2, 1)
    assert [claim.id for claim in book.list_live(KIND, after="b", limit=1, pending_only=False)] == ["c"]
