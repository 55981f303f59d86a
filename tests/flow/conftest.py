"""The application over a real index in a temporary folder: one with hashed words, one with the packaged model."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient

from ingestion import Settings, open_installation
from service.app import create_app
from tests.flow.steps import Api


@contextmanager
def serve(folder: Path, *, idle: bool = False, **settings: str) -> Iterator[Api]:
    """An application of its own, as a caller sees it: an unforeseen error is an answer, not an exception.

    In an idle one nobody works off the queue until the test does.
    """
    chosen = Settings(_env_file=None, data_dir=folder, **{"worker": "embedded", "allowed_hosts": "*"} | settings)
    installation = open_installation(chosen)
    if idle:
        chosen = chosen.model_copy(update={"worker": "external"})
    try:
        with TestClient(create_app(installation, chosen), raise_server_exceptions=False) as client:
            yield Api(client, installation)
    finally:
        installation.close()


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The application that most tests share; each keeps to ids and a `source` of its own."""
    with serve(tmp_path_factory.mktemp("hashing"), embedding_backend="hashing") as served:
        yield served


@pytest.fixture(scope="session")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An application with the default model."""
    with serve(tmp_path_factory.mktemp("meaning")) as served:
        yield served


@pytest.fixture
def own_api(tmp_path: Path) -> Iterator[Api]:
    """An application for one test, empty at first, that may be broken."""
    with serve(tmp_path, embedding_backend="hashing") as served:
        yield served


@pytest.fixture
def source(request: pytest.FixtureRequest) -> str:
    """A name of this test's own, for the ids and the `source` of its documents."""
    return f"{request.module.__name__.rpartition('.')[2]}-{request.node.name}"[:120]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A plain terminal, 200 columns wide, and a data folder of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERPART_")}
    return clean | {
        "COUNTERPART_DATA_DIR": str(tmp_path / "var"),
        "COUNTERPART_EMBEDDING_BACKEND": "hashing",
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }


@pytest.fixture(autouse=True)
def _log_settings() -> Iterator[None]:
    """The commands point the log at a stream that ends with them."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
