"""Endpoints of tasks and health."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from service.api.dependencies import GivenServices
from service.api.errors import Problem
from service.api.payloads import TaskPayload

tasks = APIRouter()
health = APIRouter()


class Health(BaseModel):
    """All is well; anything else is answered by an error."""

    status: str = "ok"


@tasks.get(
    "/v1/tasks/{id}", tags=["tasks"], summary="Follow a change into the index", responses={410: {"model": Problem}}
)
def get_task(services: GivenServices, id: Annotated[int, Path(ge=1, le=2**62)]) -> TaskPayload:
    """How far the change has got: queued, running, done or failed.

    410 for one that was done so long ago that its record is no longer kept.
    """
    return TaskPayload.model_validate(services.desk.find_task(id))


@health.get("/healthz", tags=["health"], summary="Does the process live?")
async def check_health() -> Health:
    """Answers as long as the process lives."""
    # Asynchronous, so that it needs none of the threads that other requests may all hold.
    return Health()


@health.get("/readyz", tags=["health"], summary="Can it answer searches?")
def check_readiness(services: GivenServices) -> Health:
    """Answers 200 when database and index answer, 503 naming the one that does not."""
    services.books.ledger.ping()
    services.index.ping()
    return Health()
