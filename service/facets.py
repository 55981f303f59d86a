"""Facets: how the documents that pass a filter are spread over companies, places, skills, bands and months."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from milvus import (
    Collection,
    ExperienceRange,
    Filter,
    Kind,
    ResumeFilter,
    SalaryRange,
    Tally,
    VacancyFilter,
    company_key,
)

MAX_VALUES = 20

_MOST_BANDS = 8
_STEPS = (1, 2, 3, 5, 7.5)  # bounds of salary bands are these, times powers of ten
_EXPERIENCE_BANDS = ((0, 11), (12, 35), (36, 71), (72, 119), (120, None))


class FacetName(StrEnum):
    """What can be counted; each is named as the part of the filter that narrows by it."""

    COMPANIES = "companies"
    COUNTRIES = "countries"
    REGIONS = "regions"
    CITIES = "cities"
    SKILLS = "skills_all"
    WORK_FORMATS = "work_formats"
    EMPLOYMENT_TYPES = "employment_types"
    LANGUAGES = "languages"
    CATEGORIES = "categories"
    SOURCES = "sources"
    EXPERIENCE = "experience"
    SALARY = "salary"
    PUBLISHED = "published"
    TOPICS = "topics"


_TEXT_COLUMNS: Mapping[FacetName, str] = {
    FacetName.COMPANIES: "company_key",
    FacetName.COUNTRIES: "country",
    FacetName.REGIONS: "region",
    FacetName.CITIES: "city",
    FacetName.SKILLS: "skills",
    FacetName.WORK_FORMATS: "work_format",
    FacetName.EMPLOYMENT_TYPES: "employment_types",
    FacetName.LANGUAGES: "language",
    FacetName.CATEGORIES: "category",
    FacetName.SOURCES: "source",
}
_SALARY_COLUMNS = ("salary_min", "salary_max")
_MONTH_COLUMN = "published_at"
_LAST_MONTH = np.datetime64("9999-12")  # no time can be written that is later
_TOPIC_COLUMN = "topic"
_OF_VACANCIES = (FacetName.COMPANIES, FacetName.TOPICS)
# What a facet chooses among is not narrowed by what was chosen of it; skills are demanded one beside the other.
_OWN_PARTS: Mapping[FacetName, tuple[str, ...]] = {
    name: ("published_since", "published_before") if name is FacetName.PUBLISHED else (name.value,)
    for name in FacetName
    if name is not FacetName.SKILLS
}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many documents have it, and the parts of a filter that let these pass and no others.

    `least` and `most` are the bounds of a band, both included; None is open.
    """

    value: str
    count: int
    narrow: Mapping[str, Any]
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The values of one facet: the commonest first, bands and months in their order.

    `is_exact`: the counts are of all documents that pass; otherwise they are estimated from a part of them.
    """

    name: FacetName
    values: Sequence[FacetValue]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class FacetCounter:
    """Counts over the documents of a collection that pass a filter and are open at a time."""

    collection: Collection
    kind: Kind
    filter: Filter | None
    active_at: datetime | None
    _tallies: dict[Filter, Tally] = field(default_factory=dict)

    def count(self, names: Iterable[FacetName]) -> list[Facet]:
        """The facets. A value's count is of the documents that pass with its `narrow` in place of the facet's own part.

        So a facet goes on showing what else could be chosen of it. Companies and topics are none of a resume's.
        """
        chosen = [name for name in dict.fromkeys(names) if name not in _OF_VACANCIES or self._is_vacancies]
        texts = [_TEXT_COLUMNS[name] for name in chosen if name in _TEXT_COLUMNS]
        columns = [*texts, *_SALARY_COLUMNS, _MONTH_COLUMN, _TOPIC_COLUMN]
        return [self._count_one(name, columns) for name in chosen]

    def _count_one(self, name: FacetName, columns: Sequence[str]) -> Facet:
        lifted = self._lift(name)
        if name is FacetName.EXPERIENCE:
            return self._count_bands(name, lifted, _EXPERIENCE_BANDS, ExperienceRange)
        tally = self._tallies.get(lifted)
        if tally is None:
            tally = self.collection.tally(columns, filter=lifted, active_at=self.active_at, most=MAX_VALUES)
            self._tallies[lifted] = tally
        if name is FacetName.SALARY:
            return self._count_bands(name, lifted, choose_salary_bands(_join_salaries(tally)), SalaryRange)
        if name is FacetName.PUBLISHED:
            found = _count_months(tally.numbers.get(_MONTH_COLUMN, np.array([])))
        elif name is FacetName.TOPICS:
            found = _count_topics(tally.numbers.get(_TOPIC_COLUMN, np.array([])))
        else:
            counts = _choose_commonest(tally.texts.get(_TEXT_COLUMNS[name], Counter()))
            shown = self._find_spellings(tuple(counts), lifted) if name is FacetName.COMPANIES else {}
            found = _count_texts(name, counts, shown, chosen=lifted.skills_all)
        share = tally.total / tally.counted if tally.counted else 1.0
        values = [FacetValue(value, round(count * share), narrow) for value, count, narrow in found]
        return Facet(name=name, values=values, is_exact=tally.counted == tally.total)

    def _find_spellings(self, keys: tuple[str, ...], lifted: Filter) -> dict[str, str]:
        """The commonest spelling of each company."""
        narrowed = lifted.model_copy(update={FacetName.COMPANIES.value: keys})
        tally = self.collection.tally(["company"], filter=narrowed, active_at=self.active_at)
        shown: dict[str, str] = {}
        for company, _ in sorted(tally.texts.get("company", Counter()).items(), key=lambda item: (-item[1], item[0])):
            shown.setdefault(company_key(company), company)
        return shown

    def _count_bands(
        self,
        name: FacetName,
        lifted: Filter,
        bands: Iterable[tuple[float, float | None]],
        make: Callable[..., SalaryRange | ExperienceRange],
    ) -> Facet:
        values = []
        for least, most in bands:
            band = make(min=least, max=most)
            count = self.collection.count(lifted.model_copy(update={name.value: band}), active_at=self.active_at)
            if count:
                narrow = {name.value: band.model_dump(exclude_none=True, exclude_defaults=True)}
                values.append(FacetValue(_name_band(least, most), count, narrow, least, most))
        return Facet(name=name, values=values, is_exact=True)

    def _lift(self, name: FacetName) -> Filter:
        """The filter without the facet's own part."""
        given = self.filter or Filter()
        kind_filter = VacancyFilter if self._is_vacancies else ResumeFilter
        kept = [part for part in type(given).model_fields if part not in _OWN_PARTS.get(name, ())]
        # Not validated again: it leaves out more than a caller may (see Searcher).
        return kind_filter().model_copy(update={part: getattr(given, part) for part in kept})

    @property
    def _is_vacancies(self) -> bool:
        return self.kind is Kind.VACANCIES


def choose_salary_bands(salaries: npt.NDArray[np.float64]) -> list[tuple[float, float | None]]:
    """Bands between round bounds that most salaries lie within, at most 8, the last one open; none without salaries."""
    if not len(salaries):
        return []
    low, high = np.quantile(salaries, [0.05, 0.95])
    rounds = [step * 10.0**power for power in range(15) for step in _STEPS]  # a filter takes no more than 10**15
    bounds = [bound for bound in rounds if low < bound < high]
    while len(bounds) > _MOST_BANDS - 1:
        bounds = bounds[1::2]
    edges = [0.0, *bounds]
    # Whole units, as both bounds of a filter's range pass.
    return [*((least, most - 1) for least, most in pairwise(edges)), (edges[-1], None)]


def _join_salaries(tally: Tally) -> npt.NDArray[np.float64]:
    lows, highs = (tally.numbers.get(name, np.array([])) for name in _SALARY_COLUMNS)
    if len(lows) != len(highs):
        lows = highs = lows if len(lows) else highs
    known = np.where(np.isnan(lows), highs, lows)
    return known[~np.isnan(known)]


def _choose_commonest(counts: Counter[str]) -> dict[str, int]:
    """The values that are shown, in their order."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_VALUES])


def _count_texts(
    name: FacetName, counts: Mapping[str, int], shown: Mapping[str, str], *, chosen: Sequence[str]
) -> Iterable[tuple[str, int, Mapping[str, Any]]]:
    for value, count in counts.items():
        together = [*chosen, value] if name is FacetName.SKILLS else [shown.get(value, value)]
        yield shown.get(value, value), count, {name.value: list(dict.fromkeys(together))}


def _count_months(times: npt.NDArray[np.float64]) -> Iterable[tuple[str, int, Mapping[str, Any]]]:
    known = times[~np.isnan(times)].astype(np.int64).astype("datetime64[s]").astype("datetime64[M]")
    months, counts = np.unique(known, return_counts=True)
    for month, count in list(zip(months, counts, strict=True))[-MAX_VALUES:]:
        narrow = {"published_since": f"{month}-01T00:00:00+00:00"}
        if month < _LAST_MONTH:
            narrow["published_before"] = f"{month + 1}-01T00:00:00+00:00"
        yield str(month), int(count), narrow


def _count_topics(topics: npt.NDArray[np.float64]) -> Iterable[tuple[str, int, Mapping[str, Any]]]:
    found, counts = np.unique(topics[~np.isnan(topics)].astype(np.int64), return_counts=True)
    for place in np.argsort(-counts, kind="stable")[:MAX_VALUES]:
        yield str(found[place]), int(counts[place]), {FacetName.TOPICS.value: [int(found[place])]}


def _name_band(least: float, most: float | None) -> str:
    return f"{least:g}+" if most is None else f"{least:g}-{most:g}"
