"""Searches: from a text, a document or a stored id, under a filter, to matches; and two documents held together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from ingestion import Normalizer, Served
from milvus import Collection, Entity, Filter, Kind, Vectors
from service.facets import Facet, FacetCounter, FacetName
from service.matching import (
    NOTHING_LEFT_OUT,
    LeftOut,
    Match,
    Page,
    Task,
    find_matches,
    name_folded,
)
from service.pairing import PairMaker
from service.queries import Question, Source, StoredSource, fetch_stored, make_question, may_know
from service.ranking import (
    DEFAULT_CALIBRATION,
    DEFAULT_OPTIONS,
    Calibration,
    Embed,
    Note,
    NoteValue,
    PartName,
    RankingOptions,
    explain_pair,
    judge_pair,
)
from service.reranking import Rerankers, RerankOptions
from service.retrieval import DEFAULT_FUSION, Fusion, Scope, measure_similarity
from service.vector_memory import VectorMemory, embed_sentences

FIRST_PAGE = Page()
_SENTENCE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reranked:
    """By what the best matches were reranked, how many they were, and how much of the score that made."""

    model: str
    candidates: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The matches of a search, best first, what the source was understood as, and what to warn the reader of.

    `source` is None for a bare text. `relaxations` say how many more would match without one thing that was asked: of
    the filter where the search explains or finds nothing, and of the requirements where they are demanded. `weights`
    and `fusion` are those applied: no weights for a few words, neither between two of one kind.
    `reranked` is None where nothing was reranked.
    """

    matches: Sequence[Match]
    source: Entity | None
    warnings: tuple[Note, ...]
    left_out: LeftOut = NOTHING_LEFT_OUT
    facets: Sequence[Facet] = ()
    relaxations: Sequence[Note] = ()
    weights: Mapping[PartName, float] | None = None
    fusion: Fusion | None = None
    reranked: Reranked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """Searches what serves at the moment.

    `find_languages` names those that a model knows, None where nobody knows; `find_seen` what a viewer has seen.
    `calibration` makes the scores of matches probabilities.
    """

    get_served: Callable[[], Served]
    normalizer: Normalizer
    find_languages: Callable[[str], frozenset[str] | None] = lambda _: None
    find_seen: Callable[[str, Kind], Sequence[str]] = lambda viewer, kind: ()  # noqa: ARG005
    pairs: PairMaker = field(default_factory=PairMaker)
    rerankers: Rerankers = field(default_factory=Rerankers)
    sentences: VectorMemory = field(default_factory=partial(VectorMemory, _SENTENCE_BYTES))
    calibration: Calibration = DEFAULT_CALIBRATION

    def search(
        self,
        kind: Kind,
        source: Source,
        *,
        filter: Filter | None = None,
        exclude_seen_by: str | None = None,
        page: Page = FIRST_PAGE,
        include_expired: bool = False,
        fold_duplicates: bool = True,
        fusion: Fusion = DEFAULT_FUSION,
        ranking: RankingOptions = DEFAULT_OPTIONS,
        rerank: RerankOptions | None = None,
        explain: bool = False,
        facets: Sequence[FacetName] = (),
    ) -> Found:
        """The entities of `kind` that match the source, best first.

        For a source of the other kind (or a text, which is taken for one) candidates are found by `fusion` and ranked
        under `ranking`, and `explain` explains each match. A few words, one short line, are too little to be judged:
        what they find comes by relevance. The first of either are reranked as `rerank` says. A source of the same kind
        finds what is most alike, and `rerank` does not apply. What a viewer has seen is left out as the ids are that
        the filter excludes.

        With `fold_duplicates`, of those that are one text under several ids only the best is a match, which names the
        others that pass the filter; `page` counts such matches. A stored source never finds itself, nor, where
        duplicates are folded, what it is one text with. `facets` are counted over all documents that pass the filter,
        duplicates included. Raises SourceNotFound, EmptyQuery, ValueError for a `ranking` that cannot be applied or a
        `rerank` model that is not there, and what the index and the models raise.
        """
        served = self.get_served()
        question = make_question(source, served, self.normalizer, sought=kind)
        now = datetime.now(UTC)
        collection = served.store.collection(kind)
        narrowed = self._narrow(filter, question, kind, seen_by=exclude_seen_by)
        warnings, applied = self._adapt(served, question, collection, fusion)
        is_alike = question.kind is kind
        stage = self.rerankers.prepare(rerank, question, served) if rerank and not is_alike else None
        task = Task(
            kind=kind,
            question=question,
            scope=Scope(collection, narrowed, None if include_expired else now),
            page=page,
            folds=fold_duplicates,
            fusion=applied,
            options=replace(ranking, calibration=self.calibration),
            pair=self.pairs.hold(question.entity, now=_round_moment(now)),
            second_stage=stage,
        )
        found = self._answer(task, served, explain=explain, facets=facets)
        return replace(found, warnings=(*warnings, *_warn_of_words(question, ranking, explain=explain)))

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
        judgement = judge_pair(pair, replace(ranking, calibration=self.calibration))
        match = Match(entity=vacancy, score=judgement.probability, similarity=similarity, judgement=judgement)
        return self._explain([match], ranking, served)[0] if explain else match

    def _answer(self, task: Task, served: Served, *, explain: bool, facets: Sequence[FacetName]) -> Found:
        """What a task finds, without warnings."""
        matched, question, scope, stage = find_matches(task), task.question, task.scope, task.second_stage
        matches = name_folded(matched.matches, scope) if task.folds else matched.matches
        return Found(
            matches=self._explain(matches, task.options, served) if explain else matches,
            source=question.entity if question.is_document else None,
            warnings=(),
            left_out=matched.left_out,
            facets=FacetCounter(scope.collection, task.kind, scope.filter, scope.active_at).count(facets),
            relaxations=[*(scope.relax() if explain or not matches else ()), *matched.relaxations],
            weights=matched.weights,
            fusion=None if question.kind is task.kind else task.fusion,
            reranked=Reranked(stage.model, matched.reread, stage.weight) if stage else None,
        )

    def _explain(self, matches: Sequence[Match], options: RankingOptions, served: Served) -> list[Match]:
        def embed(texts: list[str]) -> Vectors:
            return embed_sentences(self.sentences, texts, served.embedder)

        return [self._explain_one(one, options, embed) for one in matches]

    def _explain_one(self, match: Match, options: RankingOptions, embed: Embed) -> Match:
        """The match with its explanation, where there is a judgement to explain."""
        if match.judgement is None:
            return match
        pair = match.judgement.pair
        whole = replace(match.judgement, pair=replace(pair, demand=self.pairs.read_whole_demand(pair.vacancy)))
        return replace(match, explanation=explain_pair(whole, options, embed=embed))

    def _narrow(self, filter: Filter | None, question: Question, kind: Kind, *, seen_by: str | None) -> Filter | None:
        """The filter with canonical values, without the source itself and what a viewer has seen."""
        canonical = self.normalizer.normalize_filter(filter) if filter is not None else None
        seen = self.find_seen(seen_by, kind) if seen_by is not None else ()
        itself = (question.entity.id,) if question.is_stored and question.kind is kind else ()
        excluded = (*seen, *itself)
        if not excluded:
            return canonical
        canonical = canonical or Filter()
        # Not validated again: what callers may send is limited, what they have seen adds to that.
        return canonical.model_copy(update={"exclude_ids": (*canonical.exclude_ids, *excluded)})

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


def _warn_of_words(question: Question, ranking: RankingOptions, *, explain: bool) -> tuple[Note, ...]:
    if question.is_words and (explain or replace(ranking, min_score=None, per_company=None) != DEFAULT_OPTIONS):
        return (Note("words_not_judged"),)
    return ()
