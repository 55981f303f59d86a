"""Which language a page is shown in."""

import pytest
from starlette.requests import Request

from service.web.languages import choose_language


def make_request(*, query: str = "", **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "query_string": query.encode(), "headers": given})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru", "ru"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de-DE, de;q=0.9, ru;q=0.4, en;q=0.3", "ru"),
        ("en;q=0.2, es;q=0.7", "es"),
        ("ru;q=0, en", "en"),
        ("de", "en"),
        ("", "en"),
        ("*", "en"),
        (";;;q=, ru;q=x, -", "en"),
        ("ru;q=NaN, ru;q=9", "en"),
        ("x" * 10_000, "en"),
    ],
)
def test_language_is_the_best_that_the_browser_asks_for(header: str, language: str) -> None:
    assert choose_language(make_request(accept_language=header)) == language


def test_chosen_language_goes_before_the_browsers() -> None:
    cookie = "counterpart_language=es"

    assert choose_language(make_request(accept_language="ru", cookie=cookie)) == "es"
    assert choose_language(make_request(accept_language="ru", cookie=cookie, query="lang=en")) == "en"
    assert choose_language(make_request(accept_language="ru", query="lang=tlh")) == "ru"
