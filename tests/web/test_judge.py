"""The judging pages in a browser: graded with the keyboard, without a script, on a phone, in three languages."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.flow.server import Server
from tests.web.conftest import OpenPage, link, load_examples, run_server, watch_pages
from tests.web.test_frame import PHONE, find_violations

SIZES = {"Vacancies drawn at random": "3", "Resumes found first for each": "4", "Resumes drawn at random": "2"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the examples, whose pools these tests fill."""
    with run_server(tmp_path_factory.mktemp("judge")) as server:
        load_examples(server)
        yield server


@pytest.fixture
def open_judge(judged: Server, new_context: Callable[..., BrowserContext]) -> Iterator[OpenPage]:
    """Opens a path of that server; at the end no page may have complained in its console."""
    with watch_pages(judged, new_context) as open_:
        yield open_


def make_pool(page: Page) -> str:
    """Draw a pool by the form; the path of its pages."""
    for label, value in SIZES.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Draw").click()
    expect(page).to_have_url(re.compile(r"/judge#pool-\d+$"))
    return f"/judge/{page.url.rpartition('-')[2]}"


def start(page: Page, grader: str) -> None:
    card = page.locator(".pools > li").first
    card.get_by_label("Your name or initials").fill(grader)
    card.get_by_role("button", name="Grade").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Would you bring these two together?")


def read_pair(page: Page) -> list[str]:
    return page.locator(".grading input[name$=_id]").evaluate_all("all => all.map(one => one.value)")


def test_pool_is_graded_with_the_keyboard(open_judge: OpenPage) -> None:
    page = open_judge("/judge")
    make_pool(page)
    start(page, "ada")
    first = read_pair(page)
    page.keyboard.press("3")
    expect(page.locator(".progress")).to_contain_text("1 of")
    assert read_pair(page) != first
    page.keyboard.press("4")
    page.keyboard.press("Control+1")
    page.get_by_role("link", name="Back one").click()
    assert read_pair(page) == first
    expect(page.get_by_role("button", name="invite at once")).to_have_attribute("aria-current", "true")
    expect(page.locator(".progress")).to_contain_text("1 of")
    page.keyboard.press("0")
    expect(page.get_by_text("Pair 2 of")).to_be_visible()
    page.get_by_role("link", name="Back one").click()
    expect(page.get_by_text("your grade: 0")).to_be_visible()


def test_keys_can_be_turned_off_for_good(open_judge: OpenPage) -> None:
    page = open_judge("/judge")
    make_pool(page)
    start(page, "ada")
    before = page.url
    page.get_by_label("The keys 0 to 3 grade").uncheck()
    page.keyboard.press("3")
    page.reload()
    expect(page.get_by_label("The keys 0 to 3 grade")).not_to_be_checked()
    page.keyboard.press("3")
    expect(page.locator(".progress")).to_contain_text("0 of")
    assert page.url == before


def test_pool_is_graded_to_its_end_without_a_script(open_judge: OpenPage) -> None:
    page = open_judge("/judge", java_script_enabled=False)
    make_pool(page)
    for grader, name in (("ada", "suitable with one gap"), ("bob", "not suitable")):
        page.goto(page.url.partition("/judge")[0] + "/judge")
        start(page, grader)
        expect(page.get_by_label("The keys 0 to 3 grade")).to_be_hidden()
        seen = set()
        while page.locator(".grading").count():
            assert tuple(read_pair(page)) not in seen, "no pair comes twice"
            seen.add(tuple(read_pair(page)))
            page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("All pairs are graded")
    page.get_by_role("link", name="Agreement and grades").click()
    expect(page.locator(".agreement")).to_contain_text("0%")
    expect(page.get_by_role("heading", name="Graded differently")).to_be_visible()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Grades of ada (CSV)").click()
    assert re.fullmatch(r"judgements-\d+-ada\.csv", downloaded.value.suggested_filename)
    assert len(downloaded.value.path().read_text().splitlines()) == len(seen) + 1


@pytest.fixture(scope="module")
def pool(judged: Server, browser: Browser) -> str:
    """A pool that two have begun to grade, as the path of its pages."""
    context = browser.new_context(locale="en-US", java_script_enabled=False)
    page = context.new_page()
    page.goto(link(judged, "/judge"))
    path = make_pool(page)
    for grader, names in (("ada", ("suitable with", "invite")), ("Б" * 40, ("related", "invite"))):
        page.goto(link(judged, "/judge"))
        start(page, grader)
        for at, name in enumerate(names, start=1):
            page.goto(link(judged, f"{path}?grader={grader}&at={at}"))
            page.get_by_role("button", name=name).click()
    context.close()
    return path


PAGES = {"pools": "/judge", "pair": "{}?grader=ada", "graded": "{}?grader=ada&at=1", "agreement": "{}/agreement"}


@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_page_keeps_nobody_out(open_judge: OpenPage, pool: str, name: str, settings: dict[str, object]) -> None:
    page = open_judge(PAGES[name].format(pool), **settings)

    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.title() != "owned"
    assert page.locator("main script, main img, main style, [style], [onclick]").count() == 0


@pytest.mark.parametrize("language", ["ru", "es"])
@pytest.mark.parametrize("name", PAGES)
def test_translated_page_says_nothing_in_english(open_judge: OpenPage, pool: str, name: str, language: str) -> None:
    said = "main :is(h1, legend, button, label, dt, summary)"
    english = open_judge(PAGES[name].format(pool)).locator(said).all_inner_texts()
    translated = open_judge(PAGES[name].format(pool), locale=language).locator(said).all_inner_texts()

    assert english
    left = {text.strip() for text in english} & {text.strip() for text in translated}
    assert not {text for text in left if text and not text.isdecimal()}


def test_every_pair_of_hostile_and_huge_documents_fits_a_phone(open_judge: OpenPage) -> None:
    page = open_judge("/judge", **PHONE)
    for label, value in {"Vacancies drawn at random": "50", "Resumes drawn at random": "0"}.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Resumes found first for each").fill("1")
    page.get_by_role("button", name="Draw").click()
    path = f"/judge/{page.url.rpartition('-')[2]}"
    kinds = set()
    for at in range(1, 33):
        page.goto(page.url.partition("/judge")[0] + f"{path}?grader=ada&at={at}")
        kinds.add(read_pair(page)[0])
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.title() != "owned"
    assert {"hostile", "huge", "bare", "ar"} <= kinds
