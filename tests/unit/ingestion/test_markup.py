"""HTML into text, and text without what is not seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.markup import clean_text, html_to_text


def test_blocks_become_lines() -> None:
    assert html_to_text("<p>One</p><div>Two<br>Three</div>") == "One\n\nTwo\nThree"


def test_list_items_begin_with_a_dash() -> None:
    assert html_to_text("<ul><li>One</li><li><p>Two</p></li><li></li></ul>") == "- One\n\n- Two"


def test_inline_tags_leave_words_whole() -> None:
    assert html_to_text("<p>Post<b>gre</b>SQL and <em>Redis</em></p>") == "PostgreSQL and Redis"


def test_scripts_styles_and_comments_are_dropped() -> None:
    markup = "<style>p {}</style><script>alert('x < y')</script><!-- <p>hidden</p> --><p>Seen</p>"
    assert html_to_text(markup) == "Seen"


def test_whitespace_of_markup_is_collapsed() -> None:
    assert html_to_text("<p>  One\n   two&nbsp;&nbsp;three </p>") == "One two three"


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Health &amp; care</p><p>Band&nbsp;5</p>",
        "&lt;p&gt;Health &amp;amp; care&lt;/p&gt;&lt;p&gt;Band&amp;nbsp;5&lt;/p&gt;",
        "&amp;lt;p&amp;gt;Health &amp;amp;amp; care&amp;lt;/p&amp;gt;"
        "&amp;lt;p&amp;gt;Band&amp;amp;nbsp;5&amp;lt;/p&amp;gt;",
    ],
)
def test_entities_escaped_again_and_again_give_the_same_text(markup: str) -> None:
    assert html_to_text(markup) == "Health & care\n\nBand 5"


@pytest.mark.parametrize(
    "text",
    ["a < b and c > d", "C++ <-> Java", "List<String>", "if (x<y) R&D ?a=1&copy=2", "two\n\n  lines\tand a tab", ""],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert html_to_text(text) == text


def test_brackets_that_open_no_tag_survive_within_markup() -> None:
    assert html_to_text("<p>Map<String, Integer>, a < b</p>") == "Map<String, Integer>, a < b"


def test_lines_of_text_with_inline_tags_only_are_kept() -> None:
    assert html_to_text("<b>Duties</b>\n- one\n- two") == "Duties\n- one\n- two"


def test_table_cells_are_separated() -> None:
    assert html_to_text("<table><tr><td>Pay</td><td>£20</td></tr></table>") == "Pay £20"


def test_markup_nested_beyond_reason_is_still_read() -> None:
    assert html_to_text("<div>" * 100_000 + "deep &amp; down") == "deep & down"


words = st.sampled_from(
    ["<p>", "</p>", "<li>", "<ul>", "<br/>", "a", "b < c", "&amp;", "&nbsp;", "&lt;p&gt;", " ", "\n", "<x>", "&"]
)


@given(st.lists(words).map("".join))
def test_html_to_text_of_its_result_changes_nothing(markup: str) -> None:
    once = html_to_text(markup)
    assert html_to_text(once) == once


@given(st.text())
def test_html_to_text_never_raises(text: str) -> None:
    assert isinstance(html_to_text(text), str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x07c", "abc"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("one  \n\n\n\n two\t\n", "one\n\n two"),
        ("user\u200bname\ufeff \u202egnp.exe\u202c", "username gnp.exe"),
        ("soft\u00adhyphen", "softhyphen"),
        ("cafe\u0301", "café"),
        ("\ud800lone", "lone"),
    ],
)
def test_clean_text_removes_what_is_not_seen(text: str, expected: str) -> None:
    assert clean_text(text) == expected


any_text = st.text(st.characters(codec=None) | st.sampled_from("\x00\r\n\t \u200d\u202e\u0301\ud800"))


@given(any_text)
def test_clean_text_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(any_text)
def test_clean_text_is_nfc_and_encodable_without_nul(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
