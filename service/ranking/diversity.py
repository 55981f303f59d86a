"""Keeps one company from filling a page."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from milvus import company_key

_Item = TypeVar("_Item")


def limit_per_company(items: Iterable[_Item], most: int, *, find_company: Callable[[_Item], str | None]) -> list[_Item]:
    """The items in their order, at most `most` of one company; those without a company all stay.

    Letter case and spacing of the name do not matter. Raises ValueError for `most` below 1.
    """
    if most < 1:
        raise ValueError(f"the limit per company must be at least 1, not {most}")
    seen: Counter[str] = Counter()
    kept = []
    for item in items:
        company = company_key(find_company(item) or "")
        seen[company] += 1
        if not company or seen[company] <= most:
            kept.append(item)
    return kept
