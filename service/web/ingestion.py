"""What the queue and the sources do, what failed, and what can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ingestion import DocumentId, State
from ingestion.addresses import show_url
from ingestion.source_list import RunOutcome, Source
from ingestion.standby import StandbyState
from milvus import Kind
from service.api.dependencies import GivenServices, Services
from service.web.languages import translatable
from service.web.rendering import link_query, render
from service.web.security import refuse_forgery

SHOWN = 50

router = APIRouter(prefix="/ingestion")


class Done(StrEnum):
    """What a form of this page came to, as the page says it afterwards."""

    RETRIED = "retried"
    DROPPED = "dropped"
    PAUSED = "paused"
    RESUMED = "resumed"
    STARTED = "started"
    NOTHING = "nothing"


class SourceAction(StrEnum):
    """What can be done about a source."""

    PAUSE = "pause"
    RESUME = "resume"
    RUN = "run"


DONE: Mapping[Done, str] = MappingProxyType(
    {
        Done.RETRIED: translatable("Queued once more."),
        Done.DROPPED: translatable("The document is erased."),
        Done.PAUSED: translatable("The source is paused."),
        Done.RESUMED: translatable("The source is back in the schedule."),
        Done.STARTED: translatable("The source will be read within seconds, if something works off the schedule."),
        Done.NOTHING: translatable("There was nothing to do: it has not failed, or no longer."),
    }
)
OUTCOMES: Mapping[RunOutcome, str] = MappingProxyType(
    {
        RunOutcome.DONE: translatable("all was read"),
        RunOutcome.UNCHANGED: translatable("nothing new"),
        RunOutcome.PARTIAL: translatable("read in part"),
        RunOutcome.FAILED: translatable("could not be read"),
    }
)
COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "new": translatable("new: %(said)s"),
        "changed": translatable("changed: %(said)s"),
        "unchanged": translatable("unchanged: %(said)s"),
        "rejected": translatable("rejected: %(said)s"),
        "closed": translatable("taken out: %(said)s"),
        "kept": translatable("kept, as others hold them: %(said)s"),
    }
)
QUEUES: Mapping[str, str] = MappingProxyType(
    {"interactive": translatable("what somebody waits for"), "bulk": translatable("loads")}
)
STEPS: Mapping[StandbyState, str] = MappingProxyType(
    {
        StandbyState.FILLING: translatable("A new index is being filled; searches use the old one meanwhile."),
        StandbyState.CATCHING_UP: translatable("A new index is full and takes in what has changed meanwhile."),
        StandbyState.SWITCHING: translatable("Searches are being switched to the new index."),
        StandbyState.KEPT: translatable("The index before the last rebuild is kept, so that one can go back."),
        StandbyState.FAILED: translatable("The rebuild failed; searches go on with the old index."),
    }
)
_DONE_ABOUT = MappingProxyType(
    {SourceAction.PAUSE: Done.PAUSED, SourceAction.RESUME: Done.RESUMED, SourceAction.RUN: Done.STARTED}
)


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source as the page shows it. `location` holds no credentials."""

    source: Source
    location: str
    held: int
    is_running: bool
    due_at: datetime | None
    finished_at: datetime | None


@router.get("")
def show_ingestion(
    request: Request, services: GivenServices, done: Annotated[Done | None, Query()] = None
) -> HTMLResponse:
    """The queue, a rebuild, the sources, the failures."""
    books, now = services.books, datetime.now(UTC)
    status = books.status.read()
    failures = books.failures.list(limit=SHOWN)
    context = {
        "now": now,
        "done": DONE[done] if done else None,
        "status": status,
        "standby": books.standby.get(),
        "sources": [_show_source(services, one, now) for one in books.sources.read()],
        "failures": [(one, datetime.fromtimestamp(one.since, UTC)) for one in failures],
        "failed": sum(states[State.FAILED] for states in status.documents.values()),
        "outcomes": OUTCOMES,
        "counts": COUNTS,
        "queues": QUEUES,
        "steps": STEPS,
    }
    return render(request, "ingestion.html", context)


def _show_source(services: Services, source: Source, now: datetime) -> ShownSource:
    return ShownSource(
        source=source,
        location=show_url(source.location) if source.is_url else source.location,
        held=services.books.holdings.count(source.holder),
        is_running=bool(source.running_until and source.running_until > now.timestamp()),
        due_at=_make_moment(source.due_at),
        finished_at=_make_moment(source.finished_at),
    )


def _make_moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@router.post("/retry", dependencies=[Depends(refuse_forgery)])
def retry_failures(
    services: GivenServices,
    kind: Annotated[Kind | None, Form()] = None,
    id: Annotated[DocumentId | None, Form()] = None,
) -> RedirectResponse:
    """Queue one document that was set aside once more, or, without an id, all of them."""
    failures = services.books.failures
    retried = failures.retry_all(kind=kind) if id is None else len(failures.retry([id], kind=kind).taken)
    services.desk.wake()
    return _go_back(Done.RETRIED if retried else Done.NOTHING)


@router.get("/drop")
def ask_to_drop(
    request: Request, services: GivenServices, kind: Annotated[Kind, Query()], id: Annotated[DocumentId, Query()]
) -> HTMLResponse:
    """Ask whether a document that failed is to be erased. 404 where there is none."""
    stored = services.books.ledger.get_document(kind, id)
    if stored is None or stored.state is not State.FAILED:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such document has failed")
    return render(request, "drop.html", {"kind": kind, "id": id, "error": stored.error})


@router.post("/drop", dependencies=[Depends(refuse_forgery)])
def drop_failure(
    services: GivenServices, kind: Annotated[Kind, Form()], id: Annotated[DocumentId, Form()]
) -> RedirectResponse:
    """Erase a document that failed, if it still has."""
    verdict = services.books.failures.drop([id], kind=kind)
    services.desk.wake()
    return _go_back(Done.DROPPED if verdict.taken else Done.NOTHING)


@router.post("/sources", dependencies=[Depends(refuse_forgery)])
def change_source(
    services: GivenServices,
    name: Annotated[str, Form(max_length=100)],
    action: Annotated[SourceAction, Form()],
) -> RedirectResponse:
    """Pause a source, take it back into the schedule, or have it read at once. Raises UnknownSource, SourceRefused."""
    sources = services.books.sources
    {SourceAction.PAUSE: sources.pause, SourceAction.RESUME: sources.resume, SourceAction.RUN: sources.hasten}[action](
        name
    )
    return _go_back(_DONE_ABOUT[action])


def _go_back(done: Done) -> RedirectResponse:
    return RedirectResponse(link_query("/ingestion", {"done": done.value}), HTTPStatus.SEE_OTHER)
