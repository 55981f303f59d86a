"""A document, its matches, and resumes side by side."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import OpenPage, encode
from tests.web.examples import STRANGE_ID

MATCH = "/matches?resume_id=baker-0&vacancy_id=baker"


def test_document_shows_what_was_understood_and_what_fits(open_page: OpenPage) -> None:
    page = open_page("/vacancies/baker")

    expect(page.get_by_role("heading", level=1)).to_have_text("Baker")
    expect(page.locator(".body .facts")).to_contain_text("Leeds, United Kingdom")
    expect(page.get_by_role("link", name="https://example.com/baker")).to_have_attribute("rel", re.compile("noopener"))
    expect(page.get_by_role("heading", name="Resumes that fit")).to_be_visible()
    expect(page.get_by_role("heading", name="Vacancies alike")).to_be_visible()


def test_ids_may_hold_any_characters(open_page: OpenPage) -> None:
    page = open_page("/?text=night+baker")
    page.get_by_role("link", name="Night baker").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Night baker")
    expect(page.locator(".id")).to_have_text(STRANGE_ID)
    page.locator(".around form a").first.click()
    expect(page.get_by_role("heading", name="The two texts")).to_be_visible()
    page.get_by_role("link", name="Night baker").click()
    assert page.url.endswith(encode(STRANGE_ID))


@pytest.mark.parametrize("script", [True, False])
def test_chosen_resumes_are_compared(open_page: OpenPage, script: bool) -> None:
    page = open_page("/vacancies/baker", java_script_enabled=script)
    for box in page.locator("input[name=resume_id]").all():
        box.uncheck()
    for name in ("Compare Baker and pastry cook", "Compare Head baker"):
        page.get_by_label(name).check(force=True)
    page.get_by_role("button", name="Compare the chosen ones").click()

    heads = page.locator(".compare thead th")
    assert sorted(heads.all_inner_texts()) == ["Baker and pastry cook", "Head baker"]
    row = page.get_by_role("row", name="Sourdough")
    expect(row.get_by_text("met", exact=True)).to_have_count(2)
    page.get_by_role("link", name="Head baker").click()
    expect(page).to_have_url(re.compile(r"/matches\?resume_id=baker-2&vacancy_id=baker"))


def test_more_resumes_than_columns_are_named(open_page: OpenPage) -> None:
    ids = "&".join(f"resume_id=baker-{number}" for number in range(5))
    page = open_page(f"/compare?vacancy_id=baker&{ids}")

    expect(page.locator(".compare thead th")).to_have_count(4)
    expect(page.get_by_text("1 resume is left out")).to_be_visible()


def test_match_links_what_is_asked_with_its_evidence(open_page: OpenPage) -> None:
    page = open_page(MATCH)
    number = page.locator("mark.met a[href^='#r']").first
    target = number.get_attribute("href")
    number.click()

    evidence = page.locator(f"mark{target}")
    expect(evidence).to_be_in_viewport()
    assert page.url.endswith(str(target))
    assert evidence.locator("a[href^='#v']").count() >= 1
    expect(page.locator(".checks")).to_contain_text("Pastry is among the skills")


def test_every_link_within_a_match_leads_somewhere(open_page: OpenPage) -> None:
    page = open_page(MATCH)
    targets = page.locator("main a[href^='#']").evaluate_all("links => links.map(link => link.getAttribute('href'))")

    assert targets
    assert all(page.locator(target).count() == 1 for target in targets)


@pytest.mark.parametrize("script", [True, False])
def test_weights_move_the_score(open_page: OpenPage, script: bool) -> None:
    page = open_page(MATCH, java_script_enabled=script)
    before = page.locator(".verdict strong").inner_text()
    page.get_by_text("Change what counts").click()
    if script:
        page.get_by_label("Required skills").fill("0")
        expect(page.locator("output[for=w-required_skills]")).to_have_text("0")
    else:
        page.get_by_label("Required skills").focus()
        page.keyboard.press("Home")
    page.get_by_role("button", name="Score anew").click()

    assert "required_skills=0" in page.url
    assert page.locator(".verdict strong").inner_text() != before
    expect(page.get_by_text("with the usual weights")).to_contain_text(before)
    page.get_by_role("link", name="Back to them").click()
    assert page.locator(".verdict strong").inner_text() == before


def test_weights_that_leave_nothing_are_refused(open_page: OpenPage) -> None:
    zeros = "&".join(f"{name}=0" for name in ("meaning", "title", "place", "salary", "employment", "recency"))
    page = open_page("/")
    answer = page.request.get(f"{page.url.rstrip('/')}{MATCH}&{zeros}", headers={"accept": "text/html"})

    assert answer.status == 422
    assert "all parts of vacancy_meets_resume weigh 0" in answer.text()
