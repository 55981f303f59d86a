"""From a question to matches: what is most alike, or what fits best of the candidates, page by page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from milvus import Entity, Kind, Ranked, Vacancy
from service.folding import NO_DUPLICATES, Duplicates, name_duplicates, rank_folded
from service.pairing import Hold
from service.queries import Question
from service.ranking import (
    Explanation,
    Judgement,
    Mode,
    Note,
    PartName,
    Ranking,
    RankingOptions,
    judge_pair,
    limit_per_company,
    rank_pairs,
    relax_requirements,
)
from service.reranking import SecondStage
from service.retrieval import DEPTH, Candidate, Fusion, Query, Scope, find_candidates, measure_similarity

_ENOUGH = 50
_DEEPER = 3
_DEEPEST = 1800


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the ranking to return."""

    limit: int = 10
    offset: int = 0

    @property
    def end(self) -> int:
        """How many of the best it reaches down to."""
        return self.offset + self.limit


@dataclass(frozen=True, slots=True)
class Reread:
    """What the second stage says of a match: its `score`, 0 to 1, and the place (from 1) and score without it."""

    score: float
    place_before: int
    score_before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A result. `score` falls along a ranking.

    Between a resume and a vacancy it is the calibrated probability of `judgement`, but behind the candidates never more
    than the last one's. Between two of one kind it is `similarity`, the cosine similarity, and for a few words it is
    `relevance`; there `judgement` is None.
    `relevance` is how well a candidate was found (see `Candidate`), None for what comes behind the candidates.
    With a second stage of weight w, `score` is (1 - w) of all this and w of what the second stage says, which is
    nothing where `reread` is None.
    """

    entity: Entity
    score: float
    similarity: float
    relevance: float | None = None
    judgement: Judgement | None = None
    reread: Reread | None = None
    duplicates: Duplicates = NO_DUPLICATES
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many candidates are no matches, by what was asked: a demanded requirement, `min_score`, `per_company`."""

    requirements: int = 0
    min_score: int = 0
    per_company: int = 0


NOTHING_LEFT_OUT = LeftOut()


@dataclass(frozen=True, slots=True)
class Matched:
    """One page of matches, best first, and what was left out. `weights` are those applied, None without judgements.

    `relaxations` say how many more of the candidates would match without one of the demanded requirements.
    `reread` is how many matches went through the second stage, on this page or another.
    """

    matches: list[Match]
    left_out: LeftOut = NOTHING_LEFT_OUT
    relaxations: Sequence[Note] = ()
    weights: Mapping[PartName, float] | None = None
    reread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one search has to find.

    `folds` says whether duplicates are folded; `pair` holds the question's document against one that was found;
    `second_stage` reads the best of what was found again.
    """

    kind: Kind
    question: Question
    scope: Scope
    page: Page
    folds: bool
    fusion: Fusion
    options: RankingOptions
    pair: Hold
    second_stage: SecondStage | None = None

    @property
    def query(self) -> Query:
        """The question as retrieval takes it."""
        entity = self.question.entity
        return Query(self.question.vector, entity.embedded_text, entity.language)


def find_matches(task: Task) -> Matched:
    """The page of what a search has to find, in the way that its question asks for."""
    if task.question.kind is task.kind:
        return find_alike(task)
    return find_relevant(task) if task.question.is_words else find_matching(task)


def find_alike(task: Task) -> Matched:
    """The page of what is most alike by meaning.

    Terms would add nothing: every row has its place in the order of similarity already.
    """
    rank = partial(task.scope.rank_by_meaning, task.query)
    group = task.question.entity.duplicate_group if task.question.is_stored else None
    if task.folds:
        # A stored source does not find what it is one text with.
        ranked = rank_folded(rank, wanted=task.page.end, without=frozenset((group,) if group else ()))
    else:
        ranked = rank(wanted=task.page.end)
    hits = task.scope.collection.fetch(ranked[task.page.offset :])
    return Matched([Match(entity=hit.entity, score=hit.score, similarity=hit.score) for hit in hits])


def find_matching(task: Task) -> Matched:
    """The page of what fits best: the candidates as they are judged, and behind them the rest as it is found.

    Where the options drop matches, nothing comes behind: what was not looked at was not found suitable. Where demanded
    requirements leave few, more candidates are looked at, as many whichever the page.
    """
    # Companies are limited in the final order, which is not known yet.
    options = replace(task.options, per_company=None)
    depth = DEPTH
    while True:
        candidates = find_candidates(task.scope, task.query, fusion=task.fusion, depth=depth)
        pool = _fold(candidates) if task.folds else candidates
        ranking = rank_pairs((task.pair(one.entity, one.similarity) for one in pool), task.kind, options)
        is_enough = len(ranking.matches) >= _ENOUGH or not ranking.failed
        if is_enough or len(candidates) < depth or depth >= _DEEPEST:
            break
        depth = min(_DEEPER * depth, _DEEPEST)
    matches, reread = read_again(_list_matches(ranking, pool, task.kind), task.second_stage)
    kept = _limit_companies(task, matches)
    return Matched(
        matches=_cut_page(task, kept, candidates, goes_on=not _drops(task.options)),
        left_out=LeftOut(len(ranking.failed), len(ranking.improbable), len(matches) - len(kept)),
        relaxations=relax_requirements(one.verdict for one in ranking.judged),
        weights=ranking.weights,
        reread=reread,
    )


def find_relevant(task: Task) -> Matched:
    """The page of what is most relevant to a few words: as it is found, since words alone cannot be judged.

    Of the options only `min_score` and `per_company` apply; where they drop matches, nothing comes behind.
    """
    candidates = find_candidates(task.scope, task.query, fusion=task.fusion)
    pool = _fold(candidates) if task.folds else candidates
    matches = [
        Match(entity=one.entity, score=one.relevance, similarity=one.similarity, relevance=one.relevance)
        for one in pool
    ]
    options = task.options
    likely = [one for one in matches if options.min_score is None or one.score >= options.min_score]
    likely, reread = read_again(likely, task.second_stage)
    kept = _limit_companies(task, likely)
    goes_on = options.min_score is None and options.per_company is None
    left_out = LeftOut(min_score=len(matches) - len(likely), per_company=len(likely) - len(kept))
    return Matched(_cut_page(task, kept, candidates, goes_on=goes_on), left_out, reread=reread)


def read_again(matches: list[Match], stage: SecondStage | None) -> tuple[list[Match], int]:
    """The matches in the order that the second stage gives them, where there is one, and how many it read.

    It reads the first of all matches, whatever page is asked for, so that pages neither repeat nor skip one. All after
    them keep their order, and their scores fall on: none had a higher one before, and the second stage adds nothing.
    """
    if stage is None:
        return matches, 0
    first, rest = matches[: stage.candidates], matches[stage.candidates :]
    scores = stage.score([one.entity for one in first])
    kept = 1 - stage.weight
    mixed = [
        replace(one, score=kept * one.score + stage.weight * score, reread=Reread(score, place, one.score))
        for place, (one, score) in enumerate(zip(first, scores, strict=True), start=1)
    ]
    mixed.sort(key=lambda one: -one.score)  # equals stay in their order
    return mixed + [replace(one, score=kept * one.score) for one in rest], len(first)


def name_folded(matches: Sequence[Match], scope: Scope) -> list[Match]:
    """The matches with what each was folded with, of what the scope lets through."""
    entities = [one.entity for one in matches]
    duplicates = name_duplicates(entities, scope.collection, filter=scope.filter, active_at=scope.active_at)
    return [replace(one, duplicates=duplicates.get(one.entity.id, NO_DUPLICATES)) for one in matches]


def _fold(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of each group of duplicates the most relevant."""
    first: dict[str | tuple[str], Candidate] = {}
    for one in candidates:
        group = one.entity.duplicate_group
        first.setdefault(group if group is not None else (one.entity.id,), one)
    return list(first.values())


def _list_matches(ranking: Ranking, pool: Sequence[Candidate], kind: Kind) -> list[Match]:
    """The matches by falling score; of equals, the more relevant first."""
    by_id = {one.entity.id: one for one in pool}
    matches = []
    for judgement in ranking.matches:
        entity = judgement.pair.vacancy if kind is Kind.VACANCIES else judgement.pair.resume
        found = by_id[entity.id]
        matches.append(
            Match(
                entity=entity,
                score=judgement.probability,
                similarity=found.similarity,
                relevance=found.relevance,
                judgement=judgement,
            )
        )
    return sorted(matches, key=lambda one: (-one.score, -(one.relevance or 0.0), one.entity.id))


def _limit_companies(task: Task, matches: list[Match]) -> list[Match]:
    if task.options.per_company is None or task.kind is not Kind.VACANCIES:
        return matches
    return limit_per_company(matches, task.options.per_company, find_company=_find_company)


def _cut_page(task: Task, matches: Sequence[Match], candidates: Sequence[Candidate], *, goes_on: bool) -> list[Match]:
    """The page of the matches, and of what comes behind them."""
    found = list(matches[task.page.offset : task.page.end])
    if len(found) < task.page.limit and goes_on:
        rest = slice(max(0, task.page.offset - len(matches)), task.page.end - len(matches))
        found += _find_behind(task, candidates, rest, highest=matches[-1].score if matches else 0.0)
    return found


def _find_company(match: Match) -> str | None:
    return match.entity.company if isinstance(match.entity, Vacancy) else None


def _drops(options: RankingOptions) -> bool:
    demands = any(mode is Mode.DEMAND for mode in options.modes.values())
    return demands or options.min_score is not None or options.per_company is not None


def _find_behind(task: Task, candidates: Sequence[Candidate], rest: slice, *, highest: float) -> list[Match]:
    """Matches behind the candidates, in the order of the ranking that found those; scores fall on from `highest`.

    Only those of the page are judged, so that a page deep down costs little more than the first.
    """
    ranked = _rank_behind(task, candidates, wanted=rest.stop)
    best = max(ranked[0].score, 0.0) if ranked else 0.0
    ids = [one.id for one in ranked[rest]]
    entities, vectors = task.scope.collection.fetch_entities(ids), task.scope.collection.fetch_vectors(ids)
    matches = []
    for one in ranked[rest]:
        if one.id not in entities or one.id not in vectors:  # deleted since it was ranked
            continue
        entity, similarity = entities[one.id], measure_similarity(vectors[one.id], task.question.vector)
        judgement = None if task.question.is_words else judge_pair(task.pair(entity, similarity), task.options)
        score = highest * max(one.score, 0.0) / best if best else 0.0
        matches.append(Match(entity=entity, score=min(highest, score), similarity=similarity, judgement=judgement))
    return matches


def _rank_behind(task: Task, candidates: Sequence[Candidate], *, wanted: int) -> list[Ranked]:
    by_meaning = task.fusion.meaning > 0
    rank: Callable[..., list[Ranked]] = task.scope.rank_by_meaning if by_meaning else task.scope.rank_by_terms
    rank = partial(rank, task.query)
    passed = frozenset(one.entity.id for one in candidates)
    if task.folds:
        groups = frozenset(one.entity.duplicate_group for one in candidates if one.entity.duplicate_group)
        return rank_folded(rank, wanted=wanted, without=groups, passed=passed)
    return [one for one in rank(wanted=wanted + len(passed)) if one.id not in passed][:wanted]
