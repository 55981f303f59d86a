"""The bulk load: new documents into a Milvus server by whole shards, instead of upserts.

Each shard is leased in the ledger, written, uploaded, imported and settled by itself, and the next one is written while
the server imports. The folder's manifest is written before each step that cannot be repeated, so a load that was broken
off goes on where it was. What an import does not bring in is the worker's, as ever.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.bulk_book import BulkBook, Imported
from ingestion.export import (
    Fetch,
    Report,
    ShardFolder,
    ShardMaker,
    ShardRecord,
    WrittenShard,
    make_manifest,
    name_shard,
)
from ingestion.records import Claim
from milvus import BulkImporter, Collection, FileStore, ImportProgress, ImportState, Kind
from milvus.errors import IndexRefused

_LEASE_SECONDS = 3600.0
_RENEW_SECONDS = 300.0
_MOST_OPEN = 4  # shards that the server imports while the next one is written
_LOOK_SECONDS = 2.0
_VISIBLE_SECONDS = 60.0

Say = Callable[[str], None]
"""Is told what goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkTarget:
    """Where shards go: the store that the server reads, and its import interface.

    `look_seconds` is how often the server is asked how far it is, `visible_seconds` how long it may take from the end
    of an import until all its rows are found.
    """

    files: FileStore
    importer: BulkImporter
    look_seconds: float = _LOOK_SECONDS
    visible_seconds: float = _VISIBLE_SECONDS


@dataclass(slots=True)
class BulkResult:
    """Documents that imports brought into the index, those they should have but did not, and why the server refused."""

    imported: int = 0
    missing: int = 0
    refusals: list[str] = field(default_factory=list)


class BulkLoader:
    """One bulk load, in a folder that is held for as long as it runs."""

    def __init__(
        self,
        folder: ShardFolder,
        book: BulkBook,
        maker: ShardMaker,
        target: BulkTarget,
        *,
        report: Report,
        say: Say,
    ) -> None:
        self._folder = folder
        self._book = book
        self._maker = maker
        self._target = target
        self._report = report
        self._say = say
        self._renewed = time.monotonic()
        self._result = BulkResult()
        self._manifest = make_manifest(maker.served, owner=f"bulk:{uuid4().hex}", pending_only=True)

    def run(self) -> BulkResult:
        """Import new documents until there are none, or the server refuses.

        Raises what the ledger, the index and the store raise; a later run goes on where this one was. The leases last
        an hour from then on, during which no worker takes the documents.
        """
        self._target.files.check()
        for kind in Kind:
            self._target.importer.check(self._collection(kind).name)
        self._take_up()
        for kind in Kind:
            while not self._result.refusals and (shard := self._write_next(kind)):
                self._begin(shard)
                self._follow(most_open=_MOST_OPEN)
        self._follow(most_open=0)
        self._book.release(self._manifest.owner)
        self._folder.clear()
        return self._result

    def _take_up(self) -> None:
        """Go on with what an earlier run left behind."""
        left = self._folder.read()
        if left is None or not left.has_same_origin(self._manifest):
            if left is not None:
                self._book.release(left.owner)
            # Shards for collections that do not serve any more are of no use.
            self._folder.clear()
            # Before anything is leased, so that whoever comes after a crash knows the owner of the leases.
            self._folder.save(self._manifest)
            return
        self._manifest = left
        for shard in [one for one in left.shards if one.state == "written"]:
            versions = {row.id: row.version for row in self._read_ledger(shard)}
            if self._book.retake(left.owner, shard.kind, versions, lease_seconds=_LEASE_SECONDS):
                self._begin(shard)
            else:
                # Workers took some of them meanwhile, and may take the others too.
                self._book.release(left.owner, shard.kind, list(versions))
                self._close(shard)

    def _write_next(self, kind: Kind) -> ShardRecord | None:
        number, after = self._manifest.find_last(kind)
        name = name_shard(kind, number + 1)
        path = self._folder.path / name
        leased: list[str] = []
        try:
            fetch = self._make_fetch(kind, leased)
            shard = self._maker.make(path, kind, after=after, fetch=fetch, report=self._report)
        except BaseException:
            # Of no whole shard, so the workers need not wait for the next run.
            self._book.release(self._manifest.owner, kind, leased)
            raise
        if shard is None:
            return None
        at_fault = [one.claim.id for one in shard.outcomes if one.error is not None]
        self._book.release(self._manifest.owner, kind, at_fault)
        if not shard.rows:
            return None
        _write_ledger(_name_ledger(path), shard)
        record = ShardRecord(kind=kind, file=name, rows=shard.rows, last_id=shard.last_id)
        self._manifest = self._manifest.model_copy(update={"shards": (*self._manifest.shards, record)})
        self._folder.save(self._manifest)
        return record

    def _make_fetch(self, kind: Kind, leased: list[str]) -> Fetch:
        """Gives documents that it leases, and adds their ids to `leased`."""
        owner, collection = self._manifest.owner, self._collection(kind)

        def fetch(after: str, limit: int) -> list[Claim]:
            self._renew()
            while claims := self._book.lease(owner, kind, after=after, limit=limit, lease_seconds=_LEASE_SECONDS):
                leased.extend(claim.id for claim in claims)
                # The ledger may lag behind the index, and an import would put a second row beside the first.
                present = collection.get_hashes([claim.id for claim in claims])
                self._book.release(owner, kind, list(present))
                if fresh := [claim for claim in claims if claim.id not in present]:
                    return fresh
                after = claims[-1].id
            return []

        return fetch

    def _begin(self, shard: ShardRecord) -> None:
        """Upload a shard and let the server import it."""
        collection = self._collection(shard.kind)
        # Under a name that is this shard's alone, as the server is asked whether it has imported it already.
        name = f"counterpart/{self._manifest.owner.removeprefix('bulk:')}/{shard.file}"
        self._say(f"uploading {shard.file}")
        path = self._target.files.put(self._folder.path / shard.file, name)
        shard = self._note(shard, path=path)
        try:
            job = self._target.importer.start(collection.name, path)
        except IndexRefused as error:
            self._result.refusals.append(str(error))
            self._book.release(self._manifest.owner, shard.kind, [row.id for row in self._read_ledger(shard)])
            self._close(shard)
            return
        self._note(shard, state="importing", job=job)

    def _follow(self, *, most_open: int) -> None:
        """See how far the server is, and wait until no more than `most_open` of its imports go on."""
        while True:
            for shard in self._list_open():
                progress = self._read_progress(shard)
                self._say(f"the server imports {shard.file}: {progress.percent} %")
                if progress.state is not ImportState.RUNNING:
                    self._end(shard, progress)
            if len(self._list_open()) <= most_open:
                return
            self._renew()
            time.sleep(self._target.look_seconds)

    def _read_progress(self, shard: ShardRecord) -> ImportProgress:
        try:
            return self._target.importer.read(shard.job or "")
        except IndexRefused:
            # The server forgets jobs some hours after their end; the index itself says how this one ended.
            return ImportProgress(ImportState.COMPLETED, percent=100, imported_rows=shard.rows, reason="")

    def _end(self, shard: ShardRecord, progress: ImportProgress) -> None:
        """Settle what an import brought in, by what the index has; the rest is the worker's."""
        collection, rows = self._collection(shard.kind), list(self._read_ledger(shard))
        seconds = self._target.visible_seconds if progress.state is ImportState.COMPLETED else 0.0
        found = self._find_rows(collection, [row.id for row in rows], seconds=seconds)
        imported = [row for row in rows if found.get(row.id) == row.document_hash]
        others = [row.id for row in rows if found.get(row.id) != row.document_hash]
        self._book.settle(self._manifest.owner, shard.kind, imported)
        self._book.release(self._manifest.owner, shard.kind, others)
        self._book.requeue(shard.kind, [id_ for id_ in others if id_ in found])
        self._result.imported += len(imported)
        if progress.state is ImportState.FAILED:
            self._result.refusals.append(f"the import of {shard.file} failed: {progress.reason}")
        else:
            self._result.missing += len(others)
        self._close(shard)

    def _find_rows(self, collection: Collection, ids: list[str], *, seconds: float) -> dict[str, str]:
        """The document hashes of rows that are in the index, waiting a while for all to be."""
        found: dict[str, str] = {}
        deadline = time.monotonic() + seconds
        while True:
            collection.take_in_imports()
            found |= collection.get_hashes([id_ for id_ in ids if id_ not in found])
            if len(found) == len(ids) or time.monotonic() >= deadline:
                return found
            time.sleep(self._target.look_seconds)

    def _close(self, shard: ShardRecord) -> None:
        """Note that a shard is done with, and remove its files here and there."""
        self._note(shard, state="done")
        if shard.path:
            self._target.files.remove(shard.path)
        for file in (self._folder.path / shard.file, _name_ledger(self._folder.path / shard.file)):
            file.unlink(missing_ok=True)

    def _note(self, shard: ShardRecord, **changes: str) -> ShardRecord:
        changed = shard.model_copy(update=changes)
        shards = tuple(changed if one.file == shard.file else one for one in self._manifest.shards)
        self._manifest = self._manifest.model_copy(update={"shards": shards})
        self._folder.save(self._manifest)
        return changed

    def _renew(self) -> None:
        if time.monotonic() - self._renewed > _RENEW_SECONDS:
            self._book.renew(self._manifest.owner, lease_seconds=_LEASE_SECONDS)
            self._renewed = time.monotonic()

    def _list_open(self) -> list[ShardRecord]:
        return [shard for shard in self._manifest.shards if shard.state == "importing"]

    def _collection(self, kind: Kind) -> Collection:
        return self._maker.served.store.collection(kind)

    def _read_ledger(self, shard: ShardRecord) -> Iterator[Imported]:
        table = pq.read_table(_name_ledger(self._folder.path / shard.file))
        return (Imported(**row) for row in table.to_pylist())


def _write_ledger(path: Path, shard: WrittenShard) -> None:
    """Beside a shard: which versions its rows are of, in the order of `Imported`."""
    good = [outcome for outcome in shard.outcomes if outcome.error is None]
    table = pa.table(
        {
            "id": [one.claim.id for one in good],
            "version": [one.claim.version for one in good],
            "document_hash": [one.claim.document_hash for one in good],
            "text_hash": [one.text_hash for one in good],
        }
    )
    pq.write_table(table, path)


def _name_ledger(path: Path) -> Path:
    return path.with_suffix(".ledger.parquet")
