"""RTF: the text of the body, after the Rich Text Format Specification 1.9.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ingestion.errors import UnreadableDocument
from ingestion.sources.encodings import name_signature

_MARK = b"{\\rtf"
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>.)"
    r"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+|\\)",
    re.DOTALL,
)
_MAX_DEPTH = 1_000
_MAX_TOKENS = 1_000_000
# Groups that hold no text of the body: tables of the file, pictures, instructions of fields, what older readers show
# in place of a text box, labels that the list makes.
_LEFT_OUT = frozenset(
    {"colortbl", "stylesheet", "info", "pict", "fldinst", "shprslt", "nonshppict", "nonesttables", "annotation"}
    | {"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"}
    | {"xe", "tc", "txe", "listtext", "pntext", "pntxta", "pntxtb"}
)
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("par", "line", "sect", "page", "column", "row", "nestrow", "cell", "nestcell"), "\n"),
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
}
_SYMBOLS: Mapping[str, str] = {"~": "\xa0", "_": "‑", "\n": "\n", "\r": "\n", **{mark: mark for mark in "\\{}"}}
# The code pages of fonts' character sets; 0 and 1 are the document's own.
_CHARSETS: Mapping[int, str] = {
    77: "mac_roman",
    89: "mac_latin2",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_CODE_PAGES = frozenset({437, 850, 852, 866, 874, 932, 936, 949, 950, *range(1250, 1259)})
_LAST_BMP = 0xFFFF


def extract_rtf(content: bytes) -> str:
    """The text of an RTF file without headers, footers and comments. Raises UnreadableDocument, saying why."""
    if not content.lstrip().startswith(_MARK):
        found = name_signature(content[:4096])
        raise UnreadableDocument(f"is {found}, not an RTF file" if found else "is not an RTF file")
    reader = _Reader()
    reader.read(content.decode("latin-1"))
    return reader.text


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds within one pair of braces."""

    skipped: bool = False
    hidden: bool = False
    in_fonts: bool = False
    codec: str | None = None
    skip_after_unicode: int = 1


class _Reader:
    """Reads one file, token by token. Bytes are gathered until a token ends their run: a character may take two."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._bytes = bytearray()
        self._groups: list[_Group] = []
        self._group = _Group()
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._skip = 0

    @property
    def text(self) -> str:
        """The text so far, with characters beyond U+FFFF put together from their halves."""
        return "".join(self._parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def read(self, text: str) -> None:
        """Read the whole file. Raises UnreadableDocument where it ends too soon or would take too long."""
        position = 0
        for _ in range(_MAX_TOKENS):
            match = _TOKEN.match(text, position)
            if match is None:
                break
            position = match.end() + self._take(match)
            if not self._groups:
                break
        else:
            raise UnreadableDocument(f"holds more than {_MAX_TOKENS:,} control words and groups")
        self._flush()
        if self._groups:
            raise UnreadableDocument("is a truncated RTF file: a group is opened and not closed")

    def _take(self, match: re.Match[str]) -> int:
        """Take one token; returns how many bytes of binary data follow it."""
        word, text = match["word"], match["text"]
        if text is not None:
            self._take_text(text)
        elif match["hex"] is not None:
            self._take_text(chr(int(match["hex"], 16)))
        elif match["brace"] is not None:
            self._flush()
            self._skip = 0
            self._take_brace(match["brace"])
        elif word is not None:
            number = int(match["number"]) if match["number"] else None
            if word == "bin":
                return max(0, number or 0)
            self._take_word(word, number)
        elif match["symbol"] is not None:
            self._take_symbol(match["symbol"])
        return 0

    def _take_text(self, text: str) -> None:
        skipped = min(self._skip, len(text))
        self._skip -= skipped
        if not (self._group.skipped or self._group.hidden):
            self._bytes += text[skipped:].encode("latin-1")

    def _take_brace(self, brace: str) -> None:
        if brace == "}":
            self._group = self._groups.pop()
        elif len(self._groups) == _MAX_DEPTH:
            raise UnreadableDocument("is nested too deeply")
        else:
            self._groups.append(self._group)

    def _take_symbol(self, symbol: str) -> None:
        if symbol == "*":
            # A destination that readers may leave out, and this one does.
            self._flush()
            self._group = replace(self._group, skipped=True)
        elif symbol in _SYMBOLS:
            self._put(_SYMBOLS[symbol])

    def _take_word(self, word: str, number: int | None) -> None:
        if word in _WORDS:
            self._put(_WORDS[word])
        elif word == "u":
            self._put(chr((number or 0) & _LAST_BMP))
            self._skip = self._group.skip_after_unicode
        elif word == "fcharset" and self._group.in_fonts:
            self._fonts[self._font] = _CHARSETS.get(number or 0, self._codec)
        elif word == "f" and self._group.in_fonts:
            self._font = number or 0
        else:
            self._flush()
            self._set(word, number)

    def _set(self, word: str, number: int | None) -> None:
        group = self._group
        if word in _LEFT_OUT:
            group = replace(group, skipped=True)
        elif word == "fonttbl":
            group = replace(group, skipped=True, in_fonts=True)
        elif word == "shptxt":
            # The text of a box, within instructions that are left out.
            group = replace(group, skipped=False)
            self._parts.append("\n")
        elif word in {"v", "deleted"}:
            group = replace(group, hidden=number != 0)
        elif word == "plain":
            group = replace(group, hidden=False, codec=None)
        elif word == "uc":
            group = replace(group, skip_after_unicode=max(0, min(number or 0, 16)))
        elif word == "f":
            group = replace(group, codec=self._fonts.get(number or 0))
        elif word == "ansicpg" and number in _CODE_PAGES:
            self._codec = f"cp{number}"
        elif word == "mac":
            self._codec = "mac_roman"
        self._group = group

    def _put(self, text: str) -> None:
        self._flush()
        if self._skip:
            self._skip -= 1
        elif not (self._group.skipped or self._group.hidden):
            self._parts.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._parts.append(self._bytes.decode(self._group.codec or self._codec, "replace"))
            self._bytes.clear()
