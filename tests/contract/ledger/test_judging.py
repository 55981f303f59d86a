"""What the ledger promises about pools that people grade."""

from ingestion.judging import JudgingPool, PairIds
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import resume, vacancy

V, R = Kind.VACANCIES, Kind.RESUMES
PAIRS = [PairIds(v, r) for v in ("a", "b") for r in ("a", "x")]


def make_pool(books: Books) -> int:
    """A pool of two vacancies and two resumes, one of which shares its id with a vacancy."""
    books.ledger.record([vacancy("a"), vacancy("b"), resume("a"), resume("x")])
    pool = books.judging.add_pool([*reversed(PAIRS), PAIRS[0]], seed=7)
    assert pool is not None
    return pool


def test_pool_holds_each_pair_once_and_counts_what_each_grader_did(books: Books) -> None:
    pool = make_pool(books)
    assert books.judging.list_pairs(pool) == PAIRS
    assert books.judging.get_seed(pool) == 7
    for grader, pair, grade in (("bob", PAIRS[0], 0), ("ada", PAIRS[0], 3), ("ada", PAIRS[1], 2)):
        assert books.judging.grade(pool, grader, pair, grade)
    (found,) = books.judging.list_pools()
    assert found == JudgingPool(pool, 7, books.clock.now, 4, {"ada": 2, "bob": 1})
    assert list(found.graded) == ["ada", "bob"]
    assert books.judging.read_grades(pool) == {"ada": {PAIRS[0]: 3, PAIRS[1]: 2}, "bob": {PAIRS[0]: 0}}


def test_grade_given_again_replaces_the_former_one(books: Books) -> None:
    pool = make_pool(books)
    for grade in (3, 1):
        assert books.judging.grade(pool, "ada", PAIRS[2], grade)
    assert books.judging.read_grades(pool) == {"ada": {PAIRS[2]: 1}}


def test_what_is_not_in_a_pool_cannot_be_graded(books: Books) -> None:
    pool = make_pool(books)
    assert not books.judging.grade(pool, "ada", PairIds("x", "a"), 3)
    assert not books.judging.grade(pool + 1, "ada", PAIRS[0], 3)
    assert books.judging.read_grades(pool) == {}
    assert books.judging.get_seed(pool + 1) is None


def test_pairs_without_a_stored_document_are_left_out(books: Books) -> None:
    books.ledger.record([vacancy("a"), vacancy("gone"), resume("x")])
    books.ledger.delete(V, ["gone"])
    pool = books.judging.add_pool([PairIds("a", "x"), PairIds("gone", "x"), PairIds("a", "nobody")], seed=0)
    assert pool is not None
    assert books.judging.list_pairs(pool) == [PairIds("a", "x")]
    assert books.judging.add_pool([PairIds("gone", "x")], seed=0) is None
    assert [one.id for one in books.judging.list_pools()] == [pool]


def test_erased_document_takes_its_pairs_and_grades_along(books: Books) -> None:
    pool = make_pool(books)
    for pair in PAIRS:
        books.judging.grade(pool, "ada", pair, 2)
    books.ledger.delete(R, ["a"])
    assert books.judging.list_pairs(pool) == [PairIds("a", "x"), PairIds("b", "x")]
    assert books.judging.read_grades(pool) == {"ada": {PairIds("a", "x"): 2, PairIds("b", "x"): 2}}
    books.ledger.delete(V, ["a"])
    assert books.judging.list_pairs(pool) == [PairIds("b", "x")]
    books.ledger.record([resume("a")])
    assert not books.judging.grade(pool, "ada", PairIds("b", "a"), 2), "what comes back is not graded by the old pool"


def test_expired_document_takes_its_pairs_along(books: Books) -> None:
    books.ledger.record([vacancy("old", expires_at=books.clock.now), resume("x")])
    pool = books.judging.add_pool([PairIds("old", "x")], seed=0)
    assert pool is not None
    books.clock.now += 10
    assert books.ledger.delete_expired(books.clock.now, limit=10) == 1
    assert books.judging.list_pairs(pool) == []


def test_pool_is_deleted_whole_and_alone_and_its_id_is_not_given_again(books: Books) -> None:
    first, second = make_pool(books), make_pool(books)
    for pool in (first, second):
        books.judging.grade(pool, "ada", PAIRS[0], 2)
    assert books.judging.delete_pool(second)
    assert not books.judging.delete_pool(second)
    assert books.judging.list_pairs(second) == []
    assert books.judging.read_grades(second) == {}
    assert books.judging.read_grades(first) == {"ada": {PAIRS[0]: 2}}
    assert make_pool(books) > second
