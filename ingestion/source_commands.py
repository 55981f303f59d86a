"""The commands of sources: `python -m ingestion sources add | list | run | pause | resume | remove`."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ingestion.addresses import parse_url, show_url
from ingestion.errors import SourceRefused
from ingestion.holdings import release
from ingestion.indexing import index_pending
from ingestion.loading import LoadReport, check_prefix
from ingestion.opening import open_for_command
from ingestion.source_list import RunOutcome, RunResult, Source, SourceDescription
from ingestion.source_runs import SourceRunner, create_source_runner
from ingestion.sources.columns import check_mapping
from ingestion.sources.files import is_known
from ingestion.sources.registry import KNOWN_TYPES
from ingestion.sources.validation import make_writable
from ingestion.terminal import console, errors, make_progress, parse_mapping
from milvus import Kind

app = typer.Typer(help="Sources that are read again and again: feeds, files, folders.", no_args_is_help=True)

_INTERVAL = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORTEST = 60
_LONGEST = 366 * 86_400

Name = Annotated[str, typer.Argument(help="Name of the source.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Its name; the `source` of documents that state none.")],
    location: Annotated[str, typer.Argument(metavar="URL_OR_PATH", help="A URL, or a file or folder.")],
    *,
    kind: Annotated[Kind | None, typer.Option(help="What it holds, where the content does not tell.")] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="ENDING", help="How to read what does not tell by its name: csv, json..."),
    ] = None,
    every: Annotated[
        str | None, typer.Option(metavar="15m", help="How often it is read; by hand only without this.")
    ] = None,
    snapshot: Annotated[
        bool,
        typer.Option("--snapshot/--delta", help="Whether it always holds everything, so that what is gone is closed."),
    ] = False,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="Read a column as a field; repeatable.")
    ] = None,
    id_prefix: Annotated[str, typer.Option(metavar="PREFIX", help="Put this before every id.")] = "",
) -> None:
    """Add a source."""
    with open_for_command() as (_, books):
        mapping = parse_mapping(map_ or [])
        check_mapping(mapping, kind)
        check_prefix(id_prefix)
        description = SourceDescription(
            name=name,
            location=_check_location(location),
            kind=kind,
            format=_check_format(format_),
            mapping=mapping,
            every_seconds=_parse_interval(every),
            snapshot=snapshot,
            id_prefix=id_prefix,
        )
        books.sources.add(description)
        when = "It is read" if every else f"`python -m ingestion sources run {name}` reads it"
        by = f" every {every} while the API or `python -m ingestion work` runs" if every else ""
        console.print(f"Added {name}. {when}{by}.", markup=False, highlight=False, soft_wrap=True)


@app.command("list")
def list_() -> None:
    """List the sources and what their last runs came to."""
    with open_for_command() as (_, books):
        found = books.sources.read()
        if not found:
            console.print("There are no sources: `python -m ingestion sources add` adds one.")
            return
        table = Table("name", "where", "every", "what is gone", "holds", "state", "last run")
        for source in found:
            holds = f"{books.holdings.count(source.holder):,}"
            where = show_url(source.location) if source.is_url else source.location
            gone = "is closed" if source.snapshot else "stays"
            every = _describe_seconds(source.every_seconds) if source.every_seconds else "by hand"
            cells = (source.name, where, every, gone, holds, _describe_state(source), _describe_run(source))
            table.add_row(*map(Text, cells))  # Text, because a message may look like markup
        console.print(table)


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(help="Names; without, all that are not paused.")] = None,
    *,
    force: Annotated[
        bool,
        typer.Option("--force", help="Read what did not change too, and believe a snapshot that shrank."),
    ] = False,
) -> None:
    """Run sources now, once, and bring what they give into the index."""
    with open_for_command() as (settings, books):
        chosen = [books.sources.get(name).name for name in names or []]
        chosen = chosen or [source.name for source in books.sources.read() if not source.paused]
        runner = create_source_runner(books, allow_private=settings.allow_private_sources)
        failed = False
        for name in chosen:
            result = _run_showing(runner, name, force=force)
            failed |= result.outcome not in {RunOutcome.DONE, RunOutcome.UNCHANGED}
            _print_result(name, result)
        index_pending(settings, books)
        if failed:
            raise typer.Exit(1)


@app.command()
def pause(name: Name) -> None:
    """Leave a source out of the schedule."""
    with open_for_command() as (_, books):
        books.sources.pause(name)
        console.print(f"{name} is paused.", markup=False, highlight=False)


@app.command()
def resume(name: Name) -> None:
    """Take a source back into the schedule."""
    with open_for_command() as (_, books):
        books.sources.resume(name)
        console.print(f"{name} is back in the schedule.", markup=False, highlight=False)


@app.command()
def remove(
    name: Name,
    *,
    close: Annotated[bool, typer.Option("--close", help="Also erase documents that no other source holds.")] = False,
) -> None:
    """Remove a source; its documents stay, unless they are to be closed."""
    with open_for_command() as (settings, books):
        held = books.holdings.list_held(books.sources.get(name).holder) if close else []
        holder = books.sources.get(name).holder
        books.sources.remove(name)
        closed = release(books.ledger, holder, held)
        ending = f"; {closed:,} documents closed" if close else "; its documents stay"
        console.print(f"{name} is removed{ending}.", markup=False, highlight=False)
        index_pending(settings, books)


def _run_showing(runner: SourceRunner, name: str, *, force: bool) -> RunResult:
    with make_progress() as progress:
        bar = progress.add_task(f"Reading {name}", total=None, rate="")

        def show(report: LoadReport) -> None:
            progress.update(bar, completed=report.documents, rate=f"{report.rejected_total} rejected")

        return runner.run_now(name, force=force, report_progress=show)


def _check_location(location: str) -> str:
    if "://" in location:
        parse_url(location)
        return location
    path = Path(location).resolve()
    if make_writable(str(path)) != str(path):
        raise SourceRefused(f"{make_writable(location)}: the name is no text that can be written down; rename it")
    if not path.exists():
        raise SourceRefused(f"{location}: there is no such file or folder, and it is no URL")
    if path.is_file() and not is_known(path.name):
        raise SourceRefused(f"{location} is of an unknown type; known: {KNOWN_TYPES}")
    return str(path)


def _check_format(ending: str | None) -> str | None:
    if ending is None:
        return None
    plain = ending.lower().lstrip(".")
    if len(plain) > 16 or not is_known(f"download.{plain}"):
        raise SourceRefused(f"--format {ending[:40]}: is not known; known: {KNOWN_TYPES}")
    return plain


def _parse_interval(text: str | None) -> float | None:
    """Seconds of `90s`, `15m`, `6h`, `1d`; from a minute to a year. Raises SourceRefused."""
    if text is None:
        return None
    match = _INTERVAL.fullmatch(text.strip().lower())
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not _SHORTEST <= seconds <= _LONGEST:
        raise SourceRefused(f"--every {text[:40]}: expected a minute to a year, as 90s, 15m, 6h or 1d")
    return float(seconds)


def _print_result(name: str, result: RunResult) -> None:
    counts = _describe_counts(result.counts or {})
    line = f"{name}: {result.outcome.value}{f' ({counts})' if counts else ''}"
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    if result.message:
        errors.print(f"{name}: {result.message}", markup=False, highlight=False, soft_wrap=True)


def _describe_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


def _describe_state(source: Source) -> str:
    now = time.time()
    if source.running_until and source.running_until > now:
        return "running"
    if source.paused:
        return "paused"
    if source.due_at is None:
        return "waits for you"
    return f"due in {_describe_seconds(source.due_at - now)}" if source.due_at > now else "due"


def _describe_run(source: Source) -> str:
    if source.outcome is None or source.finished_at is None:
        return "never"
    ago = f"{_describe_seconds(time.time() - source.finished_at)} ago: {source.outcome.value}"
    counts = _describe_counts(source.counts) if source.outcome is not RunOutcome.FAILED else ""
    return "\n".join(part for part in (ago, counts, source.message) if part)


def _describe_seconds(seconds: float) -> str:
    for unit in ("d", "h", "m"):
        if seconds >= _UNITS[unit]:
            return f"{seconds / _UNITS[unit]:.3g}{unit}"
    return f"{max(seconds, 0):.0f}s"
