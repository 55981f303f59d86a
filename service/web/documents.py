"""A document: what was understood of it, what matches it, what is like it, and how far it has got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from milvus import Kind
from service.api.dependencies import GivenServices, PathId, Services
from service.errors import SourceNotFound
from service.folding import NO_DUPLICATES, Duplicates, name_duplicates
from service.matching import Match, Page
from service.queries import StoredSource
from service.ranking import Note
from service.web.rendering import render

SHOWN = 8
ALIKE = 5

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Neighbors:
    """What the index has around a document: its matches, what is alike, and what is the same text."""

    matches: Sequence[Match]
    alike: Sequence[Match]
    duplicates: Duplicates
    warnings: Sequence[Note] = ()


@router.get("/vacancies/{id}")
def show_vacancy(request: Request, services: GivenServices, id: PathId) -> HTMLResponse:
    """The page of a vacancy."""
    return _show(request, services, Kind.VACANCIES, id)


@router.get("/resumes/{id}")
def show_resume(request: Request, services: GivenServices, id: PathId) -> HTMLResponse:
    """The page of a resume."""
    return _show(request, services, Kind.RESUMES, id)


def _show(request: Request, services: Services, kind: Kind, id_: str) -> HTMLResponse:
    stored, entity = services.desk.find(kind, id_)
    moments = {name: getattr(stored, name) for name in ("created_at", "updated_at", "indexed_at")}
    context = {
        "kind": kind,
        "entity": entity,
        "state": stored.state,
        "error": stored.error,
        "moments": {name: datetime.fromtimestamp(value, UTC) for name, value in moments.items() if value is not None},
        "neighbors": find_neighbors(services, kind, id_),
        "url": entity.url if is_web_address(entity.url) else None,
        "now": datetime.now(UTC),
    }
    return render(request, "document.html", context)


def find_neighbors(services: Services, kind: Kind, id_: str) -> Neighbors | None:
    """What is around a stored document; None while searches do not know it."""
    search, source = services.searcher.search, StoredSource(kind, id_)
    try:
        found = search(kind.counterpart, source, page=Page(SHOWN))
        alike = search(kind, source, page=Page(ALIKE), include_expired=True)
    except SourceNotFound:
        return None
    collection = services.searcher.get_served().store.collection(kind)
    duplicates = name_duplicates(list(collection.get([id_]).values()), collection)
    return Neighbors(found.matches, alike.matches, duplicates.get(id_, NO_DUPLICATES), found.warnings)


def is_web_address(url: str | None) -> bool:
    """Whether a document's URL may be a link: one to a page, and nothing that a browser would run."""
    try:
        return url is not None and urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False
