"""The command `export`, and what `load --bulk` does after reading."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from ingestion.bulk_book import BulkBook
from ingestion.bulk_load import BulkLoader, BulkResult, BulkTarget
from ingestion.errors import SettingsError
from ingestion.export import SHARD_ROWS, ShardFolder, ShardMaker, export_documents
from ingestion.installation import Books, Installation, open_index, open_installation
from ingestion.settings import Settings, read_settings
from ingestion.terminal import configure_logs, console, errors, make_progress, show_clear_errors
from milvus import BulkImporter, FileStore, Kind

_SHOWN = 20


def export(
    path: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to write, empty or not there yet.")],
    kind: Annotated[Kind | None, typer.Option(help="Only resumes or only vacancies.")] = None,
    pending: Annotated[bool, typer.Option("--pending", help="Only what is not in the index yet.")] = False,
    shard_rows: Annotated[int, typer.Option(help="Rows of a shard at most.", min=1, max=10_000_000)] = SHARD_ROWS,
) -> None:
    """Write documents as Parquet shards that Milvus' bulk import takes: normalized, embedded, without personal data.

    An export that was broken off goes on after its last whole shard.
    """
    with show_clear_errors():
        settings = read_settings()
        configure_logs(settings.log_level)
        kinds = (kind,) if kind else tuple(Kind)
        folder = ShardFolder(path)
        with folder.hold(), closing(open_installation(settings)) as installation, make_progress() as progress:
            book = BulkBook(installation.books.database)
            total = sum(book.count_live(one, pending_only=pending) for one in kinds)
            bar = progress.add_task("Exporting", total=total, rate="")
            manifest, left_out = export_documents(
                folder,
                book,
                ShardMaker(
                    served=installation.serving.get(),
                    make_pipeline=installation.make_pipeline,
                    rows=shard_rows,
                ),
                kinds=kinds,
                pending_only=pending,
                report=lambda done: progress.advance(bar, done),
            )
        rows = sum(shard.rows for shard in manifest.shards)
        console.print(f"{path}: {rows:,} documents in {len(manifest.shards):,} shards.", highlight=False)
        for outcome in left_out[:_SHOWN]:
            line = f"left out {outcome.claim.kind.value} {outcome.claim.id!r}: {outcome.error}"
            errors.print(line, markup=False, highlight=False, soft_wrap=True)
        if len(left_out) > _SHOWN:
            errors.print(f"... and {len(left_out) - _SHOWN:,} more")


def check_bulk_settings(settings: Settings) -> None:
    """Raise SettingsError where a server could not be loaded in bulk, before anything is read for it."""
    if settings.index_is_local:
        return
    with closing(open_index(settings)) as index:
        if index.imports_files:
            _open_files(settings)


def load_in_bulk(settings: Settings, books: Books) -> int:
    """Import what is new by bulk; how many documents. Milvus Lite has no such thing: then it says so."""
    if settings.index_is_local or not books.queue.count_pending():
        if settings.index_is_local:
            _say_no_import()
        return 0
    with closing(open_installation(settings)) as installation:
        if not installation.index.imports_files:
            _say_no_import()
            return 0
        installation.check_embedder()
        folder = ShardFolder(settings.data_dir / "bulk")
        with folder.hold():
            result = _run(settings, installation, folder)
    for reason in result.refusals:
        errors.print(f"{reason}; what is left goes in the usual way", markup=False, highlight=False, soft_wrap=True)
    if result.missing:
        errors.print(f"{result.missing:,} documents are not in the index after all; they go in the usual way")
    console.print(f"Imported {result.imported:,} in bulk.", highlight=False)
    return result.imported


def _run(settings: Settings, installation: Installation, folder: ShardFolder) -> BulkResult:
    book = BulkBook(installation.books.database)
    token = settings.index_token.get_secret_value() if settings.index_token else None
    maker = ShardMaker(
        served=installation.serving.get_for_writing(),
        make_pipeline=installation.make_pipeline,
    )
    with BulkImporter(settings.milvus_uri, token=token) as importer, make_progress() as progress:
        bar = progress.add_task("Importing", total=sum(book.count_new(kind) for kind in Kind), rate="")
        loader = BulkLoader(
            folder,
            book,
            maker,
            BulkTarget(files=_open_files(settings), importer=importer),
            report=lambda done: progress.advance(bar, done),
            say=lambda text: progress.update(bar, rate=text),
        )
        return loader.run()


def _open_files(settings: Settings) -> FileStore:
    if settings.bulk_store is None:
        raise SettingsError(
            "COUNTERPART_BULK_STORE is not set: it says where the Milvus server reads files from, such as s3://a-bucket"
        )
    secret = settings.bulk_secret_key
    try:
        return FileStore.open(
            settings.bulk_store,
            endpoint=settings.bulk_endpoint,
            access_key=settings.bulk_access_key,
            secret_key=secret.get_secret_value() if secret else None,
            region=settings.bulk_region,
        )
    except ValueError as error:
        raise SettingsError(f"COUNTERPART_BULK_STORE: {error}") from None


def _say_no_import() -> None:
    console.print("Milvus Lite has no bulk import: the documents go in the usual way.")
