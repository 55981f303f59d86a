"""Turns HTML into plain text, and cleans text of characters that are not seen but do harm."""

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

from ingestion.nesting import is_too_deep

# Escaped twice and wrapped in markup that was itself escaped: that is as deep as feeds go.
_MAX_ROUNDS = 4
_BLOCKS = (
    "address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figure|footer|form|h1|h2|h3|h4|h5|h6"
    "|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_INLINE = (
    "a|abbr|b|basefont|bdi|bdo|big|button|caption|cite|code|col|colgroup|del|dfn|em|font|head|html|i|iframe|img|input"
    "|ins|kbd|label|link|mark|meta|noscript|object|option|picture|q|s|samp|script|select|small|source|span|strike"
    "|strong|style|sub|sup|svg|td|template|textarea|th|time|title|tt|u|var|video|wbr"
)
_DROPPED = ["head", "script", "style", "noscript", "template", "iframe", "object", "svg", "select", "textarea"]
_NAMES = rf"{_BLOCKS}|{_INLINE}|br|[a-z]{{1,3}}:[a-z]{{1,20}}"
_TAG = re.compile(rf"<(?:/?(?:{_NAMES})(?=[\s/>])[^<>]*+>|!--|!doctype\b)", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS}|br)(?=[\s/>])", re.IGNORECASE)
_STRAY_BRACKET = re.compile(rf"<(?!/?(?:{_NAMES})(?=[\s/>])|!--|!doctype\b)", re.IGNORECASE)
# The final semicolon is required: "R&D", "?a=1&copy=2" and "&notice" are text.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SPACES = re.compile(r"[^\S\n]+")
_BULLET = "\ue000"
_BULLETS = re.compile(rf"(?:{_BULLET}\s*)+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, soft hyphen, zero-width characters, marks and overrides of direction, lone surrogates. The zero-width
# joiner goes too: it splits words unseen, and all an emoji loses is its composed picture.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def html_to_text(markup: str) -> str:
    """Plain text of HTML whose entities may be escaped once or twice over.

    Block elements become lines, list items lines that begin with "- "; scripts, styles and comments are dropped. Text
    without tags keeps its spaces and lines, and brackets that open no HTML tag stay ("a < b", "List<String>").
    """
    text = markup
    for _ in range(_MAX_ROUNDS):
        if _TAG.search(text):
            text = _render(text)
        elif _ENTITY.search(text):
            text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        else:
            break
    return text


def clean_text(text: str) -> str:
    """Unicode NFC without control, zero-width and direction characters; lines end in LF and carry no trailing space.

    At most two line ends follow each other, none opens or closes the text. Tabs stay. Cleaning twice changes nothing.
    """
    text = _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def _render(markup: str) -> str:
    markup = markup.replace(_BULLET, "")
    if _BLOCK_TAG.search(markup):
        # Line ends of the source mean nothing in HTML, unless a plain text carries a few inline tags only.
        markup = " ".join(markup.split())
    if is_too_deep(markup):
        return _collapse_spaces(_TAG.sub(lambda tag: "\n" if _BLOCK_TAG.match(tag[0]) else "", markup))
    tree = LexborHTMLParser(_STRAY_BRACKET.sub("&lt;", markup))
    tree.strip_tags(_DROPPED)
    for node in tree.css("br"):
        node.insert_before("\n")
    for node in tree.css("td, th"):
        node.insert_after(" ")
    for node in tree.css(_BLOCKS.replace("|", ",")):
        if node.tag != "body":
            node.insert_before(f"\n{_BULLET}" if node.tag == "li" else "\n")
            node.insert_after("\n")
    text = tree.body.text() if tree.body else ""
    return _collapse_spaces(_BULLETS.sub("- ", text))


def _collapse_spaces(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(line for line in lines if line != "-")).strip()
