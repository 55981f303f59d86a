"""What the status of the queue says, on every database."""

from ingestion.records import Outcome, Priority, State
from ingestion.sources.port import Rejection
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, fail_all, resume, settle_all, vacancy


def test_status_of_nothing_is_empty(books: Books) -> None:
    found = books.status.read()
    assert found.documents == {kind: dict.fromkeys(State, 0) for kind in Kind}
    assert [(queue.priority, queue.oldest_seconds) for queue in found.queues] == [("interactive", None), ("bulk", None)]
    assert (found.indexed_last_minute, found.indexed_last_hour, found.rejections) == (0, 0, 0)
    assert (found.failures, found.workers) == ([], [])


def test_queues_are_counted_by_kind_with_the_age_of_their_oldest(books: Books) -> None:
    books.ledger.record([vacancy("b1"), vacancy("b2"), resume("b1")], priority=Priority.BULK)
    books.clock.now += 30
    books.ledger.record([vacancy("single")])
    books.clock.now += 5
    interactive, bulk = books.status.read().queues
    assert (interactive.priority, interactive.pending, interactive.oldest_seconds) == (
        "interactive",
        {Kind.RESUMES: 0, Kind.VACANCIES: 1},
        5,
    )
    assert (bulk.priority, bulk.pending, bulk.oldest_seconds) == ("bulk", {Kind.RESUMES: 1, Kind.VACANCIES: 2}, 35)


def test_change_of_a_document_that_waits_makes_it_no_younger(books: Books) -> None:
    books.ledger.record([vacancy(title="A")])
    books.clock.now += 30
    books.ledger.record([vacancy(title="B")])
    assert books.status.read().queues[0].oldest_seconds == 30


def test_removal_of_a_document_that_waits_is_as_old_as_its_first_change(books: Books) -> None:
    books.ledger.record([vacancy()])
    books.clock.now += 30
    books.ledger.delete(Kind.VACANCIES, ["v1"])
    assert books.status.read().queues[0].oldest_seconds == 30


def test_requeued_documents_wait_since_they_were_requeued(books: Books) -> None:
    books.ledger.record([vacancy("failed")])
    fail_all(books)
    books.ledger.record([resume("indexed")])
    settle_all(books, claim(books))
    books.clock.now += 5000
    books.failures.retry(["failed"])
    books.queue.adopt_collection(Kind.RESUMES, "another")
    books.clock.now += 7
    assert [queue.oldest_seconds for queue in books.status.read().queues] == [7, 7]


def test_rate_counts_what_came_into_the_index_lately(books: Books) -> None:
    for age in (4000, 3000, 30):
        books.ledger.record([vacancy(f"v{age}")])
        settle_all(books, claim(books))
        books.clock.now += {4000: 1000, 3000: 2970, 30: 30}[age]
    found = books.status.read()
    assert (found.indexed_last_minute, found.indexed_last_hour) == (1, 2)


def test_failures_are_counted_by_source(books: Books) -> None:
    sources = {"a": "careers page", "b": "careers page", "c": "board", "d": None}
    books.ledger.record([vacancy(id_, source=source) for id_, source in sources.items()])
    fail_all(books)
    counted = {(one.kind, one.source): one.documents for one in books.status.read().failures}
    assert counted == {
        (Kind.VACANCIES, "careers page"): 2,
        (Kind.VACANCIES, "board"): 1,
        (Kind.VACANCIES, None): 1,
    }


def test_worker_is_listed_with_what_it_holds_while_it_gives_signs_of_life(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("b")])
    books.queue.report_alive("one", "host:1")
    claims = claim(books, "one")
    books.clock.now += 20
    books.queue.report_alive("two", "host:2")
    assert [(one.process, one.claimed) for one in books.status.read().workers] == [("host:1", 2), ("host:2", 0)]
    books.queue.settle("one", [Outcome(one, text_hash="hash") for one in claims])
    books.clock.now += 15
    assert [(one.process, one.claimed) for one in books.status.read().workers] == [("host:2", 0)]
    books.queue.sign_off("two")
    assert books.status.read().workers == []


def test_worker_of_a_process_that_is_known_to_be_dead_is_not_listed(books: Books) -> None:
    books.queue.report_alive("killed", "host:1")
    books.queue.release_leases()
    assert books.status.read().workers == []


def test_rejected_rows_are_counted(books: Books) -> None:
    books.rejections.add("jobs.csv", [Rejection(location=f"jobs.csv:{i}", reason="title: too long") for i in range(3)])
    assert books.status.read().rejections == 3
