"""The command `snapshot`: the figures of the market as of now."""

from contextlib import closing
from typing import Annotated

import typer

from ingestion.closings import ClosingBook
from ingestion.installation import open_books, open_installation
from ingestion.settings import read_settings
from ingestion.snapshot_files import SnapshotFolder
from ingestion.terminal import configure_logs, console, show_clear_errors
from milvus.errors import IndexHeld


def snapshot(
    forget_closed: Annotated[
        bool, typer.Option("--forget-closed", help="First forget every vacancy that was taken out, as after a trial.")
    ] = False,
) -> None:
    """Refresh what the market's figures are computed from; a worker does so by itself now and then."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        if forget_closed:
            with closing(open_books(settings)) as books:
                console.print(f"Forgot {ClosingBook(books.database).forget():,} closed vacancies.", highlight=False)
        try:
            with closing(open_installation(settings)) as installation:
                made = installation.snapshots.make()
        except IndexHeld:
            SnapshotFolder(settings.snapshot_dir).ask()
            console.print("Another process has the index open; it makes the snapshot within seconds.")
            return
        counts = ", ".join(f"{rows:,} {kind.value}" for kind, rows in made.rows.items())
        console.print(f"{counts}, {made.closed:,} closed vacancies in {made.seconds:.1f} s.", highlight=False)
