"""How large a worker's next batch is."""

from hypothesis import given
from hypothesis import strategies as st

from ingestion.pace import TARGET_SECONDS, Pace


def settle_at(documents_per_second: float, *, most: int = 64) -> int:
    """The size after a long load at a steady speed."""
    pace = Pace(most=most)
    for _ in range(20):
        pace.note(pace.size, pace.size / documents_per_second)
    return pace.size


def test_batch_takes_about_the_target() -> None:
    assert settle_at(9 / TARGET_SECONDS) == 9
    assert settle_at(40 / TARGET_SECONDS) == 40


def test_batch_has_a_most_and_a_least() -> None:
    assert settle_at(10_000) == 64
    assert settle_at(0.01) == 4
    assert settle_at(0.01, most=1) == 1
    assert settle_at(10_000, most=5) == 5


def test_first_batch_that_had_to_load_the_model_is_forgotten_soon() -> None:
    pace = Pace(most=64)
    pace.note(pace.size, 30.0)
    assert pace.size == 4
    for _ in range(6):
        pace.note(pace.size, pace.size / 100)
    assert pace.size == 64


def test_single_quick_document_says_nothing_about_a_load() -> None:
    pace = Pace(most=64)
    for _ in range(3):
        pace.note(pace.size, 0.01)
    before = pace.size
    pace.note(1, 0.5)
    assert pace.size == before


@given(st.lists(st.tuples(st.integers(1, 100), st.floats(0, 1e6))), st.integers(1, 100))
def test_size_is_never_out_of_bounds_and_never_leaps(batches: list[tuple[int, float]], most: int) -> None:
    pace = Pace(most=most)
    for documents, seconds in batches:
        before = pace.size
        pace.note(min(documents, before), seconds)
        assert 1 <= pace.size <= min(most, 2 * before)
