"""The start page: one box to search by, and what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from ingestion import State, UnreadableDocument
from milvus.errors import UnembeddableText
from service.api.dependencies import GivenServices, Services
from service.api.searches import read_file
from service.errors import EmptyQuery
from service.matching import Match, Page
from service.queries import TextSource
from service.search import Found
from service.web.filter_panel import FACET_FIELDS, list_advice, list_chips, list_facets, read_counts
from service.web.find_query import MAX_PAGE, PAGE_SIZE, FindForm, FindQuery, FindState, Sort
from service.web.rendering import find_request_words, link_query, render
from service.web.samples import find_samples
from service.web.security import refuse_other_origins

# What every server and proxy on the way takes.
MAX_URL = 6_000
# Orders other than the ranking's are of so many of the best: what fits worse is no answer, however new it is.
SORTED = 200

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results. `is_sampled` where an order is of the best SORTED only."""

    found: Found
    matches: Sequence[Match]
    has_more: bool
    is_sampled: bool


@router.get("/")
def show_find(request: Request, services: GivenServices, query: Annotated[FindQuery, Query()]) -> HTMLResponse:
    """The box; with a text, what it finds."""
    return _show(request, services, query, text=query.text, is_posted=False)


@router.post("/", dependencies=[Depends(refuse_other_origins)])
def find_by_form(
    request: Request, services: GivenServices, form: Annotated[FindForm, Form(media_type="multipart/form-data")]
) -> Response:
    """A search by form. It is answered with the URL of its results, unless the text is too long for one, or a file."""
    try:
        state = form.state
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_url=False)) from None
    if form.file is None or not form.file.filename:
        url = link_query("/", {"text": form.text, **state.to_query(page=state.page)})
        if len(url) <= MAX_URL:
            return RedirectResponse(url, HTTPStatus.SEE_OTHER)
        return _show(request, services, state, text=form.text, is_posted=True)
    try:
        text = read_file(form.file, state.find.counterpart).text or ""
    except UnreadableDocument as error:
        return _show(request, services, state, text=form.text, is_posted=True, unreadable=str(error))
    return _show(request, services, state, text=text, is_posted=True, file_name=form.file.filename)


def _show(
    request: Request,
    services: Services,
    state: FindState,
    *,
    text: str,
    is_posted: bool,
    file_name: str | None = None,
    unreadable: str | None = None,
) -> HTMLResponse:
    words = find_request_words(request)
    currency = services.searcher.normalizer.rates.reference
    results, is_empty_query = None, False
    if text.strip() and not unreadable:
        try:
            results = find_results(services, state, text)
        except (EmptyQuery, UnembeddableText):
            is_empty_query = True
    context: dict[str, Any] = {
        "text": text,
        "state": state,
        "is_posted": is_posted,
        "file_name": file_name,
        "unreadable": unreadable,
        "is_empty_query": is_empty_query,
        "results": results,
        "facets": list(list_facets(state, read_counts(results.found.facets) if results else {}, words)),
        "advice": list(list_advice(state, results.found.relaxations, words, currency)) if results else [],
        "chips": list(list_chips(state, words, currency)),
        "currency": currency,
        "now": datetime.now(UTC),
        "page_size": PAGE_SIZE,
        "max_page": MAX_PAGE,
        "kept": {} if is_posted else {"text": text},
        **_describe_installation(services, results),
    }
    # What was asked for is wrong, as in the API: such answers are no results.
    status = HTTPStatus.UNPROCESSABLE_ENTITY if unreadable or is_empty_query else HTTPStatus.OK
    return render(request, "find.html", context, status=status)


def find_results(services: Services, state: FindState, text: str) -> Results:
    """One page of what a text finds. Raises EmptyQuery, and what the index and the model raise."""
    search = partial(
        services.searcher.search,
        state.find,
        TextSource(text),
        filter=state.make_filter(),
        ranking=state.make_options(),
        include_expired=state.expired,
        facets=tuple(FACET_FIELDS),
    )
    first = (state.page - 1) * PAGE_SIZE
    if state.sort is Sort.FIT:
        found = search(page=Page(PAGE_SIZE + 1, first))
        return Results(found, found.matches[:PAGE_SIZE], len(found.matches) > PAGE_SIZE, is_sampled=False)
    found = search(page=Page(SORTED))
    ordered = sorted(found.matches, key=_ORDERS[state.sort])
    last = first + PAGE_SIZE
    return Results(found, ordered[first:last], len(ordered) > last, is_sampled=len(ordered) == SORTED)


def _by_age(match: Match) -> tuple[bool, float]:
    published = match.entity.published_at
    return published is None, -published.timestamp() if published else 0.0


def _by_salary(match: Match) -> tuple[bool, float]:
    most = match.entity.salary_max if match.entity.salary_max is not None else match.entity.salary_min
    return most is None, -(most or 0.0)


_ORDERS = {Sort.NEWEST: _by_age, Sort.SALARY: _by_salary}


def _describe_installation(services: Services, results: Results | None) -> dict[str, Any]:
    """What the start page says of the index; nothing where there are results."""
    if results is not None and results.matches:
        return {"summary": None, "is_empty": False, "has_samples": False}
    summary = services.books.ledger.summarize()
    is_empty = not any(states[State.INDEXED] for states in summary.counts.values())
    return {"summary": summary, "is_empty": is_empty, "has_samples": is_empty and find_samples() is not None}
