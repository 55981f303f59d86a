"""A collection: upsert, delete, read and search its rows on Milvus Lite or a Milvus server."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from milvus.aliases import VECTOR, Made
from milvus.embedding.port import Vectors
from milvus.engine import LOAD_SECONDS, MAX_WINDOW, READ_SECONDS, WRITE_SECONDS, Connection, map_errors
from milvus.entities import Entity, Kind
from milvus.errors import IndexNotLoaded, InvalidVector
from milvus.filters import Filter, Near, ResumeFilter, VacancyFilter, build_expression, is_near, quote_list, quote_text
from milvus.schema import is_storable_id, list_names, to_entity, to_row

Vector = npt.NDArray[np.float32]
"""One vector, shape (dimension,), float32."""

_FILTERS: dict[Kind, tuple[type[Filter], ...]] = {
    Kind.RESUMES: (Filter, ResumeFilter),
    Kind.VACANCIES: (Filter, VacancyFilter),
}
_PLACE = ["latitude", "longitude", "work_format"]  # what the exact check of `near` needs
_READ_ROWS = 500
_WRITE_ROWS = 1000
_WRITE_BYTES = 16 * 2**20
_LEAST_NORM = 1e-6


R = TypeVar("R")


def _load_first(read: Callable[..., R]) -> Callable[..., R]:
    """A read that is repeated once the collection is loaded, where an engine that was started again has not done so."""

    @wraps(read)
    def call(collection: "Collection", *args: Any, **kwargs: Any) -> R:
        try:
            return read(collection, *args, **kwargs)
        except IndexNotLoaded:
            collection.load()
            return read(collection, *args, **kwargs)

    return call


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that a search found. `score` is the cosine similarity in [-1, 1]; higher is better."""

    entity: Entity
    score: float


class Collection:
    """One of the two collections. Safe to use from several threads.

    Every method raises IndexUnavailable or IndexRefused where the engine fails.
    """

    def __init__(self, connection: Connection, kind: Kind, made: Made) -> None:
        self.instance_id = made.instance_id
        """Given at random when the collection was made: another id is another collection, which lost what this held."""
        self._connection = connection
        self._client = connection.client
        self._kind = kind
        self._name = made.name
        self._dimension = made.model.dimension
        # One of an older schema has fewer columns: it is used for what it has until it is rebuilt.
        self._stored = made.columns
        self._columns = [name for name in list_names(kind) if name in made.columns]
        parallel = connection.engine.writes_in_parallel
        self._writing: AbstractContextManager[Any] = nullcontext() if parallel else threading.Lock()

    def upsert(self, entities: Sequence[Entity], vectors: Vectors) -> None:
        """Add rows, or replace those with the same ids; of one id given twice, the last counts.

        Every later search finds the rows, in whichever process. `vectors` has shape (len(entities), dimension) and is
        stored at unit length. Raises InvalidEntity and InvalidVector before anything is written; after an engine's
        error some rows may have been.
        """
        if len(entities) != len(vectors):
            raise InvalidVector(f"{len(entities)} entities came with {len(vectors)} vectors")
        rows = {}
        for entity, vector in zip(entities, vectors, strict=True):
            row = {name: value for name, value in to_row(self._kind, entity).items() if name in self._stored}
            rows[entity.id] = row | {VECTOR: self._to_unit(vector, f"the vector of {entity.id!r}")}
        for batch in _cut_batches(list(rows.values())):
            with self._writing, map_errors("upsert into", self._kind.value):
                self._client.upsert(self._name, batch, timeout=WRITE_SECONDS)
        self._await_writes(list(rows))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows, which no later search finds; ids that are not there are passed over."""
        for chunk in _cut_ids(ids, _WRITE_ROWS):
            with self._writing, map_errors("delete from", self._kind.value):
                self._client.delete(self._name, filter=f"id in {quote_list(chunk)}", timeout=WRITE_SECONDS)
        self._await_writes(ids)

    def get(self, ids: Sequence[str]) -> dict[str, Entity]:
        """The entities by id; ids that are not there are left out."""
        return {row["id"]: to_entity(self._kind, row) for row in self._read(ids, self._columns, "Strong")}

    def get_vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """The stored unit vectors by id, each of shape (dimension,); ids that are not there are left out."""
        rows = self._read(ids, ["id", VECTOR], "Strong")
        return {row["id"]: np.asarray(row[VECTOR], dtype=np.float32) for row in rows}

    def get_embedded(self, ids: Sequence[str]) -> dict[str, tuple[str, Vector]]:
        """Each stored unit vector with the `text_hash` it stands for, by id; ids that are not there are left out.

        Both are read at once, so a write in between cannot part them.
        """
        rows = self._read(ids, ["id", "text_hash", VECTOR], "Strong")
        return {row["id"]: (row["text_hash"], np.asarray(row[VECTOR], dtype=np.float32)) for row in rows}

    def list_hashes(self) -> dict[str, str]:
        """The `document_hash` of every row, by id."""
        return {row["id"]: row["document_hash"] for row in self._list("", ["id", "document_hash"])}

    def load(self) -> None:
        """Have the engine take the collection into memory, where it has not: only from there does it answer."""
        with map_errors("load", self._name):
            self._client.load_collection(self._name, timeout=LOAD_SECONDS)

    def count(self, filter: Filter | None = None, *, active_at: datetime | None = None) -> int:
        """How many rows pass the filter; with `active_at`, expired ones do not count."""
        expression = self._build_expression(filter, active_at)
        if filter is not None and filter.near is not None:
            near = filter.near
            return sum(_is_row_near(row, near) for row in self._list(expression, ["id", *_PLACE]))
        return self._count(expression)

    def iterate(self, batch_size: int = 1000) -> Iterator[list[Entity]]:
        """Every row exactly once, in batches ordered by id.

        The ids are listed first: rows added later are not seen, rows deleted meanwhile are left out.
        """
        ids = sorted(row["id"] for row in self._list("", ["id"]))
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
        query = self._to_unit(vector, "the query vector")
        near = None if filter is None else filter.near
        ranked = self._rank(query, self._build_expression(filter, active_at), near, wanted=offset + limit)
        return self._fetch(ranked[offset : offset + limit])

    def _rank(self, query: Vector, expression: str, near: Near | None, *, wanted: int) -> list[tuple[float, str]]:
        """Scores and ids in their final order: at least the first `wanted`, or all there are.

        The engine orders equal scores as it likes, so rows are taken until the score after the last wanted one falls.
        """
        size = wanted
        while True:
            size = min(size + max(1, size // 8), MAX_WINDOW)
            rows = self._search(query, expression, size, [] if near is None else _PLACE)
            kept = [(score, id) for score, id, place in rows if near is None or _is_row_near(place, near)]
            is_complete = len(kept) > wanted and kept[wanted - 1][0] > rows[-1][0]
            if is_complete or len(rows) < size or size == MAX_WINDOW:
                return sorted(kept, key=lambda hit: (-hit[0], hit[1]))
            size *= 2

    @_load_first
    def _search(
        self, query: Vector, expression: str, size: int, fields: list[str]
    ) -> list[tuple[float, str, dict[str, Any]]]:
        """Score, id and `fields` of the nearest rows, by falling score."""
        with map_errors("search", self._kind.value):
            (hits,) = self._client.search(
                self._name,
                [query],
                anns_field=VECTOR,
                filter=expression,
                limit=size,
                output_fields=["id", *fields],
                search_params=self._connection.engine.choose_search_params(size),
                consistency_level="Bounded",
                timeout=READ_SECONDS,
            )
        rows = [(min(1.0, max(-1.0, float(hit.distance))), str(hit.id), dict(hit["entity"])) for hit in hits]
        return sorted(rows, key=lambda row: -row[0])

    def _fetch(self, ranked: list[tuple[float, str]]) -> list[Hit]:
        """Hits for scores and ids; a row deleted since the search is left out."""
        rows = {row["id"]: row for row in self._read([id for _, id in ranked], self._columns, "Bounded")}
        return [Hit(to_entity(self._kind, rows[id]), score) for score, id in ranked if id in rows]

    def _read(self, ids: Sequence[str], fields: list[str], consistency: str) -> Iterator[dict[str, Any]]:
        for chunk in _cut_ids(ids, _READ_ROWS):
            yield from self._query(f"id in {quote_list(chunk)}", fields, consistency)

    def _list(self, expression: str, fields: list[str]) -> Iterator[dict[str, Any]]:
        """Every row that passes an expression, with its id among `fields`."""
        if self._connection.engine.lists_all_rows:
            yield from self._query(expression, fields, "Strong")
            return
        last = ""
        while True:
            cursor = f"id > {quote_text(last)}" + (f" and {expression}" if expression else "")
            page = self._query(cursor, fields, "Strong", limit=MAX_WINDOW)
            yield from page
            if len(page) < MAX_WINDOW:
                return
            last = max(row["id"] for row in page)

    @_load_first
    def _query(self, expression: str, fields: list[str], consistency: str, **options: int) -> list[dict[str, Any]]:
        with map_errors("read", self._kind.value):
            rows: list[dict[str, Any]] = self._client.query(
                self._name,
                filter=expression,
                output_fields=fields,
                consistency_level=consistency,
                timeout=READ_SECONDS,
                **options,
            )
        return rows

    def _await_writes(self, ids: Sequence[str]) -> None:
        """Return once searches find what was written before.

        A Strong read of one id waits until the query nodes have taken in every write up to now. The writer pays for
        that once a call, so that searches need not wait, and so that those of other processes see the writes too.
        """
        if self._connection.engine.lags_behind_writes:
            for chunk in islice(_cut_ids(ids, 1), 1):
                self._query(f"id in {quote_list(chunk)}", ["id"], "Strong")

    def _count(self, expression: str) -> int:
        (row,) = self._query(expression, ["count(*)"], "Strong")
        return int(row["count(*)"])

    def _build_expression(self, filter: Filter | None, active_at: datetime | None) -> str:
        if filter is not None and type(filter) not in _FILTERS[self._kind]:
            raise TypeError(f"a {type(filter).__name__} does not filter {self._kind.value}")
        return build_expression(filter, active_at=active_at, with_arrays=self._connection.engine.filters_arrays)

    def _to_unit(self, vector: Vector, what: str) -> Vector:
        exact = np.asarray(vector, dtype=np.float64)
        if exact.shape != (self._dimension,):
            raise InvalidVector(f"{what} has shape {exact.shape}, not ({self._dimension},)")
        if not np.isfinite(exact).all():
            raise InvalidVector(f"{what} holds NaN or infinite values")
        norm = float(np.linalg.norm(exact))
        if norm < _LEAST_NORM:
            raise InvalidVector(f"{what} is zero")
        return (exact / norm).astype(np.float32)


def _is_row_near(row: dict[str, Any], near: Near) -> bool:
    return is_near(near, **{name: row[name] for name in _PLACE})


def _cut_ids(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    """Distinct ids in chunks, without those that no row can have."""
    remaining = iter(dict.fromkeys(id for id in ids if is_storable_id(id)))
    while chunk := list(islice(remaining, size)):
        yield chunk


def _cut_batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in batches small enough for one message to the engine."""
    batch: list[dict[str, Any]] = []
    weight = 0
    for row in rows:
        size = 4 * len(row["text"]) + 4 * len(row[VECTOR]) + 4096
        if batch and (len(batch) == _WRITE_ROWS or weight + size > _WRITE_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(row)
        weight += size
    if batch:
        yield batch
