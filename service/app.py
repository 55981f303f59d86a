"""Wires an installation into a web application."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI

from ingestion import Installation, Settings, Worker, create_source_runner
from milvus import find_model
from service import __version__
from service.api import operations, resumes, vacancies
from service.api.dependencies import Services, refuse_unknown_parameters
from service.api.errors import PROBLEM_TYPE, Problem, install_error_handlers
from service.api.middleware import BodyLimit, EncodedPaths, KnownHosts, RequestIds, list_hosts
from service.documents import DocumentDesk
from service.search import Searcher
from service.web import pages

DESCRIPTION = """Finds the vacancies for a resume and the resumes for a vacancy.

Documents are stored with `PUT` (or in batches) and become searchable within seconds; `?wait=true` waits for that.
Searches take a few words, a document, a file or a stored id. Errors are problem documents (RFC 9457)."""
_STOP_SECONDS = 60


def create_app(installation: Installation, settings: Settings) -> FastAPI:
    """The application over an opened installation; it runs worker and sources itself where the settings say so."""
    worker = installation.create_worker() if settings.worker_is_embedded else None
    sources = create_source_runner(installation.books, allow_private=settings.allow_private_sources)
    services = create_services(installation, settings, worker)

    @asynccontextmanager
    async def run_worker(_: FastAPI) -> AsyncIterator[None]:
        threads = []
        if worker:
            threads = [
                threading.Thread(target=worker.run, name="worker", daemon=True),
                threading.Thread(target=sources.keep_running, name="sources", daemon=True),
            ]
        for thread in threads:
            thread.start()
        yield
        if worker:
            worker.stop()
            sources.stop()
        for thread in threads:
            thread.join(_STOP_SECONDS)

    app = FastAPI(
        title="Counterpart",
        version=__version__,
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=run_worker,
        responses={status: {"model": Problem} for status in (400, 404, 413, 422, 503)},
    )
    app.state.services = services
    app.openapi = partial(describe_api, app)  # type: ignore[method-assign]  # the framework's own way to extend it
    install_error_handlers(app)
    # The last one added is the first to see a request.
    app.add_middleware(EncodedPaths)
    app.add_middleware(BodyLimit)
    app.add_middleware(KnownHosts, names=list_hosts(settings.allowed_hosts, settings.host))
    app.add_middleware(RequestIds)
    for router in (resumes.router, vacancies.router, operations.tasks):
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    for router in (operations.health, pages.router):
        app.include_router(router)
    app.mount("/static", pages.static_files, name="static")
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


def create_services(installation: Installation, settings: Settings, worker: Worker | None) -> Services:
    """The use cases over an installation; `worker` is the one in this process, if there is one."""
    known = None if settings.embedding_backend == "hashing" else find_model(settings.embedding_model).languages
    searcher = Searcher(
        store=installation.store,
        embedder=installation.embedder,
        normalizer=installation.normalizer,
        languages=frozenset(known) if known else None,
    )
    desk = DocumentDesk(
        books=installation.books,
        normalizer=installation.normalizer,
        wake=worker.wake if worker else lambda: None,
    )
    return Services(books=installation.books, store=installation.store, desk=desk, searcher=searcher)
