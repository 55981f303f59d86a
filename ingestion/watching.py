"""Watching a folder: new and changed files are loaded once they are still, files that vanish are noticed."""

import hashlib
import os
import stat
import time
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.errors import UnreadableSource
from ingestion.holdings import Held, release
from ingestion.installation import Books
from ingestion.loading import LoadReport, load_rows
from ingestion.sources import SourceRow, read_path
from ingestion.sources.files import is_known
from ingestion.watched_files import FileStamp, WatchedFile, make_file, name_file
from milvus import Kind

# A file is read when nothing about it has changed for so long.
SETTLE_SECONDS = 2.0
# So many files may vanish at once, whatever share of the folder they are.
_FEW = 10
_BLOCK = 1024**2


@dataclass(frozen=True, slots=True)
class FileEvent:
    """Something that happened to a file: what to tell about it, and what was loaded, None where nothing was."""

    path: str
    message: str
    report: LoadReport | None = None
    closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """How files are read, and whether the documents of a file that vanishes are closed (`force`: however many)."""

    kind: Kind | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    delete: bool = False
    force: bool = False


@dataclass(slots=True)
class _Sighting:
    """A file that is not read yet, and since when it has been as it is."""

    stamp: FileStamp
    since: float


@dataclass(slots=True)
class FolderWatch:
    """A folder and its subfolders, without hidden files and links to folders. `clock` gives monotonic seconds."""

    folder: Path
    books: Books
    options: WatchOptions = field(default_factory=WatchOptions)
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, WatchedFile] = field(default_factory=dict, init=False)
    _restless: dict[str, _Sighting] = field(default_factory=dict, init=False)
    _missing: dict[str, float] = field(default_factory=dict, init=False)
    _refused: bool = field(default=False, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._known = self.books.watched.read(self.folder)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is waited for: no file to become still, none to stay away."""
        return not (self._restless or (self._missing and not self._refused))

    def scan(self) -> Iterator[FileEvent]:
        """Look through the folder once, and load what is new and still. Raises LedgerUnavailable."""
        found: dict[str, tuple[str, FileStamp]] = {}
        complete = yield from self._find_files(found)
        now = self.clock()
        for id_, (path, stamp) in found.items():
            known = self._known.get(id_)
            if known is not None and known.stamp == stamp:
                self._restless.pop(id_, None)
            elif self._is_still(id_, stamp, now):
                yield from self._load(id_, Path(path), stamp)
        self._restless = {id_: sighting for id_, sighting in self._restless.items() if id_ in found}
        if complete:
            yield from self._notice_vanished(found, now)

    def _find_files(self, found: dict[str, tuple[str, FileStamp]]) -> Generator[FileEvent, None, bool]:
        """Collect the files that can be read, by their ids; whether all folders could be looked into."""
        complete = True
        folders = [str(self.folder)]
        while folders:
            folder = folders.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                complete = False
                yield from self._tell_once(folder, f"cannot be read ({error.strerror})")
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif not is_known(entry.name):
                    yield from self._tell_once(entry.path, "is of a type that is not read")
                elif stamp := _stamp(entry):
                    found[name_file(self.folder, entry.path)] = (entry.path, stamp)
        return complete

    def _tell_once(self, path: str, message: str) -> Iterator[FileEvent]:
        if path not in self._told:
            self._told.add(path)
            yield FileEvent(path, message)

    def _is_still(self, id_: str, stamp: FileStamp, now: float) -> bool:
        sighting = self._restless.get(id_)
        if sighting is None or sighting.stamp != stamp:
            self._restless[id_] = _Sighting(stamp, now)
            return False
        return now - sighting.since >= SETTLE_SECONDS

    def _load(self, id_: str, path: Path, stamp: FileStamp) -> Iterator[FileEvent]:
        """Load a file that is still; one that changes while it is read is read again when it is still once more."""
        self._restless.pop(id_)
        try:
            content_hash = _hash_file(path)
        except OSError as error:
            yield from self._tell_once(str(path), f"cannot be read ({error.strerror})")
            return
        file = make_file(self.folder, path, stamp, content_hash)
        known = self._known.get(id_)
        report = None
        if known is None or known.content_hash != content_hash:
            report = self._load_file(file, path)
            if report is None:
                yield from self._tell_once(str(path), "went away before it was read")
                return
        if _stamp(path) == stamp:
            self.books.watched.remember(self.folder, file)
            self._known[id_] = file
        if report is not None:
            yield FileEvent(str(path), _describe(report), report)

    def _load_file(self, file: WatchedFile, path: Path) -> LoadReport | None:
        """What a file came to; None where it is no longer there."""
        report = LoadReport()
        options = self.options
        try:
            rows = read_path(path, kind=options.kind, mapping=options.mapping, folder=self.folder)
        except UnreadableSource:
            if path.exists():
                raise
            return None

        def hold(batch: Sequence[SourceRow]) -> None:
            self.books.holdings.hold(file.holder, 1, batch)

        load_rows(str(path), rows, books=self.books, report=report, hold=hold)
        return report

    def _notice_vanished(self, found: Container[str], now: float) -> Iterator[FileEvent]:
        """Take leave of files that stay away: one that is only being replaced or renamed is back, or read, by then."""
        self._missing = {id_: self._missing.get(id_, now) for id_ in self._known if id_ not in found}
        due = [id_ for id_, since in self._missing.items() if now - since >= SETTLE_SECONDS]
        if not due or self._restless:
            return
        too_many = len(due) > max(_FEW, len(self._known) // 2)
        self._refused = self.options.delete and too_many and not self.options.force
        if self._refused:
            yield from self._tell_once(
                str(self.folder),
                f"{len(due)} of {len(self._known)} files vanished at once: their documents are kept; "
                "--delete --force closes them",
            )
            return
        gone = [self._known[id_] for id_ in due]
        for file in gone:
            closed = self._close(file)
            self.books.watched.forget(file)
            del self._known[file.id], self._missing[file.id]
            yield FileEvent(file.path, f"is gone; {_count(closed, 'document')} closed", closed=closed)

    def _close(self, file: WatchedFile) -> int:
        """Close what only this file held, where that is wanted; how many documents. Otherwise they belong to nobody."""
        if not self.options.delete:
            self.books.holdings.forget(file.holder)
            return 0
        held: list[Held] = self.books.holdings.list_held(file.holder)
        return release(self.books.ledger, file.holder, held)


def _stamp(file: "os.DirEntry[str] | Path") -> FileStamp | None:
    """The file's stamp; None where it is gone, or is no file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return FileStamp(status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _describe(report: LoadReport) -> str:
    changes = ", ".join(f"{count:,} {change.value}" for change, count in report.changes.items() if count)
    rejected = f"; {report.rejected_total:,} rejected" if report.rejected_total else ""
    return f"{_count(report.documents, 'document')}{f' ({changes})' if changes else ''}{rejected}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
