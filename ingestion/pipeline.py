"""One batch of claims through normalizing, embedding and upserting, to outcomes."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ingestion.normalize import Normalizer
from ingestion.records import Claim, Outcome
from milvus import Embedder, Entity, Kind, ModelIdentity, Vacancy, Vector, Vectors
from milvus.errors import EmbeddingError, IndexUnavailable, MilvusError, UnembeddableText

FindKnown = Callable[[Kind, Sequence[str]], Mapping[str, tuple[str, Vector]]]
"""Gives text hashes and unit vectors by id; ids that are not known are left out."""

LinkDuplicates = Callable[[Kind, Sequence[Claim], Mapping[str, Entity]], Mapping[str, str]]
"""As `DuplicateBook.link`."""

NoteClosed = Callable[[Mapping[str, Entity]], None]
"""As `ClosingBook.note`."""


class AssignTopics(Protocol):
    """As `TopicBook.assign`."""

    def __call__(
        self, claims: Sequence[Claim], entities: Sequence[Entity], vectors: Vectors, *, model: ModelIdentity
    ) -> Mapping[str, int]:
        """The topics of vacancies, by id."""
        ...


class TargetCollection(Protocol):
    """Where the rows of one kind go, as a Collection takes them."""

    def upsert(self, entities: Sequence[Entity], vectors: Vectors) -> None:
        """Add rows, or replace those with the same ids."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows."""

    def get_embedded(self, ids: Sequence[str]) -> dict[str, tuple[str, Vector]]:
        """Text hash and unit vector of stored rows."""

    def get(self, ids: Sequence[str]) -> dict[str, Entity]:
        """Stored rows."""


class Target(Protocol):
    """What a pipeline fills: the index, or files for it."""

    def collection(self, kind: Kind) -> TargetCollection:
        """The place of a kind's rows."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    claim: Claim
    entity: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What stands between the ledger and the index. One document's fault never costs another document anything.

    `find_known` gives text hashes and vectors of the same model by id: what they cover need not be embedded again.
    `link_duplicates` gives the groups of documents that are one text under several ids, and knows them from then on.
    `assign_topics` gives the topics of vacancies, once their vectors are known, and remembers them.
    `note_closed` remembers vacancies that are about to be taken out.
    `take_turn` is held around each write, where an engine takes one writer at a time.
    """

    normalizer: Normalizer
    embedder: Embedder
    store: Target
    find_known: FindKnown | None = None
    link_duplicates: LinkDuplicates | None = None
    assign_topics: AssignTopics | None = None
    note_closed: NoteClosed | None = None
    take_turn: Callable[[], AbstractContextManager[None]] = nullcontext

    def apply(self, claims: Sequence[Claim]) -> list[Outcome]:
        """Bring the index to what the claims say; one outcome for each claim, in any order."""
        outcomes: list[Outcome] = []
        for kind in Kind:
            outcomes += self._delete(kind, [c for c in claims if c.kind is kind and c.document is None])
            outcomes += self._upsert(kind, [c for c in claims if c.kind is kind and c.document is not None])
        return outcomes

    def _delete(self, kind: Kind, claims: Sequence[Claim]) -> list[Outcome]:
        def remove(batch: Sequence[Claim]) -> list[Outcome]:
            collection = self.store.collection(kind)
            ids = [claim.id for claim in batch]
            if kind is Kind.VACANCIES and self.note_closed is not None:
                self.note_closed(collection.get(ids))
            with self.take_turn():
                collection.delete(ids)
            return [Outcome(claim) for claim in batch]

        if claims and self.link_duplicates is not None:
            self.link_duplicates(kind, claims, {})
        return _attempt(claims, remove)

    def _upsert(self, kind: Kind, claims: Sequence[Claim]) -> list[Outcome]:
        prepared: list[_Prepared] = []
        outcomes: list[Outcome] = []
        for claim in claims:
            try:
                prepared.append(_Prepared(claim, self._normalize(claim)))
            except Exception as error:  # a document that breaks the normalizer is set aside, the others go on
                outcomes.append(Outcome(claim, error=f"normalizing failed: {type(error).__name__}: {error}"))

        prepared = self._link(kind, prepared)

        def write(batch: Sequence[Claim]) -> list[Outcome]:
            chosen = {claim.id for claim in batch}
            return self._write(kind, [one for one in prepared if one.claim.id in chosen])

        return outcomes + _attempt([one.claim for one in prepared], write)

    def _normalize(self, claim: Claim) -> Entity:
        if claim.document is None:
            raise ValueError("a deletion has nothing to normalize")
        return self.normalizer.normalize(claim.document, document_hash=claim.document_hash, names=claim.names)

    def _link(self, kind: Kind, prepared: Sequence[_Prepared]) -> list[_Prepared]:
        if not prepared or self.link_duplicates is None:
            return list(prepared)
        entities = {one.claim.id: one.entity for one in prepared}
        groups = self.link_duplicates(kind, [one.claim for one in prepared], entities)
        return [_Prepared(one.claim, replace(one.entity, duplicate_group=groups.get(one.claim.id))) for one in prepared]

    def _assign(self, batch: Sequence[_Prepared], vectors: Vectors) -> list[Entity]:
        entities = [one.entity for one in batch]
        if self.assign_topics is None:
            return entities
        claims = [one.claim for one in batch]
        topics = self.assign_topics(claims, entities, vectors, model=self.embedder.identity)
        return [replace(one, topic=topics.get(one.id)) if isinstance(one, Vacancy) else one for one in entities]

    def _write(self, kind: Kind, batch: Sequence[_Prepared]) -> list[Outcome]:
        collection = self.store.collection(kind)
        likely = [one.claim.id for one in batch if one.claim.indexed_text_hash == one.entity.text_hash]
        # The ledger may lag behind the index, so the index itself says which text a vector belongs to.
        indexed = collection.get_embedded(likely) if likely else {}
        if likely and self.find_known is not None:
            indexed = {**self.find_known(kind, likely), **indexed}
        hashes = {one.claim.id: one.entity.text_hash for one in batch}
        vectors = {id: vector for id, (text_hash, vector) in indexed.items() if text_hash == hashes[id]}
        fresh = [one for one in batch if one.claim.id not in vectors]
        if fresh:
            embedded = self.embedder.embed_documents([one.entity.embedded_text for one in fresh])
            vectors |= {one.claim.id: vector for one, vector in zip(fresh, embedded, strict=True)}
        matrix: Vectors = np.stack([vectors[one.claim.id] for one in batch])
        entities = self._assign(batch, matrix) if kind is Kind.VACANCIES else [one.entity for one in batch]
        with self.take_turn():
            collection.upsert(entities, matrix)
        return [Outcome(one.claim, text_hash=one.entity.text_hash) for one in batch]


class MakePipeline(Protocol):
    """Makes the pipeline into a target, for whoever fills one; what all of them share is settled."""

    def __call__(self, *, store: Target, embedder: Embedder, find_known: FindKnown | None = None) -> Pipeline:
        """A pipeline."""
        ...


def _attempt(claims: Sequence[Claim], work: Callable[[Sequence[Claim]], list[Outcome]]) -> list[Outcome]:
    """Do the work on all claims at once; where that fails for a document's sake, halve until the culprit is alone."""
    if not claims:
        return []
    try:
        return work(claims)
    except MilvusError as error:
        if _is_elsewhere(error):
            return [Outcome(claim, error=str(error), retry=True) for claim in claims]
        if len(claims) == 1:
            return [Outcome(claims[0], error=str(error))]
    middle = len(claims) // 2
    return _attempt(claims[:middle], work) + _attempt(claims[middle:], work)


def _is_elsewhere(error: MilvusError) -> bool:
    """Whether the fault lies with the index or the model, not with a document: then waiting helps, halving does not."""
    return isinstance(error, IndexUnavailable | EmbeddingError) and not isinstance(error, UnembeddableText)
