"""A filter over columns in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from milvus.columns import ListColumn, Mask, NumberColumn, TextColumn
from milvus.entities import WorkFormat
from milvus.filters import (
    ExperienceRange,
    Filter,
    Near,
    ResumeFilter,
    SalaryRange,
    VacancyFilter,
    epoch_seconds,
    list_one_of,
)
from milvus.geo import measure_distances
from milvus.languages import list_sufficient


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by type and name."""

    texts: dict[str, TextColumn] = field(default_factory=dict)
    numbers: dict[str, NumberColumn] = field(default_factory=dict)
    lists: dict[str, ListColumn] = field(default_factory=dict)

    def set(self, slot: int, row: Mapping[str, Any]) -> None:
        """Put a row in place of what the slot held."""
        for columns in (self.texts, self.numbers, self.lists):
            for name, column in columns.items():
                column.set(slot, row[name])

    @property
    def names(self) -> list[str]:
        """The names of all."""
        return [*self.texts, *self.numbers, *self.lists]


class MaskMaker:
    """Says which of the first `slots` rows of some columns pass a filter, as `build_expression`; `near` is exact."""

    def __init__(self, columns: Columns, slots: int) -> None:
        self._columns = columns
        self._slots = slots

    def make(self, filter: Filter | None, active_at: datetime | None) -> Mask:
        """The rows that pass, but for `exclude_ids`, as columns know no ids."""
        passing = np.ones(self._slots, dtype=np.bool_)
        if active_at is not None:
            passing &= ~(self._number("expires_at") < epoch_seconds(active_at))
        for mask in () if filter is None else self._test(filter):
            passing &= mask
        return passing

    def _test(self, filter: Filter) -> Iterator[Mask]:
        """The rows that pass each part."""
        for name, values in list_one_of(filter):
            if values:
                yield self._columns.texts[name].is_one_of(values, self._slots)
        for name, values in _list_any_of(filter):
            if values:
                yield self._columns.lists[name].holds_any(values, self._slots)
        if filter.education is not None and (levels := filter.education.list_levels()):
            column = self._columns.texts["education_level"]
            passing = column.is_one_of(levels, self._slots)
            yield passing | column.is_missing(self._slots) if filter.education.or_missing else passing
        if filter.near is not None:
            yield self._is_near(filter.near)
        for asked, low, high in _list_ranges(filter):
            if asked is not None:
                yield self._overlaps(asked, low, high)
        if isinstance(filter, VacancyFilter) and filter.topics:
            yield np.isin(self._number("topic"), filter.topics)
        yield from self._is_published(filter.published_since, filter.published_before)

    def _is_published(self, since: datetime | None, before: datetime | None) -> Iterator[Mask]:
        times = self._number("published_at")
        if since is not None:
            yield times >= epoch_seconds(since)
        if before is not None:
            yield times < epoch_seconds(before)

    def _is_near(self, near: Near) -> Mask:
        distances = measure_distances(
            near.latitude, near.longitude, self._number("latitude"), self._number("longitude")
        )
        passing: Mask = distances <= near.radius_km
        if near.or_remote:
            passing |= self._columns.texts["work_format"].is_one_of((WorkFormat.REMOTE,), self._slots)
        return passing

    def _overlaps(self, asked: SalaryRange | ExperienceRange, low: str, high: str) -> Mask:
        if asked.min is None and asked.max is None:
            return np.ones(self._slots, dtype=np.bool_)
        lows, highs = self._number(low), self._number(high)
        missing = np.isnan(lows) & np.isnan(highs)
        # A bound that is missing is open, and comparisons with NaN are false.
        inside = ~missing
        if asked.min is not None:
            inside &= ~(highs < asked.min)
        if asked.max is not None:
            inside &= ~(lows > asked.max)
        return inside | missing if asked.or_missing else inside

    def _number(self, name: str) -> npt.NDArray[np.float64]:
        return self._columns.numbers[name].read(self._slots)


def _list_any_of(filter: Filter) -> list[tuple[str, tuple[str, ...]]]:
    """Columns of lists and what they must hold at least one of."""
    any_language = tuple(form for asked in filter.languages_any for form in list_sufficient(asked))
    return [
        ("skills", filter.skills_any),
        *(("skills", (skill,)) for skill in filter.skills_all),
        ("employment_types", tuple(filter.employment_types)),
        ("languages", any_language),
        *(("languages", list_sufficient(asked)) for asked in filter.languages_all),
    ]


def _list_ranges(filter: Filter) -> list[tuple[SalaryRange | ExperienceRange | None, str, str]]:
    """Ranges asked for, and the columns of the bounds that they are to overlap."""
    found: list[tuple[SalaryRange | ExperienceRange | None, str, str]] = [(filter.salary, "salary_min", "salary_max")]
    if isinstance(filter, VacancyFilter):
        found.append((filter.experience, "experience_min_months", "experience_max_months"))
    if isinstance(filter, ResumeFilter):
        found.append((filter.experience, "experience_months", "experience_months"))
    return found
