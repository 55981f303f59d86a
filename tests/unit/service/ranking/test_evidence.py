"""The best evidence for each sentence, both ways."""

import numpy as np
import pytest
from hypothesis import given

from milvus import Vectors
from milvus.embedding import HashingEmbedder
from service.ranking.demands import read_demand
from service.ranking.evidence import (
    choose_claims,
    choose_needs,
    choose_requirements,
    compare_sentences,
    match_evidence,
)
from service.ranking.pairs import Pair
from service.ranking.values import Span
from tests.unit.service.ranking.examples import make_vacancy, pairs, unhurried

_embed = HashingEmbedder().embed_documents


def _spans(*texts: str) -> list[Span]:
    return [Span(number * 100, number * 100 + len(text), text) for number, text in enumerate(texts)]


def test_choose_requirements_takes_demands_and_wishes() -> None:
    text = "We brew beer. You must lift sacks. A forklift card is a plus. You will clean tanks. We offer free beer."
    demand = read_demand(make_vacancy(text=text))
    assert [span.text for span in choose_requirements(demand)] == ["You must lift sacks.", "A forklift card is a plus."]
    assert len(choose_needs(demand)) == 4


def test_choose_requirements_without_any_takes_all_but_offers() -> None:
    demand = read_demand(make_vacancy(text="We brew beer. Tanks get cleaned here. We offer free beer."))
    assert [span.text for span in choose_requirements(demand)] == ["We brew beer.", "Tanks get cleaned here."]


def test_choose_claims_leaves_headings_out() -> None:
    text = "Work experience\nBaker at Crumb & Sons\nНавыки:\nPython"
    assert [span.text for span in choose_claims(text)] == ["Baker at Crumb & Sons", "Python"]


def test_match_evidence_finds_the_sentence_that_says_it_or_nothing() -> None:
    asked = _spans("Three years of Python programming", "A clean driving record")
    said = _spans("I wrote Python programs for four years", "Grew tomatoes")
    similarities = compare_sentences(asked, said, embed=_embed)
    requirements, claims = match_evidence(asked, said, similarities, threshold=0.3)
    assert [one.best and one.best.text for one in requirements] == ["I wrote Python programs for four years", None]
    assert [one.best and one.best.text for one in claims] == ["Three years of Python programming", None]
    assert all(one.similarity is not None for one in (*requirements, *claims))


def test_compare_sentences_meets_in_the_skills_across_languages() -> None:
    def find(text: str) -> list[str]:
        return ["Welding"] if "weld" in text or "свар" in text else []

    asked, said = _spans("You can weld"), _spans("Умею варить: сварка", "Пою в хоре")
    with_skills = compare_sentences(asked, said, embed=_embed, find_skills=find)
    without = compare_sentences(asked, said, embed=_embed)
    assert with_skills[0, 0] > without[0, 0]
    assert with_skills[0, 1] == without[0, 1]


def test_match_evidence_without_an_other_side_finds_nothing() -> None:
    asked = _spans("You must sing")
    requirements, claims = match_evidence(asked, [], compare_sentences(asked, [], embed=_embed))
    assert [(one.best, one.similarity) for one in requirements] == [(None, None)]
    assert claims == []


def test_match_evidence_takes_the_first_of_equals_and_refuses_other_shapes() -> None:
    asked, said = _spans("a"), _spans("x", "y")
    (found,), _ = match_evidence(asked, said, np.array([[0.5, 0.5]]), threshold=0.5)
    assert found.best == said[0]
    with pytest.raises(ValueError, match="similarities of shape"):
        match_evidence(asked, said, np.zeros((2, 1)))


def test_compare_sentences_refuses_vectors_that_are_missing() -> None:
    def lose_one(texts: list[str]) -> Vectors:
        return _embed(texts)[1:]

    with pytest.raises(ValueError, match="2 sentences came back as 1 vectors"):
        compare_sentences(_spans("a cat"), _spans("a dog"), embed=lose_one)


@unhurried
@given(pairs)
def test_evidence_quotes_both_texts_exactly_and_swaps_with_the_sides(pair: Pair) -> None:
    asked, said = choose_needs(pair.demand), choose_claims(pair.resume.text)
    similarities = compare_sentences(asked, said, embed=_embed)
    assert ((similarities >= 0) & (similarities <= 1 + 1e-9)).all()
    swapped = compare_sentences(said, asked, embed=_embed)
    assert (similarities == swapped.T).all()
    forward, backward = match_evidence(asked, said, similarities)
    assert match_evidence(said, asked, swapped) == (backward, forward)
    for evidence, own, other in [(one, pair.vacancy.text, pair.resume.text) for one in forward] + [
        (one, pair.resume.text, pair.vacancy.text) for one in backward
    ]:
        assert own[evidence.sentence.start : evidence.sentence.end] == evidence.sentence.text
        if evidence.best:
            assert other[evidence.best.start : evidence.best.end] == evidence.best.text
