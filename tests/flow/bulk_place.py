"""An installation whose index a server of ours fills: it reads shards as Milvus' interface documents it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from ingestion import Installation, Priority, Settings, State, VacancyDocument, open_installation
from ingestion.bulk_book import BulkBook
from ingestion.bulk_load import BulkLoader, BulkResult, BulkTarget
from ingestion.export import ShardFolder, ShardMaker
from ingestion.serving import Served
from milvus import BulkImporter, FileStore, Kind, Vectors
from milvus.embedding import HashingEmbedder
from milvus.errors import EmbeddingError
from tests.import_server import ImportServer

KIND = Kind.VACANCIES
IDS = [f"v{number:02}" for number in range(25)]


class TiringEmbedder(HashingEmbedder):
    """Embeds so many texts and is away then."""

    def __init__(self, most: float = float("inf")) -> None:
        super().__init__()
        self.most = most
        self.embedded: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if len(self.embedded) + len(texts) > self.most:
            raise EmbeddingError("the model is away")
        self.embedded += texts
        return super().embed_documents(texts)


@dataclass
class Place:
    """An installation, a folder that its server would share, and the server."""

    installation: Installation
    folder: Path
    server: ImportServer

    @property
    def store(self) -> Path:
        return self.folder / "shared"

    def record(self, *ids: str, title: str = "Cook") -> None:
        documents = [VacancyDocument(id=id_, title=title, text=f"Kitchen {id_}.") for id_ in ids]
        self.installation.books.ledger.record(documents, priority=Priority.BULK)

    def import_shard(self, collection: str, path: str) -> int:
        """What the server does with a file: insert its rows, whatever there is already."""
        rows = pq.read_table(path).to_pylist()
        self.installation.index._connection.client.insert(collection, rows)
        return len(rows)

    def make_maker(self, embedder: HashingEmbedder | None = None, *, rows: int = 10) -> ShardMaker:
        served = self.installation.serving.get()
        served = Served(served.store, embedder or served.embedder)
        return ShardMaker(
            served=served,
            make_pipeline=self.installation.make_pipeline,
            rows=rows,
        )

    def load(
        self, *, embedder: HashingEmbedder | None = None, importer: type[BulkImporter] = BulkImporter
    ) -> BulkResult:
        folder = ShardFolder(self.folder / "bulk")
        with folder.hold(), importer(self.server.url, pause=0.0) as client:
            target = BulkTarget(
                files=FileStore.open(str(self.store)), importer=client, look_seconds=0.0, visible_seconds=0.0
            )
            book = BulkBook(self.installation.books.database)
            loader = BulkLoader(
                folder, book, self.make_maker(embedder), target, report=lambda _: None, say=lambda _: None
            )
            return loader.run()

    def read_states(self) -> dict[str, State]:
        return {one.document.id: one.state for one in self.installation.books.ledger.list_documents(KIND)}

    def list_rows(self) -> list[str]:
        """The ids of all rows, those twice that are there twice."""
        rows = self.installation.index._connection.client.query(
            KIND.value, filter="", output_fields=["id"], limit=10_000
        )
        return sorted(row["id"] for row in rows)

    def find_title(self, id_: str) -> str | None:
        return self.installation.serving.get().store.vacancies.get([id_])[id_].title


@contextmanager
def open_place(folder: Path) -> Iterator[Place]:
    """A place that holds nothing yet."""
    settings = Settings(_env_file=None, data_dir=folder / "var", embedding_backend="hashing")
    installation = open_installation(settings)
    with ImportServer() as server:
        place = Place(installation, folder, server)
        server.take_in = place.import_shard
        yield place
    installation.close()


def write_rows(folder: Path) -> Path:
    path = folder / "vacancies.jsonl"
    path.write_text("\n".join(json.dumps({"id": id_, "title": "Cook", "text": f"Kitchen {id_}."}) for id_ in IDS))
    return path
