"""The only place that knows status codes: every error becomes a problem document (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from ingestion.errors import (
    IngestionError,
    LedgerFull,
    LedgerUnavailable,
    SourceRefused,
    TooManySeen,
    UnknownSource,
    UnreadableDocument,
)
from milvus.errors import ColumnMissing, EmbeddingError, IndexUnavailable, MilvusError, RerankError, UnembeddableText
from service.errors import (
    BadCursor,
    CompanyNotFound,
    DocumentNotFound,
    EmptyQuery,
    NoSnapshot,
    NotSearchable,
    ServiceError,
    SourceNotFound,
    TaskNotFound,
    TaskPurged,
)

log = structlog.get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"

STATUS: dict[type[Exception], HTTPStatus] = {
    SourceNotFound: HTTPStatus.NOT_FOUND,
    DocumentNotFound: HTTPStatus.NOT_FOUND,
    TaskNotFound: HTTPStatus.NOT_FOUND,
    CompanyNotFound: HTTPStatus.NOT_FOUND,
    UnknownSource: HTTPStatus.NOT_FOUND,
    NoSnapshot: HTTPStatus.SERVICE_UNAVAILABLE,
    TaskPurged: HTTPStatus.GONE,
    NotSearchable: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadCursor: HTTPStatus.UNPROCESSABLE_ENTITY,
    SourceRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManySeen: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnreadableDocument: HTTPStatus.UNPROCESSABLE_ENTITY,
    EmptyQuery: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnembeddableText: HTTPStatus.UNPROCESSABLE_ENTITY,
    ColumnMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
}

# Answered with 503, or 507 where the disk is full, and these words; what the driver says names hosts and users, which
# only the log may.
UNAVAILABLE: dict[type[Exception], str] = {
    LedgerFull: "the database has no room left on its disk; nothing was stored",
    LedgerUnavailable: "the database does not answer",
    IndexUnavailable: "the index does not answer",
    EmbeddingError: "the embedding model or server is not available",
    RerankError: "the reranking model is not available; without `rerank` the search works",
}

# Titles and, in lower case, types of problems: our own, because Python renames its phrases from version to version.
TITLES: dict[int, str] = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}
MAX_LISTED = 100


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str = Field(
        description="Path of the field, from `body`, `query`, `path` or `header`; empty in the entry that says how "
        "many more there are."
    )
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 shapes it."""

    type: str = Field(description="Kind of the problem; stable.", examples=["urn:counterpart:not-found"])
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(
        default_factory=list, description=f"The fields that are wrong, if it is fields: the first {MAX_LISTED} of them."
    )
    request_id: str = Field(description="Also in the header X-Request-ID and in the server's log.")


def describe_errors(error: ValidationError | RequestValidationError, *, limit: int = MAX_LISTED) -> list[FieldProblem]:
    """The first `limit` fields of a validation error, and an entry without a field that says how many more there are.

    Values are left out: those may be anybody's data, or not JSON.
    """
    errors = (
        error.errors()
        if isinstance(error, RequestValidationError)
        else error.errors(include_url=False, include_input=False)
    )
    listed = [
        FieldProblem(
            field=make_writable(".".join(str(part) for part in _name_location(one))),
            message=make_writable(_describe(one)),
        )
        for one in islice(errors, limit)
    ]
    if (more := len(errors) - limit) > 0:
        listed.append(FieldProblem(field="", message=f"and {more:,} more errors"))
    return listed


def make_writable(text: str) -> str:
    """The text as UTF-8 can carry it: JSON can smuggle in halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _name_location(error: Any) -> tuple[Any, ...]:
    # What is broken as JSON has a position instead of a field.
    location: tuple[Any, ...] = error["loc"]
    return location[:1] if error["type"] == "json_invalid" else location


def _describe(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown field"
    if error["type"] == "json_invalid":
        return f"not JSON at character {error['loc'][-1]}: {error.get('ctx', {}).get('error', error['msg'])}"
    return str(error["msg"]).removeprefix("Value error, ")


def make_problem(
    request: Request,
    status: HTTPStatus,
    detail: str,
    *,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer for an error."""
    title = TITLES.get(status, f"Status {status.value}")
    problem = Problem(
        type=f"urn:counterpart:{title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=make_writable(detail),
        errors=list(errors),
        request_id=getattr(request.state, "request_id", ""),
    )
    # The request id is set here too, because an unforeseen error is answered outside of the middleware that sets it.
    own = {"X-Request-ID": problem.request_id}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        own["Retry-After"] = "5"
    return JSONResponse(
        problem.model_dump(),
        status_code=status,
        headers={**(headers or {}), **own},
        media_type=PROBLEM_TYPE,
    )


def answer_unforeseen(request: Request, error: Exception) -> JSONResponse:
    """The answer for an error that nobody foresaw: only the log says what it was."""
    log.error("unforeseen error", exc_info=error, request_id=getattr(request.state, "request_id", ""))
    return make_problem(
        request, HTTPStatus.INTERNAL_SERVER_ERROR, "an error of ours; the log has it under the request id"
    )


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem document."""

    def handle_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = describe_errors(error)
        named = "; ".join(f"{one.field}: {one.message}" for one in errors[:3])
        count = len(error.errors())
        more = f"; and {count - 3:,} more" if count > 3 else ""
        return make_problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, named + more, errors=errors)

    def handle_http(request: Request, error: HTTPException) -> JSONResponse:
        return make_problem(request, HTTPStatus(error.status_code), str(error.detail), headers=error.headers)

    def handle_own(request: Request, error: Exception) -> JSONResponse:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), None)
        if status is not None:
            return make_problem(request, status, str(error))
        detail = next((words for kind, words in UNAVAILABLE.items() if isinstance(error, kind)), None)
        if detail is None:
            return answer_unforeseen(request, error)
        is_full = isinstance(error, LedgerFull)
        status = HTTPStatus.INSUFFICIENT_STORAGE if is_full else HTTPStatus.SERVICE_UNAVAILABLE
        log.warning(f"answered {status}", error=str(error), request_id=getattr(request.state, "request_id", ""))
        return make_problem(request, status, detail)

    handlers: dict[type[Exception], Any] = {
        RequestValidationError: handle_validation,
        HTTPException: handle_http,
        ServiceError: handle_own,
        IngestionError: handle_own,
        MilvusError: handle_own,
        Exception: answer_unforeseen,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
