"""Pools: drawn the same from the same seed, blind, and safe to open."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from milvus import Kind
from milvus.embedding import HashingEmbedder
from service.evaluation.judged import Run
from service.evaluation.pool import POOL_COLUMNS, PooledPair, PoolSize, draw_pool, write_pool_page, write_pool_table
from service.evaluation.registry import Configuration
from service.evaluation.workbench import Workbench
from tests.unit.service.evaluation.sets import NORMALIZER, make_entity, make_side

COUNT = 20
HOSTILE = '</article><script>alert("1")</script><img src=x onerror=alert(2)>'
DOCUMENTS = {
    kind: make_side(kind, {f"{kind.value[0]}{number:02}": f"Text {number}" for number in range(COUNT)}) for kind in Kind
}


@pytest.fixture
def bench() -> Iterator[Workbench]:
    with Workbench(DOCUMENTS, HashingEmbedder(), NORMALIZER) as made:
        yield made


def find_by_number(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
    """Everything, by rising number."""
    return {query: {id: -float(id[1:]) for id in bench.documents[kind.counterpart]} for query in queries}


def find_by_falling_number(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
    """Everything, by falling number."""
    return {query: {id: float(id[1:]) for id in bench.documents[kind.counterpart]} for query in queries}


RISING = Configuration("rising", find_by_number)
FALLING = Configuration("falling", find_by_falling_number)


def draw(bench: Workbench, *configurations: Configuration, seed: int = 0) -> list[tuple[str, str]]:
    pairs = draw_pool(bench, configurations, size=PoolSize(queries=4, depth=3), seed=seed)
    return [(pair.vacancy.id, pair.resume.id) for pair in pairs]


def test_pool_takes_the_first_of_both_directions_once_each(bench: Workbench) -> None:
    pairs = draw(bench, RISING)
    first = {f"{number:02}" for number in range(3)}

    assert len(pairs) == len(set(pairs))
    assert all(vacancy[1:] in first or resume[1:] in first for vacancy, resume in pairs)
    # Four vacancies with three resumes each, and the reverse; a pair found from both sides counts once.
    assert 4 * 3 < len(pairs) <= 2 * 4 * 3


def test_same_seed_draws_the_same_pool(bench: Workbench) -> None:
    assert draw(bench, RISING, seed=5) == draw(bench, RISING, seed=5)
    assert draw(bench, RISING, seed=5) != draw(bench, RISING, seed=6)


def test_several_configurations_are_pooled(bench: Workbench) -> None:
    assert set(draw(bench, RISING)) | set(draw(bench, FALLING)) == set(draw(bench, RISING, FALLING))


def test_order_says_nothing_of_the_ranking(bench: Workbench) -> None:
    pairs = draw_pool(bench, [RISING], size=PoolSize(queries=1, depth=COUNT), seed=0)
    by_query = [pair.resume.id for pair in pairs if pair.vacancy.id == pairs[0].vacancy.id][:COUNT]
    assert by_query != sorted(by_query)
    assert by_query != sorted(by_query, reverse=True)


def make_hostile_pair() -> PooledPair:
    vacancy = replace(make_entity(Kind.VACANCIES, '=v"1', HOSTILE), title=HOSTILE, city="Łódź")
    return PooledPair(vacancy, make_entity(Kind.RESUMES, "<r>", "=cmd|' /C calc'!A0"))


def test_table_holds_texts_as_texts(tmp_path: Path) -> None:
    write_pool_table([make_hostile_pair()], tmp_path / "pool.csv")
    with (tmp_path / "pool.csv").open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)

    assert tuple(header) == POOL_COLUMNS
    cells = dict(zip(header, row, strict=True))
    assert cells["vacancy_id"] == "'=v\"1"
    assert cells["resume_text"].startswith("'=cmd")
    assert cells["vacancy_facts"] == "Łódź"
    assert cells["grade"] == ""


def test_page_shows_hostile_text_as_text_and_needs_no_network(tmp_path: Path) -> None:
    write_pool_page([make_hostile_pair()], tmp_path / "pool.html")
    page = LexborHTMLParser((tmp_path / "pool.html").read_text(encoding="utf-8"))

    assert len(page.css("script")) == 1
    assert not page.css("img, link, script[src], iframe")
    assert "default-src 'none'" in (page.css_first("meta[http-equiv]").attributes["content"] or "")
    assert page.css_first("article .text").text() == HOSTILE
    (pair,) = page.css("#pairs li")
    assert (pair.attributes["data-vacancy"], pair.attributes["data-resume"]) == ('=v"1', "<r>")


def test_page_says_no_place_score_or_configuration(bench: Workbench, tmp_path: Path) -> None:
    write_pool_page(draw_pool(bench, [RISING], size=PoolSize(2, 3), seed=0), tmp_path / "pool.html")
    (names,) = {
        tuple(sorted(item.attributes))
        for item in LexborHTMLParser((tmp_path / "pool.html").read_text(encoding="utf-8")).css("#pairs li")
    }
    assert names == ("data-left", "data-resume", "data-right", "data-vacancy")
