"""The ingestion commands: `python -m ingestion --help` lists them."""

import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import structlog
import typer

from ingestion import original_commands, queue_commands, source_commands, topic_commands
from ingestion.backup_commands import backup, restore
from ingestion.bulk_commands import check_bulk_settings, export, load_in_bulk
from ingestion.indexing import index_pending
from ingestion.installation import Books, open_books, open_installation
from ingestion.loading import LoadReport, load_paths
from ingestion.rebuild_commands import rebuild, rollback
from ingestion.records import Change, Summary
from ingestion.settings import read_settings
from ingestion.snapshot_commands import snapshot
from ingestion.source_runs import create_source_runner
from ingestion.terminal import (
    configure_logs,
    console,
    errors,
    make_progress,
    parse_mapping,
    read_peak_memory,
    show_clear_errors,
)
from ingestion.watch_commands import watch
from milvus import Kind

app = typer.Typer(help="Brings resumes and vacancies into Counterpart.", no_args_is_help=True, add_completion=False)
app.command()(backup)
app.command()(restore)
app.command()(export)
app.command()(rebuild)
app.command()(rollback)
app.command()(snapshot)
app.add_typer(queue_commands.app)
app.add_typer(original_commands.app)
app.add_typer(source_commands.app, name="sources")
app.add_typer(topic_commands.app, name="topics")
app.command()(watch)


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Files, archives or folders.", exists=True)],
    *,
    kind: Annotated[Kind | None, typer.Option(help="What they hold, where the content does not tell.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="Read a column as a field; repeatable.")
    ] = None,
    id_prefix: Annotated[str, typer.Option(metavar="PREFIX", help="Put this before every id.")] = "",
    bulk: Annotated[
        bool, typer.Option("--bulk", help="For a first load of millions: a Milvus server imports whole files.")
    ] = False,
) -> None:
    """Read documents into the ledger and bring them into the index."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        mapping = parse_mapping(map_ or [])
        if bulk:
            check_bulk_settings(settings)
        books = open_books(settings)
        report = _read(paths, books, kind=kind, mapping=mapping, id_prefix=id_prefix)
        started = time.monotonic()
        indexed = load_in_bulk(settings, books) if bulk else 0
        indexed += index_pending(settings, books)
        _print_report(report, books.ledger.summarize(), indexed=indexed, seconds=time.monotonic() - started)
        books.close()
        if report.rejected_total and not report.documents:
            raise typer.Exit(1)


@app.command()
def work() -> None:
    """Bring pending documents into the index, and run sources when they are due, until stopped."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        installation = open_installation(settings)
        sources = create_source_runner(installation.books, allow_private=settings.allow_private_sources)
        stops = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # before the threads start, which inherit it
        with installation.work_beside(installation.create_worker(), sources):
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


def _read(
    paths: list[Path], books: Books, *, kind: Kind | None, mapping: Mapping[str, str], id_prefix: str
) -> LoadReport:
    with make_progress() as progress:
        bar = progress.add_task("Reading", total=None, rate="")

        def show(report: LoadReport) -> None:
            progress.update(bar, completed=report.documents, rate=f"{report.rejected_total} rejected")

        return load_paths(paths, books=books, kind=kind, mapping=mapping, id_prefix=id_prefix, report_progress=show)


def _print_report(report: LoadReport, summary: Summary, *, indexed: int, seconds: float) -> None:
    counts = ", ".join(f"{report.changes[change]:,} {change.value}" for change in Change)
    lines = [f"Read {report.documents:,} documents: {counts}; {report.rejected_total:,} rejected."]
    if indexed:
        rate = indexed / max(seconds, 0.001)
        lines.append(f"Indexed {indexed:,} in {seconds:.0f} s ({rate:.0f}/s) with {read_peak_memory():,} MiB at most.")
    console.print("\n".join(lines), highlight=False)
    for row in report.rejected[:20]:
        errors.print(f"rejected {row.location}: {row.reason}", markup=False, highlight=False, soft_wrap=True)
    if report.rejected_total > 20:
        errors.print(f"... and {report.rejected_total - 20} more: `python -m ingestion rejected` lists them")
    if line := report.describe_replaced():
        errors.print(line, markup=False, highlight=False, soft_wrap=True)
    if report.ignored:
        names = ", ".join(f"{name} ({count:,})" for name, count in report.ignored.most_common(20))
        console.print(f"Columns that no field took: {names}", markup=False, highlight=False, soft_wrap=True)
    console.print(queue_commands.make_summary_table(summary.counts))


if __name__ == "__main__":
    app()
