"""What idle workers purge, on every database, and what they must leave alone."""

from sqlalchemy import func, select

from ingestion.housekeeping import DAY, Housekeeper, Retention, Round
from ingestion.records import TaskState
from ingestion.tables import tasks, workers
from ingestion.worker import Worker
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, fail_all, resume, settle_all, vacancy


def keep_house(books: Books, *, expired_days: int = 90, task_days: int = 30) -> Round:
    retention = Retention(expired_days=expired_days, task_days=task_days)
    return Housekeeper(books.database, books.ledger, retention, clock=books.clock).run()


def count_tasks(books: Books) -> int:
    with books.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(tasks)) or 0


def test_document_is_erased_so_many_days_after_it_expired(books: Books) -> None:
    expiry = books.clock.now + DAY
    books.ledger.record([vacancy("old", expires_at=expiry), resume("old", expires_at=expiry), vacancy("new")])
    settle_all(books, claim(books))
    books.clock.now = expiry + 90 * DAY
    assert keep_house(books).documents == 0
    books.clock.now += 1
    assert keep_house(books).documents == 2
    assert books.ledger.get_document(Kind.VACANCIES, "old") is None
    assert books.ledger.get_document(Kind.RESUMES, "old") is None
    assert books.ledger.get_document(Kind.VACANCIES, "new") is not None
    assert [(one.kind, one.id, one.document) for one in claim(books)] == [
        (Kind.RESUMES, "old", None),
        (Kind.VACANCIES, "old", None),
    ]


def test_document_without_expiry_stays_for_ever(books: Books) -> None:
    books.ledger.record([resume()])
    books.clock.now += 10_000 * DAY
    assert keep_house(books).documents == 0


def test_what_had_expired_long_before_it_came_stays_its_days(books: Books) -> None:
    """Otherwise loading an old export would erase it again, and each load would embed it anew."""
    books.ledger.record([vacancy(expires_at=books.clock.now - 1000 * DAY)])
    assert keep_house(books).documents == 0
    books.clock.now += 91 * DAY
    assert keep_house(books).documents == 1


def test_document_whose_expiry_was_put_off_stays(books: Books) -> None:
    books.ledger.record([vacancy(expires_at=books.clock.now + DAY)])
    books.ledger.record([vacancy(expires_at=books.clock.now + 365 * DAY)])
    books.clock.now += 100 * DAY
    assert keep_house(books).documents == 0


def test_zero_days_keep_everything(books: Books) -> None:
    books.ledger.record([vacancy("a", expires_at=books.clock.now), vacancy("b")])
    settle_all(books, claim(books))
    books.ledger.delete(Kind.VACANCIES, ["b"])
    settle_all(books, claim(books))
    books.clock.now += 10_000 * DAY
    assert keep_house(books, expired_days=0, task_days=0) == Round(documents=0, tasks=0)


def test_rounds_are_bounded_and_reach_everything(books: Books) -> None:
    books.ledger.record([vacancy(f"v{i}", expires_at=books.clock.now) for i in range(450)])
    books.clock.now += 91 * DAY
    purged = []
    while not (done := keep_house(books)).is_complete:
        purged.append(done.documents)
    assert [*purged, done.documents] == [200, 200, 50]


def test_finished_task_is_forgotten_but_not_the_newest_of_a_document(books: Books) -> None:
    first = books.ledger.record([vacancy(title="A")])[0].task_id
    settle_all(books, claim(books))
    second = books.ledger.record([vacancy(title="B")])[0].task_id
    settle_all(books, claim(books))
    books.clock.now += 31 * DAY
    assert keep_house(books).tasks == 1
    assert books.ledger.get_task(first) is None
    assert books.ledger.has_newer_task(first)
    assert books.ledger.get_task(second).state is TaskState.DONE
    assert books.ledger.record([vacancy(title="B")])[0].task_id == second


def test_tasks_of_an_erased_document_are_forgotten_but_the_newest_of_all(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("b")])
    settle_all(books, claim(books))
    books.ledger.delete(Kind.VACANCIES, ["a", "b"])
    settle_all(books, claim(books))
    books.clock.now += 31 * DAY
    keep_house(books)
    assert count_tasks(books) == 1


def test_task_that_is_not_done_or_not_old_stays(books: Books) -> None:
    books.ledger.record([vacancy("failed", title="A"), vacancy("waiting", title="A")])
    fail_all(books)
    books.failures.retry(["waiting"])
    books.ledger.record([vacancy("failed", title="B"), vacancy("waiting", title="B")])
    assert count_tasks(books) == 4
    books.clock.now += 31 * DAY
    assert keep_house(books).tasks == 0
    settle_all(books, claim(books))
    assert keep_house(books).tasks == 2
    books.ledger.record([vacancy("failed", title="C")])
    settle_all(books, claim(books))
    books.clock.now += 29 * DAY
    assert keep_house(books).tasks == 1


def test_worker_that_was_never_seen_again_is_forgotten_after_a_day(books: Books) -> None:
    books.queue.report_alive("gone", "host:1")
    books.clock.now += 2 * DAY
    books.queue.report_alive("here", "host:2")
    keep_house(books)
    with books.database.read() as connection:
        assert connection.scalars(select(workers.c.id)).all() == ["here"]


class Nothing:
    """Stands in for a pipeline that is never reached."""


class StopsItsWorker:
    """A housekeeper that ends the worker that called it, and fails at it."""

    def __init__(self) -> None:
        self.worker: Worker | None = None
        self.calls = 0

    def run(self) -> Round:
        assert self.worker is not None
        self.calls += 1
        self.worker.stop()
        raise RuntimeError("nobody foresaw this")


def test_idle_worker_keeps_house_and_survives_its_failure(books: Books) -> None:
    housekeeper = StopsItsWorker()
    worker = Worker(books.queue, Nothing, housekeeper=housekeeper)  # type: ignore[arg-type]
    housekeeper.worker = worker
    worker.run()
    assert housekeeper.calls == 1
