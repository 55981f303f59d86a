"""The `judge` commands: pairs to grade by hand, the grades back, and how far two graders agree."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from ingestion import open_embedder
from ingestion.terminal import console, make_progress, show_clear_errors
from milvus import Kind
from service.app import find_languages
from service.errors import EvaluationRefused, ServiceError
from service.evaluation.command_line import QueriesAre, Seed, Ways, make_folder, prepare, show_progress
from service.evaluation.grades import Agreement, compare_graders, import_grades
from service.evaluation.pool import PoolSize, draw_pool, write_pool_page, write_pool_table
from service.evaluation.reading import find_documents, leave_out, read_documents, read_entities
from service.evaluation.registry import OURS, find_configurations
from service.evaluation.workbench import Workbench

_MOST_LISTED = 100
_MOST_DISPUTES = 10

app = typer.Typer(help="Has pairs graded by hand, and takes the grades into a judged set.", no_args_is_help=True)


@app.command()
def pool(
    documents: Annotated[Path, typer.Argument(help="Folder with the documents of both sides.")],
    *,
    to: Annotated[Path, typer.Option(help="Folder to write pool.csv and pool.html to.")] = Path(),
    configuration: Ways = None,
    queries: Annotated[int, typer.Option(min=1, max=1000, help="Documents of each side that ask.")] = 10,
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many found documents of each are graded.")] = 10,
    queries_are: QueriesAre = Kind.VACANCIES,
    seed: Seed = 0,
) -> None:
    """Draw vacancies and resumes at random, and write what is found first for them to be graded by hand.

    Graders see no score, no place and no names; the order is chance. Pool several configurations with -c, so that
    none of them is favored by what was graded; `ours` alone where none is named.
    """
    with show_clear_errors(ServiceError), make_progress() as progress:
        settings, normalizer = prepare()
        chosen = find_configurations(configuration or [OURS])
        files = find_documents(documents, query_kind=queries_are)
        with show_progress(progress, "Reading") as report:
            sides = {
                kind: leave_out(read_entities(path, kind, normalizer, report=report)) for kind, path in files.items()
            }
            embedder = open_embedder(settings)
            with Workbench(sides, embedder, normalizer, find_languages=find_languages, report=report) as bench:
                pairs = draw_pool(bench, chosen, size=PoolSize(queries, depth), seed=seed)
            embedder.close()
        make_folder(to)
        write_pool_table(pairs, to / "pool.csv")
        write_pool_page(pairs, to / "pool.html")
        console.print(
            f"{len(pairs)} pairs to grade: open {to / 'pool.html'} in a browser, or fill in {to / 'pool.csv'}.",
            markup=False,
            soft_wrap=True,
        )


@app.command("import")
def import_(
    grades: Annotated[list[Path], typer.Argument(help="Graded pools (CSV): vacancy_id, resume_id, grade.")],
    into: Annotated[Path, typer.Option(help="TREC qrels to add to, NAME_qrels.tsv beside the documents.")],
    queries_are: QueriesAre = Kind.VACANCIES,
) -> None:
    """Add grades to a judged set. Where graders differ, the median counts, the lower one of two."""
    with show_clear_errors(ServiceError):
        files = find_documents(into.parent, query_kind=queries_are)
        ids = {kind: read_documents(path, kind).keys() for kind, path in files.items()}
        done = import_grades(grades, into, ids=ids, query_kind=queries_are)
        for problem in done.problems[:_MOST_LISTED]:
            console.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        console.print(
            f"{into}: {done.new} new, {done.changed} changed, {done.unchanged} unchanged; {done.disputed} graded "
            f"differently, {done.ungraded} rows without a grade, {len(done.problems)} rejected.",
            markup=False,
            soft_wrap=True,
        )
        if not done.new + done.changed + done.unchanged:
            raise EvaluationRefused("no grade could be taken in")


@app.command()
def agreement(
    first: Annotated[Path, typer.Argument(help="One grader's file.")],
    second: Annotated[Path, typer.Argument(help="The other's.")],
) -> None:
    """Say how far two graders agree: Cohen's kappa, plain and weighted by the square of the distance."""
    with show_clear_errors(ServiceError):
        found = compare_graders(first, second)
        console.print(
            f"{found.pairs} pairs graded by both, {found.equal} alike ({found.equal / found.pairs:.0%}). Cohen's kappa "
            f"{_say_kappa(found.kappa)}, quadratically weighted {_say_kappa(found.weighted_kappa)}.",
            highlight=False,
        )
        console.print(_make_agreement_table(found, first.name, second.name))
        for one, other in found.disputes[:_MOST_DISPUTES]:
            said = "; ".join(comment for comment in (one.comment, other.comment) if comment)
            line = f"{one.vacancy} and {one.resume}: {one.grade} and {other.grade}"
            console.print(f"{line} ({said})" if said else line, markup=False, highlight=False)
        if len(found.disputes) > _MOST_DISPUTES:
            console.print(f"and {len(found.disputes) - _MOST_DISPUTES} more graded differently")


def _say_kappa(kappa: float | None) -> str:
    return "undefined (one grade for all)" if kappa is None else f"{kappa:.3f}"


def _make_agreement_table(found: Agreement, first: str, second: str) -> Table:
    table = Table(box=SIMPLE_HEAD, title=f"{escape(first)} down, {escape(second)} across", title_justify="left")
    for heading in ("", *map(str, range(len(found.table)))):
        table.add_column(heading, justify="right")
    for grade, row in enumerate(found.table):
        table.add_row(str(grade), *(str(count) for count in row))
    return table
