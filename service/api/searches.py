"""From search requests to use cases and back to payloads."""

from typing import Annotated, Any, TypeVar

from fastapi import Form, Query, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ingestion import AnyDocument, ResumeDocument, UnreadableDocument, VacancyDocument, read_upload
from ingestion.documents import Viewer
from milvus import Filter, Kind
from service.api.matches import make_judgement_values, make_note_payload
from service.api.payloads import (
    EXCLUDE_SEEN,
    FILTERS,
    FOLD,
    MAX_LIMIT,
    MAX_OFFSET,
    DuplicatePayload,
    FacetPayload,
    SearchRequest,
    make_entity_payload,
)
from service.api.ranking_payloads import (
    MIN_SCORE,
    FusionPayload,
    LeftOutPayload,
    RerankedPayload,
    RerankRequest,
    RereadPayload,
    Share,
)
from service.errors import EmptyQuery
from service.matching import Match, Page
from service.queries import DocumentSource, Source, StoredSource, TextSource
from service.ranking import RankingOptions, describe
from service.reranking import RerankOptions
from service.search import Found, Searcher

_UNSTORED_ID = "query"
MAX_UPLOAD_BYTES = 20 * 1024 * 1024


class SearchOptions(BaseModel):
    """What a search may be told besides its source, as query or form fields."""

    model_config = ConfigDict(extra="forbid")

    filter: str | None = Field(None, description="A filter, as in a search's body, as JSON.", max_length=500_000)
    limit: int = Field(10, ge=1, le=MAX_LIMIT, description="At most so many results.")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="Leave out so many of the best.")
    include_expired: bool = Field(False, description="Also return what has expired.")
    fold_duplicates: bool = Field(True, description=FOLD)
    min_score: Share | None = Field(None, description=MIN_SCORE)
    rerank: str | None = Field(None, description="A second stage, as in a search's body, as JSON.", max_length=2_000)
    exclude_seen_by: Viewer | None = Field(None, description=EXCLUDE_SEEN)


class UploadForm(SearchOptions):
    """An uploaded file and what the search may be told besides."""

    file: UploadFile = Field(
        description="A resume or vacancy as PDF, DOCX, ODT, RTF, HTML, Markdown or plain text, at most 20 MiB."
    )


M = TypeVar("M", bound=BaseModel)

StoredQuery = Annotated[SearchOptions, Query()]
FileForm = Annotated[UploadForm, Form(media_type="multipart/form-data")]


def choose_source(request: SearchRequest[Any]) -> Source:
    """The one source that a request names."""
    if request.text is not None:
        return TextSource(request.text)
    if request.resume_id is not None:
        return StoredSource(Kind.RESUMES, request.resume_id)
    if request.vacancy_id is not None:
        return StoredSource(Kind.VACANCIES, request.vacancy_id)
    if request.resume is not None:
        return DocumentSource(ResumeDocument(id=_UNSTORED_ID, **dict(request.resume)))
    return DocumentSource(VacancyDocument(id=_UNSTORED_ID, **dict(request.vacancy or {})))


def run_search(searcher: Searcher, kind: Kind, request: SearchRequest[Any]) -> dict[str, Any]:
    """The values of a search payload."""
    found = searcher.search(
        kind,
        choose_source(request),
        filter=request.filter,
        page=Page(request.limit, request.offset),
        include_expired=request.include_expired,
        fold_duplicates=request.fold_duplicates,
        fusion=request.fusion.make_fusion(),
        ranking=request.make_options(),
        rerank=choose_rerank(searcher, request.rerank, "body", "rerank"),
        exclude_seen_by=request.exclude_seen_by,
        explain=request.explain,
        facets=request.facets,
    )
    return make_search_payload(found)


def search_upload(searcher: Searcher, kind: Kind, form: UploadForm) -> dict[str, Any]:
    """The values of a search payload for the text of a file. Raises UnreadableDocument."""
    # What is sought for is the other side's document; a file of the same side reads the same.
    document = read_file(form.file, kind.counterpart)
    try:
        found = searcher.search(
            kind,
            DocumentSource(document),
            filter=read_filter(kind, form.filter),
            page=Page(form.limit, form.offset),
            include_expired=form.include_expired,
            fold_duplicates=form.fold_duplicates,
            ranking=RankingOptions(min_score=form.min_score),
            rerank=choose_rerank(searcher, read_rerank(form.rerank), "rerank"),
            exclude_seen_by=form.exclude_seen_by,
        )
    except EmptyQuery as error:
        raise EmptyQuery(f"{name_file(form.file)}: {error}") from None
    return make_search_payload(found)


def read_file(file: UploadFile, kind: Kind) -> AnyDocument:
    """The document of an uploaded file. Raises UnreadableDocument, which names the file."""
    content, name = file.file.read(MAX_UPLOAD_BYTES + 1), name_file(file)
    if len(content) > MAX_UPLOAD_BYTES:
        raise UnreadableDocument(f"{name}: larger than {MAX_UPLOAD_BYTES // 1024 // 1024} MiB")
    try:
        return read_upload(name, content, kind=kind)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{name}: {error}") from None


def name_file(file: UploadFile) -> str:
    """What an uploaded file is called, which not every client says."""
    return file.filename or "upload"


def make_search_payload(found: Found) -> dict[str, Any]:
    """The values of a search payload."""
    return {
        "items": [_make_match_payload(match) for match in found.matches],
        "source": make_entity_payload(found.source) if found.source else None,
        "warnings": [describe(note) for note in found.warnings],
        "weights": found.weights,
        "fusion": FusionPayload.model_validate(found.fusion) if found.fusion else None,
        "reranked": RerankedPayload.model_validate(found.reranked) if found.reranked else None,
        "left_out": LeftOutPayload.model_validate(found.left_out),
        "facets": [FacetPayload.model_validate(one) for one in found.facets],
        "relaxations": [make_note_payload(one) for one in found.relaxations],
    }


def _make_match_payload(match: Match) -> dict[str, Any]:
    return {
        **make_judgement_values(match),
        "relevance": match.relevance,
        "rerank": RereadPayload.model_validate(match.reread) if match.reread else None,
        "document": make_entity_payload(match.entity),
        "duplicates": [DuplicatePayload.model_validate(one) for one in match.duplicates.named],
        "duplicates_total": match.duplicates.total,
    }


def choose_rerank(searcher: Searcher, request: RerankRequest | None, *location: str) -> RerankOptions | None:
    """The second stage that a request asks for.

    Raises RequestValidationError, naming the field at `location`, for a model that is not there: a request cannot make
    the server load one.
    """
    if request is None or request.model in searcher.rerankers.names:
        return request.make_options() if request else None
    there_are = f"no such model here; there are: {', '.join(searcher.rerankers.names)}"
    raise RequestValidationError([{"type": "unknown_model", "loc": (*location, "model"), "msg": there_are}])


def read_filter(kind: Kind, text: str | None) -> Filter | None:
    """A filter given as JSON in a query or form field. Raises RequestValidationError naming its fields."""
    return _read_json(text, FILTERS[kind], "filter")


def read_rerank(text: str | None) -> RerankRequest | None:
    """A second stage given as JSON in a query or form field. Raises RequestValidationError naming its fields."""
    return _read_json(text, RerankRequest, "rerank")


def _read_json(text: str | None, shape: type[M], field: str) -> M | None:
    if not text:
        return None
    try:
        return TypeAdapter(shape).validate_json(text)
    except ValidationError as error:
        raise RequestValidationError(
            [{**one, "loc": (field, *one["loc"])} for one in error.errors(include_input=False, include_url=False)]
        ) from None
