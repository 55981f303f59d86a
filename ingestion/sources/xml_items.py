"""XML feeds cut into items: a feed of any size is read in little memory, and a broken item costs itself."""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Any, BinaryIO

from lxml import etree

from ingestion.sources.encodings import detect_encoding, find_codec
from ingestion.sources.streams import describe_size

# RSS 0.9 to 2.0, Atom, the XML that job boards ask for, and the vacancies of Russian boards.
ITEM_NAMES = ("item", "entry", "job", "vacancy")
_MAX_ITEM_CHARACTERS = 1024**2
_BLOCK_BYTES = 256 * 1024
_MAX_PROLOG_CHARACTERS = 64 * 1024
# A tag longer than this may be missed where it stands across two blocks.
_LONGEST_TAG = 4_096
_TOKEN = re.compile(
    r"<!--|<!\[CDATA\["
    rf"|<(?P<end>/)?(?P<name>(?:[A-Za-z_][\w.-]{{0,60}}:)?(?:{'|'.join(ITEM_NAMES)}))(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_CLOSERS = {"<!--": "-->", "<![CDATA[": "]]>"}
_ROOT = re.compile(r"<(?P<name>[A-Za-z_][\w.:-]{0,60})")
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_-]{1,30})")
_NAMESPACE = re.compile(r"\bxmlns(?::(?P<prefix>[A-Za-z_][\w.-]{0,60}))?\s*=\s*(?P<uri>\"[^\"<>]*\"|'[^'<>]*')")
_RESERVED = frozenset({"xml", "xmlns"})
# CDATA is left as it is; else an ampersand begins an entity of XML, one of HTML, or none and stands for itself.
_AMPERSAND = re.compile(
    r"<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)"
    r"|&(?:(?P<known>#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)|(?P<named>[A-Za-z][A-Za-z0-9]{1,31};))?"
)
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BROKEN = re.compile("[\udc80-\udcff]")


class BrokenItem(ValueError):
    """An item that is no XML; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item as written, the line on which it begins, and why it is not whole."""

    line: int
    text: str
    fault: str | None = None


class ItemCutter:
    """The items of one feed. What stands before the first of them declares the namespaces for all."""

    def __init__(self, stream: BinaryIO) -> None:
        # One read of the source at a time, so that what was read before a damaged place is not lost with it.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.head = self._read(_BLOCK_BYTES)
        self.root: str | None = None
        self.namespaces: Mapping[str, str] = {}
        self._block = self.head
        self._decoder = _make_decoder(self.head)
        self._text = ""
        self._at = 0
        self._item: int | None = None
        self._line, self._counted = 1, 0
        self._prolog: str | None = ""

    def iterate(self) -> Iterator[Item]:
        """The items in order; one that is too large, or that another follows before its end, as far as it goes.

        `root` and `namespaces` are known from the first item on, or at the end where there is none.
        """
        while (opening := self._find_tag()) is not None:
            if not opening["end"] and not opening[0].endswith("/>"):
                self._close_prolog(opening.start())
                yield self._cut(opening)
        self._close_prolog(len(self._text))

    def _cut(self, opening: re.Match[str]) -> Item:
        self._item = opening.start()
        self._line += self._text.count("\n", self._counted, self._item)
        self._counted = self._item
        line, fault = self._line, None
        while True:
            tag = self._find_tag()
            if tag is None:
                large = len(self._text) - self._item > _MAX_ITEM_CHARACTERS
                fault = f"is larger than {describe_size(_MAX_ITEM_CHARACTERS)}" if large else "is truncated"
                break
            if tag["name"] == opening["name"]:
                if not tag["end"]:
                    # The item was never closed; the next is none the worse for it.
                    self._at = tag.start()
                    fault = "is not closed before the next begins"
                break
        item = Item(line, self._text[self._item : self._at], fault)
        self._item = None
        return item

    def _find_tag(self) -> re.Match[str] | None:
        """The next tag of an item, but in comments and CDATA; None at the end and where an item is too large."""
        while True:
            match = _TOKEN.search(self._text, self._at)
            if match is None:
                self._at = max(self._at, len(self._text) - _LONGEST_TAG)
                if not self._read_more():
                    self._at = len(self._text)
                    return None
            elif match["name"] is not None:
                self._at = match.end()
                return match
            else:
                self._at = match.end()
                if not self._skip_past(_CLOSERS[match[0].upper()]):
                    return None

    def _skip_past(self, closer: str) -> bool:
        while (end := self._text.find(closer, self._at)) < 0:
            self._at = max(self._at, len(self._text) - len(closer))
            if not self._read_more():
                return False
        self._at = end + len(closer)
        return True

    def _read_more(self) -> bool:
        """Append a block, dropping what is done with; False at the end and where the item at hand is too large."""
        keep = self._at if self._item is None else self._item
        if len(self._text) - keep > _MAX_ITEM_CHARACTERS:
            return False
        block, self._block = self._block or self._read(_BLOCK_BYTES), b""
        if self._prolog is not None:
            self._prolog += self._text[: min(keep, _MAX_PROLOG_CHARACTERS - len(self._prolog))]
        self._line += self._text.count("\n", self._counted, keep)
        self._text = self._text[keep:] + self._decoder.decode(block)
        self._at -= keep
        self._item = None if self._item is None else 0
        self._counted = 0
        return bool(block)

    def _close_prolog(self, end: int) -> None:
        if self._prolog is not None:
            prolog = self._prolog + self._text[:end]
            root = _ROOT.search(prolog)
            self.root = root["name"] if root else None
            self.namespaces = _find_namespaces(prolog)
            self._prolog = None


def _make_decoder(head: bytes) -> codecs.IncrementalDecoder:
    declared = _DECLARED.match(head)
    codec = (find_codec(declared[1].decode("ascii")) if declared else None) or detect_encoding(head)
    # UTF-16 cannot carry broken bytes along; there they become U+FFFD.
    errors = "replace" if codec.startswith("utf-16") else "surrogateescape"
    return codecs.getincrementaldecoder(codec)(errors)


def _find_namespaces(prolog: str) -> Mapping[str, str]:
    """The namespaces declared before the first item, as they are written, by prefix ("" for the default)."""
    found = {match["prefix"] or "": match["uri"] for match in _NAMESPACE.finditer(prolog)}
    return {prefix: uri for prefix, uri in found.items() if prefix not in _RESERVED}


def parse_item(text: str, namespaces: Mapping[str, str]) -> Any:
    """The element of an item as lxml's. Raises BrokenItem.

    It is parsed without its document, so that no entity but those of XML is known and nothing outside is reached.
    Entities of HTML are read as what they stand for, and ampersands that begin none as themselves.
    """
    if (broken := _BROKEN.search(text)) is not None:
        raise BrokenItem(f"byte 0x{ord(broken[0]) - 0xDC00:02x} is not of the feed's encoding")
    whole = _UNSEEN.sub("", wrap_item(text, namespaces))
    if "&" in whole:
        whole = _AMPERSAND.sub(_escape, whole)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(whole.encode("utf-8", "replace"), parser)
    fatal = next((one for one in parser.error_log if one.level_name == "FATAL"), None)
    if root is None or len(root) == 0 or fatal is not None:
        raise BrokenItem(f"is not XML: {fatal.message if fatal else 'no element'}")
    return root[0]


def wrap_item(text: str, namespaces: Mapping[str, str]) -> str:
    """A feed of this one item."""
    declared = " ".join(f"xmlns{':' if prefix else ''}{prefix}={uri}" for prefix, uri in namespaces.items())
    return f"<feed {declared}>{text}</feed>"


def _escape(match: re.Match[str]) -> str:
    if match["known"] or not match[0].startswith("&"):
        return match[0]
    meant = html5.get(match["named"] or "")
    return "".join(f"&#{ord(character)};" for character in meant) if meant else f"&amp;{match['named'] or ''}"
