"""Documents and the steps of a worker, for the tests of this folder."""

from datetime import UTC, datetime

from ingestion.documents import Person, ResumeDocument, VacancyDocument
from ingestion.records import Claim, Outcome, Priority
from tests.contract.ledger.conftest import Books


def vacancy(
    id_: str = "v1", title: str = "Nurse", *, source: str | None = None, expires_at: float | None = None
) -> VacancyDocument:
    moment = datetime.fromtimestamp(expires_at, UTC) if expires_at is not None else None
    return VacancyDocument(id=id_, title=title, text="Looks after patients at night.", source=source, expires_at=moment)


def resume(id_: str = "r1", name: str | None = "Ada Example", *, expires_at: float | None = None) -> ResumeDocument:
    moment = datetime.fromtimestamp(expires_at, UTC) if expires_at is not None else None
    return ResumeDocument(id=id_, title="Nurse", person=Person(name=name) if name else None, expires_at=moment)


def claim(
    books: Books, owner: str = "worker", *, limit: int = 100, first: Priority = Priority.INTERACTIVE
) -> list[Claim]:
    return books.queue.claim(owner, limit=limit, lease_seconds=30, first=first)


def settle_all(books: Books, claims: list[Claim], owner: str = "worker") -> None:
    books.queue.settle(owner, [Outcome(one, text_hash="hash") for one in claims])


def fail_all(books: Books, error: str = "noise", owner: str = "worker") -> None:
    """Set aside everything that is pending."""
    while claims := claim(books, owner):
        books.queue.settle(owner, [Outcome(one, error=error) for one in claims])
