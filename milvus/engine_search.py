"""Filters, rankings and counts as the engine gives them: a Milvus server's, and Lite's until its mirror is filled."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from milvus.engine import MAX_WINDOW
from milvus.filters import Filter, Near, build_expression, is_near, quote_list
from milvus.hits import Groups, Ranked, Tally, Vector
from milvus.table import Row, Table

GROUP = "duplicate_group"
_PLACE = ("latitude", "longitude", "work_format")  # what the exact check of `near` needs
_MAX_TALLIED = 16_384
_GROUPS_A_QUERY = 500


class EngineSearch:
    """The rows of a table that pass a filter. `stored` are its columns; `with_arrays` as in `build_expression`."""

    def __init__(self, table: Table, stored: Set[str], *, with_arrays: bool) -> None:
        self._table = table
        self._stored = stored
        self._with_arrays = with_arrays

    def rank(
        self, query: Vector | str, *, filter: Filter | None, active_at: datetime | None, wanted: int
    ) -> list[Ranked]:
        """The first `wanted` rows, by falling score and then by id, for a unit vector or for joined terms.

        The engine orders equal scores as it likes, so rows are taken until the score after the last wanted one falls.
        """
        near, expression = _read_near(filter), self._build(filter, active_at)
        fields = self._list_fields(near)
        size = wanted
        while True:
            size = min(size + max(1, size // 8), MAX_WINDOW)
            rows = self._table.search(query, expression, size, fields)
            kept = [Ranked(id, score, row.get(GROUP)) for score, id, row in rows if _passes(row, near)]
            is_complete = len(kept) > wanted and kept[wanted - 1].score > rows[-1][0]
            if is_complete or len(rows) < size or size == MAX_WINDOW:
                return sorted(kept, key=lambda one: (-one.score, one.id))[:wanted]
            size *= 2

    def list_groups(
        self, among: Sequence[str] | None = None, *, filter: Filter | None, active_at: datetime | None
    ) -> Groups:
        """The rows that pass, of all or `among` some."""
        near, expression = _read_near(filter), self._build(filter, active_at)
        fields = ["id", *self._list_fields(near)]
        rows = (
            self._table.list_all(expression, fields)
            if among is None
            else self._table.read(among, fields, "Bounded", expression)
        )
        return {row["id"]: row.get(GROUP) for row in rows if _passes(row, near)}

    def list_grouped(self, groups: Sequence[str], *, filter: Filter | None, active_at: datetime | None) -> Groups:
        """The rows of these groups that pass."""
        near, narrowed = _read_near(filter), self._build(filter, active_at)
        found: Groups = {}
        for start in range(0, len(groups), _GROUPS_A_QUERY):
            chunk = list(groups[start : start + _GROUPS_A_QUERY])
            expression = f"{GROUP} in {quote_list(chunk)}" + (f" and {narrowed}" if narrowed else "")
            rows = self._table.list_all(expression, ["id", *self._list_fields(near)])
            found.update({row["id"]: row[GROUP] for row in rows if _passes(row, near)})
        return found

    def count(self, filter: Filter | None, active_at: datetime | None) -> int:
        """How many rows pass."""
        near, expression = _read_near(filter), self._build(filter, active_at)
        if near is None:
            return self._table.count(expression)
        return sum(_passes(row, near) for row in self._table.list_all(expression, ["id", *_PLACE]))

    def tally(self, columns: Sequence[str], *, filter: Filter | None, active_at: datetime | None, most: int) -> Tally:
        """What the rows that pass hold in these columns, of at most 16,384 rows, without columns that are not there."""
        near, expression = _read_near(filter), self._build(filter, active_at)
        wanted = [name for name in columns if name in self._stored]
        rows = self._table.list_all(expression, ["id", *dict.fromkeys([*wanted, *(_PLACE if near else ())])])
        counted = list(islice((row for row in rows if _passes(row, near)), _MAX_TALLIED))
        total = len(counted) if len(counted) < _MAX_TALLIED else self.count(filter, active_at)
        texts: dict[str, Counter[str]] = {}
        numbers: dict[str, npt.NDArray[np.float64]] = {}
        for name in wanted:
            values = [row[name] for row in counted]
            if any(isinstance(value, int | float) for value in values):
                numbers[name] = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            else:
                texts[name] = _keep_commonest(Counter(text for value in values for text in _list_texts(value)), most)
        return Tally(total=total, counted=len(counted), texts=texts, numbers=numbers)

    def _list_fields(self, near: Near | None) -> list[str]:
        """What is read of each row besides its id."""
        return [name for name in (GROUP, *(_PLACE if near else ())) if name in self._stored]

    def _build(self, filter: Filter | None, active_at: datetime | None) -> str:
        return build_expression(filter, active_at=active_at, with_arrays=self._with_arrays)


def _read_near(filter: Filter | None) -> Near | None:
    return None if filter is None else filter.near


def _passes(row: Row, near: Near | None) -> bool:
    return near is None or is_near(near, **{name: row[name] for name in _PLACE})


def _list_texts(value: Any) -> Iterable[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else dict.fromkeys(value)


def _keep_commonest(counts: Counter[str], most: int) -> Counter[str]:
    """The `most` commonest and those that are as common."""
    if len(counts) <= most:
        return counts
    least = counts.most_common(most)[-1][1]
    return Counter({text: count for text, count in counts.items() if count >= least})
