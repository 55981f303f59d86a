"""Byte streams of unknown origin: bounded, read forward only, and with their damage told instead of raised."""

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

from ingestion.sources.port import Rejection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_DOCUMENT_BYTES = 64 * 1024**2

Item = TypeVar("Item")


class TooLarge(Exception):
    """More bytes than a stream or a document may have; the message says how many."""


class LimitedStream(io.RawIOBase):
    """A stream that cannot be rewound and raises TooLarge past `limit` bytes, whatever its source claims to hold."""

    def __init__(self, stream: BinaryIO, *, limit: int = MAX_UNPACKED_BYTES, under: BinaryIO | None = None) -> None:
        super().__init__()
        self._stream = stream
        self._under = under
        # One read of the source at a time, so that what was read before a damaged place is not lost with it.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.limit = limit
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        block = self._read(len(view))
        self.position += len(block)
        if self.position > self.limit:
            raise TooLarge(f"larger than {describe_size(self.limit)} unpacked")
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._under is not None:
                self._under.close()
        super().close()


def open_gzip(packed: BinaryIO) -> BinaryIO:
    """What a gzip stream holds, up to MAX_UNPACKED_BYTES."""
    unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=packed, mode="rb"))
    return io.BufferedReader(LimitedStream(unpacked, under=packed), buffer_size=64 * 1024)


def read_whole(stream: BinaryIO) -> bytes:
    """All of a document. Raises TooLarge past MAX_DOCUMENT_BYTES."""
    content = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise TooLarge(f"larger than {describe_size(MAX_DOCUMENT_BYTES)}, the limit of a file that is read whole")
    return content


def guard(name: str, items: Iterator[Item]) -> Iterator[Item | Rejection]:
    """The items as far as the file can be read, then a Rejection that names the place where it could not."""
    count = 0
    try:
        for item in items:
            count += 1
            yield item
    except TooLarge as error:
        yield Rejection(location=name, reason=f"{error}{_after(count, 'stopped')}")
    except EOFError:
        yield Rejection(location=name, reason=f"truncated{_after(count)}")
    except tarfile.ReadError as error:
        damage = "truncated" if "unexpected end" in str(error) else f"damaged ({error})"
        yield Rejection(location=name, reason=f"{damage}{_after(count)}")
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError) as error:
        yield Rejection(location=name, reason=f"damaged ({error}){_after(count)}")
    except OSError as error:
        yield Rejection(location=name, reason=f"cannot be read ({error.strerror or error}){_after(count)}")


def _after(count: int, verb: str = "") -> str:
    if count == 0:
        return ""
    return f"{': ' if verb else ''}{verb} after row {count}"


def describe_size(size: int) -> str:
    """A size in whole units: 64 MiB."""
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size >= factor:
            return f"{size // factor} {unit}"
    return f"{size} bytes"
