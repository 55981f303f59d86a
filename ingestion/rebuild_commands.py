"""The commands that change which generation of the index serves: `rebuild` and `rollback`."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from ingestion.errors import RebuildRefused
from ingestion.installation import Installation, open_books, open_embedder, open_installation
from ingestion.settings import Settings, read_settings
from ingestion.standby import StandbyBook, StandbyState, StandbyStatus
from ingestion.terminal import configure_logs, console, make_progress, show_clear_errors
from milvus.errors import IndexHeld

_LOOK_SECONDS = 0.25
_HELD_SECONDS = 5.0
_SAID = {
    StandbyState.FILLING: "Filling in the documents",
    StandbyState.CATCHING_UP: "Catching up and verifying",
    StandbyState.SWITCHING: "Switching",
}

Ask = Callable[[StandbyBook, Installation | None], None]
"""Writes down what is to be done; the installation is None where another process has the index open."""


def rebuild(
    model: Annotated[
        str | None, typer.Option(help="Embedding model of the new collections; the settings' where not given.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Rebuild even for the same model: with the columns of this version.")
    ] = False,
) -> None:
    """Fill new collections from the ledger beside those that serve, check them, and let them serve instead.

    Searches and writes go on meanwhile. A rebuild that was broken off goes on where it was. The old collections are
    kept for `rollback` until the next rebuild.
    """

    def ask(standby: StandbyBook, installation: Installation | None) -> None:
        name = model or settings.embedding_model
        status = standby.get()
        if status is not None and status.is_under_way:
            if status.embedding_model != name:
                raise RebuildRefused(f"a rebuild for {status.embedding_model!r} is under way; let it end first")
            console.print("Going on with what was begun.")
            return
        served = installation.serving.get().store if installation else None
        if served is not None and served.model == target and served.is_current and not schema:
            raise RebuildRefused(f"the index is of the model {target.name!r} and has all columns; --schema rebuilds it")
        standby.begin(name)

    with show_clear_errors():
        settings = read_settings()
        target = open_embedder(settings, model=model).identity
        done = _carry_out(settings, ask)
        console.print(f"Done. The collections that served before (model {done.embedding_model}) are kept for rollback.")
        if model and model != settings.embedding_model:
            console.print(f"Set COUNTERPART_EMBEDDING_MODEL={model}, so that the settings say what serves.")


def rollback() -> None:
    """Let the collections that served before the last rebuild serve again, with all that was written since."""

    def ask(standby: StandbyBook, _: Installation | None) -> None:
        status = standby.get()
        if status is None or status.state is StandbyState.FAILED:
            raise RebuildRefused("there are no collections to go back to: none are kept of a rebuild")
        if status.state is StandbyState.KEPT:
            standby.move(StandbyState.CATCHING_UP)

    with show_clear_errors():
        done = _carry_out(read_settings(), ask)
        console.print(f"Done. What served until now (model {done.embedding_model}) is kept for another rollback.")


def _carry_out(settings: Settings, ask: Ask) -> StandbyStatus:
    """Ask for it, and see it done: by this process, or by the one that has the index open."""
    configure_logs(settings.log_level)
    with closing(open_books(settings)) as books, make_progress() as progress:
        bar = progress.add_task("Opening", total=None, rate="")
        asked = False
        while True:
            try:
                installation = open_installation(settings)
            except IndexHeld:
                if not asked:
                    ask(books.standby, None)
                    console.print("Another process has the index open and does the work; Ctrl-C stops watching.")
                    asked = True
                # Should it end before the work is done, this process takes the work over.
                if done := _watch(books.standby, progress, bar, seconds=_HELD_SECONDS):
                    return done
                continue
            with closing(installation):
                if not asked:
                    ask(books.standby, installation)
                with installation.work_beside(installation.create_worker()):
                    while not (done := _watch(books.standby, progress, bar, seconds=_HELD_SECONDS)):
                        pass
                return done


def _watch(standby: StandbyBook, progress: Progress, bar: TaskID, *, seconds: float) -> StandbyStatus | None:
    """Show for some seconds how far it is; the standby once it is done."""
    for _ in range(int(seconds / _LOOK_SECONDS)):
        if done := _show(standby, progress, bar):
            return done
        time.sleep(_LOOK_SECONDS)
    return None


def _show(standby: StandbyBook, progress: Progress, bar: TaskID) -> StandbyStatus | None:
    """Show how far it is; the standby once it is done. Raises RebuildRefused where it failed."""
    status = standby.get()
    if status is None:
        raise RebuildRefused("another process gave the rebuild up")
    if status.state is StandbyState.FAILED:
        raise RebuildRefused(f"the rebuild failed, and what served goes on serving: {status.error}")
    if not status.is_under_way:
        return status
    progress.update(bar, description=_SAID[status.state], completed=status.done, total=status.total)
    return None
