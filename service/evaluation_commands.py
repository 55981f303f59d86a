"""The commands that measure matches: `evaluate` and `compare-models`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from ingestion import Normalizer, Settings, open_embedder
from ingestion.terminal import console, make_progress, show_clear_errors
from milvus import Kind
from service.app import find_languages
from service.errors import ServiceError
from service.evaluation.command_line import QueriesAre, Seed, Ways, prepare, show_progress
from service.evaluation.comparing import ModelCost, make_configuration, measure_model
from service.evaluation.evaluating import Evaluation, Options, evaluate_set
from service.evaluation.judged import JudgedSet
from service.evaluation.plot import check_plot, write_plot
from service.evaluation.reading import find_sets, read_set
from service.evaluation.registry import OURS, Configuration, choose_baseline, find_configurations
from service.evaluation.report import print_evaluation, print_method, write_csv, write_json
from service.evaluation.workbench import Workbench

Judgements = Annotated[
    list[Path],
    typer.Argument(
        help="Judged sets: a folder; NAME_qrels.tsv with NAME_queries.jsonl and NAME_corpus.jsonl; or judgements.csv "
        "with vacancies.jsonl and resumes.jsonl."
    ),
]
Find = Annotated[Kind | None, typer.Option(help="Measure one direction only: what is searched for.")]
RelevantFrom = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=99,
        help="Least grade of a relevant document: 2 of the samples' grades and 1 of other sets where not given; 0 "
        "takes every pair that is listed for relevant, all equally.",
    ),
]
Cutoff = Annotated[int, typer.Option("--k", min=1, max=1000, help="Cutoff of accuracy, precision, recall and F1.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write all figures as CSV.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write them as JSON, with every query's.")
]
PlotFile = Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Write a plot.")]


def evaluate(
    judgements: Judgements,
    *,
    configuration: Ways = None,
    baseline: Annotated[
        str | None,
        typer.Option(help=f"Configuration that the others are compared with; {OURS}, or the first, where not given."),
    ] = None,
    k: Cutoff = 10,
    find: Find = None,
    queries_are: QueriesAre = Kind.VACANCIES,
    relevant_from: RelevantFrom = None,
    seed: Seed = 0,
    csv: CsvFile = None,
    json: JsonFile = None,
    plot: PlotFile = None,
) -> None:
    """Run ways of searching side by side over judged sets, and print how well each ranks, and how sure that is.

    Accuracy, precision, recall and F1 at k, nDCG@10, MAP and MRR, with paired bootstrap intervals. The model is the
    settings' (COUNTERPART_EMBEDDING_MODEL); nothing of the installation's own index is read or changed.
    """
    with show_clear_errors(ServiceError), make_progress() as progress:
        _check_files(plot)
        settings, normalizer = prepare()
        chosen = find_configurations([*configuration, *filter(None, [baseline])] if configuration else [])
        options = Options(k=k, baseline=choose_baseline(chosen, baseline), seed=seed)
        evaluations: list[Evaluation] = []
        embedder = open_embedder(settings)
        for judged in _read_sets(
            progress, judgements, normalizer, queries_are=queries_are, relevant_from=relevant_from
        ):
            with (
                show_progress(progress, "Starting") as report,
                Workbench(
                    judged.documents, embedder, normalizer, find_languages=find_languages, report=report
                ) as bench,
            ):
                evaluations += [evaluate_set(one, chosen, bench, options=options) for one in _turn(judged, find)]
        embedder.close()
        _tell(evaluations, csv=csv, json=json, plot=plot)
        console.print(f"Embedding model: {escape(embedder.identity.name)}", highlight=False)


def compare_models(
    models: Annotated[list[str], typer.Argument(help="Models: of the catalog, Hugging Face ids or folders.")],
    *,
    judged: Annotated[list[Path], typer.Option(help="Judged set, as `evaluate` takes them; repeatable.")],
    k: Cutoff = 10,
    find: Find = None,
    queries_are: QueriesAre = Kind.VACANCIES,
    relevant_from: RelevantFrom = None,
    seed: Seed = 0,
    csv: CsvFile = None,
    json: JsonFile = None,
    plot: PlotFile = None,
) -> None:
    """Compare embedding models on judged sets, searching by vectors alone: how well they rank, and what they take.

    Each model runs in a process of its own, one after the other. The first one named is the baseline.
    """
    with show_clear_errors(ServiceError), make_progress() as progress:
        _check_files(plot)
        settings, normalizer = prepare()
        names = list(dict.fromkeys(models))
        sets = list(_read_sets(progress, judged, normalizer, queries_are=queries_are, relevant_from=relevant_from))
        costs, configurations = _measure_models(progress, settings, names, sets)
        options = Options(k=k, baseline=names[0], seed=seed)
        evaluations = []
        for one in sets:
            with Workbench(one.documents, open_embedder(settings), normalizer) as bench:
                evaluations += [evaluate_set(way, configurations, bench, options=options) for way in _turn(one, find)]
        _tell(evaluations, csv=csv, json=json, plot=plot)
        console.print(_make_cost_table(costs))


def _check_files(plot: Path | None) -> None:
    if plot is not None:
        check_plot(plot)


def _read_sets(
    progress: Progress, paths: Sequence[Path], normalizer: Normalizer, *, queries_are: Kind, relevant_from: int | None
) -> Iterator[JudgedSet]:
    for files in find_sets(paths, query_kind=queries_are):
        with show_progress(progress, f"Reading {files.name}") as report:
            judged = read_set(files, normalizer, relevant_from=relevant_from, report=report)
        yield judged


def _measure_models(
    progress: Progress, settings: Settings, names: Sequence[str], sets: Sequence[JudgedSet]
) -> tuple[list[ModelCost], list[Configuration]]:
    """What each model takes to embed all documents of the sets, and the search by its vectors."""
    sides = [side for one in sets for side in one.documents.values()]
    texts = list(dict.fromkeys(entity.embedded_text for side in sides for entity in side.values()))
    costs, configurations = [], []
    with show_progress(progress, "Embedding") as report:
        for done, name in enumerate(names):
            report(f"Embedding with {name}", done, len(names))
            cost, vectors = measure_model(settings, name, texts)
            costs.append(cost)
            configurations.append(make_configuration(name, texts, vectors))
    return costs, configurations


def _turn(judged: JudgedSet, find: Kind | None) -> list[JudgedSet]:
    """The set in the directions that are asked for."""
    return [one for one in (judged, judged.reverse()) if find in {None, one.query_kind.counterpart}]


def _tell(evaluations: Sequence[Evaluation], *, csv: Path | None, json: Path | None, plot: Path | None) -> None:
    for evaluation in evaluations:
        print_evaluation(evaluation, console)
    print_method(console)
    if csv is not None:
        write_csv(evaluations, csv)
    if json is not None:
        write_json(evaluations, json)
    if plot is not None:
        write_plot(evaluations, plot)


def _make_cost_table(costs: Sequence[ModelCost]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model")
    for heading in ("dimension", "loaded in", "texts per second", "peak memory"):
        table.add_column(heading, justify="right")
    for cost in costs:
        rate = cost.texts / max(cost.embed_seconds, 1e-3)
        cells = (str(cost.dimension), f"{cost.load_seconds:.1f} s", f"{rate:.1f}", f"{cost.peak_mib:,} MiB")
        table.add_row(escape(cost.name), *cells)
    return table
