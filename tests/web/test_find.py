"""Searching in a browser: words, files, filters, orders, pages, and back again; with a script and without."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.flow.server import Server
from tests.web.conftest import OpenPage, link

WITHOUT_SCRIPT = {"java_script_enabled": False}


def search(page: Page, text: str, sought: str = "vacancies") -> None:
    page.get_by_label("Paste a resume, a vacancy or a few words").fill(text)
    page.get_by_label(sought, exact=True).check(force=True)
    page.get_by_role("button", name="Search", exact=True).click()


def list_titles(page: Page) -> list[str]:
    return page.locator(".matches h3").all_inner_texts()


def read_query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("settings", [{}, WITHOUT_SCRIPT], ids=["script", "no script"])
def test_words_are_searched_by_and_stand_in_the_url(open_page: OpenPage, settings: dict[str, bool]) -> None:
    page = open_page("/", **settings)
    search(page, "night baker")

    assert list_titles(page)[0] == "Night baker"
    assert read_query(page) == {"text": ["night baker"], "find": ["vacancies"]}
    search(page, "head baker", "resumes")
    assert list_titles(page)[0] == "Head baker"


@pytest.mark.parametrize("settings", [{}, WITHOUT_SCRIPT], ids=["script", "no script"])
def test_filters_narrow_and_the_back_button_widens(open_page: OpenPage, settings: dict[str, bool]) -> None:
    page = open_page("/?text=baker", **settings)
    before = len(list_titles(page))
    page.get_by_label("on site").check()
    page.get_by_label("Another skill").fill("Sourdough")
    page.get_by_role("button", name="Apply").click()

    assert list_titles(page) == ["Baker"]
    assert read_query(page) == {
        "text": ["baker"],
        "find": ["vacancies"],
        "skill": ["Sourdough"],
        "work_format": ["on_site"],
    }
    page.get_by_role("link", name="on site ✕").click()
    assert sorted(list_titles(page)) == ["Baker", "Night baker"]
    page.go_back()
    assert list_titles(page) == ["Baker"]
    page.go_back()
    assert len(list_titles(page)) == before


def test_orders_and_pages_are_links(open_page: OpenPage) -> None:
    page = open_page("/?text=roofer&skill=Roofing")
    page.get_by_role("link", name="newest").click()
    assert list_titles(page)[:2] == ["Roofer 25", "Roofer 24"]
    page.get_by_role("link", name="Next →").click()

    assert read_query(page)["page"] == ["2"]
    assert list_titles(page) == [f"Roofer {number}" for number in range(5, 0, -1)]
    expect(page.get_by_role("link", name="← Previous")).to_be_visible()


@pytest.mark.parametrize("settings", [{}, WITHOUT_SCRIPT], ids=["script", "no script"])
def test_file_is_searched_by_and_stays_while_filters_change(
    open_page: OpenPage, tmp_path: Path, settings: dict[str, bool]
) -> None:
    (tmp_path / "me.txt").write_text("Baker. I bake Sourdough, and look for a bakery. " * 200)
    page = open_page("/", **settings)
    page.get_by_label("or a file").set_input_files(tmp_path / "me.txt")
    page.get_by_role("button", name="Search", exact=True).click()

    expect(page.get_by_text("cannot be bookmarked")).to_be_visible()
    assert "Night baker" in list_titles(page)
    page.get_by_label("Another skill").fill("Sourdough")
    page.get_by_role("button", name="Apply").click()
    assert sorted(list_titles(page)) == ["Baker", "Night baker"]
    page.get_by_role("button", name="Sourdough ✕").click()
    assert len(list_titles(page)) > 2
    page.get_by_role("button", name="newest").click()
    assert list_titles(page)[0] == "Roofer 25"


def test_file_may_be_dropped_on_the_box(open_page: OpenPage) -> None:
    page = open_page("/")
    transfer = page.evaluate_handle(
        "() => { const held = new DataTransfer(); held.items.add(new File(['Night baker.'], 'me.txt')); return held; }"
    )
    with page.expect_navigation():
        page.dispatch_event(".box", "drop", {"dataTransfer": transfer})

    expect(page.get_by_text("“me.txt”")).to_be_visible()
    assert list_titles(page)[0] == "Night baker"


def test_keyboard_reaches_everything(open_page: OpenPage) -> None:
    page = open_page("/?text=baker")
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "() => { const one = document.activeElement; const style = getComputedStyle(one);"
                " return [one.tagName, one.name || one.className || one.textContent.trim(), style.outlineStyle]; }"
            )
        )
    names = [name for _, name, _ in reached]
    assert names[0] == "skip"
    for wanted in ("text", "find", "file", "primary", "skill", "work_format", "salary", "since", "secondary"):
        assert wanted in names, (wanted, names)
    # The box and its text share one ring, and a chosen side shows its own.
    unseen = {"text", "find"}
    assert all(outline != "none" for tag, name, outline in reached if tag != "BODY" and name not in unseen)


def test_skip_link_leads_to_the_content(open_page: OpenPage) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_enter_in_a_filter_searches(open_page: OpenPage) -> None:
    page = open_page("/?text=baker")
    page.get_by_label("Another skill").fill("Sourdough")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Sourdough ✕")).to_be_visible()


def test_empty_installation_offers_the_samples(
    empty_server: Server, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    page.goto(link(empty_server, "/"))
    page.get_by_role("button", name="Load the samples").click()
    while page.get_by_text("Look again").or_(page.get_by_text("waiting")).count():
        page.goto(link(empty_server, "/"))

    expect(page.locator(".figures")).to_contain_text("resumes")
    search(page, "nurse", "resumes")
    assert list_titles(page)


def test_filters_say_how_many_each_value_has_and_what_they_cost(open_page: OpenPage) -> None:
    page = open_page("/?text=roofer&find=vacancies")
    option = page.locator("fieldset.facet", has_text="Skills").locator("label.option", has_text="Roofing")
    count = int(option.locator(".count").inner_text())
    option.locator("input").check()
    page.get_by_role("button", name="Apply").click()
    assert len(list_titles(page)) == min(count, 20)

    page.get_by_label("Another skill").fill("Juggling")
    page.get_by_role("button", name="Apply").click()
    assert list_titles(page) == []
    advice = page.locator(".nothing li", has_text="match without")
    assert str(count) in advice.first.inner_text()
    advice.first.get_by_role("link", name="Juggling").click()
    assert len(list_titles(page)) == min(count, 20)
    assert read_query(page)["skill"] == ["Roofing"]
