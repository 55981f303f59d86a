"""Columns of rows in memory, over which filters and counts run without a loop in Python."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
"""Which of the slots are meant, shape (slots,)."""

_LEAST = 64
_NONE = -1


def grow(values: npt.NDArray[Any], size: int, fill: Any) -> npt.NDArray[Any]:
    """The array, or a longer one that holds it, with room for `size` along its first axis."""
    if size <= len(values):
        return values
    longer = np.full((max(size, 2 * len(values), _LEAST), *values.shape[1:]), fill, dtype=values.dtype)
    longer[: len(values)] = values
    return longer


class _Codes:
    """Numbers for texts, in the order in which they came."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.names: list[str] = []

    def add(self, text: str) -> int:
        code = self._codes.setdefault(text, len(self.names))
        if code == len(self.names):
            self.names.append(text)
        return code

    def keep(self, codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Forget the texts that none of these codes stands for; what to write in place of the codes."""
        kept, places = np.unique(codes, return_inverse=True)
        self.names = [self.names[code] for code in kept]
        self._codes = {name: code for code, name in enumerate(self.names)}
        return places.astype(np.int32)

    def find(self, texts: Iterable[str]) -> list[int]:
        return [self._codes[text] for text in texts if text in self._codes]


class TextColumn:
    """One text or none in each slot; texts that none holds any more are forgotten once they are many."""

    def __init__(self) -> None:
        self._texts = _Codes()
        self._values = np.full(_LEAST, _NONE, dtype=np.int32)

    def set(self, slot: int, value: str | None) -> None:
        """Put a value in place of what the slot held."""
        self._values = grow(self._values, slot + 1, _NONE)
        self._values[slot] = _NONE if value is None else self._texts.add(value)
        if len(self._texts.names) > 2 * len(self._values):
            held = self._values != _NONE
            self._values[held] = self._texts.keep(self._values[held])

    def is_one_of(self, texts: Iterable[str], slots: int) -> Mask:
        """The slots whose text is one of these."""
        found = np.zeros(slots, dtype=np.bool_)
        for code in self._texts.find(texts):
            found |= self._values[:slots] == code
        return found

    def is_missing(self, slots: int) -> Mask:
        """The slots without a text."""
        missing: Mask = self._values[:slots] == _NONE
        return missing

    def list_values(self, slots: npt.NDArray[np.intp]) -> list[str | None]:
        """What these slots hold."""
        names = self._texts.names
        return [None if code == _NONE else names[code] for code in self._values[slots].tolist()]

    def count(self, mask: Mask, most: int) -> Counter[str]:
        """How many of the slots hold each text, of the `most` that are commonest and those that are as common."""
        codes = self._values[: len(mask)][mask]
        return _name_counts(self._texts, codes[codes != _NONE], most)


class NumberColumn:
    """One number or none in each slot; whole numbers are exact up to 2**53."""

    def __init__(self) -> None:
        self._values = np.full(_LEAST, np.nan)

    def set(self, slot: int, value: float | None) -> None:
        """Put a value in place of what the slot held."""
        self._values = grow(self._values, slot + 1, np.nan)
        self._values[slot] = np.nan if value is None else value

    def read(self, slots: int) -> npt.NDArray[np.float64]:
        """The numbers of the first slots, NaN where there is none."""
        return self._values[:slots]


class ListColumn:
    """Any number of texts in each slot.

    All are kept in one array beside the slot that each belongs to; what was replaced belongs to none, and is cleared
    away once it is more than the rest, with the texts that stood there alone.
    """

    def __init__(self) -> None:
        self._texts = _Codes()
        self._values = np.zeros(_LEAST, dtype=np.int32)
        self._owners = np.full(_LEAST, _NONE, dtype=np.int32)
        self._places: dict[int, tuple[int, int]] = {}
        self._end = 0
        self._unowned = 0

    def set(self, slot: int, values: Sequence[str] | None) -> None:
        """Put values in place of what the slot held."""
        start, end = self._places.pop(slot, (0, 0))
        self._owners[start:end] = _NONE
        self._unowned += end - start
        if self._unowned > _LEAST and self._unowned > self._end // 2:
            self._clear_away()
        codes = [self._texts.add(value) for value in dict.fromkeys(values or ())]
        if not codes:
            return
        start, end = self._end, self._end + len(codes)
        self._values, self._owners = grow(self._values, end, 0), grow(self._owners, end, _NONE)
        self._values[start:end], self._owners[start:end] = codes, slot
        self._places[slot], self._end = (start, end), end

    def holds_any(self, texts: Iterable[str], slots: int) -> Mask:
        """The slots that hold at least one of these."""
        codes = self._texts.find(texts)
        found = np.zeros(slots + 1, dtype=np.bool_)  # the last takes what belongs to none
        if codes:
            found[self._owners[: self._end][np.isin(self._values[: self._end], codes)]] = True
        return found[:slots]

    def count(self, mask: Mask, most: int) -> Counter[str]:
        """As of a TextColumn."""
        chosen = np.append(mask, False)  # for what belongs to none
        return _name_counts(self._texts, self._values[: self._end][chosen[self._owners[: self._end]]], most)

    def _clear_away(self) -> None:
        kept = self._owners[: self._end] != _NONE
        places = np.cumsum(kept) - 1
        self._places = {
            slot: (int(places[start]), int(places[end - 1]) + 1) for slot, (start, end) in self._places.items()
        }
        self._values = self._texts.keep(self._values[: self._end][kept])
        self._owners = self._owners[: self._end][kept]
        self._end, self._unowned = len(self._values), 0


def _name_counts(texts: _Codes, codes: npt.NDArray[np.int32], most: int) -> Counter[str]:
    counts = np.bincount(codes, minlength=len(texts.names))
    held = np.flatnonzero(counts)
    if len(held) > most:
        least = np.partition(counts[held], len(held) - most)[len(held) - most]
        held = held[counts[held] >= least]
    return Counter({texts.names[code]: int(counts[code]) for code in held})
