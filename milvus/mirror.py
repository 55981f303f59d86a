"""The rows of an in-process Milvus Lite once more in memory, as arrays: what searches there are answered from.

Lite walks its rows in Python at each call: over 15,000 rows a search takes it some 40 ms, and a list of ids a second.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from milvus.aliases import VECTOR
from milvus.columns import ListColumn, Mask, NumberColumn, TextColumn, grow
from milvus.engine_search import GROUP
from milvus.entities import Entity, Kind
from milvus.filters import Filter
from milvus.hits import Groups, Ranked, Tally, Vector
from milvus.masks import Columns, MaskMaker
from milvus.schema import COLUMNS, Column, ColumnType

_SCORE_DIGITS = 6  # equal vectors may differ behind these, by where they lie
_MAX_CHARACTERS = 30_000_000  # of the texts of entities that are remembered
_FEW = 4  # from one row in so many that pass, theirs alone are compared


class Mirror:
    """What filters, rankings and counts need of each row. Safe to use from several threads.

    It takes in every write from the moment that it is made. Rows that were there before come by `fill`, and it knows
    them all from `finish` on (see `is_complete`).
    """

    def __init__(self, kind: Kind, dimension: int, stored: Iterable[str]) -> None:
        names = set(stored)
        self._columns = _make_columns([one for one in COLUMNS[kind] if one.name in names and _is_kept(one)])
        self._lock = threading.RLock()
        self._ids: list[str | None] = []
        self._slots: dict[str, int] = {}
        self._free: list[int] = []
        self._alive = np.zeros(0, dtype=np.bool_)
        self._vectors = np.zeros((0, dimension), dtype=np.float32)
        self._written: set[str] | None = set()  # None once it is complete
        self._entities: OrderedDict[str, Entity] = OrderedDict()  # those used last
        self._characters = 0
        self._writes = 0

    @property
    def fields(self) -> list[str]:
        """The columns that a row must have to be filled in."""
        return ["id", VECTOR, *self._columns.names]

    @property
    def is_complete(self) -> bool:
        """Whether it holds every row there is."""
        return self._written is None

    def upsert(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Put rows in place of those with the same ids."""
        with self._lock:
            self._writes += 1
            for row in rows:
                if self._written is not None:
                    self._written.add(row["id"])
                self._forget_entity(row["id"])
                self._put(row)

    def delete(self, ids: Iterable[str]) -> None:
        """Forget rows; ids that are not there are passed over."""
        with self._lock:
            self._writes += 1
            for id in ids:
                if self._written is not None:
                    self._written.add(id)
                self._forget_entity(id)
                self._remove(id)

    def fill(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in rows as they were read; one that was written since this was made is newer here."""
        with self._lock:
            for row in rows:
                if self._written is not None and row["id"] not in self._written:
                    self._put(row)

    def finish(self) -> None:
        """All rows that there were have been filled in."""
        with self._lock:  # a write that is under way notes its rows there
            self._written = None

    def rank(self, query: Vector, *, filter: Filter | None, active_at: datetime | None, wanted: int) -> list[Ranked]:
        """The first `wanted` rows that pass, or all there are, by falling cosine similarity and then by id."""
        with self._lock:
            mask = self._select(filter, active_at)
            slots = np.flatnonzero(mask)
            few = _FEW * len(slots) <= len(mask)
            scores = self._vectors[slots] @ query if few else (self._vectors[: len(mask)] @ query)[slots]
            # A damaged log may leave rows whose vector is no number, which no comparison puts in a place.
            scores = np.clip(np.round(np.nan_to_num(scores, nan=-1.0), _SCORE_DIGITS), -1.0, 1.0)
            if 0 < wanted < len(slots):
                best = np.flatnonzero(scores >= np.partition(scores, len(scores) - wanted)[len(scores) - wanted])
                slots, scores = slots[best], scores[best]
            ranked = self._name(slots, scores)
        return sorted(ranked, key=lambda one: (-one.score, one.id))[:wanted]

    def list_groups(
        self, among: Sequence[str] | None = None, *, filter: Filter | None, active_at: datetime | None
    ) -> Groups:
        """The rows that pass, of all or `among` some."""
        with self._lock:
            mask = self._select(filter, active_at)
            if among is None:
                slots = np.flatnonzero(mask)
            else:
                known = (slot for id in among if (slot := self._slots.get(id)) is not None and mask[slot])
                slots = np.fromiter(dict.fromkeys(known), dtype=np.intp)
            return self._name_groups(slots)

    def list_grouped(self, groups: Sequence[str], *, filter: Filter | None, active_at: datetime | None) -> Groups:
        """The rows of these groups that pass."""
        with self._lock:
            column = self._columns.texts.get(GROUP)
            if column is None:
                return {}
            slots = np.flatnonzero(self._select(filter, active_at) & column.is_one_of(groups, len(self._ids)))
            return self._name_groups(slots)

    def count(self, filter: Filter | None, active_at: datetime | None) -> int:
        """How many rows pass."""
        with self._lock:
            return int(np.count_nonzero(self._select(filter, active_at)))

    def tally(self, columns: Sequence[str], *, filter: Filter | None, active_at: datetime | None, most: int) -> Tally:
        """What the rows that pass hold in these columns, without columns that the collection lacks."""
        with self._lock:
            mask = self._select(filter, active_at)
            texts: dict[str, Counter[str]] = {}
            numbers: dict[str, npt.NDArray[np.float64]] = {}
            for name in columns:
                if name in self._columns.numbers:
                    numbers[name] = self._columns.numbers[name].read(len(mask))[mask]
                elif (column := self._columns.texts.get(name) or self._columns.lists.get(name)) is not None:
                    texts[name] = column.count(mask, most)
            total = int(np.count_nonzero(mask))
        return Tally(total=total, counted=total, texts=texts, numbers=numbers)

    def fetch_entities(self, ids: Sequence[str], read: Callable[[list[str]], dict[str, Entity]]) -> dict[str, Entity]:
        """The entities by id: those that are remembered, and the others as `read` gives them."""
        with self._lock:
            known = {id: entity for id in ids if (entity := self._entities.get(id)) is not None}
            for id in known:
                self._entities.move_to_end(id)
            writes = self._writes
        missing = [id for id in ids if id not in known]
        if not missing:
            return known
        found = read(missing)
        with self._lock:
            if writes == self._writes:  # otherwise some may be older than what was written since
                self._remember(found)
        return known | found

    def get_vectors(self, ids: Iterable[str]) -> dict[str, Vector]:
        """The unit vectors by id; ids that are not there are left out."""
        with self._lock:
            return {id: self._vectors[slot].copy() for id in ids if (slot := self._slots.get(id)) is not None}

    def _select(self, filter: Filter | None, active_at: datetime | None) -> Mask:
        slots = len(self._ids)
        mask: Mask = MaskMaker(self._columns, slots).make(filter, active_at) & self._alive[:slots]
        for id in () if filter is None else filter.exclude_ids:
            if (slot := self._slots.get(id)) is not None:
                mask[slot] = False
        return mask

    def _put(self, row: Mapping[str, Any]) -> None:
        slot = self._slots.get(row["id"])
        if slot is None:
            slot = self._take_slot(row["id"])
        self._columns.set(slot, row)
        self._vectors[slot] = row[VECTOR]

    def _remember(self, entities: Mapping[str, Entity]) -> None:
        for id, entity in entities.items():
            self._forget_entity(id)
            self._entities[id] = entity
            self._characters += len(entity.text)
        while self._characters > _MAX_CHARACTERS:
            _, entity = self._entities.popitem(last=False)
            self._characters -= len(entity.text)

    def _forget_entity(self, id: str) -> None:
        entity = self._entities.pop(id, None)
        if entity is not None:
            self._characters -= len(entity.text)

    def _take_slot(self, id: str) -> int:
        if self._free:
            slot = self._free.pop()
            self._ids[slot] = id
        else:
            slot = len(self._ids)
            self._ids.append(id)
            self._alive = grow(self._alive, slot + 1, False)
            self._vectors = grow(self._vectors, slot + 1, 0.0)
        self._slots[id] = slot
        self._alive[slot] = True
        return slot

    def _remove(self, id: str) -> None:
        slot = self._slots.pop(id, None)
        if slot is not None:
            self._ids[slot] = None
            self._alive[slot] = False
            self._free.append(slot)

    def _name(self, slots: npt.NDArray[np.intp], scores: npt.NDArray[np.float32]) -> list[Ranked]:
        found = zip(slots.tolist(), scores.tolist(), self._read_groups(slots), strict=True)
        return [Ranked(str(self._ids[slot]), round(score, _SCORE_DIGITS), group) for slot, score, group in found]

    def _name_groups(self, slots: npt.NDArray[np.intp]) -> Groups:
        return dict(zip((str(self._ids[slot]) for slot in slots), self._read_groups(slots), strict=True))

    def _read_groups(self, slots: npt.NDArray[np.intp]) -> list[str | None]:
        column = self._columns.texts.get(GROUP)
        return [None] * len(slots) if column is None else column.list_values(slots)


def _is_kept(column: Column) -> bool:
    return column.indexed or column.name == "company"


def _make_columns(wanted: Iterable[Column]) -> Columns:
    made = Columns()
    for column in wanted:
        if column.type is ColumnType.ARRAY:
            made.lists[column.name] = ListColumn()
        elif column.type is ColumnType.VARCHAR:
            made.texts[column.name] = TextColumn()
        else:
            made.numbers[column.name] = NumberColumn()
    return made
