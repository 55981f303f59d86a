"""The commands `backup` and `restore`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from ingestion.backup import KeptVectors, open_backup, restore_ledger, write_backup
from ingestion.errors import BackupRefused
from ingestion.installation import Installation, open_books, open_index, open_installation, open_served
from ingestion.records import Outcome, State
from ingestion.settings import Settings, read_settings
from ingestion.terminal import configure_logs, console, make_progress, show_clear_errors
from milvus import Store
from milvus.errors import IndexHeld


def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="ZIP file to write; it holds people's data.")],
    vectors: Annotated[bool, typer.Option(help="Also keep the vectors, so that a restore embeds nothing.")] = True,
) -> None:
    """Write everything that the ledger holds, and the index's vectors, into one file, as of one moment."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        with closing(open_books(settings)) as books, console.status("") as status:

            def report(what: str, rows: int) -> None:
                status.update(f"Writing {what}: {rows:,}")

            with _open_store(settings) if vectors else nullcontext() as store:
                manifest = write_backup(path, books.database, store, report=report)
        size = path.stat().st_size / 2**20
        documents, kept = manifest.rows["documents"], sum(manifest.vectors.values())
        console.print(f"{path}: {documents:,} documents, {kept:,} vectors, {size:,.1f} MiB.", highlight=False)


def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.", exists=True)],
) -> None:
    """Put a backup into an empty data folder or database, and fill the index from it."""
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        archive, manifest = open_backup(path)
        with archive, closing(open_installation(settings)) as installation:
            with console.status("") as status:

                def report(what: str, rows: int) -> None:
                    status.update(f"Restoring {what}: {rows:,}")

                restore_ledger(archive, manifest, installation.books.database, report=report)
            fits = manifest.model == installation.serving.get().store.model
            known = KeptVectors(archive, list(manifest.vectors)) if fits else None
            if manifest.model is not None and not fits:
                console.print(f"The vectors are of another model ({manifest.model.name}), so all is embedded anew.")
            _index(installation, known)
            summary = installation.books.ledger.summarize()
        indexed = sum(states[State.INDEXED] for states in summary.counts.values())
        console.print(
            f"Restored {manifest.rows['documents']:,} documents, {indexed:,} of them indexed.", highlight=False
        )


@contextmanager
def _open_store(settings: Settings) -> Iterator[Store]:
    try:
        index = open_index(settings, create=False)
    except IndexHeld as error:
        raise BackupRefused(f"{error}: stop it, or leave the vectors out with --no-vectors") from error
    with closing(index):
        yield open_served(settings, index, create=False).store


def _index(installation: Installation, known: KeptVectors | None) -> None:
    with make_progress() as progress:
        bar = progress.add_task("Indexing", total=installation.books.queue.count_pending(), rate="")

        def show(outcomes: list[Outcome]) -> None:
            progress.advance(bar, sum(not outcome.retry for outcome in outcomes))

        installation.create_worker(find_known=known.find if known else None).drain(show)
