"""What the ledger promises about sources: their schedule, and that only one process runs one."""

import threading

import pytest

from ingestion.documents import VacancyDocument
from ingestion.errors import SourceRefused, UnknownSource
from ingestion.source_list import LEASE_SECONDS, RunOutcome, RunResult, SourceDescription
from ingestion.sources import SourceRow
from milvus import Kind
from tests.contract.ledger.conftest import Books

HOUR = 3600.0
DONE = RunResult(outcome=RunOutcome.DONE, counts={"new": 3}, etag='"v1"', last_modified="Mon")


def describe(name: str = "board", every: float | None = HOUR, **fields: object) -> SourceDescription:
    return SourceDescription(name=name, location="https://jobs.example/a.json", every_seconds=every, **fields)


def test_added_source_is_found_as_it_was_described(books: Books) -> None:
    books.sources.add(
        describe(kind=Kind.VACANCIES, format="csv", mapping={"Должность": "title"}, snapshot=True),
    )
    found = books.sources.get("board")
    assert (found.location, found.kind, found.format) == ("https://jobs.example/a.json", Kind.VACANCIES, "csv")
    assert (found.mapping, found.every_seconds, found.snapshot) == ({"Должность": "title"}, HOUR, True)
    assert (found.run, found.outcome, found.paused) == (0, None, False)
    assert [source.name for source in books.sources.read()] == ["board"]


def test_name_is_given_once(books: Books) -> None:
    books.sources.add(describe())
    with pytest.raises(SourceRefused, match="board already"):
        books.sources.add(describe())


@pytest.mark.parametrize("name", ["", "a b", "-a", "a/b", "x" * 65, "a\n", "\x00"])
def test_name_that_is_none_is_refused(books: Books, name: str) -> None:
    with pytest.raises(SourceRefused, match="no name"):
        books.sources.add(describe(name))


def test_unknown_name_is_told(books: Books) -> None:
    sources = books.sources
    for method in (sources.get, sources.pause, sources.resume, sources.hasten, sources.remove):
        with pytest.raises(UnknownSource, match="nobody"):
            method("nobody")
    with pytest.raises(UnknownSource, match="nobody"):
        books.sources.claim("nobody", "me")


def test_source_is_due_at_once_and_then_after_its_interval(books: Books) -> None:
    books.sources.add(describe())
    first = books.sources.claim_due("me")
    assert (first.name, first.run) == ("board", 1)
    assert books.sources.finish(first, "me", DONE)
    assert books.sources.claim_due("me") is None
    books.clock.now += HOUR
    assert books.sources.claim_due("me").run == 2


def test_longest_due_comes_first(books: Books) -> None:
    for name in ("c", "a", "b"):
        books.clock.now += 1
        books.sources.add(describe(name))
    assert [books.sources.claim_due("me").name for _ in range(3)] == ["c", "a", "b"]
    assert books.sources.claim_due("me") is None


def test_source_without_interval_is_run_by_hand_only(books: Books) -> None:
    books.sources.add(describe(every=None))
    assert books.sources.claim_due("me") is None
    books.sources.resume("board")
    assert books.sources.claim_due("me") is None
    assert books.sources.claim("board", "me").run == 1


def test_paused_source_is_not_due_and_due_at_once_when_resumed(books: Books) -> None:
    books.sources.add(describe())
    books.sources.pause("board")
    assert books.sources.claim_due("me") is None
    books.sources.resume("board")
    assert books.sources.claim_due("me") is not None


@pytest.mark.parametrize("every", [None, HOUR])
def test_hastened_source_is_due_once_more_than_its_schedule_says(books: Books, every: float | None) -> None:
    books.sources.add(describe(every=every))
    if every:
        books.sources.finish(books.sources.claim_due("me"), "me", DONE)
    assert books.sources.claim_due("me") is None
    books.sources.hasten("board")
    books.sources.finish(books.sources.claim_due("me"), "me", DONE)
    assert books.sources.claim_due("me") is None


def test_paused_source_is_not_hastened(books: Books) -> None:
    books.sources.add(describe())
    books.sources.pause("board")
    with pytest.raises(SourceRefused, match="paused"):
        books.sources.hasten("board")


def test_running_source_is_not_given_to_another(books: Books) -> None:
    books.sources.add(describe())
    mine = books.sources.claim("board", "me")
    books.clock.now += LEASE_SECONDS - 1
    assert books.sources.renew(mine, "me")
    books.clock.now += LEASE_SECONDS - 1
    assert books.sources.claim("board", "other") is None
    books.sources.finish(mine, "me", DONE)
    assert books.sources.claim("board", "other") is not None


def test_run_of_a_dead_process_is_taken_over(books: Books) -> None:
    books.sources.add(describe(every=None))
    dead = books.sources.claim("board", "dead")
    books.clock.now += LEASE_SECONDS + 1
    mine = books.sources.claim("board", "me")
    assert mine.run == dead.run + 1
    assert not books.sources.renew(dead, "dead")
    assert not books.sources.finish(dead, "dead", DONE)
    assert books.sources.get("board").outcome is None
    assert books.sources.finish(mine, "me", DONE)


def test_source_that_takes_its_process_down_is_not_read_again_at_once(books: Books) -> None:
    books.sources.add(describe())
    books.sources.claim_due("dead")
    books.clock.now += LEASE_SECONDS + 1
    assert books.sources.claim_due("me") is None


def test_result_is_remembered(books: Books) -> None:
    books.sources.add(describe())
    books.sources.finish(books.sources.claim_due("me"), "me", DONE)
    found = books.sources.get("board")
    assert (found.outcome, found.etag, found.last_modified, found.counts) == (
        RunOutcome.DONE,
        '"v1"',
        "Mon",
        {"new": 3},
    )
    assert found.finished_at == books.clock.now


@pytest.mark.parametrize("outcome", [RunOutcome.UNCHANGED, RunOutcome.PARTIAL, RunOutcome.FAILED])
def test_what_was_read_last_stays_remembered_until_something_else_was(books: Books, outcome: RunOutcome) -> None:
    books.sources.add(describe())
    books.sources.finish(books.sources.claim_due("me"), "me", DONE)
    again = books.sources.claim("board", "me")
    books.sources.finish(again, "me", RunResult(outcome=outcome, message="why", etag='"v2"'))
    found = books.sources.get("board")
    assert (found.outcome, found.message, found.etag, found.counts) == (outcome, "why", '"v1"', {"new": 3})


def test_server_that_asks_for_a_longer_pause_gets_it(books: Books) -> None:
    books.sources.add(describe())
    failed = RunResult(outcome=RunOutcome.FAILED, message="429", retry_after=5 * HOUR)
    books.sources.finish(books.sources.claim_due("me"), "me", failed)
    books.clock.now += 4 * HOUR
    assert books.sources.claim_due("me") is None
    books.clock.now += HOUR
    assert books.sources.claim_due("me") is not None


def test_removed_source_lets_go_of_its_documents_and_leaves_them(books: Books) -> None:
    books.sources.add(describe())
    document = VacancyDocument(id="1", title="Welder")
    books.holdings.hold("source:board", 1, [SourceRow(location="a:1", document=document)])
    books.ledger.record([document])
    books.sources.remove("board")
    assert books.sources.read() == []
    assert books.holdings.count("source:board") == 0
    assert books.ledger.get_document(Kind.VACANCIES, "1") is not None


def test_running_source_cannot_be_removed(books: Books) -> None:
    books.sources.add(describe())
    books.sources.claim_due("me")
    with pytest.raises(SourceRefused, match="is being run"):
        books.sources.remove("board")


def test_each_due_source_is_run_by_one_process_however_many_ask(books: Books) -> None:
    names = {f"board{number}" for number in range(12)}
    for name in names:
        books.sources.add(describe(name))
    claimed: list[str] = []

    def work(owner: str) -> None:
        while (source := books.sources.claim_due(owner)) is not None:
            claimed.append(source.name)

    threads = [threading.Thread(target=work, args=(f"worker{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(names)
