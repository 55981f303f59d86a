"""Who goes first, on every database: what somebody waits for, without starving a load."""

from collections.abc import Sequence

from ingestion.records import Claim, Outcome, Priority, State
from ingestion.worker import BULK_EVERY, Worker
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, settle_all, vacancy


def ids(claims: Sequence[Claim]) -> list[str]:
    return [one.id for one in claims]


def load(books: Books, *names: str) -> None:
    books.ledger.record([vacancy(name) for name in names], priority=Priority.BULK)


def test_claim_takes_a_single_document_before_a_load_and_not_in_one_batch_with_it(books: Books) -> None:
    load(books, "b1", "b2")
    books.ledger.record([vacancy("single")])
    assert ids(claim(books)) == ["single"]
    assert ids(claim(books)) == ["b1", "b2"]


def test_claim_orders_each_priority_by_version(books: Books) -> None:
    load(books, "b1", "b2", "b3")
    for name in ("z", "a"):
        books.ledger.record([vacancy(name)])
    assert ids(claim(books)) == ["z", "a"]
    assert ids(claim(books, limit=2)) == ["b1", "b2"]


def test_claim_with_bulk_first_takes_bulk_and_falls_back_to_the_others(books: Books) -> None:
    load(books, "b")
    books.ledger.record([vacancy("single")])
    assert ids(claim(books, first=Priority.BULK)) == ["b"]
    assert ids(claim(books, first=Priority.BULK)) == ["single"]


def test_deletion_goes_before_a_load(books: Books) -> None:
    load(books, "b1", "b2")
    settle_all(books, claim(books))
    load(books, "b3")
    books.ledger.delete(Kind.VACANCIES, ["b2"])
    assert [(c.id, c.document) for c in claim(books)] == [("b2", None)]


def test_document_that_waits_in_a_load_goes_ahead_when_it_is_sent_alone_even_unchanged(books: Books) -> None:
    load(books, "b1", "b2", "b3")
    books.ledger.record([vacancy("b3")])
    assert ids(claim(books)) == ["b3"]


def test_load_does_not_put_back_what_somebody_waits_for(books: Books) -> None:
    load(books, "b1")
    books.ledger.record([vacancy("single")])
    books.ledger.record([vacancy("single", title="Head nurse"), vacancy("b2")], priority=Priority.BULK)
    assert [(c.id, c.document.title) for c in claim(books)] == [("single", "Head nurse")]


def test_document_changed_by_a_load_after_it_was_indexed_is_bulk(books: Books) -> None:
    books.ledger.record([vacancy("single")])
    settle_all(books, claim(books))
    books.ledger.record([vacancy("single", title="Head nurse")], priority=Priority.BULK)
    books.ledger.record([vacancy("other")])
    assert ids(claim(books)) == ["other"]


def test_suspects_of_a_load_hold_up_no_single_document(books: Books) -> None:
    load(books, "b1", "b2", "b3")
    claim(books, "killed", limit=2)
    books.queue.release_leases()
    books.ledger.record([vacancy("single")])
    assert ids(claim(books)) == ["single"]
    assert ids(claim(books)) == ["b1"]
    assert ids(claim(books)) == ["b2"]
    assert ids(claim(books)) == ["b3"]


def test_lost_collection_is_filled_anew_behind_single_documents(books: Books) -> None:
    books.ledger.record([vacancy("old")])
    settle_all(books, claim(books))
    books.queue.adopt_collection(Kind.VACANCIES, "another")
    books.ledger.record([vacancy("single")])
    assert ids(claim(books)) == ["single"]
    assert ids(claim(books)) == ["old"]


class EndlessCallers:
    """Stands in for the pipeline: with every batch that is applied, another single document comes in."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.batches: list[Priority] = []

    def apply(self, claims: Sequence[Claim]) -> list[Outcome]:
        assert len({one.priority for one in claims}) == 1
        self.batches.append(claims[0].priority)
        self._books.ledger.record([vacancy(f"single-{len(self.batches)}")])
        return [Outcome(one, text_hash="hash") for one in claims]


def test_worker_takes_bulk_now_and_then_however_many_single_documents_come(books: Books) -> None:
    load(books, *(f"b{i:02}" for i in range(40)))
    books.ledger.record([vacancy("single-0")])
    callers = EndlessCallers(books)
    worker = Worker(books.queue, lambda: callers, batch_size=20)  # type: ignore[arg-type]  # all that a worker uses of it
    for _ in range(3 * BULK_EVERY):
        worker.work_once()
    assert callers.batches == 3 * ([Priority.INTERACTIVE] * (BULK_EVERY - 1) + [Priority.BULK])
    assert books.ledger.get_document(Kind.VACANCIES, "b00").state is State.INDEXED
