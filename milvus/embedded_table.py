"""Rows straight from a Milvus Lite that runs in this process, in half the time of a call over its port."""

from collections.abc import Iterator, Sequence
from typing import Any

from milvus.batches import cut_ids
from milvus.engine import Connection, map_lite_errors
from milvus.entities import Kind
from milvus.table import Row, Table

_READ_ROWS = 500


class EmbeddedTable(Table):
    """As Table; `database` is the Lite in this process."""

    def __init__(self, connection: Connection, kind: Kind, name: str, *, database: Any) -> None:
        super().__init__(connection, kind, name)
        self._database = database

    def read(self, ids: Sequence[str], fields: Sequence[str], consistency: str, expression: str = "") -> Iterator[Row]:  # noqa: ARG002  # a Lite sees every write
        """As of Table."""
        with map_lite_errors("read", self._kind.value):
            rows = self._database.get_collection(self._name)
            for chunk in cut_ids(ids, _READ_ROWS):
                yield from rows.get(chunk, expr=expression or None, output_fields=list(fields))

    def list_all(self, expression: str, fields: Sequence[str]) -> Iterator[Row]:
        """As of Table."""
        with map_lite_errors("read", self._kind.value):
            yield from self._database.get_collection(self._name).query(expression or None, list(fields))


def open_table(connection: Connection, kind: Kind, name: str) -> Table:
    """The rows of a collection, by the shortest way to them."""
    if connection.lite is None:
        return Table(connection, kind, name)
    return EmbeddedTable(connection, kind, name, database=connection.lite[1])
