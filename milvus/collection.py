"""A collection: upsert, delete, read and search its rows on Milvus Lite or a Milvus server."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from milvus.aliases import MAX_TERMS_BYTES, TERMS, VECTOR, Made
from milvus.analysis import analyze, join_terms, list_terms
from milvus.batches import WRITE_ROWS, cut_ids
from milvus.embedded_table import open_table
from milvus.embedding.port import Vectors
from milvus.engine import MAX_WINDOW, Connection
from milvus.engine_search import EngineSearch
from milvus.entities import Entity, Kind
from milvus.errors import ColumnMissing, InvalidVector
from milvus.filters import (
    Filter,
    ResumeFilter,
    VacancyFilter,
    list_new_columns,
)
from milvus.hits import Groups, Hit, Member, Ranked, Tally, Vector, is_unit, to_unit
from milvus.keeper import MirrorKeeper
from milvus.mirror import Mirror
from milvus.schema import is_storable_id, list_names, to_entity, to_row
from milvus.term_index import TermIndex

_FILTERS: dict[Kind, tuple[type[Filter], ...]] = {
    Kind.RESUMES: (Filter, ResumeFilter),
    Kind.VACANCIES: (Filter, VacancyFilter),
}
_MEMBER = ("id", "title", "company", "source", "url")
_READ_ROWS = 500
# Rows are ranked by terms before the filter is asked, which takes long for many: first a few more than wanted, for
# where nearly all pass, then so many times as many.
_SPARE_TERMS = 8
_FIRST_TERMS = 4


class Collection:
    """One of the two collections. Safe to use from several threads.

    Every method raises IndexUnavailable or IndexRefused where the engine fails.
    """

    def __init__(self, connection: Connection, kind: Kind, made: Made) -> None:
        self.instance_id = made.instance_id
        """Given at random when the collection was made: another id is another collection, which lost what this held."""
        self.name = made.name
        """Its own, which no alias moves away from."""
        self._table = open_table(connection, kind, made.name)
        self._disk = EngineSearch(self._table, made.columns, with_arrays=connection.engine.filters_arrays)
        self._kind = kind
        self._dimension = made.model.dimension
        # One of an older schema has fewer columns: it is used for what it has until it is rebuilt.
        self._stored = made.columns
        self._columns = [name for name in list_names(kind) if name in made.columns]
        self._keeper = self._make_keeper(made) if connection.lite is not None else None
        self._terms = _open_terms(connection, made)
        if self._terms is not None:
            self._mend_terms(self._terms)

    @property
    def ranks_text(self) -> bool:
        """Whether `rank_by_text` has anything to go by; a collection of an older schema has not."""
        return self._terms is not None or TERMS in self._stored

    def upsert(self, entities: Sequence[Entity], vectors: Vectors) -> None:
        """Add rows, or replace those with the same ids; of one id given twice, the last counts.

        Every later search finds the rows, in whichever process. `vectors` has shape (len(entities), dimension) and is
        stored at unit length. Raises InvalidEntity and InvalidVector before anything is written; after an engine's
        error some rows may have been.
        """
        rows = {row["id"]: row for row in self.to_rows(entities, vectors)}

        def write() -> None:
            self._table.upsert(list(rows.values()))
            if self._terms is not None:
                self._terms.upsert({entity.id: list_terms(entity) for entity in entities})

        self._write(write, lambda mirror: mirror.upsert(rows.values()))
        self._table.await_writes(list(rows))

    def to_rows(self, entities: Sequence[Entity], vectors: Vectors) -> list[dict[str, Any]]:
        """What `upsert` writes, in the order given. Raises InvalidEntity and InvalidVector."""
        if len(entities) != len(vectors):
            raise InvalidVector(f"{len(entities)} entities came with {len(vectors)} vectors")
        rows = []
        for entity, vector in zip(entities, vectors, strict=True):
            row = {name: value for name, value in to_row(self._kind, entity).items() if name in self._stored}
            if TERMS in self._stored:
                row[TERMS] = join_terms(list_terms(entity), max_bytes=MAX_TERMS_BYTES)
            rows.append(row | {VECTOR: to_unit(vector, self._dimension, f"the vector of {entity.id!r}")})
        return rows

    def warm_up(self, *, wait: bool = False) -> None:
        """Begin to hold what searches need in memory, where the engine is slow without; `wait` until it is there."""
        if self._keeper is not None:
            self._keeper.wait() if wait else self._keeper.begin()

    def cool_down(self) -> None:
        """Give that memory back, until `warm_up`."""
        if self._keeper is not None:
            self._keeper.forget()

    def close(self) -> None:
        """Stop reading in the background; the engine is about to be closed."""
        if self._keeper is not None:
            self._keeper.close()

    def describe(self) -> dict[str, Any]:
        """Its fields and functions, as the engine tells them."""
        return self._table.describe()

    def take_in_imports(self) -> None:
        """Let searches and reads find what bulk imports have added since the collection was loaded."""
        self._table.take_in_imports()

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows, which no later search finds; ids that are not there are passed over."""

        def write() -> None:
            self._table.delete(ids)
            if self._terms is not None:
                self._terms.delete(id for id in ids if is_storable_id(id))

        self._write(write, lambda mirror: mirror.delete(ids))
        self._table.await_writes(ids)

    def get(self, ids: Sequence[str]) -> dict[str, Entity]:
        """The entities by id; ids that are not there are left out."""
        return {row["id"]: to_entity(self._kind, row) for row in self._table.read(ids, self._columns, "Strong")}

    def get_vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """The stored unit vectors by id, each of shape (dimension,); ids that are not there are left out."""
        return _read_vectors(self._table.read(ids, ["id", VECTOR], "Strong"))

    def fetch_vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """As `get_vectors`, as searches see them."""
        if (mirror := self._find_mirror()) is not None:
            return mirror.get_vectors(ids)
        return _read_vectors(self._table.read(ids, ["id", VECTOR], "Bounded"))

    def get_embedded(self, ids: Sequence[str]) -> dict[str, tuple[str, Vector]]:
        """Each stored unit vector with the `text_hash` it stands for, by id; ids that are not there are left out.

        Both are read at once, so a write in between cannot part them. A vector that is spoiled (see `list_spoiled`) is
        left out too.
        """
        rows = self._table.read(ids, ["id", "text_hash", VECTOR], "Strong")
        found = {row["id"]: (row["text_hash"], np.asarray(row[VECTOR], dtype=np.float32)) for row in rows}
        return {id: (text_hash, vector) for id, (text_hash, vector) in found.items() if is_unit(vector)}

    def get_hashes(self, ids: Sequence[str]) -> dict[str, str]:
        """The `document_hash` of rows by id; ids that are not there are left out."""
        return {row["id"]: row["document_hash"] for row in self._table.read(ids, ["id", "document_hash"], "Strong")}

    def list_hashes(self) -> dict[str, str]:
        """The `document_hash` of every row, by id."""
        return {row["id"]: row["document_hash"] for row in self._table.list_all("", ["id", "document_hash"])}

    def list_spoiled(self, ids: Sequence[str]) -> list[str]:
        """Those of the ids whose vector is not of unit length, as every vector was that was written.

        Lite's log may end in a write that a full disk broke off, and its reader then takes what was written next for
        the rest of that write.
        """
        return [id for id, vector in self.get_vectors(ids).items() if not is_unit(vector)]

    def count(self, filter: Filter | None = None, *, active_at: datetime | None = None) -> int:
        """How many rows pass the filter; with `active_at`, expired ones do not count."""
        self._check(filter)
        return self._choose().count(filter, active_at)

    def tally(
        self,
        columns: Sequence[str],
        *,
        filter: Filter | None = None,
        active_at: datetime | None = None,
        most: int = MAX_WINDOW,
    ) -> Tally:
        """What the rows that pass the filter hold in these columns; of texts the `most` commonest."""
        self._check(filter)
        # From disk it would take as long as the mirror does to be filled, and again each time.
        self.warm_up(wait=True)
        return self._choose().tally(columns, filter=filter, active_at=active_at, most=most)

    def iterate(self, batch_size: int = 1000) -> Iterator[list[Entity]]:
        """Every row exactly once, in batches ordered by id.

        The ids are listed first: rows added later are not seen, rows deleted meanwhile are left out.
        """
        ids = sorted(row["id"] for row in self._table.list_all("", ["id"]))
        for start in range(0, len(ids), batch_size):
            chunk = ids[start : start + batch_size]
            found = self.get(chunk)
            yield [found[id] for id in chunk if id in found]

    def search(
        self,
        vector: Vector,
        *,
        filter: Filter | None = None,
        limit: int = 10,
        offset: int = 0,
        active_at: datetime | None = None,
    ) -> list[Hit]:
        """The rows nearest to `vector` that pass the filter, by falling score and then by id.

        Fewer than `limit` come back only where no more exist. Pages of equal scores neither repeat nor skip a row.
        Raises ValueError where `offset + limit` exceeds 16,384, and InvalidVector for a vector that cannot be
        compared.
        """
        if limit < 1 or offset < 0 or offset + limit > MAX_WINDOW:
            raise ValueError(f"limit {limit} and offset {offset}: from 1, from 0, and together at most {MAX_WINDOW:,}")
        return self.fetch(self.rank(vector, filter=filter, wanted=offset + limit, active_at=active_at)[offset:])

    def rank(
        self, vector: Vector, *, wanted: int, filter: Filter | None = None, active_at: datetime | None = None
    ) -> list[Ranked]:
        """As `search`, the first `wanted` rows or all there are; of MAX_WINDOW at most, and without what they say."""
        query = to_unit(vector, self._dimension, "the query vector")
        self._check(filter)
        return self._choose().rank(query, filter=filter, active_at=active_at, wanted=min(wanted, MAX_WINDOW))

    def fetch(self, ranked: Sequence[Ranked]) -> list[Hit]:
        """Hits for rows of a ranking; a row deleted since then is left out."""
        found = self.fetch_entities([one.id for one in ranked])
        return [Hit(found[one.id], one.score) for one in ranked if one.id in found]

    def list_grouped(
        self, groups: Sequence[str], *, filter: Filter | None = None, active_at: datetime | None = None
    ) -> dict[str, list[str]]:
        """The ids of the rows of these groups that pass the filter, by group, in their order."""
        self._check(filter)
        found: dict[str, list[str]] = {group: [] for group in groups}
        for id, group in sorted(self._choose().list_grouped(groups, filter=filter, active_at=active_at).items()):
            found[str(group)].append(id)
        return found

    def fetch_members(self, ids: Sequence[str]) -> dict[str, Member]:
        """Rows in short, by id; ids that are not there are left out."""
        fields = [name for name in _MEMBER if name in self._columns]
        return {
            row["id"]: Member(row["id"], row["title"], row.get("company"), row["source"], row["url"])
            for row in self._table.read(ids, fields, "Bounded")
        }

    def rank_by_text(
        self,
        text: str,
        *,
        language: str | None = None,
        filter: Filter | None = None,
        wanted: int,
        active_at: datetime | None = None,
    ) -> list[Ranked]:
        """As `rank`, the rows that share terms with a text; their scores are BM25's, above 0 and without a bound.

        `language` (ISO 639-1) is the text's own, as far as known. Empty where no term is shared, and where the
        collection keeps no terms (see `ranks_text`).
        """
        terms = analyze(text, language=language)
        if not terms or not self.ranks_text:
            return []
        self._check(filter)
        if self._terms is None:
            joined = join_terms(terms, max_bytes=MAX_TERMS_BYTES)
            return self._disk.rank(joined, filter=filter, active_at=active_at, wanted=min(wanted, MAX_WINDOW))
        list_groups = partial(self._choose().list_groups, filter=filter, active_at=active_at)
        return _rank_terms(self._terms, terms, list_groups, wanted=wanted)

    def fetch_entities(self, ids: Sequence[str]) -> dict[str, Entity]:
        """The entities by id, as searches see them; ids that are not there are left out."""

        def read(wanted: Sequence[str]) -> dict[str, Entity]:
            rows = self._table.read(wanted, self._columns, "Bounded")
            return {row["id"]: to_entity(self._kind, row) for row in rows}

        mirror = self._find_mirror()
        return read(ids) if mirror is None else mirror.fetch_entities(ids, read)

    def drop_terms(self) -> None:
        """Remove what is kept of the terms outside the collection, which is about to be dropped itself."""
        if self._terms is not None:
            self._terms.drop()

    def _mend_terms(self, index: TermIndex) -> None:
        """Bring an index that was lost, or whose last write was, to the rows there are."""
        if index.count() == self._table.count(""):
            return
        known = set(index.list_ids())
        rows = {row["id"] for row in self._table.list_all("", ["id"])}
        index.delete(known - rows)
        missing = sorted(rows - known)
        for start in range(0, len(missing), WRITE_ROWS):
            found = self.get(missing[start : start + WRITE_ROWS])
            index.upsert({id: list_terms(entity) for id, entity in found.items()})

    def _write(self, write: Callable[[], None], change: Callable[[Mirror], None]) -> None:
        if self._keeper is None:
            write()
        else:
            self._keeper.follow(write, change)

    def _find_mirror(self) -> Mirror | None:
        return None if self._keeper is None else self._keeper.get()

    def _make_keeper(self, made: Made) -> MirrorKeeper:
        def read(fields: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
            ids = [row["id"] for row in self._table.list_all("", ["id"])]
            for chunk in cut_ids(ids, _READ_ROWS):
                yield list(self._table.read(chunk, fields, "Strong"))

        return MirrorKeeper(lambda: Mirror(self._kind, made.model.dimension, made.columns), read)

    def _choose(self) -> Mirror | EngineSearch:
        """What answers searches at the moment."""
        return self._find_mirror() or self._disk

    def _check(self, filter: Filter | None) -> None:
        """Raises TypeError for a filter of the other kind, ColumnMissing for one that needs what is not stored."""
        if filter is not None and type(filter) not in _FILTERS[self._kind]:
            raise TypeError(f"a {type(filter).__name__} does not filter {self._kind.value}")
        for part, column in ({} if filter is None else list_new_columns(filter)).items():
            if column not in self._stored:
                raise ColumnMissing(
                    f"the filter {part} needs the column {column}, which {self.name} was made without: it has to be "
                    "rebuilt first (python -m ingestion rebuild --schema)"
                )


def _read_vectors(rows: Iterable[dict[str, Any]]) -> dict[str, Vector]:
    return {row["id"]: np.asarray(row[VECTOR], dtype=np.float32) for row in rows}


def _open_terms(connection: Connection, made: Made) -> TermIndex | None:
    """The terms beside a collection whose engine does not rank them, if they are kept."""
    if connection.engine.ranks_terms or connection.terms_folder is None or not made.has_terms:
        return None
    return TermIndex(connection.terms_folder / f"{made.name}-{made.instance_id}")


def _rank_terms(
    index: TermIndex, terms: Sequence[str], list_groups: Callable[..., Groups], *, wanted: int
) -> list[Ranked]:
    """The first rows that pass in their order, from an index that knows no filter.

    `list_groups` says which rows pass, of all or of those given. Most filters let enough of the best rows pass; under
    one that does not, the rows that pass are listed first.
    """
    for size in (wanted + wanted // _SPARE_TERMS, _FIRST_TERMS * wanted):
        ranked = index.rank(terms, limit=size)
        groups = list_groups([id for _, id in ranked])
        kept = [Ranked(id, score, groups[id]) for score, id in ranked if id in groups]
        if len(kept) >= wanted or len(ranked) < size:
            return kept[:wanted]
    groups = list_groups()
    ranked = index.rank(terms, limit=wanted, among=sorted(groups))
    return [Ranked(id, score, groups[id]) for score, id in ranked]
