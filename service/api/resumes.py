"""Endpoints of resumes: store, look up, erase, and find the resumes that fit."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from ingestion import ResumeDocument
from ingestion.documents import ResumeContent
from milvus import Kind
from service.api.batches import OPENAPI, store_batch
from service.api.dependencies import ContentType, GivenServices, Paging, PathId, RawBody, Wait
from service.api.examples import RESUME, RESUME_SEARCHES
from service.api.payloads import (
    BatchPayload,
    RecordedPayload,
    ResumeList,
    ResumeResults,
    ResumeSearch,
    StoredResume,
    TaskPayload,
    VacancyResults,
    VacancySearch,
)
from service.api.searches import FileForm, StoredQuery, read_filter, read_rerank, run_search, search_upload
from service.api.storing import erase_document, find_document, list_documents, store_document

router = APIRouter(prefix="/v1/resumes", tags=["resumes"])


@router.post("/search", summary="Find resumes")
def search_resumes(
    services: GivenServices, request: Annotated[ResumeSearch, Body(openapi_examples=RESUME_SEARCHES)]
) -> ResumeResults:
    """The resumes nearest to a text, a document or a stored id, under a filter, best first."""
    return ResumeResults.model_validate(run_search(services.searcher, Kind.RESUMES, request))


@router.post("/search/file", summary="Find resumes for an uploaded file")
def search_resumes_by_file(services: GivenServices, form: FileForm) -> ResumeResults:
    """The resumes nearest to the text of a file, under a filter, best first. The file is not stored."""
    return ResumeResults.model_validate(search_upload(services.searcher, Kind.RESUMES, form))


@router.post("/batch", summary="Store many resumes", openapi_extra=OPENAPI)
def store_resumes(
    services: GivenServices, body: RawBody, content_type: ContentType = "", wait: Wait = False
) -> BatchPayload:
    """Rows that are documents are stored; for every other row the answer says what is wrong with it."""
    return store_batch(services.desk, Kind.RESUMES, body, content_type=content_type, wait=wait)


@router.get("", summary="List resumes")
def list_resumes(services: GivenServices, paging: Paging) -> ResumeList:
    """Stored resumes in the order of their ids."""
    return ResumeList.model_validate(list_documents(services, Kind.RESUMES, paging))


@router.get("/{id}/vacancies", summary="Vacancies for a stored resume")
def find_vacancies_for_resume(services: GivenServices, id: PathId, query: StoredQuery) -> VacancyResults:
    """As `POST /v1/vacancies/search` with this resume as the source."""
    request = VacancySearch(
        resume_id=id,
        filter=read_filter(Kind.VACANCIES, query.filter),
        limit=query.limit,
        offset=query.offset,
        include_expired=query.include_expired,
        fold_duplicates=query.fold_duplicates,
        min_score=query.min_score,
        rerank=read_rerank(query.rerank),
        exclude_seen_by=query.exclude_seen_by,
    )
    return VacancyResults.model_validate(run_search(services.searcher, Kind.VACANCIES, request))


@router.put(
    "/{id}", summary="Store a resume", responses={201: {"model": RecordedPayload}, 202: {"model": RecordedPayload}}
)
def put_resume(
    services: GivenServices,
    id: PathId,
    content: Annotated[ResumeContent, Body(openapi_examples=RESUME)],
    *,
    response: Response,
    wait: Wait = False,
) -> RecordedPayload:
    """Store a resume, or replace the one of this id. Sending it again unchanged does nothing.

    201 or 200 once searches show it, 202 while it is queued.
    """
    document = ResumeDocument(id=id, **dict(content))
    return store_document(services, document, response, wait=wait)


@router.get("/{id}", summary="Look up a resume")
def get_resume(services: GivenServices, id: PathId) -> StoredResume:
    """What was understood of a stored resume, and how far it has got."""
    return StoredResume.model_validate(find_document(services, Kind.RESUMES, id))


@router.delete("/{id}", summary="Erase a resume", responses={202: {"model": TaskPayload}})
def delete_resume(services: GivenServices, id: PathId, response: Response, wait: Wait = False) -> TaskPayload:
    """Erase a resume with everything stored about it. 200 once no search finds it, 202 before."""
    return erase_document(services, Kind.RESUMES, id, response, wait=wait)
