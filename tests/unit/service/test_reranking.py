"""The second stage: what is compared, what is remembered, and how its scores mix with those before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import Served
from milvus import Embedder, Entity, Resume, Vacancy, Vectors
from milvus.embedding import HashingEmbedder, ModelIdentity
from service.matching import Match, read_again
from service.queries import Question
from service.ranking import late_interaction
from service.reranking import (
    LATE_INTERACTION,
    MAX_SENTENCES,
    Rerankers,
    RerankOptions,
    SecondStage,
    choose_sentences,
)
from tests.unit.service.ranking import examples
from tests.unit.service.ranking.examples import unhurried


def make_resume(**values: Any) -> Resume:
    """A resume with the hash of its text."""
    return examples.make_resume(**{"text_hash": str(values.get("text")), **values})


def make_vacancy(id: str = "v", **values: Any) -> Vacancy:
    """A vacancy with the hash of its text."""
    return examples.make_vacancy(id, **{"text_hash": str(values.get("text")), **values})


RESUME = make_resume(title="Welder", text="Welds ship hulls.\nReads drawings of pipes.\nDrives a crane.")
HULLS = make_vacancy("hulls", title="Shipyard welder", text="You must weld ship hulls. Reading drawings is required.")
CAKES = make_vacancy("cakes", title="Pastry cook", text="You must bake cakes. Decorating biscuits is required.")


@dataclass
class CountingEmbedder(HashingEmbedder):
    """A hashing embedder that notes what it embeds."""

    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(64)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return super().embed_documents(texts)


class WordReranker:
    """Says how many of the query's words a text has."""

    def __init__(self) -> None:
        self.is_closed = False

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        words = set(query.lower().split())
        return [len(words & set(text.lower().split())) / len(words) for text in texts]

    def close(self) -> None:
        self.is_closed = True


def ask(entity: Entity) -> Question:
    vector = np.ones(4, dtype=np.float32) / 2
    return Question(vector=vector, entity=entity, is_document=True, is_stored=True)


def prepare(rerankers: Rerankers, question: Entity, embedder: Embedder | None = None, **options: object) -> SecondStage:
    served = Served(store=None, embedder=embedder or HashingEmbedder(64))  # type: ignore[arg-type]  # nothing is read
    return rerankers.prepare(RerankOptions(**{"model": LATE_INTERACTION} | options), ask(question), served)  # type: ignore[arg-type]


def test_sentences_that_answer_each_other_score_high() -> None:
    near, far = prepare(Rerankers(), RESUME).score([HULLS, CAKES])
    assert 0 <= far < near <= 1


def test_late_interaction_is_that_of_the_chosen_sentences() -> None:
    embed = HashingEmbedder(64).embed_documents
    expected = late_interaction(embed(choose_sentences(RESUME)), embed(choose_sentences(HULLS)), symmetric=True)
    assert prepare(Rerankers(), RESUME).score([HULLS]) == [pytest.approx(expected, abs=1e-3)]


def test_late_interaction_is_the_same_from_both_sides() -> None:
    assert prepare(Rerankers(), RESUME).score([HULLS]) == prepare(Rerankers(), HULLS).score([RESUME])


def test_opposite_meaning_counts_as_none() -> None:
    class Opposed(HashingEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            return np.array([[1.0 if "weld" in text.lower() else -1.0] for text in texts], dtype=np.float32)

    resume = make_resume(text="Welds hulls.")
    assert prepare(Rerankers(), resume, Opposed()).score([CAKES]) == [0.0]


def test_telling_sentences_of_a_vacancy_go_before_its_duties_and_offers() -> None:
    duties = "\n".join(f"The day has a task of number {number}." for number in range(60))
    vacancy = make_vacancy(title="Welder", text=f"Tasks:\n{duties}\nYou must know argon welding.\nWe offer free lunch.")
    chosen = choose_sentences(vacancy)
    assert len(chosen) == MAX_SENTENCES
    assert chosen[0] == "Welder"
    assert "You must know argon welding." in chosen
    assert not any("lunch" in text for text in chosen)


def test_resume_is_compared_by_its_first_sentences() -> None:
    resume = make_resume(text="\n".join(f"Worked on hull {number}." for number in range(500)))
    assert choose_sentences(resume) == [f"Worked on hull {number}." for number in range(MAX_SENTENCES)]


@pytest.mark.parametrize("text", ["12", "C#", "…?"])
def test_text_without_a_sentence_is_compared_whole(text: str) -> None:
    assert choose_sentences(make_resume(text=text)) == [text]


def test_document_is_embedded_once() -> None:
    rerankers, embedder = Rerankers(), CountingEmbedder()
    first = prepare(rerankers, RESUME, embedder).score([HULLS, CAKES])
    embedded = len(embedder.texts)
    assert prepare(rerankers, RESUME, embedder).score([HULLS, CAKES]) == first
    assert len(embedder.texts) == embedded == len(set(embedder.texts))


@pytest.mark.parametrize("change", [{"text_hash": "t2", "text": "You must bake cakes."}, {"title": "Pastry cook"}])
def test_changed_document_is_embedded_anew(change: dict[str, str]) -> None:
    rerankers, embedder = Rerankers(), CountingEmbedder()
    prepare(rerankers, RESUME, embedder).score([HULLS])
    changed = replace(HULLS, **change)
    assert prepare(rerankers, RESUME, embedder).score([changed]) == prepare(Rerankers(), RESUME).score([changed])


def test_vectors_of_one_model_do_not_serve_another() -> None:
    class Renamed(HashingEmbedder):
        @property
        def identity(self) -> ModelIdentity:
            return replace(super().identity, revision="2")

        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            return super().embed_documents([text[::-1] for text in texts])

    rerankers = Rerankers()
    prepare(rerankers, RESUME).score([HULLS])
    assert prepare(rerankers, RESUME, Renamed(64)).score([HULLS]) == prepare(Rerankers(), RESUME, Renamed(64)).score(
        [HULLS]
    )


def test_memory_keeps_within_its_bytes_and_forgets_the_oldest() -> None:
    vacancies = [make_vacancy(str(number), text=f"You must weld part {number}.") for number in range(20)]
    # A sentence is 64 numbers of 2 bytes: room for the question and four vacancies.
    rerankers, embedder = Rerankers(memory_bytes=128 * (len(choose_sentences(RESUME)) + 4)), CountingEmbedder()
    scores = prepare(rerankers, RESUME, embedder).score(vacancies)
    assert scores == prepare(Rerankers(), RESUME).score(vacancies)
    embedder.texts.clear()
    prepare(rerankers, RESUME, embedder).score(vacancies[-3:])
    assert set(embedder.texts) <= set(choose_sentences(RESUME))
    prepare(rerankers, RESUME, embedder).score(vacancies[:1])
    assert "You must weld part 0." in embedder.texts


def test_no_candidates_have_no_scores() -> None:
    assert prepare(Rerankers(), RESUME).score([]) == []


def test_cross_encoder_reads_whole_texts_and_is_closed() -> None:
    reranker = WordReranker()
    rerankers = Rerankers({"words": reranker})
    assert rerankers.names == (LATE_INTERACTION, "words")
    title_only = make_resume(title="cook", text="")
    assert prepare(rerankers, title_only, model="words").score([HULLS, CAKES]) == [0.0, 1.0]
    rerankers.close()
    assert reranker.is_closed


def test_model_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="no model 'other', only late-interaction, words"):
        prepare(Rerankers({"words": WordReranker()}), RESUME, model="other")


def test_weight_is_the_models_usual_one_unless_it_is_given() -> None:
    rerankers = Rerankers({"words": WordReranker()})
    assert prepare(rerankers, RESUME).weight == 0.15
    assert prepare(rerankers, RESUME, model="words").weight == 0.5
    assert prepare(rerankers, RESUME, weight=0.0).weight == 0.0


@pytest.mark.parametrize(
    ("options", "named"),
    [({"candidates": 0}, "candidates"), ({"candidates": 201}, "candidates"), ({"weight": 1.5}, "weight")],
)
def test_options_that_cannot_be_are_refused(options: dict[str, float], named: str) -> None:
    with pytest.raises(ValueError, match=f"rerank: {named}"):
        RerankOptions(**{"model": LATE_INTERACTION} | options)  # type: ignore[arg-type]


shares = st.floats(0, 1)


@unhurried
@given(
    scores=st.lists(st.tuples(shares, shares), max_size=30),
    candidates=st.integers(1, 40),
    weight=shares,
)
def test_scores_fall_and_no_match_is_lost(scores: list[tuple[float, float]], candidates: int, weight: float) -> None:
    before = sorted((first for first, _ in scores), reverse=True)
    says = {str(place): second for place, (_, second) in enumerate(scores)}
    matches = [
        Match(entity=make_vacancy(str(place)), score=score, similarity=0.0) for place, score in enumerate(before)
    ]
    stage = SecondStage(
        model="says", candidates=candidates, weight=weight, score=lambda found: [says[one.id] for one in found]
    )
    after, count = read_again(matches, stage)

    assert count == min(candidates, len(matches))
    assert [one.score for one in after] == sorted((one.score for one in after), reverse=True)
    assert all(0 <= one.score <= 1 for one in after)
    assert {one.entity.id for one in after[:count]} == {one.entity.id for one in matches[:count]}
    assert [one.entity.id for one in after[count:]] == [one.entity.id for one in matches[count:]]
    for one in after[:count]:
        assert one.reread is not None
        place = one.reread.place_before - 1
        assert (one.entity, one.reread.score_before) == (matches[place].entity, matches[place].score)
        assert one.reread.score == says[one.entity.id]
    assert all(one.reread is None for one in after[count:])


def test_equals_stay_in_their_order() -> None:
    matches = [Match(entity=make_vacancy(id), score=score, similarity=0.0) for id, score in (("b", 0.9), ("a", 0.5))]
    stage = SecondStage(model="same", candidates=2, weight=1.0, score=lambda found: [0.5] * len(found))
    assert [one.entity.id for one in read_again(matches, stage)[0]] == ["b", "a"]
