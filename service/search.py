"""Searches: from a text, a document or a stored id, under a filter, to matches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from ingestion import AnyDocument, Normalizer, Served, find_names
from ingestion.language import detect_language
from milvus import Entity, Filter, Hit, Kind, Member, Ranked, Vectors
from service.errors import EmptyQuery, SourceNotFound

# From so many characters on English prose is told from other languages; shorter, titles and names of tools often are
# taken for German or French. Letters after the Latin ones are telling at any length.
_TELLING_CHARACTERS = 80
MAX_NAMED = 20
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
class Duplicates:
    """The rows that a hit stands for besides itself: the first MAX_NAMED, and how many there are."""

    named: tuple[Member, ...]
    total: int


NO_DUPLICATES = Duplicates((), 0)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, best first, what the source was understood as, and what the reader should be warned of.

    `duplicates` are what a hit was folded with, by its id; hits that stand for themselves alone are left out.
    """

    hits: Sequence[Hit]
    source: Entity | None
    warnings: tuple[str, ...]
    duplicates: Mapping[str, Duplicates] = field(default_factory=dict)


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
        fold_duplicates: bool = True,
    ) -> Found:
        """The entities of `kind` nearest to the source, best first.

        With `fold_duplicates`, of those that are one text under several ids only the best is a hit, which names the
        others that pass the filter; `page` counts such hits. A stored source never finds itself, nor, where duplicates
        are folded, what it is one text with. Raises SourceNotFound, EmptyQuery, and what the index and the model raise.
        """
        served = self.get_served()
        vector, entity, language = self._embed(served, source)
        canonical = self.normalizer.normalize_filter(filter) if filter is not None else None
        if isinstance(source, StoredSource) and source.kind is kind:
            canonical = canonical or Filter()
            canonical = canonical.model_copy(update={"exclude_ids": (*canonical.exclude_ids, source.id)})
        active_at = None if include_expired else datetime.now(UTC)
        collection = served.store.collection(kind)
        own = entity.duplicate_group if isinstance(source, StoredSource) and source.kind is kind and entity else None
        rank = partial(collection.rank, vector, filter=canonical, active_at=active_at)
        wanted = page.offset + page.limit
        ranked = rank_folded(rank, wanted=wanted, without=own) if fold_duplicates else rank(wanted=wanted)
        hits = collection.fetch(ranked[page.offset :])
        duplicates: dict[str, Duplicates] = {}
        if fold_duplicates:
            find_members = partial(collection.find_members, filter=canonical, active_at=active_at)
            duplicates = name_duplicates(hits, find_members)
        return Found(hits, entity, tuple(self._warn(served.embedder.identity.name, language)), duplicates)

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


def rank_folded(rank: Callable[..., list[Ranked]], *, wanted: int, without: str | None) -> list[Ranked]:
    """The first `wanted` rows of a ranking (or all), of each group of duplicates the best, `without` one group.

    `rank` gives the first so many rows; more of them are asked for until enough are left or no more come.
    """
    size = wanted
    while True:
        size += max(1, size // 8)
        ranked = rank(wanted=size)
        seen = {without} if without is not None else set[str]()
        kept: list[Ranked] = []
        for one in ranked:
            if one.group is None or one.group not in seen:
                kept.append(one)
            if one.group is not None:
                seen.add(one.group)
        if len(kept) >= wanted or len(ranked) < size:
            return kept[:wanted]
        size *= 2


def name_duplicates(
    hits: Sequence[Hit], find_members: Callable[[Sequence[str]], dict[str, list[Member]]]
) -> dict[str, Duplicates]:
    """What each hit stands for besides itself, by its id."""
    groups = {hit.entity.id: group for hit in hits if (group := hit.entity.duplicate_group) is not None}
    members = find_members(list(dict.fromkeys(groups.values()))) if groups else {}
    found: dict[str, Duplicates] = {}
    for id_, group in groups.items():
        others = [one for one in members[group] if one.id != id_]
        if others:
            found[id_] = Duplicates(tuple(others[:MAX_NAMED]), len(others))
    return found


def _check_not_empty(text: str) -> str:
    if not text.strip():
        raise EmptyQuery("once names and contacts are cut, no text is left to search by")
    return text


def _tell_language(text: str) -> str | None:
    is_telling = len(text) >= _TELLING_CHARACTERS or any(letter >= _FIRST_GREEK and letter.isalpha() for letter in text)
    return detect_language(text) if is_telling else None
