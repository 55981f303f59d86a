"""Text of unknown encoding: UTF-8, UTF-16, Windows-1251 and Windows-1252, told apart by marks and statistics."""

import codecs
import io
import re
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SAMPLE_BYTES = 64 * 1024
_MAX_HEAD_BYTES = 4 * 1024**2
# What UTF-8 decodes to, and what a byte that is none is carried along as.
_WHOLE, _ESCAPED = re.compile("[^\x00-\x7f\ud800-\udfff]"), re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a file is by its first bytes, for messages ("is a PNG image, not a PDF").
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP file (DOCX, XLSX, ...)"),
    (b"\x1f\x8b\x08", "a gzip file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (DOC, XLS)"),
    (b"PAR1", "a Parquet file"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "an RTF file"),
)
# Charsets of pages and feeds; codecs of other kinds (base64, rot13, idna) go by names like these.
_DECLARED = re.compile(
    r"(?:x-)?(?:utf-?8|us-ascii|windows-\d{3,4}|cp-?\d{3,4}|ibm\d{3}|koi8-[rtu]|iso[_-]?8859[_-]\d{1,2}|latin-?1"
    r"|mac-?cyrillic|shift[_-]?jis|euc-(?:jp|kr)|gb(?:k|2312|18030)|big5)",
    re.IGNORECASE,
)
# Windows-1251 letters stand side by side, the accented ones of Windows-1252 almost never do.
_HIGH_LETTER = re.compile(rb"[\xa8\xb8\xc0-\xff]")
_HIGH_LETTERS = re.compile(rb"[\xa8\xb8\xc0-\xff]{2,}")


def name_signature(head: bytes) -> str | None:
    """What the first bytes of a file show it to be, None where they look like text."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if not _is_utf16(head) and len(_CONTROLS.findall(head)) * 10 > len(head):
        return "binary data"
    return None


def detect_encoding(sample: bytes) -> str:
    """The codec of a text by its beginning, which may end within a character.

    A byte order mark decides; then the zero bytes of UTF-16; then whether more is valid UTF-8 than not; then whether
    the letters beyond ASCII come in runs (Cyrillic: Windows-1251) or alone (Latin: Windows-1252).
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    utf16 = _is_utf16(sample)
    if utf16:
        return utf16
    # Cut off within a character or with a few broken bytes, UTF-8 is still UTF-8.
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)
    broken = len(_ESCAPED.findall(text))
    if broken == 0 or len(_WHOLE.findall(text)) > broken:
        return "utf-8"
    in_runs = sum(map(len, _HIGH_LETTERS.findall(sample)))
    return "cp1251" if in_runs * 2 > len(_HIGH_LETTER.findall(sample)) else "cp1252"


def _is_utf16(sample: bytes) -> str | None:
    """The byte order of UTF-16 without a mark: one of two bytes is 0 (Latin) or 4 (Cyrillic) nearly throughout."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = (sum(part.count(byte) for byte in (0, 4)) for part in (sample[: pairs * 2 : 2], sample[1::2]))
    if odd * 10 > pairs * 8 > even * 20:
        return "utf-16-le"
    return "utf-16-be" if even * 10 > pairs * 8 > odd * 20 else None


def find_codec(declared: str) -> str | None:
    """The codec that a document says of itself it is in, None where it is none of text (or UTF-16, told by marks)."""
    if not _DECLARED.fullmatch(declared):
        return None
    try:
        return codecs.lookup(declared).name
    except LookupError:
        return None


def decode_text(content: bytes) -> str:
    """A whole text. Raises ValueError where bytes remain that its encoding does not have."""
    encoding = detect_encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not text: byte 0x{content[error.start]:02x} at {error.start} is not {encoding}") from None


def open_text(stream: BinaryIO) -> tuple[io.TextIOWrapper, bytes]:
    """The stream as text with its line ends kept, and its first bytes. Broken bytes become lone surrogates.

    At most 4 MiB are looked at, until a byte beyond ASCII gives the encoding away.
    """
    head = _Head(stream)
    encoding = detect_encoding(head.sample)
    # UTF-16 cannot carry broken bytes along; there they become U+FFFD.
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(io.BufferedReader(head), encoding, errors=errors, newline=""), head.sample[:_SAMPLE_BYTES]


class _Head(io.RawIOBase):
    """A stream whose beginning was looked at and is given out again; so is the error that ended the look."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._error: Exception | None = None
        self._given = 0
        self.sample = b"".join(self._look())

    def _look(self) -> list[bytes]:
        blocks: list[bytes] = []
        size, telling = 0, False
        while size < _MAX_HEAD_BYTES and not (telling and size >= _SAMPLE_BYTES):
            try:
                block = self._stream.read1(_SAMPLE_BYTES)  # type: ignore[attr-defined]  # BytesIO and buffered files have it
            except Exception as error:  # kept and raised where the reader gets to it
                self._error = error
                break
            if not block:
                break
            telling = telling or _NOT_ASCII.search(block) is not None or b"\x00" in block
            blocks.append(block)
            size += len(block)
        return blocks

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        block = self.sample[self._given : self._given + len(view)]
        self._given += len(block)
        if not block:
            if self._error is not None:
                raise self._error
            block = self._stream.read1(len(view))  # type: ignore[attr-defined]  # as above
        view[: len(block)] = block
        return len(block)
