"""What holds for every page: languages, phones, hostile and huge texts, accessibility, weight."""

import itertools
import time
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.flow.server import Server
from tests.web.conftest import OpenPage, encode, link
from tests.web.examples import RESUMES, STRANGE_ID, VACANCIES

PAGES = {
    "start": "/",
    "results": "/?text=baker+who+bakes+sourdough+every+day%0Aand+lives+in+Leeds&skill=Sourdough",
    "resumes": "/?text=baker&find=resumes&sort=newest",
    "nothing": "/?text=baker&city=Atlantis",
    "match": "/matches?resume_id=baker-0&vacancy_id=baker",
    "vacancy": "/vacancies/baker",
    "resume": "/resumes/baker-0",
    "comparison": "/compare?vacancy_id=baker&resume_id=baker-0&resume_id=baker-1&resume_id=baker-2",
    "add": "/add",
    "add a resume": "/add?kind=resumes",
    "ingestion": "/ingestion",
    "bare": "/vacancies/bare",
    "strange": f"/vacancies/{encode(STRANGE_ID)}",
    "arabic": "/vacancies/ar",
    "hostile results": "/?text=W%3Cscript%3E&find=vacancies",
    "hostile vacancy": "/vacancies/hostile",
    "hostile match": "/matches?resume_id=hostile&vacancy_id=hostile",
    "huge vacancy": "/vacancies/huge",
    "huge match": "/matches?resume_id=hostile&vacancy_id=huge",
    "huge comparison": "/compare?vacancy_id=huge&resume_id=hostile&resume_id=baker-0",
}
ERRORS = {"missing": "/vacancies/nobody", "nowhere": "/nowhere", "wrong": "/?page=0"}
MAIN = ("start", "results", "match", "vacancy", "resume", "comparison", "add", "ingestion")
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MAX_BYTES = 100_000
# Spelled alike in Spanish.
SAME = {"Original"}


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone_and_runs_nothing_hostile(open_page: OpenPage, name: str) -> None:
    page = open_page(PAGES[name], **PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.title() != "owned"
    assert page.locator("h1").count() == 1
    assert page.locator("main script, main img, main style, [style], [onclick]").count() == 0


def find_violations(page: Page) -> list[str]:
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in results.response["violations"]
    ]


@pytest.mark.parametrize(
    ("name", "scheme"), [*itertools.product(PAGES, ["light"]), *itertools.product(MAIN, ["dark"])], ids="-".join
)
def test_page_keeps_nobody_out(open_page: OpenPage, name: str, scheme: str) -> None:
    assert find_violations(open_page(PAGES[name], color_scheme=scheme)) == []


@pytest.mark.parametrize("name", MAIN)
def test_phone_keeps_nobody_out(open_page: OpenPage, name: str) -> None:
    assert find_violations(open_page(PAGES[name], **PHONE)) == []


@pytest.mark.parametrize("name", ERRORS)
def test_error_is_a_page_that_keeps_nobody_out(
    served: Server, new_context: Callable[..., BrowserContext], name: str
) -> None:
    page = new_context().new_page()
    page.goto(link(served, ERRORS[name]))

    expect(page.get_by_role("link", name="Back to the search")).to_be_visible()
    assert find_violations(page) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en-US", "Another skill"), ("ru-RU", "Другой навык"), ("es-AR", "Otra competencia")],
)
def test_page_speaks_the_browsers_language(open_page: OpenPage, language: str, said: str) -> None:
    page = open_page("/?text=baker", locale=language)

    expect(page.locator("html")).to_have_attribute("lang", language[:2])
    expect(page.get_by_label(said)).to_be_visible()


def test_language_is_switched_and_stays(open_page: OpenPage) -> None:
    page = open_page("/?text=baker&skill=Sourdough")
    page.get_by_role("link", name="Русский").click()

    expect(page.get_by_role("link", name="Sourdough ✕")).to_be_visible()
    expect(page.get_by_role("heading", name="Вакансии")).to_be_visible()
    page.get_by_role("link", name="Counterpart").click()
    expect(page.get_by_role("button", name="Найти", exact=True)).to_be_visible()
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("button", name="Buscar", exact=True)).to_be_visible()


@pytest.mark.parametrize("language", ["ru", "es"])
@pytest.mark.parametrize("name", MAIN)
def test_translated_page_says_nothing_in_english(open_page: OpenPage, name: str, language: str) -> None:
    english = open_page(PAGES[name]).locator("h1, h2, h3, legend, button, summary, dt, th").all_inner_texts()
    translated = open_page(PAGES[name], locale=language).locator("h1, h2, h3, legend, button, summary, dt, th")

    left = {text.strip() for text in english} & {text.strip() for text in translated.all_inner_texts()}
    said_by_documents = {
        word for one in (*VACANCIES, *RESUMES) for word in (one.get("title", ""), *one.get("skills", ()))
    }
    assert {text for text in left if text.isascii() and text.isalpha()} <= said_by_documents | SAME


@pytest.mark.parametrize("name", MAIN)
def test_page_is_light(
    served: Server,
    new_context: Callable[..., BrowserContext],
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    """Bytes over the wire and requests of a first visit; the server's time is printed, and not judged here."""
    page = new_context().new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(sum(request.sizes()[part] for part in SIZES)))
    page.goto(link(served, PAGES[name]), wait_until="networkidle")
    times = []
    for _ in range(5):
        started = time.perf_counter()
        assert served.request("GET", PAGES[name])[0] == 200
        times.append(time.perf_counter() - started)

    record_property("bytes", sum(sizes))
    with capsys.disabled():
        best = min(times) * 1000
        print(f"\n{name:12} {sum(sizes):7,} bytes {len(sizes)} requests {best:5.0f} ms of server time, best of 5")
    assert sum(sizes) < MAX_BYTES


SIZES = ("responseHeadersSize", "responseBodySize")
