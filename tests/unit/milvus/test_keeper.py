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
