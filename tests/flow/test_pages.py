"""The pages as a browser without a window gets them: what they say, whom they obey, what they refuse."""

import random
import re
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from selectolax.lexbor import LexborHTMLParser, LexborNode

from service.web.pages import ROUTERS
from service.web.security import TOKEN_COOKIE, TOKEN_FIELD
from tests.flow.conftest import serve
from tests.flow.steps import Api
from tests.unit.ingestion.texts import write_text

HTML = {"accept": "text/html"}
OURS = {"origin": "http://testserver", **HTML}
HOSTILE = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>\"' \u202eevil {{ 7 * 7 }} %(num)s"


def parse(api: Api, path: str, **query: str) -> LexborHTMLParser:
    answer = api.client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def list_texts(page: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def test_empty_installation_says_how_to_begin(own_api: Api) -> None:
    page = own_api.client.get("/").text

    assert "Nothing is loaded yet" in page
    assert "python -m ingestion load" in page
    assert "Nothing is loaded yet." in own_api.client.get("/?text=cook").text


def test_samples_are_loaded_by_a_form(own_api: Api) -> None:
    token = LexborHTMLParser(own_api.client.get("/").text).css_first(f"[name={TOKEN_FIELD}]").attributes["value"]
    answer = own_api.client.post("/samples", data={TOKEN_FIELD: token}, headers=OURS)

    assert answer.history[0].status_code == 303
    assert own_api.client.get("/v1/vacancies", params={"limit": 1}).json()["items"]


def test_start_page_counts_what_is_searchable(own_api: Api) -> None:
    own_api.put("vacancies", "v1", title="Cook")
    own_api.put("vacancies", "v2", title="Cook")

    assert list_texts(parse(own_api, "/"), ".figures div") == ["vacancies2", "resumes0"]


def test_page_shows_the_best_matches(own_api: Api) -> None:
    own_api.put(
        "vacancies", "a/1 ?", title="Pastry cook", company="Northwind", place={"city": "Leeds", "country": "GB"}
    )
    own_api.put("vacancies", "b", title="Roofer", work_format="on_site", salary={"text": "£30,000 a year"})
    page = parse(own_api, "/", text="pastry cook", find="vacancies")

    assert list_texts(page, ".matches h3") == ["Pastry cook", "Roofer"]
    facts = " ".join(list_texts(page, ".facts"))
    assert all(fact in facts for fact in ("Northwind", "Leeds", "United Kingdom", "on site", "£30,000 a year"))
    link = page.css_first(".matches h3 a").attributes["href"] or ""
    assert "Pastry cook" in own_api.client.get(link).text
    assert page.css_first("textarea").text() == "pastry cook"
    assert "checked" in page.css_first("input[value=vacancies]").attributes


def test_page_shows_how_likely_a_match_is_and_what_is_the_same_text(own_api: Api) -> None:
    text = write_text(random.Random(1), words=60)
    for id_, source in (("a", "one"), ("b", "two")):
        own_api.put("vacancies", id_, title="Pastry cook", company="Northwind", text=text, source=source)
    own_api.settle()
    sentence = f"Pastry cook with ten years behind me, looking for a kitchen that bakes every day. {text}"
    (entry,) = parse(own_api, "/", text=sentence, find="vacancies").css(".matches > li")
    assert "%" in entry.css_first(".fit").text()
    assert "The same text stands under 1 other id" in entry.text()
    words = parse(own_api, "/", text="pastry cook", find="vacancies")
    assert words.css_first(".fit") is None, "what is relevant to a word is not a probability"


@pytest.fixture(scope="module")
def jobs(api: Api) -> Iterator[Api]:
    """Thirty vacancies of one trade, alike but for what the filters and orders go by."""
    numbers = count(1)
    api.store(
        "vacancies",
        *(
            {
                "id": f"pages-{number:02}",
                "title": f"Glazier {number}",
                "text": f"We glaze windows in house number {number * 7919}.",
                "work_format": "remote" if number % 3 == 0 else "on_site",
                "salary": {"min": 20_000 + 1_000 * number, "currency": "EUR", "period": "year"},
                "published_at": f"2026-01-{number:02}T00:00:00Z",
                "skills": ["Glazing", *(["Welding"] if number <= 2 else [])],
            }
            for number in (next(numbers) for _ in range(30))
        ),
    )
    yield api
    for number in range(1, 31):
        api.client.delete(f"/v1/vacancies/pages-{number:02}?wait=true")


def test_orders_go_over_all_results(jobs: Api) -> None:
    newest = parse(jobs, "/", text="glazier", sort="newest", skill="Glazing")
    best_paid = parse(jobs, "/", text="glazier", sort="salary", skill="Glazing")

    assert list_texts(newest, ".matches h3")[:3] == ["Glazier 30", "Glazier 29", "Glazier 28"]
    assert list_texts(best_paid, ".matches h3")[:2] == ["Glazier 30", "Glazier 29"]


def test_pages_follow_each_other(jobs: Api) -> None:
    first = parse(jobs, "/", text="glazier", skill="Glazing")
    onward = first.css(".paging a")[-1].attributes["href"] or ""
    second = LexborHTMLParser(jobs.client.get(onward).text)

    titles = list_texts(first, ".matches h3") + list_texts(second, ".matches h3")
    assert len(titles) == len(set(titles)) == 30
    assert second.css_first(".matches").attributes["start"] == "21"
    assert [link.text().strip() for link in second.css(".paging a")] == ["← Previous"]


def test_filters_stand_above_the_results_and_can_be_removed(jobs: Api) -> None:
    page = parse(jobs, "/", text="glazier", skill="welding", work_format="on_site", salary="20000")

    assert sorted(list_texts(page, ".matches h3")) == ["Glazier 1", "Glazier 2"]
    chips = {" ".join(link.text().split()): link.attributes["href"] or "" for link in page.css(".chips a")}
    assert list(chips) == ["welding ✕", "on site ✕", "from €20,000 a year ✕", "Remove all"]
    without = LexborHTMLParser(jobs.client.get(chips["welding ✕"]).text)
    assert len(without.css(".matches > li")) == 20
    assert list_texts(without, ".chips a")[0] == "on site ✕"


def test_nothing_found_says_what_would_help(jobs: Api) -> None:
    page = parse(jobs, "/", text="glazier", city="Atlantis", fit="75")
    advice = page.css_first(".nothing").text()

    assert "Fewer filters find more" in advice
    assert "What has expired is left out" in advice
    assert all(link.attributes["href"].startswith("/?text=glazier") for link in page.css(".nothing a"))  # type: ignore[union-attr]


def test_form_leads_to_a_link(api: Api) -> None:
    form = {"text": "pastry cook", "find": "resumes", "skill": ["Baking", ""], "salary": "", "since": ""}
    answer = api.client.post("/", data=form, headers=OURS, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/?text=pastry+cook&find=resumes&skill=Baking")


def test_long_text_is_answered_directly_and_keeps_its_state(jobs: Api) -> None:
    text = "Glazier. I cut and set glass. " * 400
    page = LexborHTMLParser(jobs.client.post("/", data={"text": text, "skill": "Glazing"}, headers=OURS).text)

    assert page.css_first("textarea").text() == text.strip()
    assert "cannot be bookmarked" in page.text()
    (onward,) = page.css(".paging button")
    again = jobs.client.post("/", data={"text": text, "go": onward.attributes["value"]}, headers=OURS)
    assert LexborHTMLParser(again.text).css_first(".matches").attributes["start"] == "21"


def test_file_is_searched_by_and_its_text_stands_in_the_box(jobs: Api) -> None:
    answer = jobs.client.post("/", files={"file": ("me.txt", b"Glazier. I set glass.")}, headers=OURS)
    page = LexborHTMLParser(answer.text)

    assert page.css_first("textarea").text() == "Glazier. I set glass."
    assert "“me.txt”" in page.text()
    assert page.css(".matches > li")


def test_unreadable_file_says_why(api: Api) -> None:
    answer = api.client.post("/", files={"file": ("photo.gif", b"GIF89a")}, headers=OURS)

    assert answer.status_code == 422
    assert "photo.gif: is of an unknown type" in LexborHTMLParser(answer.text).css_first(".notice.bad").text()


@pytest.mark.parametrize("text", ["\x00", "cook\x00", "\ud83d cook", "\u202e\u2066", "🍞" * 1000, "%s %(x)s {0}"])
def test_strange_text_is_answered_with_a_page(api: Api, text: str) -> None:
    given = quote(text, errors="surrogatepass")
    answer = api.client.get(f"/?text={given}", headers=HTML)

    assert answer.status_code in (200, 422)
    assert "</html>" in answer.text


def test_page_with_nothing_to_search_by_stays_a_page(api: Api) -> None:
    for text in ("ada@example.com", "<p></p>"):
        answer = api.client.get("/", params={"text": text})
        assert answer.status_code == 422
        assert "nothing is left of this text" in answer.text


def test_hostile_text_is_shown_as_text(own_api: Api) -> None:
    own_api.put(
        "vacancies",
        "h",
        title=f"Cook {HOSTILE}",
        text=HOSTILE,
        company=HOSTILE,
        skills=[HOSTILE],
        place={"city": HOSTILE},
        category=HOSTILE,
        salary={"text": HOSTILE},
        url="javascript:alert(1)",
    )
    own_api.put("resumes", HOSTILE, title=HOSTILE, text=f"Cook. {HOSTILE}", skills=[HOSTILE])
    id_ = quote(HOSTILE, safe="")
    for path in (
        f"/?text={id_}&skill={id_}&city={id_}",
        "/?text=cook",
        "/vacancies/h",
        f"/resumes/{id_}",
        f"/matches?resume_id={id_}&vacancy_id=h",
        f"/compare?resume_id={id_}&vacancy_id=h",
    ):
        page = LexborHTMLParser(own_api.client.get(path, headers=HTML).text)
        assert page.css_first("h1") is not None, path
        assert page.css("img, script:not([src^='/static/']), [onerror]") == [], path
        assert all(re.match(r"/|#|http", link.attributes["href"] or "") for link in page.css("a")), path
    assert LexborHTMLParser(own_api.client.get(f"/?text={id_}").text).css_first("textarea").text() == HOSTILE


def test_names_and_contacts_are_on_no_page(own_api: Api) -> None:
    own_api.put(
        "resumes",
        "r",
        title="Cook",
        text="Ada Lovelace, ada@example.com, +44 20 7946 0000. I have cooked for ten years.",
        person={"name": "Ada Lovelace", "email": "ada@example.com"},
    )
    own_api.put("vacancies", "v", title="Cook", text="We look for a cook.")
    for path in ("/resumes/r", "/matches?resume_id=r&vacancy_id=v", "/?text=cook&find=resumes", "/vacancies/v"):
        text = own_api.client.get(path).text
        assert "Cook" in text
        assert not any(secret in text for secret in ("Ada", "Lovelace", "ada@", "7946")), path


PATHS = ["/", "/?text=cook", "/nowhere", "/vacancies/nobody"]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_carries_security_headers(api: Api, path: str) -> None:
    headers = api.client.get(path, headers=HTML).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "Cookie" in headers["vary"]


def test_cookies_are_out_of_reach(own_api: Api) -> None:
    cookies = own_api.client.get("/?lang=ru").headers.get_list("set-cookie")

    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)


POSTS = [
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and "POST" in route.methods
]
assert POSTS


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "sender",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://["},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:81"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"sec-fetch-site": "same-site", "origin": "http://testserver"},
    ],
)
def test_forms_of_other_sites_are_refused(own_api: Api, path: str, sender: dict[str, str]) -> None:
    own_api.client.get("/")
    token = own_api.client.cookies[TOKEN_COOKIE]
    answer = own_api.client.post(path, data={"text": "cook", TOKEN_FIELD: token}, headers=sender)

    assert answer.status_code == 403
    assert own_api.client.get("/v1/vacancies").json()["items"] == []


@pytest.mark.parametrize("token", ["", "another", "ключ"])
def test_what_changes_something_needs_the_token(own_api: Api, token: str) -> None:
    own_api.client.get("/")
    answer = own_api.client.post("/samples", data={TOKEN_FIELD: token}, headers=OURS)

    assert answer.status_code == 403
    assert "open the page again" in answer.text
    own_api.client.cookies.clear()
    assert own_api.client.post("/samples", data={TOKEN_FIELD: ""}, headers=OURS).status_code == 403


def test_errors_are_pages_for_people_and_problems_for_programs(api: Api) -> None:
    for path, status in (
        ("/nowhere", 404),
        ("/vacancies/nobody", 404),
        ("/matches?resume_id=x", 422),
        ("/matches?resume_id=nobody&vacancy_id=nobody", 404),
        ("/?page=0", 422),
        ("/?find=people", 422),
        ("/compare?vacancy_id=x", 422),
    ):
        page = api.client.get(path, headers={**HTML, "accept-language": "es"})
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert page.headers["x-request-id"] in page.text
        assert "Volver a la búsqueda" in page.text
        program = api.client.get(path)
        assert (program.status_code, program.headers["content-type"]) == (status, "application/problem+json"), path
    assert api.client.get("/v1/vacancies/x", headers=HTML).headers["content-type"] == "application/problem+json"


def test_unforeseen_error_is_a_page_too(own_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(own_api.installation.books.ledger, "summarize", fail)
    answer = own_api.client.get("/", headers=HTML)

    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "secret" not in answer.text
    assert own_api.client.get("/").headers["content-type"] == "application/problem+json"


def test_assets_may_be_kept_for_good(api: Api) -> None:
    page = parse(api, "/")
    urls = [node.attributes["href"] for node in page.css("link")] + [page.css_first("script").attributes["src"]]

    for url in urls:
        answer = api.client.get(url or "")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert api.client.get("/static/style.css").status_code == 404
    assert api.client.get("/static/..%2Fpages.py").status_code == 404


def test_document_without_a_place_in_the_index_yet_is_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serve(tmp_path_factory.mktemp("idle"), idle=True, embedding_backend="hashing") as idle:
        idle.client.put("/v1/vacancies/v", json={"title": "Cook"})
        page = idle.client.get("/vacancies/v").text
    assert "This version is being read" in page
    assert "Matches are shown once searches find this document." in page
