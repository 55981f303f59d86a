"""Searches: from a text, a document or a stored id, under a filter, to matches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingestion import AnyDocument, Normalizer, Served, find_names
from ingestion.language import detect_language
from milvus import Entity, Filter, Hit, Kind, Vectors
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
    """Searches what serves at the moment. `find_languages` names those that a model knows; None where nobody knows."""

    get_served: Callable[[], Served]
    normalizer: Normalizer
    find_languages: Callable[[str], frozenset[str] | None] = lambda _: None

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
        served = self.get_served()
        vector, entity, language = self._embed(served, source)
        canonical = self.normalizer.normalize_filter(filter) if filter is not None else None
        if isinstance(source, StoredSource) and source.kind is kind:
            canonical = canonical or Filter()
            canonical = canonical.model_copy(update={"exclude_ids": (*canonical.exclude_ids, source.id)})
        hits = served.store.collection(kind).search(
            vector,
            filter=canonical,
            limit=page.limit,
            offset=page.offset,
            active_at=None if include_expired else datetime.now(UTC),
        )
        return Found(hits, entity, tuple(self._warn(served.embedder.identity.name, language)))

    def _embed(self, served: Served, source: Source) -> tuple[Vectors, Entity | None, str | None]:
        """The source's vector, what it was understood as, and its language."""
        if isinstance(source, StoredSource):
            collection = served.store.collection(source.kind)
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
            return served.embedder.embed_documents([text])[0], entity, entity.language
        text = _check_not_empty(self.normalizer.normalize_text(source.text))
        model = served.embedder.identity.name
        language = _tell_language(text) if self.find_languages(model) else None
        return served.embedder.embed_queries([text])[0], None, language

    def _warn(self, model: str, language: str | None) -> list[str]:
        languages = self.find_languages(model)
        if languages is None or language is None or language in languages:
            return []
        known = ", ".join(sorted(languages))
        return [
            f"the text is in {language!r}, but the embedding model {model} knows {known}: "
            "the order of the results is less reliable"
        ]


def _check_not_empty(text: str) -> str:
    if not text.strip():
        raise EmptyQuery("once names and contacts are cut, no text is left to search by")
    return text


def _tell_language(text: str) -> str | None:
    is_telling = len(text) >= _TELLING_CHARACTERS or any(letter >= _FIRST_GREEK and letter.isalpha() for letter in text)
    return detect_language(text) if is_telling else None
