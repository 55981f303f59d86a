"""What is remembered of vacancies that were taken out, on every database."""

from typing import Any

from ingestion.closings import ClosingBook
from ingestion.documents import ResumeDocument, VacancyDocument
from milvus import Entity, Kind, Resume, Vacancy
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, resume, settle_all, vacancy


def entity(id_: str, **fields: str) -> Entity:
    return Vacancy(id=id_, title="Night nurse", text="Ask for Ada.", text_hash="", document_hash="", **fields)


def close(books: Books, *ids: str) -> None:
    """Erase vacancies, and take them out of the index as a worker does."""
    books.ledger.delete(Kind.VACANCIES, ids)
    claims = claim(books)
    ClosingBook(books.database).note({id_: entity(id_, company="Acme") for id_ in ids})
    settle_all(books, claims)


def bring_in(books: Books, *documents: VacancyDocument | ResumeDocument) -> None:
    books.ledger.record(documents)
    settle_all(books, claim(books))


def list_all(books: Books) -> list[dict[str, Any]]:
    return [row for batch in ClosingBook(books.database).iterate() for row in batch]


def test_a_closed_vacancy_is_remembered_by_its_facts_and_times(books: Books) -> None:
    came = books.clock.now
    bring_in(books, vacancy("v1"))
    books.clock.now += 500
    close(books, "v1")
    (row,) = list_all(books)
    assert (row["first_seen"], row["closed_at"], row["company"]) == (came, came + 500, "Acme")
    assert not {"id", "text", "title", "url"} & set(row)
    assert "Ada" not in str(row)


def test_nothing_is_remembered_of_what_is_still_there(books: Books) -> None:
    bring_in(books, vacancy("v1"))
    ClosingBook(books.database).note({"v1": entity("v1"), "v2": entity("v2")})
    ClosingBook(books.database).note({})
    assert list_all(books) == []


def test_nothing_is_remembered_of_a_resume(books: Books) -> None:
    bring_in(books, resume("r1"))
    books.ledger.delete(Kind.RESUMES, ["r1"])
    ClosingBook(books.database).note({"r1": Resume(id="r1", text="", text_hash="", document_hash="")})
    assert list_all(books) == []


def test_a_vacancy_that_comes_back_is_no_longer_closed_until_it_closes_again(books: Books) -> None:
    bring_in(books, vacancy("v1"), vacancy("v2"))
    close(books, "v1", "v2")
    books.clock.now += 100
    bring_in(books, vacancy("v1"))
    assert len(list_all(books)) == 1
    books.clock.now += 100
    close(books, "v1")
    assert sorted(row["closed_at"] for row in list_all(books)) == [1_000_000, 1_000_200]


def test_all_are_listed_however_many_there_are(books: Books) -> None:
    ids = [f"v{number:04}" for number in range(2_100)]
    books.ledger.record([vacancy(id_) for id_ in ids])
    books.ledger.delete(Kind.VACANCIES, ids)
    book = ClosingBook(books.database)
    book.note({id_: entity(id_) for id_ in ids})
    assert len(list_all(books)) == len(ids)
    assert book.forget() == len(ids)
    assert list_all(books) == []
