"""Everything that one installation consists of, opened from its settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial

import structlog

from ingestion.background import Runnable, run_beside
from ingestion.closings import ClosingBook
from ingestion.currency import load_rates
from ingestion.database import Database
from ingestion.duplicates import DuplicateBook
from ingestion.errors import SettingsError
from ingestion.failures import FailureDesk
from ingestion.holdings import Holdings
from ingestion.housekeeping import Housekeeper, Retention
from ingestion.judging import JudgingBook
from ingestion.ledger import Ledger
from ingestion.normalize import Normalizer
from ingestion.originals import OriginalShelf
from ingestion.pipeline import FindKnown, MakePipeline, Pipeline
from ingestion.queue import WorkQueue
from ingestion.rebuild import Rebuilder, mend_switch
from ingestion.reconcile import queue_differences
from ingestion.rejections import RejectionLog
from ingestion.serving import Served, Serving
from ingestion.settings import Settings
from ingestion.sightings import Sightings
from ingestion.skills import load_taxonomy
from ingestion.snapshot import SnapshotKeeper, SnapshotMaker
from ingestion.snapshot_files import SnapshotFolder
from ingestion.source_list import SourceList
from ingestion.standby import StandbyBook
from ingestion.status import StatusDesk
from ingestion.topics import TopicBook, TopicBuilder, TopicRequests
from ingestion.watched_files import WatchedFiles
from ingestion.worker import Worker
from milvus import Embedder, Index, Kind, ModelIdentity, Reranker, create_embedder, create_reranker
from milvus.errors import MilvusError, ModelMismatch, RerankError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in the database: open to any number of processes at once."""

    database: Database
    ledger: Ledger
    queue: WorkQueue
    rejections: RejectionLog
    standby: StandbyBook
    failures: FailureDesk
    status: StatusDesk
    sources: SourceList
    holdings: Holdings
    watched: WatchedFiles
    duplicates: DuplicateBook
    originals: OriginalShelf
    sightings: Sightings
    judging: JudgingBook
    topics: TopicBook
    topic_requests: TopicRequests

    def close(self) -> None:
        """Close the database."""
        self.database.close()


@dataclass(frozen=True, slots=True)
class Installation:
    """The books, and what searches and fills the index. Close it when done."""

    books: Books
    index: Index
    serving: Serving
    normalizer: Normalizer
    make_pipeline: MakePipeline
    rebuilder: Rebuilder
    retention: Retention
    snapshots: SnapshotMaker
    snapshot_interval: timedelta

    def check_embedder(self) -> None:
        """Raise EmbeddingError where the model cannot embed, which a worker would only wait for to pass."""
        self.serving.get().embedder.embed_queries(["ready?"])

    def create_worker(self, *, find_known: FindKnown | None = None) -> Worker:
        """A worker over this installation; `find_known` as a Pipeline takes it."""

        def make() -> Pipeline:
            served = self.serving.get_for_writing()
            return self.make_pipeline(store=served.store, embedder=served.embedder, find_known=find_known)

        housekeeper = Housekeeper(self.books.database, self.books.ledger, self.retention)
        return Worker(self.books.queue, make, housekeeper=housekeeper)

    @contextmanager
    def work_beside(self, worker: Worker, *others: Runnable) -> Iterator[None]:
        """Let the worker run, with rebuilder, topics, snapshots and others beside it, as long as the block lasts."""
        builder = TopicBuilder(self.books.topic_requests, self.books.topics, self.serving)
        keeper = SnapshotKeeper(self.snapshots, self.books.queue, every=self.snapshot_interval)
        with run_beside([worker, self.rebuilder, builder, keeper, *others]):
            yield

    def close(self, *, keep_model: bool = False) -> None:
        """Close model, index and database; `keep_model` is for who opens the installation again with it."""
        if not keep_model:
            # First of all: Milvus Lite writes out what it holds in memory, and needs room for that.
            self.serving.get().embedder.close()
        self.index.close()
        self.books.close()


def open_books(settings: Settings) -> Books:
    """Open the database and bring it up to date. Raises SettingsError, LedgerUnavailable."""
    database = Database.open(settings.ledger_url)
    ledger = Ledger(database)
    return Books(
        database=database,
        ledger=ledger,
        queue=WorkQueue(database),
        rejections=RejectionLog(database),
        standby=StandbyBook(database),
        failures=FailureDesk(database, ledger),
        status=StatusDesk(database),
        sources=SourceList(database),
        holdings=Holdings(database),
        watched=WatchedFiles(database),
        duplicates=DuplicateBook(database),
        originals=OriginalShelf(database),
        sightings=Sightings(database),
        judging=JudgingBook(database),
        topics=TopicBook(database),
        topic_requests=TopicRequests(database),
    )


def open_installation(settings: Settings, *, embedder: Embedder | None = None) -> Installation:
    """Open database, index and model; `embedder` is the one that these settings name, where it is open already.

    Raises SettingsError, LedgerUnavailable, IndexUnavailable (IndexHeld where another process has the folder open),
    ModelMismatch, EmbeddingError. Where the index lost a collection, its documents are queued anew.
    """
    books = open_books(settings)
    try:
        index = open_index(settings)
    except Exception:
        books.close()
        raise
    try:
        return _complete_installation(settings, books=books, index=index, embedder=embedder)
    except Exception:
        index.close()
        books.close()
        raise


def _complete_installation(
    settings: Settings, *, books: Books, index: Index, embedder: Embedder | None
) -> Installation:
    normalizer = open_normalizer(settings)
    mend_switch(books.standby, index, is_alone=settings.index_is_local)
    served = open_served(settings, index, embedder=embedder)

    serving, create_by_name = _make_serving(settings, books=books, index=index, served=served)
    _bring_in_step(settings, books=books, index=index, served=served)
    closings = ClosingBook(books.database)
    make_pipeline = partial(
        Pipeline,
        normalizer=normalizer,
        link_duplicates=books.duplicates.link,
        assign_topics=books.topics.assign,
        note_closed=closings.note,
        take_turn=nullcontext if index.writes_in_parallel else books.database.take_turn,
    )
    rebuilder = Rebuilder(
        books.standby,
        index,
        make_pipeline=make_pipeline,
        serving=serving,
        create_embedder=create_by_name,
        is_alone=settings.index_is_local,
    )
    retention = Retention(expired_days=settings.purge_expired_days, task_days=settings.keep_tasks_days)
    snapshots = SnapshotMaker(
        database=books.database,
        closings=closings,
        serving=serving,
        folder=SnapshotFolder(settings.snapshot_dir),
        currency=settings.reference_currency,
    )
    return Installation(
        books=books,
        index=index,
        serving=serving,
        normalizer=normalizer,
        make_pipeline=make_pipeline,
        rebuilder=rebuilder,
        retention=retention,
        snapshots=snapshots,
        snapshot_interval=timedelta(minutes=settings.snapshot_minutes),
    )


def _make_serving(
    settings: Settings, *, books: Books, index: Index, served: Served
) -> tuple[Serving, Callable[[str], Embedder]]:
    """What serves, and what opens a model by its name; the one that serves is not opened twice."""

    @cache
    def create_by_name(name: str) -> Embedder:
        embedder = open_embedder(settings, model=name)
        return served.embedder if embedder.identity == served.embedder.identity else embedder

    def find_next() -> Embedder | None:
        standby = books.standby.get()
        return create_by_name(standby.embedding_model) if standby is not None and standby.is_under_way else None

    def find_embedder(model: ModelIdentity) -> Embedder:
        known = (served.embedder, create_by_name(model.name))
        return next((one for one in known if one.identity == model), None) or recreate_embedder(settings, model)

    serving = Serving(
        index, served, find_embedder=find_embedder, find_next=find_next, follows=not settings.index_is_local
    )
    return serving, create_by_name


def _bring_in_step(settings: Settings, *, books: Books, index: Index, served: Served) -> None:
    """Queue what the index has lost, and what processes that are gone had claimed."""
    for kind in Kind:
        if queued := books.queue.adopt_collection(kind, served.store.collection(kind).instance_id):
            log.warning("collection was lost, its documents are queued anew", kind=kind.value, documents=queued)
    if settings.index_is_local:
        # Only one process can hold the folder, so whoever held these leases is gone.
        books.queue.release_leases()
    if index.may_forget and (
        differing := queue_differences(
            served.store, standby=books.standby, queue=books.queue, with_vectors=index.was_cut_off
        )
    ):
        log.warning("the index differed from the ledger, these documents are queued anew", documents=differing)


def open_index(settings: Settings, *, create: bool = True) -> Index:
    """The index that the settings name. Raises IndexUnavailable; without `create` also where there is none yet."""
    token = settings.index_token.get_secret_value() if settings.index_token else None
    return Index.open(settings.milvus_uri, token=token, create=create, terms_folder=settings.data_dir / "index.terms")


def open_served(settings: Settings, index: Index, *, create: bool = True, embedder: Embedder | None = None) -> Served:
    """The collections that serve and the model that filled them, which need not be the one that the settings name.

    Where there are none, `create` makes them for the settings' model. Raises ModelMismatch where the model that filled
    them cannot be had.
    """
    filled_by = index.read_model()
    if embedder is not None and embedder.identity == filled_by:
        return Served(index.open_serving(filled_by, create=create), embedder)
    wanted = open_embedder(settings)
    if filled_by is None or filled_by == wanted.identity:
        return Served(index.open_serving(wanted.identity, create=create), wanted)
    try:
        embedder = recreate_embedder(settings, filled_by)
    except (MilvusError, SettingsError):
        embedder = wanted  # opening for it says what differs
    store = index.open_serving(embedder.identity, create=create)
    log.warning(
        "the settings name another model than the one that filled the index, which goes on serving",
        settings=wanted.identity.name,
        index=filled_by.name,
        to_change="python -m ingestion rebuild",
    )
    return Served(store, embedder)


def recreate_embedder(settings: Settings, model: ModelIdentity) -> Embedder:
    """The embedder with this identity. Raises ModelMismatch where what goes by its name is another model now."""
    prompts = {"embedding_query_prompt": model.query_prompt, "embedding_document_prompt": model.document_prompt}
    embedder = open_embedder(settings.model_copy(update=prompts), model=model.name)
    if embedder.identity != model:
        raise ModelMismatch(f"what goes by the name {model.name!r} is not the model that filled the index")
    return embedder


def open_embedder(settings: Settings, *, model: str | None = None) -> Embedder:
    """The embedding model that the settings name, or `model`; its weights are loaded at the first use."""
    key = settings.embedding_api_key
    try:
        return create_embedder(
            backend=settings.embedding_backend,
            model=model or settings.embedding_model,
            url=settings.embedding_url,
            api_key=key.get_secret_value() if key else None,
            device=settings.embedding_device,
            precision=settings.embedding_precision,
            query_prompt=settings.embedding_query_prompt,
            document_prompt=settings.embedding_document_prompt,
        )
    except ValueError as error:
        raise SettingsError(f"COUNTERPART_EMBEDDING_*: {error}") from None


def open_rerankers(settings: Settings) -> dict[str, Reranker]:
    """The cross-encoders that the settings allow, by the names that searches call them by; none is loaded yet.

    Device and precision are the embedding model's. Raises SettingsError.
    """
    opened: dict[str, Reranker] = {}
    for written in settings.rerank_model_names:
        try:
            name, reranker = create_reranker(
                written, device=settings.embedding_device, precision=settings.embedding_precision
            )
        except RerankError as error:
            raise SettingsError(f"COUNTERPART_RERANK_MODELS: {error}") from None
        if name in opened:
            raise SettingsError(f"COUNTERPART_RERANK_MODELS: two go by the name {name!r}")
        opened[name] = reranker
    return opened


def open_normalizer(settings: Settings) -> Normalizer:
    """The normalizer with the settings' taxonomy and rates."""
    try:
        rates = load_rates(settings.rates_file, reference=settings.reference_currency)
    except OSError as error:
        raise SettingsError(f"COUNTERPART_RATES_FILE: {settings.rates_file}: {error.strerror}") from None
    return Normalizer(taxonomy=load_taxonomy(settings.taxonomy_file), rates=rates)
