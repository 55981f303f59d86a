"""Turns: one at a time, the urgent ones first."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from milvus.embedding.turns import Turns
from tests.unit.milvus.waiting import wait_until


def test_only_one_thread_has_a_turn() -> None:
    turns = Turns()
    inside: list[int] = []
    most = 0

    def work(number: int) -> None:
        nonlocal most
        for _ in range(50):
            with turns.take(urgent=number % 2 == 0):
                inside.append(number)
                most = max(most, len(inside))
                time.sleep(0)
                inside.remove(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert most == 1


def test_no_other_turn_is_given_while_one_hurries() -> None:
    turns = Turns()
    order: list[str] = []

    def work() -> None:
        with turns.take(urgent=False):
            order.append("work")

    with ThreadPoolExecutor(1) as pool:
        with turns.hurry():
            working = pool.submit(work)
            for _ in range(3):
                with turns.take(urgent=True):
                    order.append("urgent")
        working.result(60)
    assert order == ["urgent", "urgent", "urgent", "work"]
    assert not turns.is_hurried


def test_one_who_hurries_waits_for_the_turn_under_way() -> None:
    turns = Turns()
    order: list[str] = []

    def hurry() -> None:
        with turns.hurry(), turns.take(urgent=True):
            order.append("urgent")

    thread = threading.Thread(target=hurry)
    with turns.take(urgent=False):
        thread.start()
        wait_until(lambda: turns.is_hurried)
        order.append("work")
    thread.join(60)
    assert order == ["work", "urgent"]


def test_a_turn_that_fails_is_given_back() -> None:
    turns = Turns()
    with pytest.raises(RuntimeError), turns.hurry(), turns.take(urgent=True):
        raise RuntimeError("broken")
    assert not turns.is_hurried
    with turns.take(urgent=False):
        pass
