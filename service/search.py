"""Searches: from a text, a document or a stored id, under a filter, to matches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingestion import AnyDocument, Normalizer, find_names
from ingestion.language import detect_language
from milvus import Embedder, Entity, Filter, Hit, Kind, Store, Vectors
from service.errors import EmptyQuery, SourceNotFound

# From so many characters on English prose is told from other languages; shorter, titles and names of tools often are
# taken for German or French. Letters after the Latin ones are telling at any length.
_TELLING_CHARACTERS = 80
_FIRST_GREEK = "\u0370"


@dataclass(frozen=True, slots=True)
class TextSource:
    """A few words, or a whole text of unknown kind."""

    text: str


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """A document that is not stored."""

    document: AnyDocument


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A document in the index, by its id."""

    kind: Kind
    id: str


Source = TextSource | DocumentSource | StoredSource


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the ranking to return."""

    limit: int = 10
    offset: int = 0


FIRST_PAGE = Page()


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, best first, what the source was understood as, and what the reader should be warned of."""

    hits: Sequence[Hit]
    source: Entity | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """Searches one index. `languages` are those that the model knows; None where that is not known."""

    store: Store
    embedder: Embedder
    normalizer: Normalizer
    languages: frozenset[str] | None = None

    def search(
        self,
        kind: Kind,
        source: Source,
        *,
        filter: Filter | None = None,
        page: Page = FIRST_PAGE,
        include_expired: bool = False,
    ) -> Found:
        """The entities of `kind` nearest to the source, best first.

        A stored source never finds itself. Raises SourceNotFound, EmptyQuery, and what the index and the model raise.
        """
        vector, entity, language = self._embed(source)
        canonical = self.normalizer.normalize_filter(filter) if filter is not None else None
        if isinstance(source, StoredSource) and source.kind is kind:
            canonical = canonical or Filter()
            canonical = canonical.model_copy(update={"exclude_ids": (*canonical.exclude_ids, source.id)})
        hits = self.store.collection(kind).search(
            vector,
            filter=canonical,
            limit=page.limit,
            offset=page.offset,
            active_at=None if include_expired else datetime.now(UTC),
        )
        return Found(hits, entity, tuple(self._warn(language)))

    def _embed(self, source: Source) -> tuple[Vectors, Entity | None, str | None]:
        """The source's vector, what it was understood as, and its language."""
        if isinstance(source, StoredSource):
            collection = self.store.collection(source.kind)
            entity = collection.get([source.id]).get(source.id)
            vector = collection.get_vectors([source.id]).get(source.id)
            if entity is None or vector is None:
                named = f"{source.kind.value} {source.id!r}"
                raise SourceNotFound(f"{named} is not in the index; if it was just sent, it may still be queued")
            return vector, entity, entity.language
        if isinstance(source, DocumentSource):
            entity = self.normalizer.normalize(source.document, names=find_names(source.document))
            # Embedded as a stored document is, so that a document finds the same whether it is stored or not.
            text = _check_not_empty(entity.embedded_text)
            return self.embedder.embed_documents([text])[0], entity, entity.language
        text = _check_not_empty(self.normalizer.normalize_text(source.text))
        return self.embedder.embed_queries([text])[0], None, _tell_language(text) if self.languages else None

    def _warn(self, language: str | None) -> list[str]:
        if self.languages is None or language is None or language in self.languages:
            return []
        known = ", ".join(sorted(self.languages))
        return [
            f"the text is in {language!r}, but the embedding model {self.embedder.identity.name} knows {known}: "
            "the order of the results is less reliable"
        ]


def _check_not_empty(text: str) -> str:
    if not text.strip():
        raise EmptyQuery("once names and contacts are cut, no text is left to search by")
    return text


def _tell_language(text: str) -> str | None:
    is_telling = len(text) >= _TELLING_CHARACTERS or any(letter >= _FIRST_GREEK and letter.isalpha() for letter in text)
    return detect_language(text) if is_telling else None
