"""Adding documents and watching them go in, with and without a script, at a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from tests.flow.server import Server
from tests.web.conftest import link
from tests.web.test_frame import PHONE, find_violations

RESUME = (
    "Ada Lovelace\nBaker and pastry cook\nLeeds, United Kingdom\n\nSkills\nSourdough, Pastry\n\nLanguages\nEnglish C1\n"
)
TABLE = "id,title,salary_min\n1,Baker,30000\n2,,\n3,Cook,-5\n"
OpenOwn = Callable[..., Page]


def make_file(name: str, text: str) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=text.encode())


@pytest.fixture
def open_own(empty_server: Server, new_context: Callable[..., BrowserContext]) -> OpenOwn:
    """Opens a path of a server that the test may fill."""

    def open_(path: str, **settings: Any) -> Page:
        page = new_context(**settings).new_page()
        page.goto(link(empty_server, path))
        return page

    return open_


@pytest.mark.parametrize("settings", [{}, {"java_script_enabled": False}, PHONE], ids=["desk", "no script", "phone"])
def test_resume_is_read_corrected_and_stored(open_own: OpenOwn, settings: dict[str, Any]) -> None:
    page = open_own("/add", **settings)
    page.get_by_label("One file or many").set_input_files(make_file("resume.txt", RESUME))
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_text("This was read from “resume.txt”")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Baker and pastry cook")
    if settings.get("java_script_enabled", True):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert find_violations(page) == []
    page.get_by_label("Title", exact=True).fill("Head baker")
    page.get_by_role("button", name="Store").click()

    expect(page).to_have_url(re.compile(r"/resumes/sha-[0-9a-f]{32}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Head baker")


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desk", "phone"])
def test_what_did_not_go_in_is_listed(open_own: OpenOwn, settings: dict[str, Any]) -> None:
    page = open_own("/add", **settings)
    files = [make_file("jobs.csv", TABLE), make_file("broken.pdf", "no pdf"), make_file("résumé.txt", RESUME)]
    page.get_by_label("One file or many").set_input_files(files)
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_role("row", name="jobs.csv 1 0 0 2")).to_be_visible()
    expect(page.get_by_role("row", name="3 salary.min")).to_be_visible()
    expect(page.get_by_text("is not a PDF")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert find_violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="All of them as CSV").first.click()
    assert download.value.suggested_filename == "rejected.csv"
    page.get_by_role("link", name="See how it goes").click()
    expect(page.get_by_text("3 rows of files could not be read")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_wrong_field_is_named_and_mended(open_own: OpenOwn, script: bool) -> None:
    page = open_own("/add", java_script_enabled=script)
    page.get_by_label("Title", exact=True).fill("Baker")
    page.get_by_label("Country").fill("x" * 20)
    page.get_by_label("Link").fill("https://example.com/1")
    page.get_by_label("Skills").fill("y" * 201)
    page.get_by_role("button", name="Store").click()

    expect(page.get_by_label("Skills")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Baker")
    if script:
        assert find_violations(page) == []
    page.get_by_label("Skills").fill("Sourdough")
    page.get_by_role("button", name="Store").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Baker")
