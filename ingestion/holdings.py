"""Which documents each source holds, so that what a source no longer has can be closed, unless another one has it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import case, delete, func, select

from ingestion.database import Database, insert_or_update, retry_conflicts
from ingestion.documents import kind_of
from ingestion.ledger import Ledger
from ingestion.sources import Rejection, SourceRow
from ingestion.tables import holdings
from milvus import Kind

_ROWS_A_STATEMENT = 500
# What is expected to be rejected while the rest of a read may still be trusted.
_MAX_REJECTIONS = 10_000
# A source of fewer documents than this may lose most of them from one day to the next.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Held:
    """A document that a source holds, and where it was read last."""

    kind: Kind
    id: str
    location: str


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of the documents absent from a snapshot. `refusal` says why none of them was closed.

    `kept` are those that could not be read this time, rather than absent.
    """

    closed: int = 0
    kept: int = 0
    refusal: str | None = None


class Holdings:
    """The documents of every holder: `source:<name>` or `file:<id>`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retry_conflicts
    def hold(self, holder: str, run: int, rows: Sequence[SourceRow]) -> None:
        """Note that a run of this holder found these documents; to be called before they are recorded."""
        values = {
            (kind_of(row.document), row.document.id): {
                "holder": holder,
                "kind": kind_of(row.document),
                "document_id": row.document.id,
                "run": run,
                "location": row.location.replace("\x00", "\ufffd"),
            }
            for row in rows
        }
        if not values:
            return
        statement = insert_or_update(
            self._database,
            holdings,
            keys=("holder", "kind", "document_id"),
            values=("location",),
            # A run that was taken for dead and is not must not make the newer run's documents look absent.
            extra=lambda new: {"run": case((new.run > holdings.c.run, new.run), else_=holdings.c.run)},
        )
        with self._database.write() as connection:
            connection.execute(statement, [values[key] for key in sorted(values)])

    def count(self, holder: str, *, run: int | None = None) -> int:
        """How many documents a holder has, or how many of them this run found."""
        query = select(func.count()).select_from(holdings).where(holdings.c.holder == holder)
        if run is not None:
            query = query.where(holdings.c.run == run)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def list_held(self, holder: str, *, before_run: int | None = None) -> list[Held]:
        """The documents of a holder, or those that no run from `before_run` on has found."""
        query = select(holdings.c.kind, holdings.c.document_id, holdings.c.location).where(holdings.c.holder == holder)
        if before_run is not None:
            query = query.where(holdings.c.run < before_run)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(holdings.c.kind, holdings.c.document_id)).all()
        return [Held(Kind(row.kind), row.document_id, row.location) for row in rows]

    @retry_conflicts
    def forget(self, holder: str) -> None:
        """Let go of everything that a holder has; the documents stay."""
        with self._database.write() as connection:
            connection.execute(delete(holdings).where(holdings.c.holder == holder))


def release(ledger: Ledger, holder: str, held: Iterable[Held]) -> int:
    """Let go of documents, and erase those that nobody else holds; how many these were."""
    erased = 0
    for kind in Kind:
        ids = [one.id for one in held if one.kind is kind]
        for start in range(0, len(ids), _ROWS_A_STATEMENT):
            erased += len(ledger.release(holder, kind, ids[start : start + _ROWS_A_STATEMENT]))
    return erased


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRead:
    """A finished read of a snapshot: the holder, the run's number, what it could not read, and what was held before.

    `id_prefix` is what the ids have before those in the source.
    """

    holder: str
    run: int
    rejections: Sequence[Rejection]
    held_before: int
    id_prefix: str = ""


def close_absent(ledger: Ledger, holdings: Holdings, read: SnapshotRead, *, force: bool = False) -> Closing:
    """Erase the documents that a snapshot no longer has.

    None is closed where a part of the snapshot could not be read, or where it is suspiciously small, unless `force`d. A
    document that a rejected row names was there, and is kept. Closing erases: the source is the place that has the
    document, and a person's data may not outlive its withdrawal; what comes back is read again like new.
    """
    absent = holdings.list_held(read.holder, before_run=read.run)
    if not absent:
        return Closing()
    if len(read.rejections) > _MAX_REJECTIONS:
        return Closing(refusal=f"more than {_MAX_REJECTIONS:,} rows were rejected, so what is absent is not known")
    rejected = {rejection.location for rejection in read.rejections}
    if damaged := next((part for one in absent for part in _list_containers(one.location) if part in rejected), None):
        return Closing(refusal=f"{damaged} could not be read to its end")
    found = holdings.count(read.holder, run=read.run)
    if _is_suspicious(found, read.held_before) and not force:
        return Closing(
            refusal=f"it has {found:,} documents and had {read.held_before:,}; "
            f"where that is right, run it once with --force"
        )
    raw = "\n".join(rejection.raw for rejection in read.rejections if rejection.raw)
    gone = [one for one in absent if one.location not in rejected and one.id.removeprefix(read.id_prefix) not in raw]
    return Closing(closed=release(ledger, read.holder, gone), kept=len(absent) - len(gone))


def _is_suspicious(found: int, held_before: int) -> bool:
    return found == 0 or (held_before >= _FEW and found * 2 < held_before)


def _list_containers(location: str) -> Iterator[str]:
    """What a location lies in: `a.tar/b.jsonl:7` in `a.tar/b.jsonl` and in `a.tar`; and parts that name nothing."""
    for index, character in enumerate(location):
        if not character.isalnum() and index:
            yield location[:index]
