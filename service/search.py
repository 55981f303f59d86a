"""Searches: from a text, a document or a stored id, under a filter, to matches; and two documents held together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from ingestion import Normalizer, Served
from milvus import Collection, Entity, Filter, Kind, Vector, Vectors
from service.matching import (
    NOTHING_LEFT_OUT,
    LeftOut,
    Match,
    Page,
    Task,
    find_alike,
    find_matching,
    find_relevant,
    name_folded,
)
from service.pairing import PairMaker, read_whole_demand
from service.queries import Question, Source, StoredSource, fetch_stored, make_question, may_know
from service.ranking import DEFAULT_OPTIONS, Embed, Note, NoteValue, PartName, RankingOptions, explain_pair, judge_pair
from service.retrieval import DEFAULT_FUSION, Fusion, Scope, measure_similarity

FIRST_PAGE = Page()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The matches of a search, best first, what the source was understood as, and what to warn the reader of.

    `source` is None for a bare text. `weights` and `fusion` are those applied: no weights for a few words, neither
    between two of one kind.
    """

    matches: Sequence[Match]
    source: Entity | None
    warnings: tuple[Note, ...]
    left_out: LeftOut = NOTHING_LEFT_OUT
    weights: Mapping[PartName, float] | None = None
    fusion: Fusion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """Searches what serves at the moment. `find_languages` names those that a model knows; None where nobody knows."""

    get_served: Callable[[], Served]
    normalizer: Normalizer
    find_languages: Callable[[str], frozenset[str] | None] = lambda _: None
    pairs: PairMaker = field(default_factory=PairMaker)

    def search(
        self,
        kind: Kind,
        source: Source,
        *,
        filter: Filter | None = None,
        page: Page = FIRST_PAGE,
        include_expired: bool = False,
        fold_duplicates: bool = True,
        fusion: Fusion = DEFAULT_FUSION,
        ranking: RankingOptions = DEFAULT_OPTIONS,
        explain: bool = False,
    ) -> Found:
        """The entities of `kind` that match the source, best first.

        For a source of the other kind (or a text, which is taken for one) candidates are found by `fusion` and ranked
        under `ranking`, and `explain` explains each match. A few words, one short line, are too little to be judged:
        what they find comes by relevance. A source of the same kind finds what is most alike.

        With `fold_duplicates`, of those that are one text under several ids only the best is a match, which names the
        others that pass the filter; `page` counts such matches. A stored source never finds itself, nor, where
        duplicates are folded, what it is one text with. Raises SourceNotFound, EmptyQuery, ValueError for a `ranking`
        that cannot be applied, and what the index and the model raise.
        """
        served = self.get_served()
        question = make_question(source, served, self.normalizer, sought=kind)
        now = datetime.now(UTC)
        collection = served.store.collection(kind)
        scope = Scope(collection, self._narrow(filter, question, kind), None if include_expired else now)
        warnings, applied = self._adapt(served, question, collection, fusion)
        if question.is_words and (explain or replace(ranking, min_score=None, per_company=None) != DEFAULT_OPTIONS):
            warnings = (*warnings, Note("words_not_judged"))
        task = Task(
            kind=kind,
            question=question,
            scope=scope,
            page=page,
            folds=fold_duplicates,
            fusion=applied,
            options=ranking,
            pair=self.pairs.hold(question.entity, now=_round_moment(now)),
        )
        is_alike = question.kind is kind
        find = find_alike if is_alike else find_relevant if question.is_words else find_matching
        matched = find(task)
        matches = name_folded(matched.matches, scope) if fold_duplicates else matched.matches
        if explain:
            embed = _remember(served.embedder.embed_documents)
            matches = [_explain(one, ranking, embed) for one in matches]
        return Found(
            matches=matches,
            source=question.entity if question.is_document else None,
            warnings=warnings,
            left_out=matched.left_out,
            weights=matched.weights,
            fusion=None if is_alike else applied,
        )

    def compare(
        self, resume_id: str, vacancy_id: str, *, ranking: RankingOptions = DEFAULT_OPTIONS, explain: bool = True
    ) -> Match:
        """Two stored documents held against each other; the entity of the match is the vacancy.

        Raises SourceNotFound naming the one that is missing, and what the index and the model raise.
        """
        served = self.get_served()
        resume, resume_vector = fetch_stored(served, StoredSource(Kind.RESUMES, resume_id))
        vacancy, vacancy_vector = fetch_stored(served, StoredSource(Kind.VACANCIES, vacancy_id))
        similarity = measure_similarity(resume_vector, vacancy_vector)
        now = _round_moment(datetime.now(UTC))
        pair = self.pairs.hold(resume, now=now)(vacancy, similarity)
        judgement = judge_pair(pair, ranking)
        match = Match(entity=vacancy, score=judgement.probability, similarity=similarity, judgement=judgement)
        return _explain(match, ranking, _remember(served.embedder.embed_documents)) if explain else match

    def _narrow(self, filter: Filter | None, question: Question, kind: Kind) -> Filter | None:
        """The filter with canonical values, and without the source itself."""
        canonical = self.normalizer.normalize_filter(filter) if filter is not None else None
        if not question.is_stored or question.kind is not kind:
            return canonical
        canonical = canonical or Filter()
        return canonical.model_copy(update={"exclude_ids": (*canonical.exclude_ids, question.entity.id)})

    def _adapt(
        self, served: Served, question: Question, collection: Collection, fusion: Fusion
    ) -> tuple[tuple[Note, ...], Fusion]:
        """What to warn of, and the fusion for what model and index can do."""
        warnings = []
        model, language = served.embedder.identity.name, question.entity.language
        known = self.find_languages(model)
        if known is not None and not may_know(known, question.entity):
            fusion = fusion.shift_to_terms()
            values: dict[str, NoteValue] = {"language": language, "model": model, "known": tuple(sorted(known))}
            warnings.append(Note("model_lacks_language" if language else "model_lacks_script", values))
        if fusion.terms and not collection.ranks_text:
            fusion = fusion.leave_out_terms()
            warnings.append(Note("index_lacks_terms"))
        return tuple(warnings), fusion


def _round_moment(moment: datetime) -> datetime:
    """The hour: pages of one ranking, and both sides of one pair, are judged at the same time."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _explain(match: Match, options: RankingOptions, embed: Embed) -> Match:
    """The match with its explanation, where there is a judgement to explain."""
    if match.judgement is None:
        return match
    pair = match.judgement.pair
    whole = replace(match.judgement, pair=replace(pair, demand=read_whole_demand(pair.vacancy)))
    return replace(match, explanation=explain_pair(whole, options, embed=embed))


def _remember(embed: Callable[[list[str]], Vectors]) -> Embed:
    """Embeds each text once: the source's sentences are compared with those of every match."""
    known: dict[str, Vector] = {}

    def embed_new(texts: list[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return embed_new
