"""Paths to files: what lies in a folder or an archive, unpacked on the fly and never on disk."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from ingestion.errors import UnreadableSource
from ingestion.sources.archives import Members
from ingestion.sources.columns import check_mapping
from ingestion.sources.linkedin import Export, is_part_of_export, make_export, may_hold_export, read_linkedin
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.registry import GZIP, KNOWN_TYPES, find_archive, find_reader
from ingestion.sources.streams import guard, open_gzip
from ingestion.sources.validation import make_writable, reject
from milvus import Kind

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


def read_file(name: str, open_: Callable[[], BinaryIO], *, kind: Kind | None = None) -> Read:
    """Everything in a file or an archive that lies on no path, told by its name; what cannot be read is a Rejection."""
    return _read_file(_make_clean(SourceFile(name=name, id=name, open=open_, kind=kind)), prefix="")


def is_known(name: str) -> bool:
    """Whether a file of this name can be read."""
    return find_archive(name) is not None or find_reader(name.lower().removesuffix(GZIP)) is not None


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _name_file(path: Path) -> str:
    return path.name or path.resolve().name


def _make_clean(file: SourceFile) -> SourceFile:
    return replace(file, name=make_writable(file.name), id=make_writable(file.id))


def _read_folder(folder: Path, asked: SourceFile) -> Read:
    found = False
    for part in _walk(folder, asked):
        found = True
        if isinstance(part, SourceFile):
            yield from _read_file(part, prefix=f"{part.id}/")
        else:
            yield from _read_other(part)
    if not found:
        yield reject(asked.name, "holds no files")


def _walk(folder: Path, asked: SourceFile, *, inside: str = "", in_export: bool = False) -> Members:
    """The files under a folder, sorted; those of a LinkedIn export come as one. `inside` is the path from the top.

    Links to folders are not followed: they may lead round in a circle.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield reject(str(folder), f"cannot be read ({error.strerror})")
        return
    if may_hold_export(entry.name for entry in entries):
        export = _make_export(folder, asked, inside)
        if export is not None:
            in_export = True
            yield export
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, asked, inside=f"{inside}{entry.name}/", in_export=in_export)
        elif not entry.is_file():
            yield reject(str(path), "is neither a file nor a folder")
        elif not (in_export and is_part_of_export(entry.name)):
            yield _make_file(path, asked, f"{inside}{entry.name}")


def _make_export(folder: Path, asked: SourceFile, inside: str) -> Export | None:
    paths = sorted(Path(place) / name for place, _, names in os.walk(folder) for name in names)
    parts = {
        name: _make_file(path, asked, f"{inside}{name}")
        for path in paths
        if is_part_of_export(name := path.relative_to(folder).as_posix()) and path.is_file()
    }
    return make_export(_make_file(folder, asked, inside.rstrip("/") or asked.id), parts)


def _make_file(path: Path, asked: SourceFile, name: str) -> SourceFile:
    return _make_clean(replace(asked, name=str(path), id=name, open=partial(_open, path)))


def _read_members(file: SourceFile, members: Members) -> Read:
    found = False
    for member in members:
        found = True
        if isinstance(member, SourceFile):
            yield from _read_file(member, prefix=None)
        else:
            yield from _read_other(member)
    if not found:
        yield reject(file.name, "holds no files")


def _read_other(part: Export | Rejection) -> Read:
    return iter([part]) if isinstance(part, Rejection) else read_linkedin(part)


def _read_file(file: SourceFile, *, prefix: str | None) -> Read:
    """What one file holds. `prefix` goes before the ids of an archive's members; None within an archive."""
    archive = find_archive(file.id)
    if archive is not None:
        if prefix is None:
            return iter([reject(file.name, "is an archive in an archive, which is not read")])
        return guard(file.name, _read_members(file, archive(file, prefix)))
    if file.id.lower().endswith(GZIP):
        opened = file.open
        file = replace(file, id=file.id[: -len(GZIP)], open=lambda: open_gzip(opened()))
    reader = find_reader(file.id)
    if reader is None:
        return iter([reject(file.name, f"is of an unknown type; known: {KNOWN_TYPES}", kind=file.kind)])
    return reader(file)
