"""Paths to files: what lies in a folder or an archive, unpacked on the fly and never on disk."""

import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, BinaryIO, cast

from ingestion.errors import UnreadableSource
from ingestion.sources.columns import check_mapping
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.registry import GZIP, KNOWN_TYPES, TAR, TAR_GZIP, find_reader
from ingestion.sources.streams import MAX_UNPACKED_BYTES, LimitedStream, guard, open_gzip
from ingestion.sources.validation import make_writable, reject
from milvus import Kind

# What the headers of one member of an archive may take.
_MAX_HEADER_BYTES = 8 * 1024**2
_BLOCK = tarfile.BLOCKSIZE

Read = Iterator[SourceRow | Rejection]


def read_path(
    path: Path,
    *,
    kind: Kind | None = None,
    mapping: Mapping[str, str] = MappingProxyType({}),
    folder: Path | None = None,
) -> Read:
    """Everything in a file, an archive, or a folder and its subfolders, sorted by name, without hidden files.

    `kind` says what the documents are where their content does not; `mapping` renames columns. A file below `folder` is
    read as if all of that folder were. What cannot be read comes out as a Rejection. Raises UnreadableSource, at once,
    where there is no such path, where it is a file of unknown type, or where a column is mapped to a field that does
    not exist.
    """
    check_mapping(mapping, kind)
    asked = SourceFile(name=str(path), id=_name_file(path), open=partial(_open, path), kind=kind, mapping=mapping)
    if path.is_dir():
        return _read_folder(path, asked)
    if not path.exists():
        raise UnreadableSource(f"{path}: there is no such file or folder")
    if not path.is_file():
        raise UnreadableSource(f"{path} is neither a file nor a folder")
    if not is_known(path.name):
        raise UnreadableSource(f"{path} is of an unknown type; known: {KNOWN_TYPES}")
    if folder is None:
        return _read_file(_make_clean(asked), prefix="")
    file = _make_clean(replace(asked, id=path.relative_to(folder).as_posix()))
    return _read_file(file, prefix=f"{file.id}/")


def is_known(name: str) -> bool:
    """Whether a file of this name can be read."""
    lower = name.lower()
    return lower.endswith((TAR, *TAR_GZIP)) or find_reader(lower.removesuffix(GZIP)) is not None


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _name_file(path: Path) -> str:
    return path.name or path.resolve().name


def _make_clean(file: SourceFile) -> SourceFile:
    return replace(file, name=make_writable(file.name), id=make_writable(file.id))


def _read_folder(folder: Path, asked: SourceFile) -> Read:
    found = False
    for path in _walk(folder):
        found = True
        if isinstance(path, Rejection):
            yield path
            continue
        file = replace(asked, name=str(path), id=path.relative_to(folder).as_posix(), open=partial(_open, path))
        file = _make_clean(file)
        yield from _read_file(file, prefix=f"{file.id}/")
    if not found:
        yield reject(asked.name, "holds no files")


def _walk(folder: Path) -> Iterator[Path | Rejection]:
    """The files under a folder, sorted. Links to folders are not followed: they may lead round in a circle."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield reject(str(folder), f"cannot be read ({error.strerror})")
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_file():
            yield path
        else:
            yield reject(str(path), "is neither a file nor a folder")


def _read_file(file: SourceFile, *, prefix: str | None) -> Read:
    """What one file holds. `prefix` goes before the ids of an archive's members; None within an archive."""
    lower = file.id.lower()
    if lower.endswith((TAR, *TAR_GZIP)):
        if prefix is None:
            return iter([reject(file.name, "is an archive in an archive, which is not read")])
        return guard(file.name, _read_archive(file, prefix))
    if lower.endswith(GZIP):
        opened = file.open
        file = replace(file, id=file.id[: -len(GZIP)], open=lambda: open_gzip(opened()))
    reader = find_reader(file.id)
    if reader is None:
        return iter([reject(file.name, f"is of an unknown type; known: {KNOWN_TYPES}", kind=file.kind)])
    return reader(file)


@dataclass(slots=True)
class _Blocks:
    """What tarfile reads, block by block, so that the block at which it stopped can be looked at."""

    stream: BinaryIO
    last: bytes = b""

    def read(self, size: int) -> bytes:
        self.last = self.stream.read(size)
        return self.last


def _read_archive(file: SourceFile, prefix: str) -> Read:
    """The members of a tar archive as they come. Only names are taken from it, and no member is written anywhere."""
    opened = file.open()
    unpacked = open_gzip(opened) if file.id.lower().endswith(TAR_GZIP) else opened
    limited = LimitedStream(unpacked, limit=_MAX_HEADER_BYTES)
    blocks = _Blocks(io.BufferedReader(limited))
    with opened, tarfile.open(fileobj=cast(IO[bytes], blocks), mode="r|", bufsize=_BLOCK) as archive:
        last = None
        for member in archive:
            # A header may claim any size for itself; only what members hold is let through by size.
            limited.limit = min(MAX_UNPACKED_BYTES, member.offset_data + member.size + _MAX_HEADER_BYTES)
            yield from _read_member(replace(file, id=prefix), archive, member)
            last = member.name
        if blocks.last.count(0) != _BLOCK:
            place = f" after {make_writable(last)}" if last else ""
            yield reject(file.name, f"{'damaged' if blocks.last else 'truncated'}{place}")


def _read_member(file: SourceFile, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Read:
    parts = [part for part in member.name.split("/") if part not in {"", ".", ".."}]
    if member.isdir() or not parts or any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return
    inner = "/".join(parts)
    name = make_writable(f"{file.name}/{inner}")
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        yield reject(name, "is a link or a device, not a file", kind=file.kind)
        return
    open_member: Callable[[], BinaryIO] = lambda: io.BufferedReader(LimitedStream(cast(BinaryIO, content)))  # noqa: E731
    yield from _read_file(
        replace(file, name=name, id=make_writable(f"{file.id}{inner}"), open=open_member), prefix=None
    )
