"""The start page."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.flow.steps import Api, check_problem


def test_empty_index_says_so(own_api: Api) -> None:
    page = own_api.client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Nothing found" not in page.text
    assert "The index is empty." in own_api.client.get("/?text=cook").text


def test_page_counts_what_is_stored(own_api: Api) -> None:
    own_api.put("vacancies", "v1", title="Cook")
    own_api.put("vacancies", "v2", title="Cook")
    rows = {
        row.css_first("th").text(): [cell.text() for cell in row.css("td")]
        for row in parse(own_api, "/").css("tbody tr")
    }

    assert rows == {"resumes": ["0", "0", "0"], "vacancies": ["2", "0", "0"]}


def parse(api: Api, path: str, **query: str) -> LexborHTMLParser:
    answer = api.client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def test_page_shows_the_best_matches(own_api: Api) -> None:
    own_api.put(
        "vacancies", "a/1 ?", title="Pastry cook", company="Northwind", place={"city": "Leeds", "country": "GB"}
    )
    own_api.put("vacancies", "b", title="Roofer", work_format="on_site", salary={"text": "£30,000 a year"})
    page = parse(own_api, "/", text="pastry cook", find="vacancies")

    titles = [heading.text(deep=False).strip() for heading in page.css("main li h3")]
    assert titles == ["Pastry cook", "Roofer"]
    facts = " ".join(line.text() for line in page.css("p.facts"))
    assert all(fact in facts for fact in ("Northwind", "Leeds", "GB", "on site", "£30,000 a year"))
    link = page.css_first("main li a").attributes["href"] or ""
    assert own_api.client.get(link).json()["document"]["id"] == "a/1 ?"
    assert page.css_first("textarea").text() == "pastry cook"
    assert "checked" in page.css_first("input[value=vacancies]").attributes


def test_page_shows_how_likely_a_match_is_and_what_is_the_same_text(own_api: Api) -> None:
    text = " ".join(f"We look for a pastry cook who bakes {name} tarts." for name in ("apple", "pear", "plum", "fig"))
    for id_, source in (("a", "one"), ("b", "two")):
        own_api.put("vacancies", id_, title="Pastry cook", text=text, source=source)
    sentence = (
        "Pastry cook with ten years of apple tarts and fig tarts behind me, looking for a kitchen that bakes every day."
    )
    judged = parse(own_api, "/", text=sentence, find="vacancies")
    (entry,) = judged.css("main li")
    assert entry.css_first(".score").text().endswith("%")
    assert "The same text: " in entry.text()
    words = parse(own_api, "/", text="pastry cook", find="vacancies")
    assert words.css_first(".score") is None, "what is relevant to a word is not a probability"


def test_page_finds_resumes_too(own_api: Api) -> None:
    own_api.put("resumes", "r", title="Roofer by trade")

    assert "Roofer by trade" in own_api.client.get("/", params={"text": "roofer", "find": "resumes"}).text


HOSTILE = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def test_hostile_text_is_shown_as_text(own_api: Api) -> None:
    own_api.put(
        "vacancies",
        HOSTILE,
        title=f"Cook {HOSTILE}",
        company=HOSTILE,
        skills=[HOSTILE],
        place={"city": HOSTILE},
        category=HOSTILE,
        salary={"text": HOSTILE},
    )
    answer = own_api.client.get("/", params={"text": HOSTILE})
    page = LexborHTMLParser(answer.text)

    assert page.css_first("textarea").text() == HOSTILE
    assert page.css("script") == page.css("img") == []
    assert "Cook" in page.css_first("main li h3").text()
    assert all(link.attributes["href"].startswith(("/", "http")) for link in page.css("a"))  # type: ignore[union-attr]


def test_page_with_nothing_to_search_by_stays_a_page(api: Api) -> None:
    for text in ("   ", "ada@example.com", "<p></p>"):
        answer = api.client.get("/", params={"text": text})
        assert answer.status_code == 200, answer.text
        assert "text/html" in answer.headers["content-type"]


def test_page_carries_security_headers(api: Api) -> None:
    for query in ({}, {"text": "cook"}):
        headers = api.client.get("/", params=query).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_page_needs_nothing_that_its_policy_forbids(api: Api) -> None:
    page = parse(api, "/", text="cook")

    assert page.css("script, style, [style], [onclick], iframe") == []
    for sheet in page.css("link[rel=stylesheet]"):
        assert api.client.get(sheet.attributes["href"] or "").status_code == 200


@pytest.mark.parametrize("query", [{"find": "people"}, {"text": "x" * 20_001}])
def test_bad_query_of_the_page_is_refused(api: Api, query: dict[str, str]) -> None:
    check_problem(api.client.get("/", params=query), 422)
