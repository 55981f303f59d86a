"""Documents set aside, on every database: listed, tried again, taken out for good."""

from sqlalchemy import select

from ingestion.failures import Failure
from ingestion.records import Priority, State, TaskState
from ingestion.tables import persons
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, fail_all, resume, settle_all, vacancy


def test_list_says_what_failed_why_how_often_and_since_when(books: Books) -> None:
    books.ledger.record([vacancy(source="careers page")])
    books.clock.now += 60
    fail_all(books, "nothing but noise")
    books.clock.now += 60
    assert books.failures.list() == [
        Failure(
            Kind.VACANCIES,
            "v1",
            "nothing but noise",
            attempts=1,
            source="careers page",
            since=books.clock.now - 60,
            is_deletion=False,
        )
    ]


def test_list_is_newest_first_of_a_kind_and_bounded(books: Books) -> None:
    for id_ in ("old", "new"):
        books.ledger.record([vacancy(id_), resume(id_)])
        fail_all(books)
        books.clock.now += 1
    assert [one.id for one in books.failures.list(kind=Kind.VACANCIES)] == ["new", "old"]
    assert [(one.kind, one.id) for one in books.failures.list(limit=3)] == [
        (Kind.RESUMES, "new"),
        (Kind.VACANCIES, "new"),
        (Kind.RESUMES, "old"),
    ]


def test_retry_queues_once_more_with_all_its_attempts(books: Books) -> None:
    task_id = books.ledger.record([vacancy()])[0].task_id
    fail_all(books)
    verdict = books.failures.retry(["v1"])
    assert (verdict.taken, verdict.refused) == ([(Kind.VACANCIES, "v1")], {})
    assert books.failures.list() == []
    settle_all(books, claim(books))
    assert books.ledger.get_task(task_id).state is TaskState.DONE


def test_retry_names_what_did_not_fail_and_still_tries_the_others(books: Books) -> None:
    books.ledger.record([vacancy("bad")])
    fail_all(books)
    books.ledger.record([vacancy("good"), vacancy("queued")])
    settle_all(books, [one for one in claim(books) if one.id == "good"])
    verdict = books.failures.retry(["bad", "good", "queued", "nobody"])
    assert verdict.taken == [(Kind.VACANCIES, "bad")]
    assert verdict.refused == {
        "good": "did not fail (vacancies: indexed)",
        "queued": "did not fail (vacancies: pending)",
        "nobody": "no such document",
    }


def test_retry_without_a_kind_means_both_and_with_one_only_that(books: Books) -> None:
    books.ledger.record([vacancy("x"), resume("x")])
    fail_all(books)
    assert books.failures.retry(["x"], kind=Kind.RESUMES).taken == [(Kind.RESUMES, "x")]
    fail_all(books)
    assert books.failures.retry(["x"]).taken == [(Kind.RESUMES, "x"), (Kind.VACANCIES, "x")]


def test_retry_of_a_few_goes_before_a_load_and_of_all_goes_with_it(books: Books) -> None:
    books.ledger.record([vacancy("few"), vacancy("rest")])
    fail_all(books)
    books.failures.retry(["few"])
    assert books.failures.retry_all(kind=Kind.RESUMES) == 0
    assert books.failures.retry_all() == 1
    claims = claim(books) + claim(books)
    assert [(one.id, one.priority) for one in claims] == [("few", Priority.INTERACTIVE), ("rest", Priority.BULK)]


def test_drop_erases_the_document_its_person_and_its_row_in_the_index(books: Books) -> None:
    books.ledger.record([resume()])
    fail_all(books)
    assert books.failures.drop(["r1"]).taken == [(Kind.RESUMES, "r1")]
    assert books.ledger.get_document(Kind.RESUMES, "r1") is None
    with books.database.read() as connection:
        assert connection.execute(select(persons)).all() == []
    claims = claim(books)
    assert [(one.id, one.document) for one in claims] == [("r1", None)]
    settle_all(books, claims)
    assert books.failures.drop(["r1"]).refused == {"r1": "no such document"}


def test_drop_leaves_alone_what_did_not_fail(books: Books) -> None:
    books.ledger.record([vacancy()])
    settle_all(books, claim(books))
    assert books.failures.drop(["v1"]).refused == {"v1": "did not fail (vacancies: indexed)"}
    assert books.ledger.get_document(Kind.VACANCIES, "v1").state is State.INDEXED


def test_removal_that_failed_is_listed_counted_and_tried_again(books: Books) -> None:
    books.ledger.record([vacancy()])
    settle_all(books, claim(books))
    books.ledger.delete(Kind.VACANCIES, ["v1"])
    fail_all(books, "the index refused")
    assert [(one.id, one.is_deletion) for one in books.failures.list()] == [("v1", True)]
    assert books.ledger.summarize().counts[Kind.VACANCIES][State.FAILED] == 1
    books.failures.retry(["v1"])
    claims = claim(books)
    assert [one.document for one in claims] == [None]
    settle_all(books, claims)
    assert books.ledger.summarize().counts[Kind.VACANCIES][State.FAILED] == 0


def test_more_ids_than_a_statement_holds_are_all_settled(books: Books) -> None:
    books.ledger.record([vacancy(f"v{i:04}") for i in range(1100)])
    fail_all(books)
    assert len(books.failures.retry([f"v{i:04}" for i in range(1100)]).taken) == 1100
    fail_all(books)
    assert len(books.failures.drop([f"v{i:04}" for i in range(1100)]).taken) == 1100
    assert books.ledger.list_documents(Kind.VACANCIES) == []
