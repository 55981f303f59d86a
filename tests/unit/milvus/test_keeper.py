"""The mirror is filled while rows are written, and never answers with less or more than was written."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from milvus.entities import Kind
from milvus.errors import IndexUnavailable
from milvus.keeper import MirrorKeeper, Rows
from milvus.mirror import Mirror
from milvus.schema import COLUMNS, to_row
from tests.index_examples import make_resume
from tests.unit.milvus.waiting import wait_until

STORED = [column.name for column in COLUMNS[Kind.RESUMES]]


def make_row(id: str, title: str = "") -> dict[str, Any]:
    return to_row(Kind.RESUMES, make_resume(id, country=title)) | {"vector": np.array([1, 0], dtype=np.float32)}


def make_mirror() -> Mirror:
    return Mirror(Kind.RESUMES, 2, STORED)


def list_countries(mirror: Mirror | None) -> dict[str, int]:
    assert mirror is not None
    return dict(mirror.tally(["country"], filter=None, active_at=None, most=10).texts["country"])


class Reading:
    """Rows that are read only when the test lets them."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.is_begun = threading.Event()
        self.may_go_on = threading.Event()

    def read(self, _: Sequence[str]) -> Iterator[Rows]:
        self.is_begun.set()
        assert self.may_go_on.wait(20)
        yield self.rows


def test_a_write_while_it_is_filled_is_newer_than_what_is_read() -> None:
    reading = Reading(make_row("a", "old"), make_row("b", "old"), make_row("c", "old"))
    keeper = MirrorKeeper(make_mirror, reading.read)
    assert keeper.get() is None
    assert reading.is_begun.wait(20)
    keeper.follow(lambda: None, lambda mirror: mirror.upsert([make_row("a", "new")]))
    keeper.follow(lambda: None, lambda mirror: mirror.delete(["b"]))
    assert keeper.get() is None
    reading.may_go_on.set()
    keeper.wait()
    assert list_countries(keeper.get()) == {"new": 1, "old": 1}


def test_after_a_write_that_failed_all_is_read_anew() -> None:
    reading = Reading(make_row("a", "FR"))
    reading.may_go_on.set()
    keeper = MirrorKeeper(make_mirror, reading.read)
    keeper.wait()

    def fail() -> None:
        raise IndexUnavailable("the disk is full")

    with pytest.raises(IndexUnavailable):
        keeper.follow(fail, lambda mirror: mirror.delete(["a"]))
    reading.rows = (make_row("a", "DE"), make_row("b", "DE"))
    keeper.wait()
    assert list_countries(keeper.get()) == {"DE": 2}


def test_rows_that_cannot_be_read_leave_none_and_are_tried_again() -> None:
    failing = [True]

    def read(_: Sequence[str]) -> Iterator[Rows]:
        if failing:
            raise IndexUnavailable("away")
        yield [make_row("a", "FR")]

    keeper = MirrorKeeper(make_mirror, read)
    keeper.wait()
    failing.clear()
    keeper.wait()
    assert list_countries(keeper.get()) == {"FR": 1}


def test_a_closed_one_begins_no_more() -> None:
    keeper = MirrorKeeper(make_mirror, Reading().read)
    keeper.close()
    keeper.wait()
    assert keeper.get() is None


def test_entities_read_before_a_write_are_not_remembered() -> None:
    mirror = make_mirror()

    def read(ids: list[str]) -> dict[str, Any]:
        mirror.upsert([make_row(id) for id in ids])  # a write that ends while the rows are read
        return {id: make_resume(id, title="old") for id in ids}

    assert mirror.fetch_entities(["a"], read)["a"].title == "old"
    assert (
        mirror.fetch_entities(["a"], lambda ids: {id: make_resume(id, title="new") for id in ids})["a"].title == "new"
    )
    assert mirror.fetch_entities(["a"], lambda _: {})["a"].title == "new"
    mirror.delete(["a"])
    assert mirror.fetch_entities(["a"], lambda _: {}) == {}


def test_closing_while_it_is_begun_waits_for_what_reads() -> None:
    reading, is_making, may_make = Reading(make_row("a")), threading.Event(), threading.Event()
    reading.may_go_on.set()

    def make() -> Mirror:
        is_making.set()
        assert may_make.wait(20)
        return make_mirror()

    keeper = MirrorKeeper(make, reading.read)
    getting, closing = threading.Thread(target=keeper.get), threading.Thread(target=keeper.close)
    getting.start()
    assert is_making.wait(20)
    closing.start()
    wait_until(lambda: keeper._is_closed)
    may_make.set()
    for thread in (getting, closing):
        thread.join()
    assert keeper.get() is None
    assert not any(thread.name == "mirror" for thread in threading.enumerate())


def test_a_forgotten_one_is_not_begun_by_a_search_that_still_runs() -> None:
    reading = Reading(make_row("a"))
    reading.may_go_on.set()
    keeper = MirrorKeeper(make_mirror, reading.read)
    keeper.wait()
    keeper.forget()
    assert keeper.get() is None
    assert keeper.get() is None
    keeper.wait()
    assert keeper.get() is not None


def test_a_change_that_fails_leaves_no_half_changed_mirror() -> None:
    reading = Reading(make_row("a", "FR"))
    reading.may_go_on.set()
    keeper = MirrorKeeper(make_mirror, reading.read)
    keeper.wait()
    with pytest.raises(KeyError):
        keeper.follow(lambda: None, lambda mirror: mirror.upsert([make_row("b"), {"id": "a"}]))
    keeper.wait()
    assert list_countries(keeper.get()) == {"FR": 1}


def test_a_row_that_does_not_fit_leaves_no_mirror_that_is_never_filled() -> None:
    rows = [make_row("a", "FR"), make_row("b", "FR") | {"vector": np.ones(3, dtype=np.float32)}]
    keeper = MirrorKeeper(make_mirror, lambda _: iter([rows]))
    keeper.wait()
    rows.pop()
    keeper.wait()
    assert list_countries(keeper.get()) == {"FR": 1}
