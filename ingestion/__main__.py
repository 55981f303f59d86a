"""The ingestion commands: `python -m ingestion --help` lists them."""

import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from ingestion import queue_commands
from ingestion.backup_commands import backup, restore
from ingestion.installation import Books, Installation, open_books, open_installation
from ingestion.loading import LoadReport, load_paths
from ingestion.rebuild_commands import rebuild, rollback
from ingestion.records import Change, Outcome, Summary
from ingestion.settings import Settings, read_settings
from ingestion.terminal import configure_logs, errors, make_progress, show_clear_errors
from milvus import Kind
from milvus.errors import IndexHeld

app = typer.Typer(help="Brings resumes and vacancies into Counterpart.", no_args_is_help=True, add_completion=False)
app.command()(backup)
app.command()(restore)
app.command()(rebuild)
app.command()(rollback)
app.add_typer(queue_commands.app)
console = Console()


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, archives or folders.", exists=True)],
    kind: Annotated[Kind | None, typer.Option(help="What they hold, where the content does not tell.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="Read a column as a field; repeatable.")
    ] = None,
) -> None:
    """Read documents into the ledger and bring them into the index."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        mapping = _parse_mapping(map_ or [])
        books = open_books(settings)
        report = _read(paths, books, kind=kind, mapping=mapping)
        started = time.monotonic()
        indexed = _index(settings, books)
        _print_report(report, books.ledger.summarize(), indexed=indexed, seconds=time.monotonic() - started)
        books.close()
        if report.rejected_total and not report.documents:
            raise typer.Exit(1)


@app.command()
def work() -> None:
    """Bring pending documents into the index, until stopped."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        installation = open_installation(settings)
        stops = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # before the threads start, which inherit it
        with installation.work_beside(installation.create_worker()):
            structlog.get_logger(__name__).info("worker started", index=settings.milvus_uri)
            signal.sigwait(stops)
        installation.close()


@app.command()
def rejected(limit: Annotated[int, typer.Option(help="At most so many rows.", min=1)] = 100) -> None:
    """List the rows that could not be read, with their reasons."""
    with show_clear_errors():
        books = open_books(read_settings())
        rows = books.rejections.read(limit=limit)
        for row in rows:
            console.print(f"{row.location}: {row.reason}", markup=False, highlight=False, soft_wrap=True)
        if not rows:
            console.print("No row was rejected.")
        books.close()


def _parse_mapping(pairs: list[str]) -> Mapping[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, separator, name = pair.partition("=")
        if not (column and separator and name):
            raise typer.BadParameter(f"--map {pair!r}: expected COLUMN=FIELD")
        mapping[column] = name
    return mapping


def _read(paths: list[Path], books: Books, *, kind: Kind | None, mapping: Mapping[str, str]) -> LoadReport:
    with make_progress(console) as progress:
        bar = progress.add_task("Reading", total=None, rate="")

        def show(report: LoadReport) -> None:
            progress.update(bar, completed=report.documents, rate=f"{report.rejected_total} rejected")

        return load_paths(paths, books=books, kind=kind, mapping=mapping, report_progress=show)


def _index(settings: Settings, books: Books) -> int:
    """Bring what is pending into the index; how many documents were brought in."""
    pending = books.ledger.summarize().pending
    if not pending:
        return 0
    installation = _open_or_follow(settings, books, pending)
    if installation:
        _drain(installation, installation.books.queue.count_pending())
        installation.close()
    return pending


def _open_or_follow(settings: Settings, books: Books, pending: int) -> Installation | None:
    """The installation; None where another process held the index until nothing was pending any more."""
    told = False
    with make_progress(console) as progress:
        bar = progress.add_task("Indexing elsewhere", total=pending, rate="", visible=False)
        while left := books.queue.count_pending():
            try:
                return open_installation(settings)
            except IndexHeld:
                if not told:
                    console.print("Another process has the index open and does the indexing; Ctrl-C stops watching.")
                told = True
            progress.update(bar, completed=max(pending - left, 0), visible=True)
            time.sleep(1)
    return None


def _drain(installation: Installation, pending: int) -> None:
    with console.status("Loading the model..."):
        installation.check_embedder()
    with make_progress(console) as progress:
        bar = progress.add_task("Indexing", total=pending, rate="")
        started = time.monotonic()
        done = 0

        def show(outcomes: list[Outcome]) -> None:
            nonlocal done
            done += sum(not outcome.retry for outcome in outcomes)
            rate = f"{done / max(time.monotonic() - started, 0.001):.0f}/s"
            trouble = next((outcome.error for outcome in outcomes if outcome.retry), None)
            progress.update(bar, completed=done, rate=f"waiting: {trouble}" if trouble else rate)

        installation.create_worker().drain(show)


def _print_report(report: LoadReport, summary: Summary, *, indexed: int, seconds: float) -> None:
    counts = ", ".join(f"{report.changes[change]:,} {change.value}" for change in Change)
    lines = [f"Read {report.documents:,} documents: {counts}; {report.rejected_total:,} rejected."]
    if indexed:
        lines.append(f"Indexed {indexed:,} in {seconds:.0f} s ({indexed / max(seconds, 0.001):.0f}/s).")
    console.print("\n".join(lines), highlight=False)
    for row in report.rejected[:20]:
        errors.print(f"rejected {row.location}: {row.reason}", markup=False, highlight=False, soft_wrap=True)
    if report.rejected_total > 20:
        errors.print(f"... and {report.rejected_total - 20} more: `python -m ingestion rejected` lists them")
    if report.ignored:
        names = ", ".join(f"{name} ({count:,})" for name, count in report.ignored.most_common(20))
        console.print(f"Columns that no field took: {names}", markup=False, highlight=False, soft_wrap=True)
    console.print(queue_commands.make_summary_table(summary.counts))


if __name__ == "__main__":
    app()
