"""Judges pairs by their parts and puts them in order: what a search does with what it found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from milvus import Kind
from service.ranking.calibration import Calibration
from service.ranking.default_calibration import DEFAULT_CALIBRATION
from service.ranking.diversity import limit_per_company
from service.ranking.pairs import Pair, score_parts
from service.ranking.requirements import DEFAULT_MODES, Modes, Verdict, check_requirements, leave_out_ignored
from service.ranking.scoring import BALANCE, PairScore, complete_weights, score_pair
from service.ranking.values import PartName


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingOptions:
    """How a request wants its results ranked. Weights that are not named have their default.

    `min_score` is a probability: what is less likely to be relevant is left out, so that a search can answer that
    nothing is suitable. `per_company` limits vacancies only. `calibration` is the installation's, not the request's.
    """

    weights: Mapping[PartName, float] = field(default_factory=dict)
    modes: Modes = field(default_factory=lambda: DEFAULT_MODES)
    balance: float = BALANCE
    min_score: float | None = None
    per_company: int | None = None
    calibration: Calibration = DEFAULT_CALIBRATION

    def __post_init__(self) -> None:
        """Raises ValueError for a probability or a limit that cannot be one."""
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise ValueError(f"min_score is a probability and must be within 0 and 1, not {self.min_score}")
        if self.per_company is not None and self.per_company < 1:
            raise ValueError(f"per_company must be at least 1, not {self.per_company}")


DEFAULT_OPTIONS = RankingOptions()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A pair with its parts, both directional scores, its hard requirements, and its final score.

    `probability` is the probability that the pair is relevant, by `calibration`: the score that a search returns.
    """

    pair: Pair
    score: PairScore
    verdict: Verdict
    probability: float
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Ranking:
    """The matches, best first, and what was left out: nothing is dropped in silence.

    `failed` do not meet a demanded requirement, `improbable` are below the least score, and `crowded` are beyond the
    limit per company; each best first. `weights` are those asked for and the defaults, before parts without data left.
    """

    matches: tuple[Judgement, ...]
    failed: tuple[Judgement, ...]
    improbable: tuple[Judgement, ...]
    crowded: tuple[Judgement, ...]
    weights: Mapping[PartName, float]

    @property
    def judged(self) -> tuple[Judgement, ...]:
        """All of them."""
        return (*self.matches, *self.failed, *self.improbable, *self.crowded)


def judge_pair(pair: Pair, options: RankingOptions = DEFAULT_OPTIONS) -> Judgement:
    """Score one pair. Raises ValueError for weights or a balance that cannot be applied."""
    weights = leave_out_ignored(complete_weights(options.weights), options.modes)
    score = score_pair(score_parts(pair), weights, balance=options.balance)
    verdict = check_requirements(pair, options.modes)
    return Judgement(pair, score, verdict, options.calibration.apply(score.combined), options.calibration)


def rank_pairs(pairs: Iterable[Pair], found: Kind, options: RankingOptions = DEFAULT_OPTIONS) -> Ranking:
    """Judge pairs and put them in order; of equals, by id. `found` is the kind that the search looked for.

    Raises ValueError for options that cannot be applied.
    """
    weights = leave_out_ignored(complete_weights(options.weights), options.modes)
    judged = sorted((judge_pair(pair, options) for pair in pairs), key=_order)
    passing = [one for one in judged if one.verdict.passes]
    probable = [one for one in passing if options.min_score is None or one.probability >= options.min_score]
    kept = probable
    if options.per_company is not None and found is Kind.VACANCIES:
        kept = limit_per_company(probable, options.per_company, find_company=lambda one: one.pair.vacancy.company)
    chosen = set(map(id, kept))
    likely = set(map(id, probable))
    return Ranking(
        matches=tuple(kept),
        failed=tuple(one for one in judged if not one.verdict.passes),
        improbable=tuple(one for one in passing if id(one) not in likely),
        crowded=tuple(one for one in probable if id(one) not in chosen),
        weights=MappingProxyType(weights),
    )


def _order(judgement: Judgement) -> tuple[float, str, str]:
    return -judgement.score.combined, judgement.pair.vacancy.id, judgement.pair.resume.id
