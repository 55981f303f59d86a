"""The commands over originals: `python -m ingestion original | reread`."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ingestion.indexing import index_pending
from ingestion.installation import Books
from ingestion.opening import open_for_command
from ingestion.records import Change
from ingestion.rereading import RereadReport, reread
from ingestion.sources import ORIGINAL_FORMATS, Original
from ingestion.terminal import console, errors, make_progress
from milvus import Kind

_LISTED = 20
_WHY_NONE = (
    "what came through the API is the document itself; what is over 4 MiB as a file or a million characters as a row, "
    "or came in before originals were kept, has none"
)

app = typer.Typer()
KindOption = Annotated[Kind | None, typer.Option(help="Only documents of this kind; both where it is left out.")]


@app.command()
def original(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id of a document.")],
    kind: KindOption = None,
    to: Annotated[Path | None, typer.Option(help="Write it to this file, which must not be there yet.")] = None,
) -> None:
    """Print a document as its source had it: the row, the object, or the file."""
    with open_for_command() as (_, books):
        kinds = [kind] if kind else list(Kind)
        found = [one for of_kind in kinds for one in books.originals.read(of_kind, ids=[id_])]
        if len(found) > 1:
            _fail(f"{id_} is a resume and a vacancy: say --kind")
        if not found:
            stored = any(books.ledger.get_document(of_kind, id_) for of_kind in kinds)
            _fail(f"{id_} has no original: {_WHY_NONE}" if stored else f"there is no document of the id {id_}")
        _show(found[0].original, to)


def _show(original: Original, to: Path | None) -> None:
    raw = original.raw
    if to is not None:
        try:
            with to.open("xb") as stream:
                stream.write(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
        except OSError as error:
            _fail(f"{to}: {error.strerror or error}")
    elif isinstance(raw, bytes) and sys.stdout.isatty():
        _fail(f"it is a file ({original.format}): --to FILE writes it")
    else:
        typer.echo(raw, nl=isinstance(raw, str))


@app.command(name="reread")
def reread_(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids; without, all documents.")] = None,
    kind: KindOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help=f"Only these: {', '.join(ORIGINAL_FORMATS)}.")
    ] = None,
) -> None:
    """Read stored originals again, after an update of a reader, and index what changed."""
    if format_ not in {None, *ORIGINAL_FORMATS}:
        raise typer.BadParameter(f"--format {format_!r}: known are {', '.join(ORIGINAL_FORMATS)}")
    with open_for_command() as (settings, books):
        report = _reread_showing(books, ids or None, kind=kind, of_format=format_)
        _print_report(report)
        index_pending(settings, books)
        if report.missing or (report.unreadable_total and not report.changes):
            raise typer.Exit(1)


def _reread_showing(books: Books, ids: list[str] | None, *, kind: Kind | None, of_format: str | None) -> RereadReport:
    with make_progress() as progress:
        bar = progress.add_task("Reading again", total=None, rate="")

        def show(report: RereadReport) -> None:
            progress.update(bar, completed=report.documents, rate=f"{report.unreadable_total} unreadable")

        return reread(books, ids=ids, kind=kind, of_format=of_format, report_progress=show)


def _print_report(report: RereadReport) -> None:
    changed, unchanged = report.changes[Change.CHANGED], report.changes[Change.UNCHANGED]
    overtaken = f", {report.overtaken:,} replaced or erased meanwhile" if report.overtaken else ""
    console.print(
        f"Read {report.documents:,} originals again: {changed:,} changed, {unchanged:,} unchanged, "
        f"{report.unreadable_total:,} unreadable{overtaken}.",
        highlight=False,
        soft_wrap=True,
    )
    for row in report.unreadable[:_LISTED]:
        _print_error(f"stays as it is: {row.location}: {row.reason}")
    if report.unreadable_total > _LISTED:
        _print_error(f"... and {report.unreadable_total - _LISTED:,} more")
    for id_ in report.missing:
        _print_error(f"{id_}: has no original (`python -m ingestion original ID` says why)")


def _fail(message: str) -> NoReturn:
    _print_error(message)
    raise typer.Exit(1)


def _print_error(line: str) -> None:
    errors.print(line, markup=False, highlight=False, soft_wrap=True)
