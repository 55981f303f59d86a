"""Facets: whatever is stored is counted, and can be narrowed by; bands of salaries have round bounds and are few."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus import Collection, Filter, Kind, Store, Vacancy, VacancyFilter
from milvus.filters import MAX_EXCLUDED
from service.facets import MAX_VALUES, FacetCounter, FacetName, FacetValue, choose_salary_bands
from tests.index_examples import fill, make_vacancy, open_store


def test_bounds_are_round_and_the_last_band_is_open() -> None:
    salaries = np.array([18_000.0, 24_000, 31_000, 36_000, 48_000, 55_000, 90_000] * 20)
    assert choose_salary_bands(salaries) == [
        (0.0, 19_999.0),
        (20_000.0, 29_999.0),
        (30_000.0, 49_999.0),
        (50_000.0, 74_999.0),
        (75_000.0, None),
    ]


def test_without_salaries_there_are_no_bands() -> None:
    assert choose_salary_bands(np.array([])) == []


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=50))
def test_every_salary_in_whole_units_lies_in_one_band(salaries: list[float]) -> None:
    whole = np.floor(np.array(salaries))
    bands = choose_salary_bands(whole)
    assert 1 <= len(bands) <= 8
    for salary in whole:
        inside = [least <= salary and (most is None or salary <= most) for least, most in bands]
        assert sum(inside) == 1


def test_one_salary_gives_one_band() -> None:
    assert choose_salary_bands(np.array([1000.0])) == [(0.0, None)]
    assert choose_salary_bands(np.array([0.0])) == [(0.0, None)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(str(tmp_path_factory.mktemp("index") / "index.db")) as opened:
        yield opened


def put(store: Store, *vacancies: Vacancy) -> Collection:
    """The vacancies, which hold nothing else then."""
    store.vacancies.delete(list(store.vacancies.list_hashes()))
    fill(store.vacancies, vacancies)
    return store.vacancies


def count(collection: Collection, name: FacetName, filter: Filter | None = None) -> list[FacetValue]:
    (facet,) = FacetCounter(collection, Kind.VACANCIES, filter, None).count([name])
    return list(facet.values)


def narrow(collection: Collection, value: FacetValue) -> int:
    """How many documents a caller finds who takes the parts of the filter over as they are."""
    return collection.count(VacancyFilter.model_validate(dict(value.narrow)))


@pytest.mark.parametrize("published_at", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_the_first_and_the_last_month_of_all_are_counted(store: Store, published_at: datetime) -> None:
    collection = put(store, make_vacancy("a", published_at=published_at), make_vacancy("b"))
    (month,) = count(collection, FacetName.PUBLISHED)
    assert (month.value, month.count) == (f"{published_at:%Y-%m}".zfill(7), 1)
    assert narrow(collection, month) == 1


def test_salaries_beyond_what_a_filter_takes_have_bands(store: Store) -> None:
    collection = put(store, *(make_vacancy(str(n), salary_min=10.0**n, salary_max=10.0**n) for n in range(14, 20)))
    bands = count(collection, FacetName.SALARY)
    assert sum(band.count for band in bands) == 6
    assert [narrow(collection, band) for band in bands] == [band.count for band in bands]


def test_companies_that_are_as_common_are_shown_as_they_are_spelled(store: Store) -> None:
    names = [f"Firm {letter}" for letter in "ZYXWVUTSRQPONMLKJIHGFEDCBA"]
    values = count(put(store, *(make_vacancy(name, company=name) for name in names)), FacetName.COMPANIES)
    assert [one.value for one in values] == sorted(names)[:MAX_VALUES]


def test_the_longest_names_can_be_narrowed_by(store: Store) -> None:
    longest = "Æ" * 500
    fields = {FacetName.COMPANIES: "company", FacetName.CATEGORIES: "category", FacetName.SOURCES: "source"}
    collection = put(store, make_vacancy("a", **dict.fromkeys(fields.values(), longest)))
    for name in fields:
        assert [narrow(collection, value) for value in count(collection, name)] == [1]


def test_more_is_left_out_than_a_caller_may_exclude(store: Store) -> None:
    """What a viewer has seen, and the source itself, come on top of what the caller excludes."""
    collection = put(store, make_vacancy("a", source="feed"), make_vacancy("b", source="feed"))
    seen = tuple(f"seen {number}" for number in range(MAX_EXCLUDED))
    for filter in (Filter(), VacancyFilter(sources=["feed"])):
        (value,) = count(collection, FacetName.SOURCES, filter.model_copy(update={"exclude_ids": (*seen, "a")}))
        assert value.count == 1
