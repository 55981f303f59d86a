"""The rows of a collection as the engine gives and takes them: where the client library is called."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from itertools import islice
from typing import Any, TypeVar

from milvus.aliases import TERM_VECTOR, VECTOR
from milvus.batches import WRITE_ROWS, cut_batches, cut_ids
from milvus.engine import LOAD_SECONDS, MAX_WINDOW, READ_SECONDS, WRITE_SECONDS, Connection, map_errors
from milvus.entities import Kind
from milvus.errors import IndexNotLoaded
from milvus.filters import quote_list, quote_text
from milvus.hits import Vector

Row = dict[str, Any]

_READ_ROWS = 500
_Result = TypeVar("_Result")


def _load_first(read: Callable[..., _Result]) -> Callable[..., _Result]:
    """A read that is repeated once the collection is loaded, where an engine that was started again has not done so."""

    @wraps(read)
    def call(table: "Table", *args: Any, **kwargs: Any) -> _Result:
        try:
            return read(table, *args, **kwargs)
        except IndexNotLoaded:
            table.load()
            return read(table, *args, **kwargs)

    return call


class Table:
    """The rows of one collection. Safe to use from several threads.

    Every method raises IndexUnavailable or IndexRefused where the engine fails.
    """

    def __init__(self, connection: Connection, kind: Kind, name: str) -> None:
        self._engine = connection.engine
        self._client = connection.client
        self._kind = kind
        self._name = name
        parallel = connection.engine.writes_in_parallel
        self._writing: AbstractContextManager[Any] = nullcontext() if parallel else threading.Lock()

    def upsert(self, rows: Sequence[Row]) -> None:
        """Write rows, each with an id of its own, batch by batch."""
        for batch in cut_batches(list(rows)):
            with self._writing, map_errors("upsert into", self._kind.value):
                self._client.upsert(self._name, batch, timeout=WRITE_SECONDS)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows; ids that are not there are passed over."""
        for chunk in cut_ids(ids, WRITE_ROWS):
            with self._writing, map_errors("delete from", self._kind.value):
                self._client.delete(self._name, filter=f"id in {quote_list(chunk)}", timeout=WRITE_SECONDS)

    @_load_first
    def search(
        self, query: Vector | str, expression: str, size: int, fields: Sequence[str]
    ) -> list[tuple[float, str, Row]]:
        """Score, id and `fields` of the nearest rows, by falling score."""
        by_terms = isinstance(query, str)
        params = {"metric_type": "BM25"} if by_terms else self._engine.choose_search_params(size)
        with map_errors("search", self._kind.value):
            (hits,) = self._client.search(
                self._name,
                [query],
                anns_field=TERM_VECTOR if by_terms else VECTOR,
                filter=expression,
                limit=size,
                output_fields=["id", *fields],
                search_params=params,
                consistency_level="Bounded",
                timeout=READ_SECONDS,
            )
        rows = [(float(hit.distance), str(hit.id), dict(hit["entity"])) for hit in hits]
        if not by_terms:
            rows = [(min(1.0, max(-1.0, score)), id, entity) for score, id, entity in rows]
        return sorted(rows, key=lambda row: -row[0])

    def read(self, ids: Sequence[str], fields: Sequence[str], consistency: str, expression: str = "") -> Iterator[Row]:
        """`fields` of the rows with these ids that pass an expression; "Strong" sees every write."""
        for chunk in cut_ids(ids, _READ_ROWS):
            clauses = [f"id in {quote_list(chunk)}", *([expression] if expression else [])]
            yield from self.query(" and ".join(clauses), fields, consistency)

    def list_all(self, expression: str, fields: Sequence[str]) -> Iterator[Row]:
        """Every row that passes an expression, with its id among `fields`."""
        if self._engine.lists_all_rows:
            yield from self.query(expression, fields, "Strong")
            return
        last = ""
        while True:
            cursor = f"id > {quote_text(last)}" + (f" and {expression}" if expression else "")
            page = self.query(cursor, fields, "Strong", limit=MAX_WINDOW)
            yield from page
            if len(page) < MAX_WINDOW:
                return
            last = max(row["id"] for row in page)

    @_load_first
    def query(self, expression: str, fields: Sequence[str], consistency: str, **options: int) -> list[Row]:
        """`fields` of the rows that pass an expression."""
        with map_errors("read", self._kind.value):
            rows: list[Row] = self._client.query(
                self._name,
                filter=expression,
                output_fields=list(fields),
                consistency_level=consistency,
                timeout=READ_SECONDS,
                **options,
            )
        return rows

    def await_writes(self, ids: Sequence[str]) -> None:
        """Return once searches find what was written before.

        A Strong read of one id waits until the query nodes have taken in every write up to now. The writer pays for
        that once a call, so that searches need not wait, and so that those of other processes see the writes too.
        """
        if self._engine.lags_behind_writes:
            for chunk in islice(cut_ids(ids, 1), 1):
                self.query(f"id in {quote_list(chunk)}", ["id"], "Strong")

    def count(self, expression: str) -> int:
        """How many rows pass an expression."""
        (row,) = self.query(expression, ["count(*)"], "Strong")
        return int(row["count(*)"])

    def describe(self) -> Row:
        """Its fields and functions, as the engine tells them."""
        with map_errors("describe", self._kind.value):
            description: Row = self._client.describe_collection(self._name, timeout=READ_SECONDS)
        return description

    def take_in_imports(self) -> None:
        """Let searches and reads find what bulk imports have added since the collection was loaded."""
        if not self._engine.imports_files:
            return
        with map_errors("load", self._kind.value):
            self._client.refresh_load(self._name, timeout=LOAD_SECONDS)

    def load(self) -> None:
        """Have the engine take the collection into memory, where it has not: only from there does it answer."""
        with map_errors("load", self._name):
            self._client.load_collection(self._name, timeout=LOAD_SECONDS)
