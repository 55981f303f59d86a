"""Wires an installation into a web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import cache, partial
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from ingestion import Installation, Settings, Worker, create_source_runner, open_rerankers
from milvus import find_model
from milvus.errors import MilvusError
from service import __version__
from service.analytics import Market
from service.api import analytics, ingestion, matches, metrics, operations, resumes, topics, vacancies, viewers
from service.api.dependencies import Services, refuse_unknown_parameters
from service.api.errors import PROBLEM_TYPE, Problem, install_error_handlers
from service.api.middleware import BodyLimit, EncodedPaths, KnownHosts, RequestIds, list_hosts
from service.calibration_files import open_calibration
from service.documents import DocumentDesk
from service.pairing import PairMaker
from service.reranking import Rerankers
from service.search import Searcher
from service.web import pages
from service.web.error_pages import ErrorPages

DESCRIPTION = """Finds the vacancies for a resume and the resumes for a vacancy.

Documents are stored with `PUT` (or in batches) and become searchable within seconds; `?wait=true` waits for that.
Searches take a few words, a document, a file or a stored id, and may be reranked by: {rerankers}. Errors are problem
documents (RFC 9457)."""


def create_app(installation: Installation, settings: Settings) -> FastAPI:
    """The application over an opened installation; it runs worker and sources itself where the settings say so."""
    worker = installation.create_worker() if settings.worker_is_embedded else None
    services = create_services(installation, worker, settings)
    rerankers = services.searcher.rerankers

    @asynccontextmanager
    async def run_worker(_: FastAPI) -> AsyncIterator[None]:
        installation.serving.warm_up()
        sources = create_source_runner(installation.books, allow_private=settings.allow_private_sources)
        try:
            with installation.work_beside(worker, sources) if worker else nullcontext():
                yield
        finally:
            rerankers.close()

    app = FastAPI(
        title="Counterpart",
        version=__version__,
        description=DESCRIPTION.format(rerankers=", ".join(f"`{name}`" for name in rerankers.names)),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=run_worker,
        responses={status: {"model": Problem} for status in (400, 404, 413, 422, 503, 507)},
    )
    app.state.services = services
    app.state.metrics = metrics.Metrics(installation.books)
    app.openapi = partial(describe_api, app)  # type: ignore[method-assign]  # the framework's own way to extend it
    install_error_handlers(app)
    # The last one added is the first to see a request.
    app.add_middleware(metrics.TimedRequests, metrics=app.state.metrics)
    app.add_middleware(EncodedPaths)
    app.add_middleware(BodyLimit)
    app.add_middleware(KnownHosts, names=list_hosts(settings.allowed_hosts, settings.host))
    app.add_middleware(ErrorPages)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(RequestIds)
    described = (resumes, vacancies, matches, topics, viewers, analytics, ingestion)
    for router in (*(one.router for one in described), operations.tasks):
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    for router in (operations.health, metrics.router):
        app.include_router(router)
    for router in pages.ROUTERS:
        app.include_router(router, include_in_schema=False)
    return app


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; errors are described with the media type that they are sent with."""
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        for operation in (operation for path in schema["paths"].values() for operation in path.values()):
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    content[PROBLEM_TYPE] = content.pop("application/json")
    return app.openapi_schema or {}


def create_services(installation: Installation, worker: Worker | None, settings: Settings) -> Services:
    """The use cases over an installation; `worker` is the one in this process, if there is one.

    Raises SettingsError for a reranker or a calibration that cannot be.
    """
    searcher = Searcher(
        get_served=installation.serving.get,
        normalizer=installation.normalizer,
        find_languages=find_languages,
        find_seen=installation.books.sightings.list_ids,
        pairs=PairMaker(find_skills=installation.normalizer.taxonomy.find),
        rerankers=Rerankers(open_rerankers(settings)),
        calibration=open_calibration(settings),
    )
    desk = DocumentDesk(
        books=installation.books,
        normalizer=installation.normalizer,
        wake=worker.wake if worker else lambda: None,
    )
    market = Market(installation.snapshots.folder)
    return Services(books=installation.books, index=installation.index, desk=desk, searcher=searcher, market=market)


@cache
def find_languages(model: str) -> frozenset[str] | None:
    """The languages (ISO 639-1) that an embedding model knows, None where nobody knows."""
    try:
        languages = find_model(model).languages
    except MilvusError:  # none of the catalog's, as the hashing embedder
        return None
    return frozenset(languages) if languages else None
