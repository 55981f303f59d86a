"""What the ledger promises about who holds which document, and what a snapshot may close."""

import threading

import pytest

from ingestion.documents import AnyDocument, Person, ResumeDocument, VacancyDocument
from ingestion.holdings import Closing, SnapshotRead, close_absent, release
from ingestion.sources import Rejection, SourceRow
from milvus import Kind
from tests.contract.ledger.conftest import Books

BOARD, OTHER = "source:board", "source:other"


def vacancy(id_: str) -> VacancyDocument:
    return VacancyDocument(id=id_, title="Welder")


def bring(books: Books, holder: str, run: int, *documents: AnyDocument, file: str = "jobs.jsonl") -> None:
    """A run finds these documents, one a line."""
    rows = [SourceRow(location=f"{file}:{line}", document=one) for line, one in enumerate(documents, 1)]
    books.holdings.hold(holder, run, rows)
    books.ledger.record(documents)


def bring_ids(books: Books, holder: str, run: int, *ids: str, file: str = "jobs.jsonl") -> None:
    bring(books, holder, run, *map(vacancy, ids), file=file)


def close(books: Books, run: int, *rejections: Rejection, held_before: int = 0, force: bool = False) -> Closing:
    read = SnapshotRead(holder=BOARD, run=run, rejections=rejections, held_before=held_before)
    return close_absent(books.ledger, books.holdings, read, force=force)


def stored(books: Books) -> list[str]:
    return [one.document.id for one in books.ledger.list_documents(Kind.VACANCIES)]


def test_document_absent_from_a_snapshot_is_closed(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b", "c")
    bring_ids(books, BOARD, 2, "a", "c")
    assert close(books, 2, held_before=3) == Closing(closed=1)
    assert stored(books) == ["a", "c"]
    assert books.holdings.count(BOARD) == 2
    assert close(books, 2, held_before=3) == Closing()


def test_closed_document_is_taken_from_the_index_by_the_worker(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b")
    books.queue.settle("w", [])
    bring_ids(books, BOARD, 2, "a")
    close(books, 2, held_before=2)
    claims = {claim.id: claim.document for claim in books.queue.claim("w", limit=10, lease_seconds=30)}
    assert claims["b"] is None
    assert claims["a"] is not None


def test_closed_resume_takes_the_person_along(books: Books) -> None:
    bring(books, BOARD, 1, ResumeDocument(id="r", title="Nurse", person=Person(name="Ada Example")), vacancy("r"))
    bring_ids(books, BOARD, 2, "r")
    assert close(books, 2, held_before=2).closed == 1
    assert books.ledger.get_document(Kind.RESUMES, "r") is None
    assert stored(books) == ["r"]
    books.ledger.record([ResumeDocument(id="r", title="Nurse")])
    assert books.ledger.get_document(Kind.RESUMES, "r").names == ()


def test_document_that_another_source_holds_is_left_to_it(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b")
    bring_ids(books, OTHER, 7, "b")
    bring_ids(books, BOARD, 2, "a")
    assert close(books, 2, held_before=2) == Closing(closed=0)
    assert stored(books) == ["a", "b"]
    assert release(books.ledger, OTHER, books.holdings.list_held(OTHER)) == 1
    assert stored(books) == ["a"]


def test_document_that_comes_back_is_new(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b")
    bring_ids(books, BOARD, 2, "a")
    close(books, 2, held_before=2)
    bring_ids(books, BOARD, 3, "a", "b")
    assert stored(books) == ["a", "b"]


def test_document_that_was_deleted_meanwhile_is_let_go(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b")
    books.ledger.delete(Kind.VACANCIES, ["b"])
    bring_ids(books, BOARD, 2, "a")
    assert close(books, 2, held_before=2) == Closing(closed=0)
    assert books.holdings.count(BOARD) == 1


@pytest.mark.parametrize(("before", "after"), [(3, 0), (10, 4), (100, 49)])
def test_suspiciously_small_snapshot_closes_nothing_unless_forced(books: Books, before: int, after: int) -> None:
    bring_ids(books, BOARD, 1, *(f"v{number:03}" for number in range(before)))
    bring_ids(books, BOARD, 2, *(f"v{number:03}" for number in range(after)))
    closing = close(books, 2, held_before=before)
    assert closing.closed == 0
    assert f"has {after} documents and had {before}" in closing.refusal
    assert "--force" in closing.refusal
    assert len(stored(books)) == before
    assert close(books, 2, held_before=before, force=True) == Closing(closed=before - after)


@pytest.mark.parametrize(("before", "after"), [(3, 1), (10, 5), (101, 51)])
def test_smaller_snapshot_is_believed(books: Books, before: int, after: int) -> None:
    bring_ids(books, BOARD, 1, *(f"v{number:03}" for number in range(before)))
    bring_ids(books, BOARD, 2, *(f"v{number:03}" for number in range(after)))
    assert close(books, 2, held_before=before) == Closing(closed=before - after)


@pytest.mark.parametrize("damaged", ["jobs.tar.gz", "jobs.tar.gz/b.jsonl"])
def test_damaged_file_closes_nothing_even_forced(books: Books, damaged: str) -> None:
    bring_ids(books, BOARD, 1, "a", "b", file="jobs.tar.gz/a.jsonl")
    bring_ids(books, BOARD, 1, "c", file="jobs.tar.gz/b.jsonl")
    bring_ids(books, BOARD, 2, "a", "b", file="jobs.tar.gz/a.jsonl")
    truncated = Rejection(location=damaged, reason="truncated after row 2")
    closing = close(books, 2, truncated, held_before=3, force=True)
    assert closing == Closing(refusal=f"{damaged} could not be read to its end")
    assert stored(books) == ["a", "b", "c"]


def test_file_that_never_gave_a_document_is_no_damage(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b", file="in/jobs.jsonl")
    bring_ids(books, BOARD, 2, "a", file="in/jobs.jsonl")
    unknown = Rejection(location="in/notes.xyz", reason="is of an unknown type")
    assert close(books, 2, unknown, held_before=2) == Closing(closed=1)


def test_document_whose_row_was_rejected_is_kept(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a-1", "b-2", "c-3")
    bring_ids(books, BOARD, 2, "a-1")
    rejected = Rejection(location="jobs.jsonl:17", reason="salary.min: ...", raw='{"id": "b-2", "salary": -1}')
    assert close(books, 2, rejected, held_before=3) == Closing(closed=1, kept=1)
    assert stored(books) == ["a-1", "b-2"]


def test_file_that_is_one_document_and_cannot_be_read_keeps_it(books: Books) -> None:
    rows = [SourceRow(location=f"in/{id_}", document=vacancy(id_)) for id_ in ("a.pdf", "b.pdf", "c.pdf")]
    books.holdings.hold(BOARD, 1, rows)
    books.ledger.record([row.document for row in rows])
    books.holdings.hold(BOARD, 2, rows[:1])
    unreadable = Rejection(location="in/b.pdf", reason="is encrypted")
    assert close(books, 2, unreadable, held_before=3) == Closing(closed=1, kept=1)
    assert stored(books) == ["a.pdf", "b.pdf"]


def test_more_rejections_than_can_be_looked_at_close_nothing(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "b")
    bring_ids(books, BOARD, 2, "a")
    rejections = [Rejection(location=f"jobs.jsonl:{number}", reason="bad") for number in range(10_001)]
    assert "rejected" in close(books, 2, *rejections, held_before=2).refusal


def test_late_run_does_not_make_the_newer_ones_documents_look_absent(books: Books) -> None:
    bring_ids(books, BOARD, 2, "a")
    bring_ids(books, BOARD, 1, "a")
    assert books.holdings.list_held(BOARD, before_run=2) == []


def test_same_id_twice_in_a_batch_is_held_once(books: Books) -> None:
    bring_ids(books, BOARD, 1, "a", "a")
    assert books.holdings.count(BOARD) == 1


def test_more_than_one_statement_holds_is_closed(books: Books) -> None:
    bring_ids(books, BOARD, 1, *(f"v{number:04}" for number in range(1201)))
    bring_ids(books, BOARD, 2, "v0000")
    assert close(books, 2, held_before=1201, force=True) == Closing(closed=1200)
    assert stored(books) == ["v0000"]


def test_document_is_never_closed_under_a_source_that_is_reading_it(books: Books) -> None:
    for round_ in range(15):
        bring_ids(books, BOARD, 2 * round_ + 1, "a", "b")
        books.holdings.forget(OTHER)
        books.holdings.hold(BOARD, 2 * round_ + 2, [SourceRow(location="jobs.jsonl:1", document=vacancy("a"))])
        start = threading.Barrier(2)

        def read_other(start: threading.Barrier = start, run: int = round_ + 1) -> None:
            start.wait()
            bring_ids(books, OTHER, run, "b")

        reader = threading.Thread(target=read_other)
        reader.start()
        start.wait()
        close(books, 2 * round_ + 2, held_before=2)
        reader.join()
        assert stored(books) == ["a", "b"]
