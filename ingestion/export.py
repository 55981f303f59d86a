"""Documents into Parquet shards as Milvus' bulk import takes them, in a folder that says how far it is."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.bulk_book import BulkBook
from ingestion.errors import ExportRefused
from ingestion.held_folders import LOCK, hold_folder, replace_text
from ingestion.pipeline import MakePipeline
from ingestion.records import Claim, Outcome
from ingestion.serving import Served
from milvus import Collection, Entity, Kind, ShardWriter, Vector, Vectors
from milvus.errors import IndexUnavailable

SHARD_ROWS = 100_000
_BATCH_ROWS = 128
_MANIFEST = "manifest.json"

Fetch = Callable[[str, int], Sequence[Claim]]
"""Gives the next documents after an id, so many at most, in the order of their ids; none at the end."""
Report = Callable[[int], None]
"""Is told how many more documents are done."""


class ShardRecord(BaseModel):
    """A whole shard. `last_id` is the last document that was looked at for it.

    In a bulk load also the path that the server knows it by, and the job that imports it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    file: str
    rows: int
    last_id: str
    state: Literal["written", "importing", "done"] = "written"
    job: str | None = None
    path: str | None = None


class Manifest(BaseModel):
    """What a folder holds: shards of these collections (instance ids), embedded by this model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    owner: str
    model: dict[str, str | int]
    collections: dict[Kind, str]
    pending_only: bool
    shards: tuple[ShardRecord, ...] = ()
    finished: tuple[Kind, ...] = ()

    def find_last(self, kind: Kind) -> tuple[int, str]:
        """How many shards of a kind there are, and up to which id they go."""
        own = [shard for shard in self.shards if shard.kind is kind]
        return len(own), own[-1].last_id if own else ""

    def has_same_origin(self, other: Self) -> bool:
        """Whether shards of both would fit together."""
        return (self.model, self.collections) == (other.model, other.collections)


@dataclass(frozen=True, slots=True)
class WrittenShard:
    """A shard, what became of each document looked at for it (contents dropped), and the last one's id."""

    rows: int
    outcomes: list[Outcome]
    last_id: str


class ShardFolder:
    """A folder of shards with its manifest, which is replaced at once or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def hold(self) -> AbstractContextManager[None]:
        """Keep other processes out of the folder. Raises ExportRefused."""
        return hold_folder(self.path, refuse=ExportRefused, held=f"{self.path} is being written by another process")

    def read(self) -> Manifest | None:
        """The manifest, None where there is none. Raises ExportRefused for one that cannot be read."""
        try:
            return Manifest.model_validate_json((self.path / _MANIFEST).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise ExportRefused(f"{self.path / _MANIFEST} cannot be read: {type(error).__name__}") from error

    def save(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        replace_text(self.path / _MANIFEST, manifest.model_dump_json(indent=1))

    def has_strangers(self) -> bool:
        """Whether anything but a lock lies in it."""
        return any(file.name != LOCK for file in self.path.iterdir())

    def clear(self) -> None:
        """Remove the manifest, and then every shard."""
        for pattern in (f"{_MANIFEST}*", "*.parquet", "*.unfinished"):
            for file in self.path.glob(pattern):
                with suppress(FileNotFoundError):
                    file.unlink()


@dataclass(frozen=True, slots=True)
class _ShardTarget:
    """Stands in the place of the index: rows go into a shard, known vectors still come from the index."""

    source: Collection
    shard: ShardWriter

    def collection(self, kind: Kind) -> Self:  # noqa: ARG002 - a shard is of one kind
        return self

    def get_embedded(self, ids: Sequence[str]) -> dict[str, tuple[str, Vector]]:
        return self.source.get_embedded(ids)

    def get(self, ids: Sequence[str]) -> dict[str, Entity]:
        return self.source.get(ids)

    def upsert(self, entities: Sequence[Entity], vectors: Vectors) -> None:
        self.shard.add(entities, vectors)

    def delete(self, ids: Sequence[str]) -> None:
        """What is deleted was never put in."""


def make_manifest(served: Served, *, owner: str, pending_only: bool) -> Manifest:
    """An empty manifest for what serves now."""
    ids = {kind: served.store.collection(kind).instance_id for kind in Kind}
    return Manifest(owner=owner, model=asdict(served.store.model), collections=ids, pending_only=pending_only)


def name_shard(kind: Kind, number: int) -> str:
    """The file of a kind's shard; numbers begin with 1."""
    return f"{kind.value}-{number:06}.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardMaker:
    """Normalizes and embeds documents into shards of at most `rows`. Memory is bounded by a row group, not a shard."""

    served: Served
    make_pipeline: MakePipeline
    rows: int = SHARD_ROWS

    def make(self, path: Path, kind: Kind, *, after: str, fetch: Fetch, report: Report) -> WrittenShard | None:
        """Write one shard of the documents after an id; None where there are none.

        A document at fault is left out; its outcome says why. Raises IndexUnavailable where the model or the index is
        away; there is no shard then.
        """
        source = self.served.store.collection(kind)
        writer = ShardWriter(path, source)
        pipeline = self.make_pipeline(store=_ShardTarget(source, writer), embedder=self.served.embedder)
        outcomes: list[Outcome] = []
        try:
            while writer.rows < self.rows and (claims := fetch(after, min(_BATCH_ROWS, self.rows - writer.rows))):
                outcomes += [_drop_content(outcome) for outcome in pipeline.apply(claims)]
                if away := next((one.error for one in outcomes[-len(claims) :] if one.retry), None):
                    raise IndexUnavailable(away)
                after = claims[-1].id
                report(len(claims))
            if writer.rows:
                writer.finish()
        finally:
            writer.discard()
        return WrittenShard(writer.rows, outcomes, after) if outcomes else None


def export_documents(
    folder: ShardFolder, book: BulkBook, maker: ShardMaker, *, kinds: Sequence[Kind], pending_only: bool, report: Report
) -> tuple[Manifest, list[Outcome]]:
    """Export documents into a folder; one that was broken off goes on after its last whole shard.

    Returns what the folder holds then, and the documents that this run had to leave out. Raises ExportRefused for a
    folder that holds something else.
    """
    fresh = make_manifest(maker.served, owner="export", pending_only=pending_only)
    manifest = folder.read()
    if manifest is None:
        if folder.has_strangers():
            raise ExportRefused(f"{folder.path} is not empty: give a folder of its own")
        manifest = fresh
    elif not manifest.has_same_origin(fresh) or manifest.pending_only != pending_only:
        raise ExportRefused(f"{folder.path} holds an export of another index or with other options: give another one")
    left_out: list[Outcome] = []
    for kind in kinds:
        while kind not in manifest.finished:
            number, after = manifest.find_last(kind)

            def fetch(after: str, limit: int, kind: Kind = kind) -> list[Claim]:
                return book.list_live(kind, after=after, limit=limit, pending_only=pending_only)

            name = name_shard(kind, number + 1)
            shard = maker.make(folder.path / name, kind, after=after, fetch=fetch, report=report)
            if shard is None or not shard.rows:
                manifest = manifest.model_copy(update={"finished": (*manifest.finished, kind)})
            else:
                record = ShardRecord(kind=kind, file=name, rows=shard.rows, last_id=shard.last_id)
                manifest = manifest.model_copy(update={"shards": (*manifest.shards, record)})
            left_out += [outcome for outcome in shard.outcomes if outcome.error is not None] if shard else []
            folder.save(manifest)
    return manifest, left_out


def _drop_content(outcome: Outcome) -> Outcome:
    """The outcome without the document, of which a shard has too many."""
    claim = outcome.claim
    bare = Claim(claim.kind, claim.id, claim.version, None, claim.document_hash, (), None, claim.priority)
    return Outcome(bare, outcome.text_hash, outcome.error, outcome.retry)
