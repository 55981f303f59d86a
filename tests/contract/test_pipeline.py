"""Worker and pipeline over a real index: what is embedded, what is not, and what happens when something fails."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ingestion.currency import load_rates
from ingestion.database import Database
from ingestion.documents import ResumeDocument, VacancyDocument
from ingestion.failures import FailureDesk
from ingestion.ledger import Ledger
from ingestion.normalize import Normalizer
from ingestion.pipeline import Pipeline
from ingestion.queue import WorkQueue
from ingestion.reconcile import queue_differences
from ingestion.records import State, encode_document
from ingestion.skills import load_taxonomy
from ingestion.standby import StandbyBook
from ingestion.tables import documents
from ingestion.worker import Worker
from milvus import Index, Kind, Vectors
from milvus.embedding import HashingEmbedder
from milvus.errors import EmbeddingError, IndexUnavailable, UnembeddableText


class CountingEmbedder(HashingEmbedder):
    """Counts the texts that it embeds, and refuses those that hold a word."""

    def __init__(self) -> None:
        super().__init__(dimension=64)
        self.embedded: list[str] = []
        self.refused = "unspeakable"
        self.is_away = False
        self.broken = ""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if self.is_away:
            raise EmbeddingError("the embedding server does not answer")
        if self.broken and any(self.broken in text for text in texts):
            raise RuntimeError("nobody foresaw this")
        if any(self.refused in text for text in texts):
            raise UnembeddableText("a text that cannot be embedded")
        self.embedded += texts
        return super().embed_documents(texts)


class Bench:
    """A ledger, an index and a worker between them."""

    def __init__(self, folder: Path) -> None:
        database = Database.open(f"sqlite:///{folder / 'ledger.db'}")
        self.database = database
        self.ledger = Ledger(database)
        self.embedder = CountingEmbedder()
        self.index = Index.open(str(folder / "index.db"))
        self.store = self.index.open_serving(self.embedder.identity)
        normalizer = Normalizer(taxonomy=load_taxonomy(), rates=load_rates())
        pipeline = Pipeline(normalizer=normalizer, embedder=self.embedder, store=self.store)
        self.queue = WorkQueue(database)
        self.pipeline = pipeline
        self.worker = Worker(self.queue, lambda: pipeline)

    def state(self, id_: str, kind: Kind = Kind.VACANCIES) -> State:
        stored = self.ledger.get_document(kind, id_)
        assert stored is not None
        return stored.state


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.index.close()
    bench.database.close()


def test_document_becomes_searchable(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="Baker"), ResumeDocument(id="r", title="Miller")])
    bench.worker.drain()
    assert bench.store.vacancies.get(["v"])["v"].title == "Baker"
    assert bench.store.resumes.get(["r"])["r"].title == "Miller"
    assert bench.state("v") is State.INDEXED


def test_unchanged_document_is_not_embedded_again(bench: Bench) -> None:
    for _ in range(2):
        bench.ledger.record([VacancyDocument(id="v", title="Baker")])
        bench.worker.drain()
    assert bench.embedder.embedded == ["Baker"]


def test_changed_metadata_changes_the_row_and_embeds_nothing(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="Baker", company="Old")])
    bench.worker.drain()
    before = bench.store.vacancies.get_vectors(["v"])["v"]
    bench.ledger.record([VacancyDocument(id="v", title="Baker", company="New")])
    bench.worker.drain()
    assert bench.embedder.embedded == ["Baker"]
    assert bench.store.vacancies.get(["v"])["v"].company == "New"
    assert (bench.store.vacancies.get_vectors(["v"])["v"] == before).all()


def test_changed_text_is_embedded_anew(bench: Bench) -> None:
    for title in ("Baker", "Butcher"):
        bench.ledger.record([VacancyDocument(id="v", title=title)])
        bench.worker.drain()
    assert bench.embedder.embedded == ["Baker", "Butcher"]
    assert bench.store.vacancies.count() == 1


def test_deleted_document_leaves_the_index(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="Baker")])
    bench.worker.drain()
    bench.ledger.delete(Kind.VACANCIES, ["v"])
    bench.worker.drain()
    assert bench.store.vacancies.count() == 0


def test_document_that_cannot_be_embedded_costs_no_other_document_anything(bench: Bench) -> None:
    documents = [VacancyDocument(id=f"v{i}", title=f"Baker {i}") for i in range(20)]
    bench.ledger.record([*documents, VacancyDocument(id="bad", title="unspeakable")])
    bench.worker.drain()
    assert bench.store.vacancies.count() == 20
    assert bench.state("bad") is State.FAILED
    failures = FailureDesk(bench.database, bench.ledger).list()
    assert [(one.id, one.error) for one in failures] == [("bad", "a text that cannot be embedded")]


def test_embedder_that_is_away_costs_no_document_an_attempt(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="Baker")])
    bench.embedder.is_away = True
    outcomes = bench.worker.work_once()
    assert [(outcome.retry, outcome.error) for outcome in outcomes] == [(True, "the embedding server does not answer")]
    assert bench.state("v") is State.PENDING
    bench.embedder.is_away = False
    bench.worker.drain()
    assert bench.state("v") is State.INDEXED


def test_index_that_is_away_before_a_batch_begins_costs_no_document_an_attempt(bench: Bench) -> None:
    def make_pipeline() -> Pipeline:
        raise IndexUnavailable("the index does not answer")

    bench.ledger.record([VacancyDocument(id="v", title="Baker")])
    away = Worker(bench.queue, make_pipeline)
    assert [(one.retry, one.error) for one in away.work_once()] == [(True, "the index does not answer")]
    with bench.database.read() as connection:
        assert connection.scalar(select(documents.c.attempts)) == 0


def test_failed_document_is_tried_again_when_it_is_sent_again(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="unspeakable")])
    bench.worker.drain()
    bench.embedder.refused = "nothing"
    bench.ledger.record([VacancyDocument(id="v", title="unspeakable")])
    bench.worker.drain()
    assert bench.state("v") is State.INDEXED


def test_vector_lost_from_the_index_is_embedded_again(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="Baker")])
    bench.worker.drain()
    bench.store.vacancies.delete(["v"])
    bench.ledger.record([VacancyDocument(id="v", title="Baker", company="New")])
    bench.worker.drain()
    assert bench.store.vacancies.get(["v"])["v"].company == "New"


def test_index_that_forgot_and_kept_too_much_is_mended(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id=id_, title="Baker") for id_ in ("lost", "stale", "fine")])
    bench.worker.drain()
    fine = bench.store.vacancies.get(["fine"])["fine"]
    strays = [replace(fine, id="stale", document_hash="old"), replace(fine, id="stray")]
    bench.store.vacancies.upsert(strays, bench.embedder.embed_documents(["old", "stray"]))
    bench.store.vacancies.delete(["lost"])
    book = StandbyBook(bench.database)
    assert queue_differences(bench.store, standby=book, queue=bench.queue) == 3
    bench.worker.drain()
    assert bench.store.vacancies.list_hashes() == {
        document.id: encode_document(document)[1]
        for document in [VacancyDocument(id=id_, title="Baker") for id_ in ("lost", "stale", "fine")]
    }
    assert queue_differences(bench.store, standby=book, queue=bench.queue) == 0


def test_vector_that_was_spoiled_on_the_disk_is_embedded_anew(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id=id_, title="Baker") for id_ in ("spoiled", "fine")])
    bench.worker.drain()
    vacancies = bench.store.vacancies
    row = vacancies.to_rows([vacancies.get(["spoiled"])["spoiled"]], bench.embedder.embed_documents(["Baker"]))[0]
    bench.index._connection.client.upsert(vacancies.name, [{**row, "vector": [1e30, *row["vector"][1:]]}])
    book = StandbyBook(bench.database)
    assert queue_differences(bench.store, standby=book, queue=bench.queue) == 0
    assert queue_differences(bench.store, standby=book, queue=bench.queue, with_vectors=True) == 1
    bench.worker.drain()
    assert vacancies.list_spoiled(["spoiled", "fine"]) == []
    assert queue_differences(bench.store, standby=book, queue=bench.queue, with_vectors=True) == 0


def test_documents_fill_a_collection_that_was_lost(bench: Bench) -> None:
    bench.queue.adopt_collection(Kind.VACANCIES, "the collection that was lost")
    bench.ledger.record([VacancyDocument(id=f"v{i}", title=f"Baker {i}") for i in range(5)])
    bench.worker.drain()
    bench.store.vacancies.delete([f"v{i}" for i in range(5)])
    bench.queue.adopt_collection(Kind.VACANCIES, bench.store.vacancies.instance_id)
    bench.worker.drain()
    assert bench.store.vacancies.count() == 5


def test_vector_of_a_text_that_the_ledger_never_learned_of_is_not_reused(bench: Bench) -> None:
    bench.ledger.record([VacancyDocument(id="v", title="Baker")])
    bench.worker.drain()
    bench.ledger.record([VacancyDocument(id="v", title="Butcher")])
    bench.pipeline.apply(bench.queue.claim("killed", limit=1, lease_seconds=30))
    bench.queue.release_leases()
    bench.ledger.record([VacancyDocument(id="v", title="Baker")])
    bench.worker.drain()
    hit = bench.store.vacancies.search(bench.embedder.embed_queries(["Baker"])[0])[0]
    assert hit.entity.title == "Baker"
    assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_unforeseen_error_sets_only_its_document_aside(bench: Bench) -> None:
    bench.embedder.broken = "explosive"
    documents = [VacancyDocument(id=f"v{i}", title=f"Baker {i}") for i in range(10)]
    bench.ledger.record([*documents, VacancyDocument(id="bad", title="explosive")])
    runner = threading.Thread(target=bench.worker.run)
    runner.start()
    while bench.ledger.summarize().pending:
        time.sleep(0.05)
    bench.worker.stop()
    runner.join()
    assert bench.state("bad") is State.FAILED
    assert bench.store.vacancies.count() == 10
