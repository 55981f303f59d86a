"""Markup that would take the parser quadratic time or memory is told before it is parsed."""

import pytest

from ingestion.markup import html_to_text
from ingestion.nesting import is_too_deep

MANY = 20_000
HARMFUL = {
    "nested": "<div>" * MANY,
    "balanced the wrong way round": "</div>" * MANY + "<div>" * MANY,
    "closed out of reach": "<div><object></div></object>" * MANY,
    "formatting never closed": "<b id=x></a>" * MANY,
    "formatting opened anew in every block": "<p>" + "<b id=x>" * 2_000 + "</p>" + "<p>x</p>" * 2_000,
}
HARMLESS = {
    "few tags": "<div>" * 300,
    "many paragraphs": "<p>Bakes <b>rye</b> bread" * MANY,
    "many blocks": "<div><p>Bakes</p><ul><li>rye<li>wheat</ul></div>" * MANY,
    "crossed formatting": "<p><b>rye <i>and</b> wheat</i></p>" * MANY,
    "void elements": "<br><img src=x><hr>" * MANY,
    "a table": "<table>" + "<tr><td>rye</td><td>wheat</td></tr>" * MANY + "</table>",
    "a bold table": "<b>" + "<table><tr><td>rye</td></tr></table>" * 30 + "</b>",
    "comparisons": "1 < 2 " * MANY,
}


@pytest.mark.parametrize("markup", HARMFUL.values(), ids=HARMFUL)
def test_harmful_markup_is_told_and_still_read(markup: str) -> None:
    assert is_too_deep(markup)
    assert html_to_text(f"{markup}Baker").endswith("Baker")


@pytest.mark.parametrize("markup", HARMLESS.values(), ids=HARMLESS)
def test_real_markup_is_not_told(markup: str) -> None:
    assert not is_too_deep(markup)
