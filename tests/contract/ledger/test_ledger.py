"""What the ledger promises, on every database."""

import random
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from ingestion.database import Database
from ingestion.queue import MAX_ATTEMPTS
from ingestion.records import Change, Outcome, State, TaskState
from ingestion.sources.port import Rejection
from ingestion.tables import persons
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, resume, settle_all, vacancy


def test_record_new_changed_unchanged_is_told_apart(books: Books) -> None:
    assert [r.change for r in books.ledger.record([vacancy()])] == [Change.NEW]
    assert [r.change for r in books.ledger.record([vacancy()])] == [Change.UNCHANGED]
    assert [r.change for r in books.ledger.record([vacancy(title="Head nurse")])] == [Change.CHANGED]


def test_record_same_id_in_both_kinds_keeps_them_apart(books: Books) -> None:
    books.ledger.record([vacancy("x"), resume("x")])
    assert books.ledger.get_document(Kind.VACANCIES, "x").document == vacancy("x")
    assert books.ledger.get_document(Kind.RESUMES, "x").document.title == "Nurse"


def test_record_same_id_twice_in_a_batch_keeps_the_later(books: Books) -> None:
    outcomes = books.ledger.record([vacancy(title="A"), vacancy(title="B"), vacancy(title="B")])
    assert [o.change for o in outcomes] == [Change.NEW, Change.CHANGED, Change.UNCHANGED]
    assert outcomes[1].task_id == outcomes[2].task_id
    assert books.ledger.get_document(Kind.VACANCIES, "v1").document.title == "B"
    assert len(claim(books)) == 1


def test_record_more_than_one_statement_holds_keeps_order_and_tasks(books: Books) -> None:
    batch = [vacancy(f"v{i}") for i in range(1201)]
    outcomes = books.ledger.record(batch)
    assert [o.id for o in outcomes] == [d.id for d in batch]
    assert len({o.task_id for o in outcomes}) == len(batch)
    for outcome in (outcomes[0], outcomes[600], outcomes[1200]):
        assert books.ledger.get_task(outcome.task_id).document_id == outcome.id


def test_record_person_is_stored_apart_and_named_for_redaction(books: Books) -> None:
    books.ledger.record([resume()])
    stored = books.ledger.get_document(Kind.RESUMES, "r1")
    assert stored.document.person is None
    assert stored.names == ("Ada Example",)
    assert claim(books)[0].names == ("Ada Example",)


def test_record_without_person_forgets_the_person_stored_before(books: Books) -> None:
    books.ledger.record([resume()])
    books.ledger.record([resume(name=None)])
    assert books.ledger.get_document(Kind.RESUMES, "r1").names == ()


@pytest.mark.parametrize("id_", ["a/b", "😀", "' or 1=1 --", 'q"\\', "x" * 512])
def test_record_any_id_is_found_again(books: Books, id_: str) -> None:
    books.ledger.record([vacancy(id_)])
    assert books.ledger.get_document(Kind.VACANCIES, id_).document.id == id_


def test_task_goes_from_queued_over_running_to_done(books: Books) -> None:
    task_id = books.ledger.record([vacancy()])[0].task_id
    assert books.ledger.get_task(task_id).state is TaskState.QUEUED
    claims = claim(books)
    assert books.ledger.get_task(task_id).state is TaskState.RUNNING
    settle_all(books, claims)
    assert books.ledger.get_task(task_id).state is TaskState.DONE
    assert books.ledger.get_document(Kind.VACANCIES, "v1").state is State.INDEXED


def test_task_unknown_is_none(books: Books) -> None:
    assert books.ledger.get_task(10**12) is None


def test_task_of_an_overtaken_change_is_done_with_the_later(books: Books) -> None:
    first = books.ledger.record([vacancy(title="A")])[0].task_id
    books.ledger.record([vacancy(title="B")])
    settle_all(books, claim(books))
    assert books.ledger.get_task(first).state is TaskState.DONE


def test_claim_leases_each_document_once(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("b"), vacancy("c")])
    assert [c.id for c in claim(books, "one", limit=2)] == ["a", "b"]
    assert [c.id for c in claim(books, "two")] == ["c"]
    assert claim(books, "three") == []


def test_claim_after_a_crash_comes_back_when_the_lease_ran_out(books: Books) -> None:
    books.ledger.record([vacancy()])
    claim(books, "dead")
    books.clock.now += 31
    assert [c.id for c in claim(books, "alive")] == ["v1"]


def test_renew_keeps_the_lease(books: Books) -> None:
    books.ledger.record([vacancy()])
    claim(books, "slow")
    books.clock.now += 25
    books.queue.renew("slow", lease_seconds=30)
    books.clock.now += 25
    assert claim(books, "other") == []


def test_release_leases_frees_what_a_killed_worker_held(books: Books) -> None:
    books.ledger.record([vacancy()])
    claim(books, "dead")
    books.queue.release_leases()
    assert len(claim(books, "alive")) == 1


def test_claim_that_kills_its_worker_again_and_again_is_set_aside(books: Books) -> None:
    task_id = books.ledger.record([vacancy()])[0].task_id
    for _ in range(MAX_ATTEMPTS):
        assert len(claim(books)) == 1
        books.clock.now += 31
    assert claim(books) == []
    assert books.ledger.get_task(task_id).state is TaskState.FAILED
    (failure,) = books.failures.list()
    assert (failure.kind, failure.id) == (Kind.VACANCIES, "v1")
    assert failure.error == f"set aside after {MAX_ATTEMPTS} attempts"


def test_settle_after_a_newer_change_leaves_the_document_pending(books: Books) -> None:
    first = books.ledger.record([vacancy(title="A")])[0].task_id
    claims = claim(books)
    second = books.ledger.record([vacancy(title="B")])[0].task_id
    settle_all(books, claims)
    assert books.ledger.get_task(first).state is TaskState.DONE
    assert books.ledger.get_task(second).state is TaskState.QUEUED
    assert [c.document.title for c in claim(books)] == ["B"]


def test_settle_with_a_lost_lease_makes_the_newer_version_be_written_again(books: Books) -> None:
    books.ledger.record([vacancy(title="A")])
    slow = claim(books, "slow")
    books.ledger.record([vacancy(title="B")])
    books.clock.now += 31
    settle_all(books, claim(books, "fast"), "fast")
    settle_all(books, slow, "slow")
    again = claim(books)
    assert [c.document.title for c in again] == ["B"]
    assert again[0].indexed_text_hash is None


def test_settle_failure_sets_aside_and_a_resend_tries_again(books: Books) -> None:
    task_id = books.ledger.record([vacancy()])[0].task_id
    books.queue.settle("worker", [Outcome(claim(books)[0], error="the text is nothing but noise")])
    assert books.ledger.get_task(task_id).error == "the text is nothing but noise"
    assert claim(books) == []
    assert books.ledger.record([vacancy()])[0].change is Change.CHANGED
    assert len(claim(books)) == 1


def test_settle_retry_waits_and_costs_no_attempt(books: Books) -> None:
    books.ledger.record([vacancy()])
    for _ in range(MAX_ATTEMPTS + 2):
        claims = claim(books)
        assert len(claims) == 1
        books.queue.settle("worker", [Outcome(claims[0], error="the index is away", retry=True)])
        assert claim(books) == []
        books.clock.now += 60


def test_document_changed_while_the_index_was_away_is_claimed_again(books: Books) -> None:
    books.ledger.record([vacancy()])
    (given,) = claim(books)
    books.ledger.record([vacancy(title="Head nurse")])
    books.queue.settle("worker", [Outcome(given, error="index away", retry=True)])
    books.clock.now += 10
    assert [one.document for one in claim(books)] == [vacancy(title="Head nurse")]


def test_what_the_index_lost_is_queued_anew_and_what_nobody_knows_is_taken_out(books: Books) -> None:
    books.ledger.record([vacancy("lost"), vacancy("kept")])
    settle_all(books, claim(books))
    books.ledger.record([vacancy("waiting")])
    assert books.queue.queue_anew(Kind.VACANCIES, ["lost", "waiting", "unknown"]) == 1
    assert books.queue.queue_removals(Kind.VACANCIES, ["stray", "kept"]) == 1
    claims = claim(books) + claim(books)
    assert {(one.id, one.document is None) for one in claims} == {("lost", False), ("waiting", False), ("stray", True)}


def test_turn_is_held_by_one_process_at_a_time(database_url: str) -> None:
    order: list[str] = []
    first, second = Database.open(database_url), Database.open(database_url)
    waiting = threading.Event()

    def take_second() -> None:
        waiting.set()
        with second.take_turn():
            order.append("second")

    thread = threading.Thread(target=take_second)
    with first.take_turn():
        thread.start()
        waiting.wait()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    first.close()
    second.close()


def test_delete_erases_content_and_person_at_once(books: Books) -> None:
    books.ledger.record([resume()])
    books.ledger.delete(Kind.RESUMES, ["r1"])
    assert books.ledger.get_document(Kind.RESUMES, "r1") is None
    assert books.ledger.list_documents(Kind.RESUMES) == []
    with books.database.read() as connection:
        assert connection.execute(select(persons)).all() == []


def test_delete_reaches_the_index_and_then_leaves_no_row(books: Books) -> None:
    books.ledger.record([vacancy()])
    settle_all(books, claim(books))
    task_id = books.ledger.delete(Kind.VACANCIES, ["v1"])[0]
    claims = claim(books)
    assert claims[0].document is None
    settle_all(books, claims)
    assert books.ledger.get_task(task_id).state is TaskState.DONE
    assert claim(books) == []


def test_delete_unknown_or_twice_has_no_task(books: Books) -> None:
    books.ledger.record([vacancy()])
    assert books.ledger.delete(Kind.VACANCIES, ["nobody", "v1"])[0] is None
    assert books.ledger.delete(Kind.VACANCIES, ["v1"]) == [None]


def test_record_after_delete_is_new_and_survives_the_settled_delete(books: Books) -> None:
    books.ledger.record([vacancy()])
    books.ledger.delete(Kind.VACANCIES, ["v1"])
    claims = claim(books)
    assert books.ledger.record([vacancy(title="Back")])[0].change is Change.NEW
    settle_all(books, claims)
    assert [c.document.title for c in claim(books)] == ["Back"]


def test_list_documents_orders_ids_by_their_bytes(books: Books) -> None:
    ids = ["A", "B", "_", "a", "b", "é", "Я", "я"]
    books.ledger.record([vacancy(id_) for id_ in reversed(ids)])
    assert [stored.document.id for stored in books.ledger.list_documents(Kind.VACANCIES)] == ids


def test_rejection_of_a_very_long_location_is_kept(books: Books) -> None:
    location = "архив/" + "глубоко/" * 1000
    books.rejections.add("x", [Rejection(location=location, reason="unreadable")])
    assert [row.location for row in books.rejections.read()] == [location]


def test_list_documents_pages_through_all(books: Books) -> None:
    books.ledger.record([vacancy(f"v{i:02}") for i in range(25)])
    seen: list[str] = []
    while page := books.ledger.list_documents(Kind.VACANCIES, after=seen[-1] if seen else None, limit=10):
        seen += [stored.document.id for stored in page]
    assert seen == [f"v{i:02}" for i in range(25)]


def test_adopting_another_collection_makes_everything_be_embedded_anew(books: Books) -> None:
    assert books.queue.adopt_collection(Kind.VACANCIES, "first") == 0
    books.ledger.record([vacancy(), resume()])
    settle_all(books, claim(books))
    assert books.queue.adopt_collection(Kind.VACANCIES, "first") == 0
    assert claim(books) == []
    assert books.queue.adopt_collection(Kind.VACANCIES, "second") == 1
    claims = claim(books)
    assert [(c.id, c.indexed_text_hash) for c in claims] == [("v1", None)]


def test_claim_after_a_crash_takes_suspects_one_by_one(books: Books) -> None:
    books.ledger.record([vacancy(f"v{i}") for i in range(5)])
    claim(books, "killed", limit=3)
    books.queue.release_leases()
    assert [c.id for c in claim(books)] == ["v0"]
    assert [c.id for c in claim(books)] == ["v1"]
    assert [c.id for c in claim(books)] == ["v2"]
    assert [c.id for c in claim(books)] == ["v3", "v4"]


def test_document_that_kills_its_worker_costs_no_other_document_anything(books: Books) -> None:
    books.ledger.record([vacancy(f"v{i}") for i in range(5)])
    for _ in range(20):
        claims = claim(books, "mortal")
        if any(c.id == "v3" for c in claims):
            books.queue.release_leases()
        else:
            settle_all(books, claims, "mortal")
    assert [failure.id for failure in books.failures.list()] == ["v3"]
    assert books.ledger.summarize().counts[Kind.VACANCIES][State.INDEXED] == 4


def test_release_gives_back_one_workers_leases_only(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("b")])
    claim(books, "one", limit=1)
    claim(books, "two", limit=1)
    books.queue.release("one")
    assert [c.id for c in claim(books, "three")] == ["a"]
    assert claim(books, "four") == []


def test_document_erased_under_a_slow_worker_is_taken_out_once_more(books: Books) -> None:
    books.ledger.record([vacancy()])
    slow = claim(books, "slow")
    books.ledger.delete(Kind.VACANCIES, ["v1"])
    books.clock.now += 31
    settle_all(books, claim(books, "fast"), "fast")
    settle_all(books, slow, "slow")
    again = claim(books)
    assert [(c.id, c.document) for c in again] == [("v1", None)]
    settle_all(books, again)
    assert claim(books) == []
    assert books.ledger.get_document(Kind.VACANCIES, "v1") is None


def test_settle_of_another_content_under_the_same_version_leaves_the_document_pending(books: Books) -> None:
    books.ledger.record([vacancy(title="A")])
    claims = [replace(c, document_hash="of what another writer had stored under this version") for c in claim(books)]
    settle_all(books, claims)
    assert [c.document.title for c in claim(books)] == ["A"]


def test_summary_counts_kinds_and_states(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("b"), resume()])
    done = [c for c in claim(books) if c.id == "a"]
    books.queue.settle("worker", [Outcome(done[0], text_hash="h")])
    summary = books.ledger.summarize()
    assert summary.counts[Kind.VACANCIES] == {State.PENDING: 1, State.INDEXED: 1, State.FAILED: 0}
    assert summary.counts[Kind.RESUMES] == {State.PENDING: 1, State.INDEXED: 0, State.FAILED: 0}
    assert summary.pending == 2


def test_rejections_are_kept_by_location_until_the_path_is_loaded_again(books: Books) -> None:
    row = Rejection(location="jobs.csv:17", reason="title: too long", kind=Kind.VACANCIES, raw="a\x00b")
    books.rejections.add("jobs.csv", [row, row])
    assert [r.raw for r in books.rejections.read()] == ["a\ufffdb"]
    books.rejections.forget("jobs.csv")
    assert books.rejections.read() == []


def test_two_workers_never_get_the_same_document(books: Books, database_url: str) -> None:
    books.ledger.record([vacancy(f"v{i}") for i in range(200)])
    taken: list[str] = []

    def work(owner: str) -> None:
        while claims := claim(books, owner, limit=7):
            taken.extend(c.id for c in claims)

    workers = [threading.Thread(target=work, args=(f"worker-{i}",)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == sorted(f"v{i}" for i in range(200))


def test_writers_of_the_same_documents_at_once_all_succeed(books: Books) -> None:
    errors: list[Exception] = []

    def write(author: int) -> None:
        try:
            for turn in range(5):
                batch = [vacancy(f"v{i}", title=f"{author}-{turn}") for i in range(600)]
                random.Random(author).shuffle(batch)
                books.ledger.record(batch)
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    settle_all(books, claim(books, limit=1000))
    assert books.ledger.summarize().pending == 0


def test_open_twice_at_once_migrates_once(database_url: str) -> None:
    failures: list[Exception] = []

    def open_database() -> None:
        try:
            Database.open(database_url).close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_database) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
