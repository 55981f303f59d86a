"""From a score to the probability that a judge calls the pair relevant, and how true that probability is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RIDGE = 0.1
_MAX_STEPS = 200
_LEAST_STEP = 1e-10
_TOLERANCE = 1e-8
_DAMPING = 1e-12
_LEAST_PROBABILITY = 1e-15

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A fitted curve, and what it was fitted on: its probability is that of pairs drawn as those were.

    `judged_on` names the judged pairs and the rule of relevance, `model` the embedding model that measured the meaning,
    `fitted_on` the date.
    """

    slope: float
    intercept: float
    pairs: int
    relevant: int
    judged_on: str
    model: str
    fitted_on: str
    method: str = "Platt scaling"

    def __post_init__(self) -> None:
        """Raises ValueError for a curve that falls."""
        if not self.slope >= 0 or not math.isfinite(self.slope + self.intercept):
            raise ValueError(f"calibration: slope {self.slope} and intercept {self.intercept} give no rising curve")

    def apply(self, score: float) -> float:
        """The probability of relevance of a score; it never falls where the score rises."""
        return _sigmoid(self.slope * score + self.intercept)


@dataclass(frozen=True, slots=True)
class Bin:
    """The pairs whose probability lies within [lower, upper), the last bin with its end; means are None if empty."""

    lower: float
    upper: float
    pairs: int
    mean_probability: float | None
    share_relevant: float | None


def fit_calibration(
    scores: Sequence[float],
    relevant: Sequence[bool],
    *,
    judged_on: str,
    model: str,
    fitted_on: str,
    ridge: float = RIDGE,
) -> Calibration:
    """Fit the curve on scores and whether a judge called each pair relevant.

    This is Platt scaling: a logistic curve over the score, by maximum likelihood with Platt's smoothed targets (J.
    Platt, "Probabilistic outputs for support vector machines", 1999), found by the Newton method with backtracking of
    H.-T. Lin, C.-J. Lin and R. C. Weng ("A note on Platt's probabilistic outputs for support vector machines", Machine
    Learning 68, 2007). A ridge on the slope keeps a small or separable set from a curve too steep. The curve never
    falls, so the order of the scores stays.

    Raises ValueError where the lists differ in length, a score is not finite, all pairs are of one kind, or the scores
    order the pairs no better than chance.
    """
    values, labels = _check_judged(scores, relevant)
    count, positive = len(labels), int(labels.sum())
    if positive in (0, count):
        raise ValueError(f"calibration needs relevant and other pairs, but {positive} of {count} are relevant")
    targets = np.where(labels, (positive + 1) / (positive + 2), 1 / (count - positive + 2))
    slope, intercept = _minimize(values, targets, ridge, math.log((positive + 1) / (count - positive + 1)))
    if slope <= 0:
        raise ValueError("the scores put relevant pairs no higher than others: there is nothing to calibrate")
    return Calibration(
        slope=slope,
        intercept=intercept,
        pairs=count,
        relevant=positive,
        judged_on=judged_on,
        model=model,
        fitted_on=fitted_on,
        method=f"Platt scaling with smoothed targets, ridge {ridge:g} on the slope",
    )


def square_errors(probabilities: Sequence[float], relevant: Sequence[bool]) -> Floats:
    """The squared distance of each probability from what was judged; their mean is the Brier score (1950), 0 best."""
    values, labels = _check_judged(probabilities, relevant)
    return (values - labels) ** 2


def find_log_losses(probabilities: Sequence[float], relevant: Sequence[bool]) -> Floats:
    """The negative logarithm of the probability that each judgement was given; 0 is best, their mean the log loss."""
    values, labels = _check_judged(probabilities, relevant)
    given = np.where(labels, values, 1 - values)
    return -np.log(np.maximum(given, _LEAST_PROBABILITY))


def reliability_table(probabilities: Sequence[float], relevant: Sequence[bool], *, bins: int = 10) -> list[Bin]:
    """Bins of equal width, with the mean probability and the share judged relevant in each: alike where it is true."""
    if bins < 1:
        raise ValueError(f"bins must be at least 1, not {bins}")
    values, labels = _check_judged(probabilities, relevant)
    numbers = np.clip((values * bins).astype(int), 0, bins - 1)
    table = []
    for number in range(bins):
        chosen = numbers == number
        count = int(chosen.sum())
        means = (float(values[chosen].mean()), float(labels[chosen].mean())) if count else (None, None)
        table.append(Bin(number / bins, (number + 1) / bins, count, *means))
    return table


def calibration_error(table: Sequence[Bin]) -> float:
    """The expected calibration error: the mean gap between probability and share over the bins, weighted by pairs."""
    total = sum(one.pairs for one in table)
    gaps = (
        one.pairs * abs(one.mean_probability - one.share_relevant)
        for one in table
        if one.mean_probability is not None and one.share_relevant is not None
    )
    return sum(gaps) / total if total else 0.0


def _check_judged(values: Sequence[float], relevant: Sequence[bool]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    if len(values) != len(relevant) or not len(values):
        raise ValueError(f"{len(values)} scores came with {len(relevant)} judgements; at least one pair is needed")
    numbers = np.asarray(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("a score is not finite")
    return numbers, np.asarray(relevant, dtype=bool)


def _minimize(values: Floats, targets: Floats, ridge: float, intercept: float) -> tuple[float, float]:
    """Newton steps for the two parameters, halved until the loss falls."""
    slope = 0.0
    loss = _loss(values, targets, ridge, (slope, intercept))
    for _ in range(_MAX_STEPS):
        probabilities = _sigmoids(slope * values + intercept)
        gaps, spread = probabilities - targets, probabilities * (1 - probabilities)
        gradient = np.array([gaps @ values + ridge * slope, gaps.sum()])
        if np.abs(gradient).max() < _TOLERANCE:
            break
        cross = spread @ values
        hessian = np.array([[spread @ values**2 + ridge + _DAMPING, cross], [cross, spread.sum() + _DAMPING]])
        direction = np.linalg.solve(hessian, -gradient)
        step = 1.0
        while step >= _LEAST_STEP:
            tried = (slope + step * float(direction[0]), intercept + step * float(direction[1]))
            reached = _loss(values, targets, ridge, tried)
            if reached < loss + 1e-4 * step * float(gradient @ direction):
                (slope, intercept), loss = tried, reached
                break
            step /= 2
        else:
            break
    return slope, intercept


def _loss(values: Floats, targets: Floats, ridge: float, curve: tuple[float, float]) -> float:
    slope, intercept = curve
    margins = slope * values + intercept
    return float(np.sum(np.logaddexp(0, margins) - targets * margins) + ridge / 2 * slope**2)


def _sigmoids(margins: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -margins))


def _sigmoid(margin: float) -> float:
    if margin >= 0:
        return 1 / (1 + math.exp(-margin))
    grown = math.exp(margin)
    return grown / (1 + grown)
