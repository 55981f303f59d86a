"""What the endpoints are given: the use cases, decoded ids, raw bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingestion import Books, DocumentId
from milvus import Index
from service.analytics import Market
from service.documents import DocumentDesk
from service.search import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases of one installation."""

    books: Books
    index: Index
    desk: DocumentDesk
    searcher: Searcher
    market: Market


def get_services(request: Request) -> Services:
    """The use cases of the application that answers."""
    services: Services = request.app.state.services
    return services


async def read_body(request: Request) -> bytes:
    """The request's body as it came."""
    return await request.body()


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise RequestValidationError naming the query parameters that the route does not have: a typo, most likely."""
    route: APIRoute = request.scope["route"]
    known = set(_list_query_parameters(route.dependant))
    if unknown := [name for name in request.query_params if name not in known]:
        raise RequestValidationError(
            [{"type": "unknown_parameter", "loc": ("query", name), "msg": "unknown parameter"} for name in unknown]
        )


def _list_query_parameters(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from (field.alias or name for name, field in annotation.model_fields.items())
        else:
            yield parameter.alias
    for needed in dependant.dependencies:
        yield from _list_query_parameters(needed)


def decode_path(value: Any) -> Any:
    """What a percent-encoded part of a path stands for."""
    return unquote(value, errors="strict") if isinstance(value, str) else value


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, max_length=1000, description="`next_cursor` of the page before.")
    limit: int = Field(100, ge=1, le=500, description="At most so many.")


GivenServices = Annotated[Services, Depends(get_services)]
Paging = Annotated[PageQuery, Query()]
ContentType = Annotated[str, Header(include_in_schema=False)]
RawBody = Annotated[bytes, Depends(read_body)]
PathId = Annotated[
    DocumentId, BeforeValidator(decode_path), Path(description="Your id, percent-encoded.", examples=["42"])
]
PathText = Annotated[
    str,
    BeforeValidator(decode_path),
    Path(min_length=1, max_length=500, description="Percent-encoded.", examples=["nurse"]),
]
Wait = Annotated[bool, Query(description="Answer only when searches show it (at most 60 s).")]
