"""From the parts of a pair to two directional scores and their combination.

Each direction asks how well one side meets the other; see `score_direction` and `combine` for the formulas and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from milvus import Kind
from service.ranking.values import Direction, PartName, PartScore

PRIOR = 0.3
DOUBT = 0.3
BALANCE = 0.6
"""The weight of "the resume meets the vacancy" in the combination; the other direction has the rest."""

DIRECTION_PARTS: Mapping[Direction, tuple[PartName, ...]] = MappingProxyType(
    {
        Direction.RESUME_MEETS_VACANCY: (
            PartName.MEANING,
            PartName.TITLE,
            PartName.REQUIRED_SKILLS,
            PartName.DESIRED_SKILLS,
            PartName.EXPERIENCE,
            PartName.LANGUAGE,
            PartName.LICENSE,
            PartName.RECENCY,
        ),
        Direction.VACANCY_MEETS_RESUME: (
            PartName.MEANING,
            PartName.TITLE,
            PartName.PLACE,
            PartName.SALARY,
            PartName.EMPLOYMENT,
            PartName.RECENCY,
        ),
    }
)
DEFAULT_WEIGHTS: Mapping[PartName, float] = MappingProxyType(
    {
        PartName.MEANING: 0.20,
        PartName.TITLE: 0.15,
        PartName.REQUIRED_SKILLS: 0.30,
        PartName.DESIRED_SKILLS: 0.05,
        PartName.EXPERIENCE: 0.10,
        PartName.LANGUAGE: 0.10,
        PartName.LICENSE: 0.05,
        PartName.PLACE: 0.25,
        PartName.SALARY: 0.15,
        PartName.EMPLOYMENT: 0.10,
        PartName.RECENCY: 0.05,
    }
)


@dataclass(frozen=True, slots=True)
class DirectionalScore:
    """How well one side meets the other.

    `weights` are those applied: of the parts that are known, summing to 1; empty where nothing is known. `evidence` is
    the share of the asked weights whose parts are known, `mean` the weighted mean of those (None without any), and
    `score` that mean after it was drawn toward PRIOR. All lie within 0 and 1.
    """

    score: float
    mean: float | None
    evidence: float
    weights: Mapping[PartName, float]
    parts: Mapping[PartName, PartScore]


@dataclass(frozen=True, slots=True)
class PairScore:
    """Both directions of a pair and their combination, in [0, 1]."""

    resume_meets_vacancy: DirectionalScore
    vacancy_meets_resume: DirectionalScore
    combined: float

    def seen_from(self, source: Kind) -> tuple[DirectionalScore, DirectionalScore]:
        """How well the hit meets the source, and how well the source meets the hit; the other source swaps them."""
        both = (self.resume_meets_vacancy, self.vacancy_meets_resume)
        return both if source is Kind.VACANCIES else (both[1], both[0])


def complete_weights(asked: Mapping[PartName, float] | None) -> dict[PartName, float]:
    """The asked weights, with the default for each part that is not named. Raises ValueError.

    Weights are compared with each other only, within a direction; 0 leaves a part out. At least one part of each
    direction must weigh something.
    """
    weights = dict(DEFAULT_WEIGHTS) | dict(asked or {})
    for name, weight in weights.items():
        if not 0 <= weight <= 1e6:
            raise ValueError(f"weights: {name} must be between 0 and 1,000,000, not {weight}")
    for direction, names in DIRECTION_PARTS.items():
        if not any(weights[name] for name in names):
            raise ValueError(f"weights: all parts of {direction} weigh 0: {', '.join(names)}")
    return weights


def score_direction(
    direction: Direction, parts: Mapping[PartName, PartScore], weights: Mapping[PartName, float]
) -> DirectionalScore:
    """The weighted mean of the known parts, drawn toward PRIOR in the measure that little is known.

    Parts without data leave the mean, so that the weights of the others grow. Alone that would let a resume that says
    nothing but a fine title beat one that is known well. So, with the share `evidence` of the weights that is known,

        confidence = evidence * (1 + DOUBT) / (evidence + DOUBT)
        score      = confidence * mean + (1 - confidence) * PRIOR

    which is shrinkage as in an empirical Bayes estimate, the prior counting as DOUBT of all the weights, scaled so that
    a pair of which everything is known keeps its mean. `weights` must name each part of the direction, and `parts`
    each that weighs something.
    """
    weighed = {name: weights[name] for name in DIRECTION_PARTS[direction] if weights[name] > 0}
    values = {name: value for name in weighed if (value := parts[name].value) is not None}
    total = sum(weighed.values())
    known = sum(weighed[name] for name in values)
    shown = {name: parts[name] for name in DIRECTION_PARTS[direction] if name in parts}
    if not known:
        return DirectionalScore(PRIOR, None, 0.0, {}, shown)
    applied = {name: weighed[name] / known for name in values}
    mean = _limit(sum(applied[name] * value for name, value in values.items()))
    evidence = _limit(known / total)
    confidence = evidence * (1 + DOUBT) / (evidence + DOUBT)
    score = _limit(confidence * mean + (1 - confidence) * PRIOR)
    return DirectionalScore(score, mean, evidence, applied, shown)


def score_pair(
    parts: Mapping[Direction, Mapping[PartName, PartScore]],
    weights: Mapping[PartName, float] | None = None,
    *,
    balance: float = BALANCE,
) -> PairScore:
    """Both directions and their combination. Raises ValueError for weights that cannot be applied."""
    complete = complete_weights(weights)
    first, second = (score_direction(direction, parts[direction], complete) for direction in Direction)
    return PairScore(first, second, combine(first.score, second.score, balance=balance))


def combine(resume_meets_vacancy: float, vacancy_meets_resume: float, *, balance: float = BALANCE) -> float:
    """The weighted harmonic mean of two scores in [0, 1]; 0 where one of them is.

    It is the usual choice where both sides must agree to a match (Pizzato et al., RECON: a reciprocal recommender for
    online dating, RecSys 2010), for it stays near the lower of the two: no salary makes up for a wrong trade, and no
    skill for work in another country. Raises ValueError for a balance outside [0, 1].
    """
    if not 0 <= balance <= 1:
        raise ValueError(f"balance must be within 0 and 1, not {balance}")
    if balance in (0, 1):
        return resume_meets_vacancy if balance else vacancy_meets_resume
    if not resume_meets_vacancy or not vacancy_meets_resume:
        return 0.0
    return _limit(1 / (balance / resume_meets_vacancy + (1 - balance) / vacancy_meets_resume))


def _limit(value: float) -> float:
    """Rounding may carry a mean a hair's breadth beyond its bounds."""
    return min(1.0, max(0.0, value))
