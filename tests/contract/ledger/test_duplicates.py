"""The book on duplicates, on every database: groups, what they are queued for, and workers at the same time."""

import random
import threading
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import func, select

from ingestion.currency import load_rates
from ingestion.documents import AnyDocument, ResumeDocument, VacancyDocument
from ingestion.duplicates import MOST_PER_BUCKET, DuplicateBook
from ingestion.normalize import Normalizer
from ingestion.queue import WorkQueue
from ingestion.records import Claim, State, TaskState
from ingestion.skills import load_taxonomy
from ingestion.tables import signature_buckets, signatures
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, settle_all
from tests.unit.ingestion.texts import edit, write_text

NORMALIZER = Normalizer(taxonomy=load_taxonomy(), rates=load_rates())
TEXT, OTHER_TEXT = (write_text(random.Random(seed), words=60) for seed in (1, 2))


def posting(id_: str, text: str = TEXT, *, title: str = "Nurse") -> VacancyDocument:
    return VacancyDocument(id=id_, title=title, text=text, source=f"board {id_}")


def link(books: Books, claims: Sequence[Claim], kind: Kind = Kind.VACANCIES) -> Mapping[str, str]:
    entities = {one.id: NORMALIZER.normalize(one.document) for one in claims if one.document is not None}
    return books.duplicates.link(kind, claims, entities)


def work(books: Books, kind: Kind = Kind.VACANCIES) -> int:
    """Link and settle until nothing is pending, as a worker does; how many claims that took."""
    count = 0
    while claims := claim(books, limit=3):
        link(books, claims, kind)
        settle_all(books, claims)
        count += len(claims)
    return count


def store(books: Books, *documents: AnyDocument) -> int:
    books.ledger.record(documents)
    return work(books, Kind.RESUMES if isinstance(documents[0], ResumeDocument) else Kind.VACANCIES)


def list_groups(books: Books, kind: Kind = Kind.VACANCIES) -> set[str]:
    """The groups as their ids in one string each: "abc"."""
    with books.database.read() as connection:
        ids = connection.scalars(select(signatures.c.id).where(signatures.c.kind == kind)).all()
    groups: dict[str, list[str]] = {}
    for id_, group in books.duplicates.read_groups(kind, ids).items():
        groups.setdefault(group, []).append(id_)
    return {"".join(sorted(ids)) for ids in groups.values()}


def test_one_text_under_two_ids_is_a_group(books: Books) -> None:
    store(books, posting("a"), posting("b", edit(TEXT, random.Random(3), share=0.01)), posting("c", OTHER_TEXT))
    assert list_groups(books) == {"ab"}


def test_those_that_come_at_once_are_written_once(books: Books) -> None:
    books.ledger.record([posting("a"), posting("b")])
    claims = claim(books)
    groups = link(books, claims)
    assert set(groups) == {"a", "b"}
    assert groups["a"] == groups["b"]
    settle_all(books, claims)
    assert claim(books) == []


def test_a_document_that_is_no_longer_alone_is_queued(books: Books) -> None:
    (first,) = books.ledger.record([posting("a")])
    work(books)
    books.ledger.record([posting("b")])
    claims = claim(books)
    assert set(link(books, claims)) == {"b"}
    settle_all(books, claims)
    (again,) = claim(books)
    assert (again.id, again.indexed_text_hash) == ("a", "hash")
    assert again.version > first.task_id
    assert books.ledger.get_task(first.task_id).state is TaskState.DONE
    assert set(link(books, [again])) == {"a"}
    settle_all(books, [again])
    assert books.ledger.summarize().counts[Kind.VACANCIES][State.INDEXED] == 2


def test_linking_again_changes_nothing(books: Books) -> None:
    """As after a crash between linking and settling."""
    store(books, posting("a"))
    books.ledger.record([posting("b")])
    claims = claim(books)
    groups = link(books, claims)
    assert link(books, claims) == groups
    settle_all(books, claims)
    assert [one.id for one in claim(books)] == ["a"]


def test_a_changed_text_leaves_its_group(books: Books) -> None:
    store(books, posting("a"), posting("b"), posting("c"))
    store(books, posting("b", OTHER_TEXT))
    assert list_groups(books) == {"ac"}
    store(books, posting("c", OTHER_TEXT))
    assert list_groups(books) == {"bc"}
    store(books, posting("c", "Too short to tell."))
    assert list_groups(books) == set()


def test_a_changed_title_leaves_its_group_and_a_changed_salary_does_not(books: Books) -> None:
    store(books, posting("a"), posting("b"))
    store(books, posting("b").model_copy(update={"category": "care"}))
    assert list_groups(books) == {"ab"}
    store(books, posting("b", title="Head nurse"))
    assert list_groups(books) == set()


def test_an_erased_document_leaves_its_group(books: Books) -> None:
    store(books, posting("a"), posting("b"), posting("c"))
    books.ledger.delete(Kind.VACANCIES, ["a"])
    assert work(books) == 1
    assert list_groups(books) == {"bc"}
    books.ledger.delete(Kind.VACANCIES, ["b"])
    assert work(books) == 2  # the deletion, and the one that is alone now
    assert list_groups(books) == set()
    books.ledger.delete(Kind.VACANCIES, ["c"])
    work(books)
    with books.database.read() as connection:
        for table in (signatures, signature_buckets):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_a_document_between_two_groups_joins_them_and_parts_them_again(books: Books) -> None:
    text = write_text(random.Random(4), words=100)
    words = text.split()
    left = " ".join(words[:91] + [f"left{number}" for number in range(9)])
    right = " ".join([f"right{number}" for number in range(9)] + words[9:])
    store(books, *(posting(id_, left) for id_ in "ab"), *(posting(id_, right) for id_ in "xyz"))
    assert list_groups(books) == {"ab", "xyz"}
    (kept,) = set(books.duplicates.read_groups(Kind.VACANCIES, ["x"]).values())

    store(books, posting("m", text))
    assert list_groups(books) == {"abmxyz"}
    assert set(books.duplicates.read_groups(Kind.VACANCIES, list("abmxyz")).values()) == {kept}
    assert books.queue.count_pending() == 0

    books.ledger.delete(Kind.VACANCIES, ["m"])
    work(books)
    assert list_groups(books) == {"ab", "xyz"}


def test_resumes_and_vacancies_are_never_duplicates_of_one_another(books: Books) -> None:
    store(books, posting("a"))
    store(books, ResumeDocument(id="r", text=TEXT), ResumeDocument(id="s", title="Nurse", text=TEXT))
    assert list_groups(books) == set()
    assert list_groups(books, Kind.RESUMES) == {"rs"}


def test_a_claim_that_is_not_current_is_passed_over(books: Books) -> None:
    store(books, posting("a"))
    books.ledger.record([posting("b")])
    claims = claim(books)
    books.ledger.record([posting("b", OTHER_TEXT)])
    assert link(books, claims) == {}
    assert list_groups(books) == set()
    books.clock.now += 60
    books.ledger.delete(Kind.VACANCIES, ["b"])
    gone = claim(books)
    link(books, gone)
    settle_all(books, gone)
    assert link(books, claims) == {}
    assert list_groups(books) == set()


def test_what_changes_while_another_worker_writes_it_is_written_anew(books: Books) -> None:
    books.ledger.record([posting("a")])
    slow = claim(books, "slow")
    link(books, slow)
    books.ledger.record([posting("b")])
    quick = claim(books, "quick")
    link(books, quick)
    settle_all(books, quick, "quick")
    settle_all(books, slow, "slow")  # wrote "a" without its group
    (again,) = claim(books)
    assert again.id == "a"
    assert set(link(books, [again])) == {"a"}


def test_a_document_that_was_set_aside_stays_so(books: Books) -> None:
    store(books, posting("a"))
    books.ledger.record([posting("b")])
    claims = claim(books)
    with books.database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET state = 'failed' WHERE id = 'a'")
    link(books, claims)
    settle_all(books, claims)
    assert claim(books) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_does_not_matter(books: Books, seed: int) -> None:
    chance = random.Random(seed)
    texts = [write_text(random.Random(10 + place), words=50) for place in range(4)]
    final = {f"{place}{mark}": posting(f"{place}{mark}", text) for place, text in enumerate(texts) for mark in "pqr"}
    steps = [*final.values(), *(posting(id_, chance.choice(texts)) for id_ in final)]
    chance.shuffle(steps)
    for step in steps:
        store(books, step)
        if chance.random() < 0.2:
            books.ledger.delete(Kind.VACANCIES, [chance.choice(list(final))])
    store(books, *final.values())
    assert list_groups(books) == {f"{place}p{place}q{place}r" for place in range(4)}


def test_a_group_may_be_larger_than_what_one_document_is_compared_with(books: Books) -> None:
    count = MOST_PER_BUCKET + 20
    books.ledger.record([posting(f"{number:03}") for number in range(count)])
    while claims := claim(books, limit=64):
        link(books, claims)
        settle_all(books, claims)
    groups = books.duplicates.read_groups(Kind.VACANCIES, [f"{number:03}" for number in range(count)])
    assert len(groups) == count
    assert len(set(groups.values())) == 1


def test_workers_at_the_same_time_lose_no_link(books: Books) -> None:
    """Each has its own connections; every text comes under three ids, which different workers link."""
    texts = [write_text(random.Random(20 + place), words=40) for place in range(20)]
    rows = [posting(f"{place:02}{mark}", text) for mark in "pqr" for place, text in enumerate(texts)]
    books.ledger.record(rows)
    failures: list[Exception] = []

    def run(name: str) -> None:
        queue, book = WorkQueue(books.database), DuplicateBook(books.database)
        try:
            while books.queue.count_pending():
                claims = queue.claim(name, limit=4, lease_seconds=60)
                entities = {one.id: NORMALIZER.normalize(one.document) for one in claims if one.document is not None}
                book.link(Kind.VACANCIES, claims, entities)
                settle_all(books, claims, name)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(f"worker-{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list_groups(books) == {f"{place:02}p{place:02}q{place:02}r" for place in range(20)}
