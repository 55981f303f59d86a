"""Everything that one installation consists of, opened from its settings."""

from dataclasses import dataclass

import structlog

from ingestion.currency import load_rates
from ingestion.database import Database
from ingestion.errors import SettingsError
from ingestion.holdings import Holdings
from ingestion.ledger import Ledger
from ingestion.normalize import Normalizer
from ingestion.pipeline import Pipeline
from ingestion.queue import WorkQueue
from ingestion.rejections import RejectionLog
from ingestion.settings import Settings
from ingestion.skills import load_taxonomy
from ingestion.source_list import SourceList
from ingestion.watched_files import WatchedFiles
from ingestion.worker import Worker
from milvus import Embedder, Kind, Store, create_embedder

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in the database: open to any number of processes at once."""

    database: Database
    ledger: Ledger
    queue: WorkQueue
    rejections: RejectionLog
    sources: SourceList
    holdings: Holdings
    watched: WatchedFiles

    def close(self) -> None:
        """Close the database."""
        self.database.close()


@dataclass(frozen=True, slots=True)
class Installation:
    """The books, and what searches and fills the index. Close it when done."""

    books: Books
    store: Store
    embedder: Embedder
    normalizer: Normalizer

    def check_embedder(self) -> None:
        """Raise EmbeddingError where the model cannot embed, which a worker would only wait for to pass."""
        self.embedder.embed_queries(["ready?"])

    def create_worker(self) -> Worker:
        """A worker over this installation."""
        pipeline = Pipeline(normalizer=self.normalizer, embedder=self.embedder, store=self.store)
        return Worker(self.books.queue, pipeline)

    def close(self) -> None:
        """Close index and database."""
        self.store.close()
        self.books.close()


def open_books(settings: Settings) -> Books:
    """Open the database and bring it up to date. Raises SettingsError, LedgerUnavailable."""
    database = Database.open(settings.ledger_url)
    return Books(
        database=database,
        ledger=Ledger(database),
        queue=WorkQueue(database),
        rejections=RejectionLog(database),
        sources=SourceList(database),
        holdings=Holdings(database),
        watched=WatchedFiles(database),
    )


def open_installation(settings: Settings, *, embedder: Embedder | None = None) -> Installation:
    """Open database, index and model; `embedder` is the one that these settings name, where it is open already.

    Raises SettingsError, LedgerUnavailable, IndexUnavailable (IndexHeld where another process has the folder open),
    ModelMismatch, EmbeddingError. Where the index lost a collection, its documents are queued anew.
    """
    books = open_books(settings)
    try:
        embedder = embedder or open_embedder(settings)
        normalizer = open_normalizer(settings)
        store = open_store(settings, embedder)
    except Exception:
        books.close()
        raise
    for kind in Kind:
        if queued := books.queue.adopt_collection(kind, store.collection(kind).instance_id):
            log.warning("collection was lost, its documents are queued anew", kind=kind.value, documents=queued)
    if settings.index_is_local:
        # Only one process can hold the folder, so whoever held these leases is gone.
        books.queue.release_leases()
    return Installation(books, store, embedder, normalizer)


def open_store(settings: Settings, embedder: Embedder, *, create: bool = True) -> Store:
    """The index that the settings name, for this model. Raises as `open_installation` does.

    Without `create`, collections that are missing are an error, and nothing is changed.
    """
    token = settings.index_token.get_secret_value() if settings.index_token else None
    return Store.open(settings.milvus_uri, model=embedder.identity, token=token, create=create)


def open_embedder(settings: Settings) -> Embedder:
    """The embedding model that the settings name; its weights are loaded at the first use."""
    key = settings.embedding_api_key
    try:
        return create_embedder(
            backend=settings.embedding_backend,
            model=settings.embedding_model,
            url=settings.embedding_url,
            api_key=key.get_secret_value() if key else None,
            device=settings.embedding_device,
            precision=settings.embedding_precision,
            query_prompt=settings.embedding_query_prompt,
            document_prompt=settings.embedding_document_prompt,
        )
    except ValueError as error:
        raise SettingsError(f"COUNTERPART_EMBEDDING_*: {error}") from None


def open_normalizer(settings: Settings) -> Normalizer:
    """The normalizer with the settings' taxonomy and rates."""
    try:
        rates = load_rates(settings.rates_file, reference=settings.reference_currency)
    except OSError as error:
        raise SettingsError(f"COUNTERPART_RATES_FILE: {settings.rates_file}: {error.strerror}") from None
    return Normalizer(taxonomy=load_taxonomy(settings.taxonomy_file), rates=rates)
