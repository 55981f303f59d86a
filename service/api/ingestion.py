"""Endpoints of the queue: how it goes, what failed, and another try."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingestion import DocumentId, IngestionStatus
from milvus import Kind
from service.api.dependencies import GivenServices
from service.api.examples import RETRIES
from service.api.payloads import Request, make_moment

MAX_IDS = 1000

router = APIRouter(prefix="/v1/ingestion", tags=["ingestion"])


class FailureQuery(BaseModel):
    """Which failures to list."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = Field(None, description="Only documents of this kind.")
    limit: int = Field(100, ge=1, le=1000, description="At most so many.")


class FailurePayload(BaseModel):
    """A document that was set aside."""

    kind: Kind
    id: str
    error: str
    attempts: int = Field(description="How often it was tried since it last changed.")
    source: str | None = Field(description="The `source` that the document names.")
    since: datetime
    is_deletion: bool = Field(description="True where it is the document's removal that failed.")


class FailureList(BaseModel):
    """Documents that were set aside, the newest failure first."""

    items: list[FailurePayload]


class RetryRequest(Request):
    """Which documents to try once more: those of `ids`, or all of them."""

    kind: Kind | None = Field(None, description="Only documents of this kind; both where it is left out.")
    ids: list[DocumentId] | None = Field(None, min_length=1, max_length=MAX_IDS, description="Your ids.")
    all: bool = Field(False, description="Every document that was set aside.")

    @model_validator(mode="after")
    def names_some(self) -> Self:
        if (self.ids is not None) == self.all:
            raise ValueError('give either "ids" or "all": true')
        return self


class Refusal(BaseModel):
    """An id that nothing was done about."""

    id: str
    reason: str


class RetryPayload(BaseModel):
    """What is queued once more, and what was not."""

    retried: int
    refused: list[Refusal] = Field(description="Ids that name no document that was set aside.")


@router.get("", summary="See how the queue goes")
def get_status(services: GivenServices) -> IngestionStatus:
    """Length and speed of the queue, the age of its oldest change, failures by source, workers that are alive."""
    return services.books.status.read()


@router.get("/failures", summary="List documents that were set aside")
def list_failures(services: GivenServices, query: Annotated[FailureQuery, Query()]) -> FailureList:
    """With their errors. Send such a document again, mended, or have it retried, or delete it."""
    failures = services.books.failures.list(kind=query.kind, limit=query.limit)
    return FailureList(
        items=[
            FailurePayload(
                kind=one.kind,
                id=one.id,
                error=one.error,
                attempts=one.attempts,
                source=one.source,
                since=make_moment(one.since),
                is_deletion=one.is_deletion,
            )
            for one in failures
        ]
    )


@router.post("/retry", summary="Try documents that were set aside once more")
def retry_failures(
    services: GivenServices, request: Annotated[RetryRequest, Body(openapi_examples=RETRIES)]
) -> RetryPayload:
    """Queue them once more, for instance after the model or a setting was mended."""
    failures = services.books.failures
    if request.ids is None:
        answer = RetryPayload(retried=failures.retry_all(kind=request.kind), refused=[])
    else:
        verdict = failures.retry(request.ids, kind=request.kind)
        refused = [Refusal(id=id_, reason=reason) for id_, reason in verdict.refused.items()]
        answer = RetryPayload(retried=len(verdict.taken), refused=refused)
    services.desk.wake()
    return answer
