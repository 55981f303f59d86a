"""A server of its own with our examples, and the system's Chromium to look at it."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.flow.server import Server, start_server
from tests.web.examples import RESUMES, VACANCIES

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that holds the examples; no test changes what it holds."""
    with run_server(tmp_path_factory.mktemp("web")) as server:
        load_examples(server)
        yield server


def load_examples(server: Server) -> None:
    for kind, documents in (("vacancies", VACANCIES), ("resumes", RESUMES)):
        status, _, body = server.request("POST", f"/v1/{kind}/batch?wait=true", documents)
        assert status == 200, body


@contextlib.contextmanager
def run_server(folder: Path) -> Iterator[Server]:
    server = start_server(folder)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(timeout=30)


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A server that holds nothing."""
    with run_server(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Where there is none, that is a failure: nothing else tells whether pages work."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path is not None, f"none of {', '.join(CHROMIUM)} is installed; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes a browser's profile of its own; settings as playwright takes them."""
    with contextlib.ExitStack() as stack:

        def make(**settings: Any) -> BrowserContext:
            context = browser.new_context(**{"locale": "en-US"} | settings)
            context.set_default_timeout(10_000)
            stack.callback(context.close)
            return context

        yield make


@pytest.fixture
def open_page(served: Server, new_context: Callable[..., BrowserContext]) -> Iterator[OpenPage]:
    """Opens a path of the server; at the end no page may have complained in its console."""
    with watch_pages(served, new_context) as open_:
        yield open_


@contextlib.contextmanager
def watch_pages(server: Server, new_context: Callable[..., BrowserContext]) -> Iterator[OpenPage]:
    """Opens paths of a server; at the end no page may have complained in its console."""
    complaints: list[str] = []

    def open_(path: str = "/", **settings: Any) -> Page:
        page = new_context(**settings).new_page()
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.goto(link(server, path))
        return page

    yield open_
    assert complaints == []


def link(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def encode(id_: str) -> str:
    return quote(id_, safe="")
