"""Endpoints of vacancies: store, look up, erase, and find the vacancies that fit."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from ingestion import VacancyDocument
from ingestion.documents import VacancyContent
from milvus import Kind
from service.api.batches import OPENAPI, store_batch
from service.api.dependencies import ContentType, GivenServices, Paging, PathId, RawBody, Wait
from service.api.examples import VACANCY, VACANCY_SEARCHES
from service.api.payloads import (
    BatchPayload,
    RecordedPayload,
    ResumeResults,
    ResumeSearch,
    StoredVacancy,
    TaskPayload,
    VacancyList,
    VacancyResults,
    VacancySearch,
)
from service.api.searches import FileForm, StoredQuery, read_filter, read_rerank, run_search, search_upload
from service.api.storing import erase_document, find_document, list_documents, store_document

router = APIRouter(prefix="/v1/vacancies", tags=["vacancies"])


@router.post("/search", summary="Find vacancies")
def search_vacancies(
    services: GivenServices, request: Annotated[VacancySearch, Body(openapi_examples=VACANCY_SEARCHES)]
) -> VacancyResults:
    """The vacancies nearest to a text, a document or a stored id, under a filter, best first."""
    return VacancyResults.model_validate(run_search(services.searcher, Kind.VACANCIES, request))


@router.post("/search/file", summary="Find vacancies for an uploaded file")
def search_vacancies_by_file(services: GivenServices, form: FileForm) -> VacancyResults:
    """The vacancies nearest to the text of a file, under a filter, best first. The file is not stored."""
    return VacancyResults.model_validate(search_upload(services.searcher, Kind.VACANCIES, form))


@router.post("/batch", summary="Store many vacancies", openapi_extra=OPENAPI)
def store_vacancies(
    services: GivenServices, body: RawBody, content_type: ContentType = "", wait: Wait = False
) -> BatchPayload:
    """Rows that are documents are stored; for every other row the answer says what is wrong with it."""
    return store_batch(services.desk, Kind.VACANCIES, body, content_type=content_type, wait=wait)


@router.get("", summary="List vacancies")
def list_vacancies(services: GivenServices, paging: Paging) -> VacancyList:
    """Stored vacancies in the order of their ids."""
    return VacancyList.model_validate(list_documents(services, Kind.VACANCIES, paging))


@router.get("/{id}/resumes", summary="Resumes for a stored vacancy")
def find_resumes_for_vacancy(services: GivenServices, id: PathId, query: StoredQuery) -> ResumeResults:
    """As `POST /v1/resumes/search` with this vacancy as the source."""
    request = ResumeSearch(
        vacancy_id=id,
        filter=read_filter(Kind.RESUMES, query.filter),
        limit=query.limit,
        offset=query.offset,
        include_expired=query.include_expired,
        fold_duplicates=query.fold_duplicates,
        min_score=query.min_score,
        rerank=read_rerank(query.rerank),
        exclude_seen_by=query.exclude_seen_by,
    )
    return ResumeResults.model_validate(run_search(services.searcher, Kind.RESUMES, request))


@router.put(
    "/{id}", summary="Store a vacancy", responses={201: {"model": RecordedPayload}, 202: {"model": RecordedPayload}}
)
def put_vacancy(
    services: GivenServices,
    id: PathId,
    content: Annotated[VacancyContent, Body(openapi_examples=VACANCY)],
    *,
    response: Response,
    wait: Wait = False,
) -> RecordedPayload:
    """Store a vacancy, or replace the one of this id. Sending it again unchanged does nothing.

    201 or 200 once searches show it, 202 while it is queued.
    """
    document = VacancyDocument(id=id, **dict(content))
    return store_document(services, document, response, wait=wait)


@router.get("/{id}", summary="Look up a vacancy")
def get_vacancy(services: GivenServices, id: PathId) -> StoredVacancy:
    """What was understood of a stored vacancy, and how far it has got."""
    return StoredVacancy.model_validate(find_document(services, Kind.VACANCIES, id))


@router.delete("/{id}", summary="Erase a vacancy", responses={202: {"model": TaskPayload}})
def delete_vacancy(services: GivenServices, id: PathId, response: Response, wait: Wait = False) -> TaskPayload:
    """Erase a vacancy with everything stored about it. 200 once no search finds it, 202 before."""
    return erase_document(services, Kind.VACANCIES, id, response, wait=wait)
