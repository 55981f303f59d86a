"""What JSON wraps documents in: arrays, the pages of an API, JSON-LD."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.sources.columns import fold_column
from ingestion.sources.formats import COMPANY_NAMES, find_company
from ingestion.sources.job_posting import find_postings, holds_json_ld, is_job_posting
from ingestion.sources.objects import FoundObject, recognize
from ingestion.sources.port import Rejection
from ingestion.sources.validation import reject

_MAX_DEPTH = 4
_LOOKED_AT, _LOOKED_INTO = 20, 1
# Under which names APIs keep their lists, and some of them each element of it.
_HOLDERS = (
    *("items", "jobs", "matchingJobs", "postings", "vacancies", "resumes", "candidates", "results", "data"),
    *("transferObject", "candidate", "job"),
)
# What may stand beside a list of rows that are of no known format: anything else makes the object a row itself.
_BESIDE = frozenset(
    fold_column(name)
    for name in (
        *("found", "page", "pages", "perPage", "pageSize", "size", "limit", "offset", "count", "total", "totalSize"),
        *("nextPageToken", "nextCursor", "cursor", "next", "previous", "hasMore", "hasNext", "moreDataAvailable"),
        *("meta", "metadata", "apiVersion", "version", "links", "success", "status", "ok", "message", "timestamp"),
        *("clusters", "arguments", "fixes", "suggests", "alternateUrl"),
        *COMPANY_NAMES,
    )
)


def unfold(
    value: Any, location: str, *, name: str | None = None, company: str | None = None, depth: int = 0
) -> Iterator[FoundObject | Rejection]:
    """The objects to read in a JSON value from anywhere: a file, a line, a script of a page.

    Elements of arrays, however wrapped, are counted from 0: `jobs.json[17]`. `name` is the id of what holds the value,
    which the object has where it is the only one; `company` is whose board it is.
    """
    if isinstance(value, list):
        yield from _unfold_list(value, location, name=name, company=company, depth=depth)
    elif not isinstance(value, Mapping):
        yield reject(location, "holds neither an object nor an array of objects")
    elif not is_job_posting(value) and holds_json_ld(value):
        postings = list(find_postings(value))
        if not postings:
            yield reject(location, "its JSON-LD holds no JobPosting")
        yield from _unfold_list(postings, location, name=name, company=company, depth=depth) if postings else ()
    elif depth < _MAX_DEPTH and (inner := _find_wrapped(value)) is not None:
        yield from unfold(inner, location, name=name, company=find_company(value) or company, depth=depth + 1)
    else:
        yield FoundObject(location, value, name=name, company=company)


def _unfold_list(
    values: list[Any], location: str, *, name: str | None, company: str | None, depth: int
) -> Iterator[FoundObject | Rejection]:
    if not values:
        yield reject(location, "holds an empty array")
    posted = any(isinstance(value, Mapping) and next(find_postings(value), None) is not None for value in values)
    for index, value in enumerate(values):
        place = f"{location}[{index}]"
        if not isinstance(value, Mapping):
            yield FoundObject(place, value)
        elif not (posted and "@type" in value and next(find_postings(value), None) is None):
            # Beside postings, other nodes of JSON-LD are about the page.
            only = name if len(values) == 1 else None
            yield from unfold(value, place, name=only, company=company, depth=depth + 1)


def _find_wrapped(value: Mapping[str, Any]) -> Any:
    """What an object only wraps: objects of known formats, or rows with nothing beside them but page numbers."""
    holders = [key for key in _HOLDERS if isinstance(value.get(key), (list, Mapping))]
    if not holders or recognize(value) is not None:
        return None
    for key in holders:
        alone = all(other == key or fold_column(other) in _BESIDE for other in value)
        if alone or _holds_known(value[key], depth=_LOOKED_INTO):
            return value[key]
    return None


def _holds_known(value: Any, *, depth: int) -> bool:
    """Whether one of the first objects is of a known format, or wraps one that is."""
    for one in (value if isinstance(value, list) else [value])[:_LOOKED_AT]:
        if isinstance(one, Mapping):
            if recognize(one) is not None:
                return True
            inner = [one[key] for key in _HOLDERS if isinstance(one.get(key), (list, Mapping))]
            if depth and any(_holds_known(part, depth=depth - 1) for part in inner):
                return True
    return False
