"""How true the probabilities of matches are: judged pairs, held-out probabilities, and what is measured on them.

Held out means that the curve was fitted without either document of the pair. Vacancies and resumes are each dealt into
folds, and the pairs of one fold of vacancies with one of resumes are judged by the curve that was fitted on the pairs
that have neither: grouped cross-validation, in both directions at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from milvus import Kind
from service.errors import BadJudgements
from service.evaluation.bootstrap import Estimate, draw_means, estimate
from service.evaluation.judged import JudgedSet
from service.evaluation.metrics import Floats
from service.evaluation.workbench import Workbench
from service.ranking import (
    Bin,
    Calibration,
    calibration_error,
    find_log_losses,
    judge_pair,
    reliability_table,
    square_errors,
)

LEAST_FOLDS = 2

Numbers = npt.NDArray[np.int_]
Fit = Callable[[Sequence[float], Sequence[bool]], Calibration]


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """The ids of a pair that a judge graded, the score that ranking gives it, and whether it was found relevant."""

    vacancy: str
    resume: str
    score: float
    is_relevant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How true probabilities are. The intervals are bootstrapped over vacancies; log losses are natural."""

    name: str
    brier: Estimate
    log_loss: Estimate
    error: float
    bins: tuple[Bin, ...]


def score_judged(judged: JudgedSet, bench: Workbench, *, with_unjudged: bool = False) -> list[JudgedPair]:
    """The judged pairs with their scores; `with_unjudged` takes all other pairs of judged queries for not relevant."""
    source = judged if judged.query_kind is Kind.VACANCIES else judged.reverse()
    resumes = list(source.corpus.values())
    vectors = bench.embed(resumes)
    rows = {resume.id: row for row, resume in enumerate(resumes)}
    pairs = bench.make_pairs()
    now = datetime.now(UTC)
    found = []
    asking = [vacancy for vacancy in source.queries.values() if vacancy.id in source.grades]
    for done, vacancy in enumerate(asking, start=1):
        grades = source.grades[vacancy.id]
        similarities = vectors @ bench.embed([vacancy])[0]
        pair = pairs.hold(vacancy, now=now)
        relevant = source.list_relevant(vacancy.id)
        for id in source.corpus if with_unjudged else grades:
            if id in rows:
                score = judge_pair(pair(source.corpus[id], float(similarities[rows[id]]))).score.combined
                found.append(JudgedPair(vacancy.id, id, score, id in relevant))
        bench.report("Scoring", done, len(asking))
    return found


def hold_out(pairs: Sequence[JudgedPair], fit: Fit, *, folds: int, seed: int) -> tuple[Floats, Floats]:
    """For each pair the probability by a curve, and the share of relevant pairs, that know neither of its documents.

    Raises BadJudgements where what is left for a curve is too little or all of one kind.
    """
    chance = np.random.default_rng(seed)
    vacancies = _deal([pair.vacancy for pair in pairs], folds, chance)
    resumes = _deal([pair.resume for pair in pairs], folds, chance)
    scores = np.array([pair.score for pair in pairs])
    relevant = np.array([pair.is_relevant for pair in pairs])
    probabilities, shares = np.zeros(len(pairs)), np.zeros(len(pairs))
    for one in range(folds):
        for other in range(folds):
            held = (vacancies == one) & (resumes == other)
            known = (vacancies != one) & (resumes != other)
            if not held.any():
                continue
            try:
                curve = fit(list(scores[known]), list(relevant[known]))
            except ValueError as error:
                raise BadJudgements(f"too few judged pairs for {folds} folds: {error}") from None
            probabilities[held] = [curve.apply(score) for score in scores[held]]
            shares[held] = relevant[known].mean()
    return probabilities, shares


def measure_truth(name: str, probabilities: Floats, pairs: Sequence[JudgedPair], *, seed: int) -> Truth:
    """Brier score, log loss and expected calibration error of probabilities, one for each pair."""
    relevant = [pair.is_relevant for pair in pairs]
    bins = reliability_table(list(probabilities), relevant)
    groups = np.unique([pair.vacancy for pair in pairs], return_inverse=True)[1]
    return Truth(
        name=name,
        brier=_average(square_errors(list(probabilities), relevant), groups, seed),
        log_loss=_average(find_log_losses(list(probabilities), relevant), groups, seed),
        error=calibration_error(bins),
        bins=tuple(bins),
    )


def _deal(ids: Sequence[str], folds: int, chance: np.random.Generator) -> Numbers:
    """The fold of each id; folds have as many different ids as one another, or one more."""
    names, places = np.unique(ids, return_inverse=True)
    if len(names) < folds:
        raise BadJudgements(f"{len(names)} judged documents of one kind cannot make {folds} folds")
    dealt: Numbers = (chance.permutation(len(names)) % folds)[places]
    return dealt


def _average(losses: Floats, groups: Numbers, seed: int) -> Estimate:
    """The mean over pairs, with its interval over resampled groups."""
    sums = np.stack([np.bincount(groups, weights=losses), np.bincount(groups)]).astype(np.float64)
    means = draw_means(sums, seed=seed)
    drawn = means[:, 0] / means[:, 1]
    return estimate(losses, drawn)
