"""At most so many of one company."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranking.diversity import limit_per_company
from tests.unit.service.ranking.examples import unhurried

_companies = st.lists(
    st.tuples(st.integers(), st.sampled_from(["Acme", "ACME ", "Óptica  Sur", "óptica sur", "", None]))
)


@unhurried
@given(_companies, st.integers(1, 3))
def test_limit_per_company_keeps_the_order_and_the_first_of_each(
    items: list[tuple[int, str | None]], most: int
) -> None:
    kept = limit_per_company(items, most, find_company=lambda item: item[1])
    remaining = iter(items)
    assert all(item in remaining for item in kept)
    names = [" ".join((company or "").casefold().split()) for _, company in kept]
    assert all(names.count(name) <= most for name in names if name)
    assert names.count("") == sum(not company for _, company in items)


def test_limit_per_company_takes_the_best_of_a_company() -> None:
    items = ["acme 1", "beta 1", "acme 2", "acme 3"]
    assert limit_per_company(items, 2, find_company=lambda item: item.split()[0]) == ["acme 1", "beta 1", "acme 2"]


def test_limit_per_company_refuses_a_limit_that_leaves_nothing() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        limit_per_company([], 0, find_company=str)
