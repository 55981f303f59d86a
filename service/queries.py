"""What is searched by: sources as callers give them, and questions as searches ask them."""

from collections.abc import Set
from dataclasses import dataclass, replace

from ingestion import AnyDocument, Normalizer, ResumeDocument, Served, VacancyDocument, find_names
from ingestion.language import detect_language
from milvus import Entity, Kind, Vacancy, Vector
from service.errors import EmptyQuery, SourceNotFound

# From so many characters on English prose is told from other languages; shorter, titles and names of tools often are
# taken for German or French. Letters after the Latin ones are telling at any length.
_TELLING_CHARACTERS = 80
_LONGEST_TITLE = 100
_FIRST_GREEK = "\u0370"
# Languages of common models that are not written in Latin letters.
_BEYOND_LATIN = frozenset(
    {"ar", "bg", "el", "fa", "he", "hi", "ja", "ka", "kk", "ko", "mk", "ru", "sr", "th", "uk", "zh"}
)
_UNSTORED_ID = "query"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A source, understood: its unit vector and the entity that it is taken for.

    `is_document` is false for a bare text, which is taken for a document of the kind that is not sought; `is_words`
    where that is one short line, which is too little to be judged as one.
    """

    vector: Vector
    entity: Entity
    is_document: bool
    is_stored: bool
    is_words: bool = False

    @property
    def kind(self) -> Kind:
        """What the source is."""
        return Kind.VACANCIES if isinstance(self.entity, Vacancy) else Kind.RESUMES


def make_question(source: Source, served: Served, normalizer: Normalizer, *, sought: Kind) -> Question:
    """Understand a source. Raises SourceNotFound, EmptyQuery, and what the index and the model raise."""
    if isinstance(source, StoredSource):
        entity, vector = fetch_stored(served, source)
        return Question(vector=vector, entity=entity, is_document=True, is_stored=True)
    if isinstance(source, DocumentSource):
        entity = normalizer.normalize(source.document, names=find_names(source.document))
        # Embedded as a stored document is, so that a document finds the same whether it is stored or not.
        text = _check_not_empty(entity.embedded_text)
        vector = served.embedder.embed_documents([text])[0]
        return Question(vector=vector, entity=entity, is_document=True, is_stored=False)
    text = _check_not_empty(normalizer.normalize_text(source.text))
    vector = served.embedder.embed_queries([text])[0]
    entity = _take_for_document(text, sought.counterpart, normalizer)
    return Question(vector=vector, entity=entity, is_document=False, is_stored=False, is_words=entity.title is not None)


def fetch_stored(served: Served, source: StoredSource) -> tuple[Entity, Vector]:
    """A stored document and its unit vector. Raises SourceNotFound."""
    collection = served.store.collection(source.kind)
    entity = collection.get([source.id]).get(source.id)
    vector = collection.get_vectors([source.id]).get(source.id)
    if entity is None or vector is None:
        named = f"{source.kind.value} {source.id!r}"
        raise SourceNotFound(f"{named} is not in the index; if it was just sent, it may still be queued")
    return entity, vector


def _take_for_document(text: str, kind: Kind, normalizer: Normalizer) -> Entity:
    """A bare text as a document: one short line is its title as well, and a longer one has none."""
    line = text.strip()
    title = line if len(line) <= _LONGEST_TITLE and "\n" not in line else None
    document_type = ResumeDocument if kind is Kind.RESUMES else VacancyDocument
    entity = normalizer.normalize(document_type(id=_UNSTORED_ID, title=title, text=text))
    return replace(entity, title=title, text=text, language=_tell_language(text))


def may_know(languages: Set[str], entity: Entity) -> bool:
    """Whether a model of these languages may know the entity's; an unknown one is told by its letters alone."""
    if entity.language is not None:
        return entity.language in languages
    return not _is_beyond_latin(entity.embedded_text) or not languages.isdisjoint(_BEYOND_LATIN)


def _check_not_empty(text: str) -> str:
    if not text.strip():
        raise EmptyQuery("once names and contacts are cut, no text is left to search by")
    return text


def _tell_language(text: str) -> str | None:
    return detect_language(text) if len(text) >= _TELLING_CHARACTERS or _is_beyond_latin(text) else None


def _is_beyond_latin(text: str) -> bool:
    return any(letter >= _FIRST_GREEK and letter.isalpha() for letter in text)
