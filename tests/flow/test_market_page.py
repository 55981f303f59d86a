"""The page of the market."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from tests.flow.conftest import serve
from tests.flow.steps import Api

HOSTILE = "<b onclick=alert(1)>&amp; Söhne"


def make_vacancy(number: int) -> dict[str, Any]:
    return {
        "id": f"v{number}",
        "title": "Night nurse",
        "company": HOSTILE,
        "skills": ["SQL"],
        "place": {"city": "Leeds", "country": "GB"},
        "category": "nursing",
        "salary": {"min": 30_000 + 1000 * number, "currency": "EUR", "period": "year"},
        "published_at": "2026-10-05",
    }


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serve(tmp_path_factory.mktemp("page"), embedding_backend="hashing", snapshot_minutes="0") as api:
        api.store("vacancies", *[make_vacancy(number) for number in range(6)])
        api.client.delete("/v1/vacancies/v5?wait=true")
        api.installation.snapshots.make()
        yield api


def open_page(api: Api, **query: str) -> tuple[Response, LexborHTMLParser]:
    answer = api.client.get("/market", params={"lang": "en"} | query)
    return answer, LexborHTMLParser(answer.text)


def read_table(page: LexborHTMLParser, section: str) -> list[list[str]]:
    rows = page.css(f"section[aria-labelledby={section}] tbody tr")
    return [[cell.text().strip() for cell in row.css("th, td")] for row in rows]


def test_every_plot_has_its_table(market: Api) -> None:
    answer, page = open_page(market)
    assert answer.status_code == 200
    assert read_table(page, "months") == [["2026-10", "6", "6", "€32,500"]]
    assert read_table(page, "companies")[0][:3] == [HOSTILE, "5", "6"]
    for section in page.css("section"):
        assert not section.css("img") or section.css("details table"), section.html


def test_page_runs_under_a_strict_policy(market: Api) -> None:
    answer, page = open_page(market, company=HOSTILE)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "img-src 'self'" in policy
    assert not page.css("[style], style, script:not([src]), b, [onclick]")


def test_pictures_of_a_page_are_there_in_both_themes(market: Api) -> None:
    _, page = open_page(market, category="nursing")
    sources = [one.attributes["src"] or "" for one in page.css("picture img")]
    dark = [one.attributes["srcset"] or "" for one in page.css("picture source")]
    assert len(sources) == len(dark) >= 5
    for path in (*sources, *dark):
        picture = market.client.get(path)
        assert picture.status_code == 200, path
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.headers["content-security-policy"].startswith("default-src 'none'")
        assert etree.fromstring(picture.content).tag.endswith("svg")
    assert market.client.get(sources[0]).content != market.client.get(dark[0]).content


def test_state_is_in_the_url(market: Api) -> None:
    _, page = open_page(market, category="nursing", by="country", title="nurses", month_to="")
    values = {one.attributes["name"]: one.attributes["value"] for one in page.css("form input")}
    assert (values["category"], values["title"], values["city"]) == ("nursing", "nurses", "")
    assert page.css_first("select[name=by] option[selected]").attributes["value"] == "country"
    assert read_table(page, "title")[0][:3] == ["nurses", "6", "6"]
    picture = parse_qs(urlsplit(page.css_first("#salaries ~ .scroll img").attributes["src"] or "").query)
    assert (picture["category"], picture["by"]) == (["nursing"], ["country"])


def test_csv_behind_each_table_has_the_same_rows(market: Api) -> None:
    _, page = open_page(market, company=HOSTILE, title="nurse")
    for section in page.css("section"):
        for link in section.css("a[href*='format=csv']"):
            table = market.client.get(link.attributes["href"] or "")
            assert table.status_code == 200, link.html
            name = section.attributes["aria-labelledby"] or ""
            if name not in {"quality"}:
                assert len(table.text.splitlines()) == len(read_table(page, name)) + 1, name


@pytest.mark.parametrize(("language", "heading", "month"), [("ru", "Рынок", "месяц"), ("es", "Mercado", "mes")])
def test_page_speaks_the_language_of_its_reader(market: Api, language: str, heading: str, month: str) -> None:
    _, page = open_page(market, lang=language)
    assert page.css_first("h1").text() == heading
    assert page.css_first("section[aria-labelledby=months] thead th").text() == month
    path = page.css_first("picture img").attributes["src"] or ""
    words = "".join(etree.fromstring(market.client.get(path).content).itertext())
    assert ("документы" if language == "ru" else "documentos") in words


def test_a_filter_that_nothing_passes_says_so(market: Api) -> None:
    answer, page = open_page(market, country="ZZ", company="Nobody")
    assert answer.status_code == 200
    assert "Nothing is known of this." in page.css_first("main").text()


def test_before_the_first_snapshot_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", idle=True) as api:
        answer, page = open_page(api)
        assert answer.status_code == 503
        assert "python -m ingestion snapshot" in page.css_first("main").text()
        api.installation.snapshots.make()
        assert open_page(api)[0].status_code == 200


def test_what_cannot_be_asked_is_refused(market: Api) -> None:
    assert market.client.get("/market?by=shoe").status_code == 422
    assert market.client.get("/market?month_from=october").status_code == 422
    assert market.client.get("/market/plots/none.svg").status_code == 404
    assert market.client.get("/market/plots/times.svg").status_code == 404
