"""The second stage of a search: the best matches read again, by a cross-encoder or sentence by sentence."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ingestion import Served
from milvus import Embedder, Entity, Reranker, Vacancy
from service.queries import Question
from service.ranking import choose_claims, choose_needs, late_interaction, read_demand
from service.vector_memory import HalfVectors, VectorMemory

LATE_INTERACTION = "late-interaction"
MAX_CANDIDATES = 200
MAX_SENTENCES = 20
"""How many sentences of a document are compared, its title among them: 2,000 short texts for 100 documents."""

LATE_INTERACTION_WEIGHT = 0.15
"""By nDCG@10 on the samples: where the default model knows the query's language, it gains 0.01 in both directions.

From 0.3 on it loses where the model does not know the language.
"""
CROSS_ENCODER_WEIGHT = 0.5
"""Half and half, as none could be measured."""

_MEMORY_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankOptions:
    """What a search wants reranked: how many of the best matches, by which model, and its share of the final score.

    Where `weight` is None it is the model's usual one. 1 is the model's own order.
    """

    model: str
    candidates: int = 50
    weight: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a number or a share that cannot be one."""
        if not 1 <= self.candidates <= MAX_CANDIDATES:
            raise ValueError(f"rerank: candidates must be from 1 to {MAX_CANDIDATES}, not {self.candidates}")
        if self.weight is not None and not 0 <= self.weight <= 1:
            raise ValueError(f"rerank: weight must be within 0 and 1, not {self.weight}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStage:
    """A second stage made ready for one search; `score` says how well each entity fits the question, 0 to 1."""

    model: str
    candidates: int
    weight: float
    score: Callable[[Sequence[Entity]], list[float]]


class Rerankers:
    """What a search may be reranked by: late interaction always, and the cross-encoders given, by name.

    Keeps the sentence vectors of the documents used last. Safe to use from several threads.
    """

    def __init__(
        self, cross_encoders: Mapping[str, Reranker] | None = None, *, memory_bytes: int = _MEMORY_BYTES
    ) -> None:
        self._cross_encoders = dict(cross_encoders or {})
        self._sentences = VectorMemory(memory_bytes)

    @property
    def names(self) -> tuple[str, ...]:
        """The models that a request may name."""
        return (LATE_INTERACTION, *self._cross_encoders)

    def prepare(self, options: RerankOptions, question: Question, served: Served) -> SecondStage:
        """The second stage for one question; its `score` raises what the model does.

        Raises ValueError for a model that is not there.
        """
        if options.model not in self.names:
            raise ValueError(f"rerank: no model {options.model!r}, only {', '.join(self.names)}")
        if options.model == LATE_INTERACTION:
            usual = LATE_INTERACTION_WEIGHT

            def score(entities: Sequence[Entity]) -> list[float]:
                return self._compare_sentences(question, entities, served.embedder)
        else:
            usual, reranker = CROSS_ENCODER_WEIGHT, self._cross_encoders[options.model]

            def score(entities: Sequence[Entity]) -> list[float]:
                return reranker.score(question.entity.embedded_text, [one.embedded_text for one in entities])

        weight = usual if options.weight is None else options.weight
        return SecondStage(model=options.model, candidates=options.candidates, weight=weight, score=score)

    def close(self) -> None:
        """Let go of the weights of all models."""
        for reranker in self._cross_encoders.values():
            reranker.close()

    def _compare_sentences(self, question: Question, entities: Sequence[Entity], embedder: Embedder) -> list[float]:
        """Late interaction both ways, so that a pair has one score whichever side asks; below 0 counts as 0."""
        documents = [question.entity, *entities]

        def embed(places: Sequence[int]) -> list[HalfVectors]:
            return _embed([choose_sentences(documents[place]) for place in places], embedder)

        asked, *found = self._sentences.recall([_name(one, embedder) for one in documents], embed)
        return [max(0.0, min(1.0, late_interaction(asked, one, symmetric=True))) for one in found]


def choose_sentences(entity: Entity) -> list[str]:
    """The title and the most telling sentences of a document, at most MAX_SENTENCES; its whole text where it has none.

    Of a vacancy what it asks for goes before its duties, and what it offers is left out.
    """
    title = [entity.title] if entity.title else []
    most = MAX_SENTENCES - len(title)
    if isinstance(entity, Vacancy):
        spans = choose_needs(read_demand(entity), most=most)
    else:
        spans = choose_claims(entity.text)[:most]
    return [*title, *(span.text for span in spans if span.text != entity.title)] or [entity.embedded_text]


def _name(entity: Entity, embedder: Embedder) -> Hashable:
    """What sentence vectors are known by: all that the choice of the sentences goes by, and the model."""
    return type(entity), entity.title, entity.text_hash, embedder.identity


def _embed(documents: Sequence[Sequence[str]], embedder: Embedder) -> list[HalfVectors]:
    """The vectors of the sentences of each document."""
    unique = list(dict.fromkeys(text for sentences in documents for text in sentences))
    rows = {text: row for row, text in enumerate(unique)}
    vectors = embedder.embed_documents(unique).astype(np.float16)
    return [vectors[[rows[text] for text in sentences]] for sentences in documents]
