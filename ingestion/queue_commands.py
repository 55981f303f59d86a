"""The commands over the queue: `python -m ingestion status | failed | retry | drop`."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from ingestion.failures import Verdict
from ingestion.installation import open_books, open_index, open_served
from ingestion.opening import open_for_command
from ingestion.records import State
from ingestion.settings import Settings, read_settings
from ingestion.status import IngestionStatus
from ingestion.terminal import console, errors, show_clear_errors
from milvus import Kind
from milvus.errors import IndexHeld

app = typer.Typer()
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of documents that were set aside.")]
KindOption = Annotated[Kind | None, typer.Option(help="Only documents of this kind; both where it is left out.")]


@app.command()
def status(
    check: Annotated[bool, typer.Option("--check", help="Print nothing; exit 0 if database and index answer.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON, as `GET /v1/ingestion` answers.")] = False,
) -> None:
    """Show what stands where: queue, speed, failures, workers."""
    if check:
        with show_clear_errors():
            _check(read_settings())
        return
    with open_for_command() as (_, books):
        found = books.status.read()
    if json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _print_status(found)


@app.command()
def failed(kind: KindOption = None, limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100) -> None:
    """List the documents that were set aside, with their errors; the newest first."""
    with open_for_command() as (_, books):
        failures = books.failures.list(kind=kind, limit=limit)
    for one in failures:
        what = "removal of " if one.is_deletion else ""
        since = datetime.fromtimestamp(one.since, UTC).strftime("%Y-%m-%d %H:%M")
        facts = [f"{one.attempts} attempts", f"since {since} UTC", *([f"source {one.source}"] if one.source else [])]
        _print(f"{what}{one.kind.value} {one.id}: {one.error} ({', '.join(facts)})")
    if not failures:
        console.print("No document failed.")


@app.command()
def retry(
    ids: Ids = None,
    all_: Annotated[bool, typer.Option("--all", help="Every document that was set aside.")] = False,
    kind: KindOption = None,
) -> None:
    """Queue documents that were set aside once more."""
    if bool(ids) == all_:
        raise typer.BadParameter("name ids, or give --all")
    with open_for_command() as (_, books):
        if all_:
            _print(f"{books.failures.retry_all(kind=kind):,} documents are queued once more.")
        else:
            _print_verdict(books.failures.retry(ids or [], kind=kind), "queued once more")


@app.command()
def drop(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of documents that were set aside.")],
    kind: KindOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase documents that were set aside, for good: from the ledger with the person's data, and from the index."""
    if not yes:
        _confirm(f"Erase {len(ids):,} {'document' if len(ids) == 1 else 'documents'} for good?")
    with open_for_command() as (_, books):
        _print_verdict(books.failures.drop(ids, kind=kind), "erased for good")


def _confirm(question: str) -> None:
    """Ask on a terminal, and end where the answer is no, or there is nobody to ask."""
    if not sys.stdin.isatty():
        errors.print("Error:", style="bold red", end=" ")
        errors.print("this cannot be undone, and there is no terminal to ask on: say --yes", soft_wrap=True)
        raise typer.Exit(1)
    typer.confirm(question, abort=True)


def _check(settings: Settings) -> None:
    books = open_books(settings)
    books.ledger.ping()
    books.close()
    try:
        with closing(open_index(settings, create=False)) as index:
            open_served(settings, index, create=False)
    except IndexHeld:
        return  # whoever holds the folder has it open and working


def make_summary_table(counts: dict[Kind, dict[State, int]]) -> Table:
    """Kinds against states."""
    table = Table("", *(state.value for state in State))
    for kind, states in counts.items():
        table.add_row(kind.value, *(f"{states[state]:,}" for state in State))
    return table


def _print_status(found: IngestionStatus) -> None:
    console.print(make_summary_table(found.documents))
    queues = Table("queue", *(kind.value for kind in Kind), "oldest waits")
    for queue in found.queues:
        waits = "" if queue.oldest_seconds is None else f"{queue.oldest_seconds:,.0f} s"
        queues.add_row(queue.priority, *(f"{queue.pending[kind]:,}" for kind in Kind), waits)
    console.print(queues)
    _print(f"Indexed: {found.indexed_last_minute:,} in the last minute, {found.indexed_last_hour:,} in the last hour.")
    for worker in found.workers:
        started = worker.started_at.strftime("%Y-%m-%d %H:%M")
        _print(f"worker {worker.process}: since {started} UTC, at work on {worker.claimed} documents")
    if not found.workers:
        console.print("No worker is alive: the API or `python -m ingestion work` runs one.")
    for failure in found.failures:
        source = f"from {failure.source}" if failure.source else "without a source"
        _print(f"failed: {failure.documents:,} {failure.kind.value} {source}")
    if found.failures:
        console.print("`python -m ingestion failed` lists what failed; `retry` and `drop` settle it.")
    if found.rejections:
        _print(f"{found.rejections:,} rejected rows: `python -m ingestion rejected` lists them")


def _print_verdict(verdict: Verdict, what: str) -> None:
    """What was done, and on standard error what was not; exit code 1 where anything was refused."""
    for kind, id_ in verdict.taken:
        _print(f"{what}: {kind.value} {id_}")
    for id_, reason in verdict.refused.items():
        errors.print(f"{id_}: {reason}", markup=False, highlight=False, soft_wrap=True)
    if verdict.refused:
        raise typer.Exit(1)


def _print(line: str) -> None:
    # Ids and errors may hold what the terminal library takes for markup.
    console.print(line, markup=False, highlight=False, soft_wrap=True)
