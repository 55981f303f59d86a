"""The command `calibrate`: how true the probabilities of matches are, and a curve for judged pairs of one's own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import Progress

from ingestion import Normalizer, Settings, open_embedder
from ingestion.terminal import console, make_progress, show_clear_errors
from milvus import Kind
from service.calibration_files import open_calibration, write_calibration
from service.errors import BadJudgements, ServiceError
from service.evaluation.calibrating import LEAST_FOLDS, JudgedPair, Truth, hold_out, measure_truth, score_judged
from service.evaluation.calibration_report import plot_reliability, print_truths, write_bins
from service.evaluation.command_line import QueriesAre, Seed, prepare, show_progress
from service.evaluation.judged import JudgedSet
from service.evaluation.plot import check_plot
from service.evaluation.reading import find_sets, read_set
from service.evaluation.workbench import Workbench
from service.evaluation_commands import Judgements, PlotFile, RelevantFrom
from service.ranking import Calibration, fit_calibration

_FEW_RELEVANT = 50


def calibrate(
    judgements: Judgements,
    *,
    folds: Annotated[int, typer.Option(min=LEAST_FOLDS, max=100, help="Folds of vacancies and of resumes.")] = 5,
    unjudged: Annotated[
        bool, typer.Option("--unjudged", help="Take pairs that nobody judged for not relevant, as `evaluate` does.")
    ] = False,
    queries_are: QueriesAre = Kind.VACANCIES,
    relevant_from: RelevantFrom = None,
    seed: Seed = 0,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the curve, for COUNTERPART_CALIBRATION_FILE.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the bins of the plot as CSV.")] = None,
    plot: PlotFile = None,
) -> None:
    """Say how true the probabilities of matches are on judged pairs, and fit a curve to these.

    A match's score is the probability that a judge calls the pair relevant; it holds for pairs that are drawn as the
    judged ones were. Measured are the curve in use, and one fitted on these pairs, each pair held out: by
    cross-validation in which no fold shares a vacancy or a resume with what its curve was fitted on. The model is the
    settings'.
    """
    with show_clear_errors(ServiceError), make_progress() as progress:
        if plot is not None:
            check_plot(plot)
        settings, normalizer = prepare()
        used = open_calibration(settings)
        sets = [
            read_set(files, normalizer, relevant_from=relevant_from)
            for files in find_sets(judgements, query_kind=queries_are)
        ]
        pairs, model = _score(progress, sets, settings, normalizer, with_unjudged=unjudged)
        rule = ", ".join(f"{one.name} relevant from grade {one.relevant_from}" for one in sets)
        judged_on = f"{rule}{', unjudged pairs for not relevant' if unjudged else ''}"
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        fit = partial(fit_calibration, judged_on=judged_on, model=model, fitted_on=today)
        truths = _measure(pairs, used, fit, folds=folds, seed=seed)
        fitted = fit([pair.score for pair in pairs], [pair.is_relevant for pair in pairs])
        _tell(pairs, truths, used=used, fitted=fitted)
        if csv is not None:
            write_bins(truths, csv)
        if plot is not None:
            plot_reliability(truths, plot)
        if to is not None:
            write_calibration(fitted, to)
            console.print(f"Written to {to}: COUNTERPART_CALIBRATION_FILE={to} uses it.", markup=False, soft_wrap=True)


def _score(
    progress: Progress, sets: Sequence[JudgedSet], settings: Settings, normalizer: Normalizer, *, with_unjudged: bool
) -> tuple[list[JudgedPair], str]:
    """The pairs of all sets, and the model that measured the meaning."""
    embedder = open_embedder(settings)
    pairs = []
    for judged in sets:
        with (
            show_progress(progress, "Starting") as report,
            Workbench(judged.documents, embedder, normalizer, report=report) as bench,
        ):
            pairs += score_judged(judged, bench, with_unjudged=with_unjudged)
    embedder.close()
    relevant = sum(pair.is_relevant for pair in pairs)
    if relevant in {0, len(pairs)}:
        raise BadJudgements(
            f"{relevant} of {len(pairs)} judged pairs are relevant, and a curve needs both kinds: choose another "
            "--relevant-from, or --unjudged where only relevant pairs are listed"
        )
    return pairs, embedder.identity.name


def _measure(
    pairs: Sequence[JudgedPair], used: Calibration, fit: partial[Calibration], *, folds: int, seed: int
) -> list[Truth]:
    held_out, shares = hold_out(pairs, fit, folds=folds, seed=seed)
    in_use = np.array([used.apply(pair.score) for pair in pairs])
    return [
        measure_truth("base rate, held out", shares, pairs, seed=seed),
        measure_truth("in use", in_use, pairs, seed=seed),
        measure_truth("fitted here, held out", held_out, pairs, seed=seed),
    ]


def _tell(pairs: Sequence[JudgedPair], truths: Sequence[Truth], *, used: Calibration, fitted: Calibration) -> None:
    vacancies, resumes = len({pair.vacancy for pair in pairs}), len({pair.resume for pair in pairs})
    console.print(
        f"{fitted.pairs:,} pairs of {vacancies:,} vacancies and {resumes:,} resumes, {fitted.relevant:,} relevant "
        f"({fitted.relevant / fitted.pairs:.1%}).",
        highlight=False,
    )
    if fitted.relevant < _FEW_RELEVANT:
        console.print(f"Only {fitted.relevant} relevant pairs: take all of this for a rough guess.", highlight=False)
    print_truths(truths, console)
    console.print(
        f"In use: fitted on {used.judged_on}. Where these are the same pairs, its figures are not held out.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"Fitted on all of them: probability = 1 / (1 + exp(-({fitted.slope:.3f} x score {fitted.intercept:+.3f}))). "
        "It holds for pairs that are drawn as these were.",
        highlight=False,
        soft_wrap=True,
    )
