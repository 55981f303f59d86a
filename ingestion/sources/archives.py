"""Archives: their members one after another, unpacked on the fly and never on disk, under harmless names."""

import io
import lzma
import re
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from ingestion.sources.encodings import name_signature
from ingestion.sources.linkedin import Export, find_exports
from ingestion.sources.port import Rejection, SourceFile
from ingestion.sources.streams import MAX_UNPACKED_BYTES, LimitedStream, TooLarge, describe_size, open_gzip
from ingestion.sources.validation import make_writable, reject

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# What the headers of one member of a tar archive may take, and the whole directory of a ZIP archive.
_MAX_HEADER_BYTES = 8 * 1024**2
_MAX_DIRECTORY_BYTES = 16 * 1024**2
_BLOCK = tarfile.BLOCKSIZE
_ENCRYPTED, _UTF_8 = 0x1, 0x800
# Letters of cp866, the code page of Russian archivers, come in runs; accented Latin letters of cp437 stand alone.
_RUN = re.compile(r"[А-Яа-яЁё]{2}")

Members = Iterator[SourceFile | Export | Rejection]
Archive = Callable[[SourceFile, str], Members]


def iterate_tar(file: SourceFile, prefix: str) -> Members:
    """The members of a tar archive as they come, each to be read before the next. `prefix` goes before their ids."""
    with file.open() as opened:
        yield from _iterate_tar(file, opened, prefix)


def iterate_tar_gzip(file: SourceFile, prefix: str) -> Members:
    """The same of a tar archive in gzip."""
    with file.open() as opened:
        yield from _iterate_tar(file, open_gzip(opened), prefix)


@dataclass(slots=True)
class _Blocks:
    """What tarfile reads, block by block, so that the block at which it stopped can be looked at."""

    stream: BinaryIO
    last: bytes = b""

    def read(self, size: int) -> bytes:
        self.last = self.stream.read(size)
        return self.last


def _iterate_tar(file: SourceFile, unpacked: BinaryIO, prefix: str) -> Members:
    limited = LimitedStream(unpacked, limit=_MAX_HEADER_BYTES)
    blocks = _Blocks(io.BufferedReader(limited))
    with tarfile.open(fileobj=cast(IO[bytes], blocks), mode="r|", bufsize=_BLOCK) as archive:
        last = None
        for member in archive:
            # A header may claim any size for itself; only what members hold is let through by size.
            limited.limit = min(MAX_UNPACKED_BYTES, member.offset_data + member.size + _MAX_HEADER_BYTES)
            inner = _clean_name(member.name)
            if inner and not member.isdir():
                yield _open_tar_member(_make_member(file, prefix, inner), archive, member)
            last = member.name
        if blocks.last.count(0) != _BLOCK:
            place = f" after {make_writable(last)}" if last else ""
            yield reject(file.name, f"{'damaged' if blocks.last else 'truncated'}{place}")


def _open_tar_member(file: SourceFile, archive: tarfile.TarFile, member: tarfile.TarInfo) -> SourceFile | Rejection:
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        return reject(file.name, "is a link or a device, not a file", kind=file.kind)
    return replace(file, open=lambda: io.BufferedReader(LimitedStream(cast(BinaryIO, content))))


def iterate_zip(file: SourceFile, prefix: str) -> Members:
    """The members of a ZIP archive in its order; a LinkedIn export in it comes as one. `prefix` goes before their ids.

    All members together unpack to MAX_UNPACKED_BYTES at most. Of two members of one name the first is read.
    """
    with file.open() as opened:
        fault = _find_fault(opened)
        if fault is not None:
            yield reject(file.name, fault)
            return
        try:
            archive = zipfile.ZipFile(cast(IO[bytes], _Directory(opened)))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
            yield reject(file.name, f"is a damaged or truncated ZIP archive ({error})")
            return
        with archive:
            yield from _iterate_zip(file, archive, prefix)


def _find_fault(stream: BinaryIO) -> str | None:
    head = stream.read(64)
    stream.seek(0)
    if not head:
        return "is empty"
    found = name_signature(head)
    if head.startswith(b"PK"):
        return None
    return f"is {found}, not a ZIP archive" if found else "is not a ZIP archive"


def _iterate_zip(file: SourceFile, archive: zipfile.ZipFile, prefix: str) -> Members:
    infos = archive.infolist()
    if {info.filename for info in infos} & {"[Content_Types].xml", "mimetype"}:
        yield reject(file.name, "is an Office document (DOCX, XLSX, ODT, ...): give it its own ending")
        return
    budget = _Budget(MAX_UNPACKED_BYTES)
    members: dict[str, SourceFile] = {}
    for info in infos:
        inner = _clean_name(_decode_name(info).replace("\\", "/"))
        if not inner or info.is_dir():
            continue
        member = replace(_make_member(file, prefix, inner), open=partial(_open_zip_member, archive, info, budget))
        fault = "has the name of an earlier member" if inner in members else _find_member_fault(info)
        if fault is not None:
            yield reject(member.name, fault, kind=file.kind)
        else:
            members[inner] = member
    for part in find_exports(file, prefix, members):
        if budget.left <= 0:
            yield reject(file.name, f"unpacks to more than {describe_size(MAX_UNPACKED_BYTES)} in all: stopped there")
            return
        yield part


def _find_member_fault(info: zipfile.ZipInfo) -> str | None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return "is a link or a device, not a file"
    return "is encrypted: pack it without a password" if info.flag_bits & _ENCRYPTED else None


@dataclass(slots=True)
class _Budget:
    """How many bytes the members of one archive may still unpack to."""

    left: int


class _SharedStream(LimitedStream):
    """A member's stream, whose bytes also count against the whole archive's."""

    def __init__(self, stream: BinaryIO, budget: _Budget) -> None:
        super().__init__(stream)
        self._budget = budget

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if self._budget.left <= 0:
            raise TooLarge(f"the archive unpacks to more than {describe_size(MAX_UNPACKED_BYTES)} in all")
        size = super().readinto(buffer)
        self._budget.left -= size
        return size


def _open_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> BinaryIO:
    try:
        opened = archive.open(info)
    except (NotImplementedError, RuntimeError, ValueError, struct.error, lzma.LZMAError) as error:
        raise zipfile.BadZipFile(str(error)) from None
    return io.BufferedReader(_SharedStream(cast(BinaryIO, opened), budget))


class _Directory(io.BufferedIOBase):
    """A file of which no part larger than a ZIP archive's directory may be is read at once."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MAX_DIRECTORY_BYTES:
            raise TooLarge(f"its directory is larger than {describe_size(_MAX_DIRECTORY_BYTES)}")
        return self._stream.read(-1 if size is None else size)


def _decode_name(info: zipfile.ZipInfo) -> str:
    """A member's name, which zipfile takes for cp437 where it is not marked as UTF-8."""
    if info.flag_bits & _UTF_8 or info.orig_filename.isascii():
        return info.filename
    name = info.filename.encode("cp437", "replace")
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        russian = name.decode("cp866")
    return russian if _RUN.search(russian) else info.filename


def _clean_name(name: str) -> str | None:
    """The path below the archive, None for what is hidden. Nothing in a name leads out: it is only a name."""
    parts = [part for part in name.split("/") if part not in {"", ".", ".."}]
    if not parts or any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return None
    return "/".join(parts)


def _make_member(file: SourceFile, prefix: str, inner: str) -> SourceFile:
    return replace(file, name=make_writable(f"{file.name}/{inner}"), id=make_writable(f"{prefix}{inner}"))
