"""Endpoints of viewers: what somebody has seen, so that searches can leave it out."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, Field

from ingestion import MAX_SEEN, DocumentId, Sighting
from ingestion.documents import Viewer
from milvus import Kind
from service.api.dependencies import GivenServices, PageQuery, decode_path
from service.api.payloads import Request, make_moment
from service.documents import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/viewers", tags=["viewers"])

PathViewer = Annotated[
    Viewer,
    BeforeValidator(decode_path),
    Path(
        description="Whoever you mean by it: an id of your own, percent-encoded, at most 128 characters. Nothing else "
        "is asked about a viewer, so let it name nobody.",
        examples=["device-7f3a"],
    ),
]
Ids = Annotated[list[DocumentId], Field(max_length=MAX_SEEN)]


class SeenRequest(Request):
    """What was seen, by the documents' ids. Documents need not be stored (yet)."""

    vacancies: Ids = Field(default_factory=list, examples=[["42", "43"]])
    resumes: Ids = Field(default_factory=list)


class SeenPayload(BaseModel):
    """How much a viewer has seen by now."""

    vacancies: int
    resumes: int


class ForgottenPayload(BaseModel):
    """What was erased."""

    forgotten: int = Field(description="How many documents the viewer had seen, of both kinds.")


class SightingPayload(BaseModel):
    """A document that was seen."""

    id: str
    seen_at: datetime = Field(description="When it was noted for the first time.")


class SightingList(BaseModel):
    """One page of what a viewer has seen, in the order of the ids."""

    items: list[SightingPayload]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")


class SightingQuery(PageQuery):
    """Which page of which kind."""

    kind: Kind = Field(description="What to list.")


@router.put("/{viewer}/seen", summary="Note what a viewer has seen")
def note_seen(services: GivenServices, viewer: PathViewer, request: SeenRequest) -> SeenPayload:
    """Adds to what was noted before; sending it again changes nothing.

    Of each kind 10,000 documents can be noted; what would be more is refused, and then nothing is noted. Searches leave
    them out with `exclude_seen_by`. What is erased is forgotten here too.
    """
    counts = services.books.sightings.add(viewer, {Kind.VACANCIES: request.vacancies, Kind.RESUMES: request.resumes})
    return SeenPayload(**{kind.value: count for kind, count in counts.items()})


@router.get("/{viewer}/seen", summary="List what a viewer has seen")
def list_seen(services: GivenServices, viewer: PathViewer, query: Annotated[SightingQuery, Query()]) -> SightingList:
    """Documents of one kind in the order of their ids; none for a viewer that is not known."""
    after = decode_cursor(query.cursor) if query.cursor else None
    found = services.books.sightings.list_page(viewer, query.kind, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    more = len(found) > query.limit
    return SightingList(
        items=list(map(_make_payload, shown)), next_cursor=encode_cursor(shown[-1].id) if more else None
    )


@router.delete("/{viewer}/seen", summary="Forget what a viewer has seen")
def forget_seen(services: GivenServices, viewer: PathViewer) -> ForgottenPayload:
    """Erases all that is kept of a viewer; of one that is not known that is nothing."""
    return ForgottenPayload(forgotten=services.books.sightings.forget(viewer))


def _make_payload(sighting: Sighting) -> SightingPayload:
    return SightingPayload(id=sighting.id, seen_at=make_moment(sighting.seen_at))
