"""The command `python -m ingestion watch`."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import structlog
import typer
import watchfiles

from ingestion.indexing import BackgroundIndexer
from ingestion.installation import open_books
from ingestion.settings import read_settings
from ingestion.sources.columns import check_mapping
from ingestion.terminal import configure_logs, console, parse_mapping, show_clear_errors
from ingestion.watching import FileEvent, FolderWatch, WatchOptions
from milvus import Kind

_LOOK_MILLISECONDS = 500
_LOOK_SECONDS = 5.0
# Now and then the folder is looked through without being told to: events get lost, and other machines send none.
_RESCAN_SECONDS = 30.0
# For each second of looking through the folder, so many of rest.
_REST = 5.0

log = structlog.get_logger(__name__)


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder.", exists=True, file_okay=False)],
    *,
    kind: Annotated[Kind | None, typer.Option(help="What it holds, where the content does not tell.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="Read a column as a field; repeatable.")
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Close the documents of a file that is deleted.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --delete: however many files vanish at once.")] = False,
) -> None:
    """Bring a folder's new and changed files in as they appear, until stopped."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        mapping = parse_mapping(map_ or [])
        check_mapping(mapping, kind)
        books = open_books(settings)
        options = WatchOptions(kind=kind, mapping=mapping, delete=delete, force=force)
        indexer = BackgroundIndexer(settings, books)
        with _stop_on_signals() as stop:
            console.print(f"Watching {folder}; Ctrl-C stops.", markup=False, highlight=False, soft_wrap=True)
            indexer.start()
            try:
                _follow(FolderWatch(folder, books, options), stop)
            finally:
                indexer.stop()
                books.close()
        console.print("Stopped.")


def _follow(watch: FolderWatch, stop: threading.Event) -> None:
    told, rest_until, rescan_at = False, 0.0, 0.0
    for something in _wait_for_changes(watch.folder, stop):
        told |= something
        now = time.monotonic()
        if now < rest_until or not (told or now >= rescan_at or not watch.is_settled):
            continue
        told = False
        for event in watch.scan():
            _print_event(event)
            if stop.is_set():
                return
        # A folder so large that looking through it takes long is looked through less often.
        done = time.monotonic()
        rest_until, rescan_at = done + _REST * (done - now), done + _RESCAN_SECONDS


def _wait_for_changes(folder: Path, stop: threading.Event) -> Iterator[bool]:
    """Whether something happened in the folder, every half second or as soon as it does."""
    try:
        for found in watchfiles.watch(
            folder,
            watch_filter=None,
            stop_event=stop,
            rust_timeout=_LOOK_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            yield bool(found)
    except (OSError, RuntimeError) as error:  # the system grants no more watches, or has none
        log.warning("the system tells nothing of changes, so the folder is looked through", error=str(error))
        while not stop.wait(_LOOK_SECONDS):
            yield True


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; the second one ends the program the hard way."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_event(event: FileEvent) -> None:
    moment = time.strftime("%H:%M:%S")
    console.print(f"{moment} {event.path}: {event.message}", markup=False, highlight=False, soft_wrap=True)
    for row in event.report.rejected[:5] if event.report else []:
        console.print(f"         rejected {row.location}: {row.reason}", markup=False, highlight=False, soft_wrap=True)
