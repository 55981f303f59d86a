"""The start page: what is in the index, and a box to search it."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from milvus import Kind
from service.api.dependencies import GivenServices
from service.errors import EmptyQuery
from service.matching import Page
from service.queries import TextSource
from service.search import Found

_FOLDER = Path(__file__).parent
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

router = APIRouter(include_in_schema=False)
static_files = StaticFiles(directory=_FOLDER / "static")
templates = Jinja2Templates(directory=_FOLDER / "templates")


@router.get("/", response_class=HTMLResponse)
def show_start(
    request: Request,
    services: GivenServices,
    text: Annotated[str, Query(max_length=20_000)] = "",
    find: Annotated[Kind, Query()] = Kind.VACANCIES,
) -> HTMLResponse:
    """The start page; with a text, the best matches for it."""
    summary = services.books.ledger.summarize()
    found: Found | None = None
    note = None
    if text.strip():
        try:
            found = services.searcher.search(find, TextSource(text), page=Page(limit=10))
        except EmptyQuery as error:
            note = f"Nothing to search by: {error}."
    context = {"text": text, "find": find, "kinds": list(Kind), "found": found, "summary": summary, "note": note}
    return templates.TemplateResponse(request, "start.html", context, headers=_SECURITY_HEADERS)
