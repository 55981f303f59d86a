"""Running sources: fetch, read, record, close what is gone; by hand or whenever one is due."""

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import structlog

from ingestion.addresses import show_url
from ingestion.errors import FetchError, FetchFailed, LedgerUnavailable, SourceRefused, UnreadableSource
from ingestion.fetching import Fetched, Fetcher, FetchRules, NotModified
from ingestion.holdings import SnapshotRead, close_absent
from ingestion.installation import Books
from ingestion.loading import LoadReport, load_rows, prefix_ids
from ingestion.source_list import LEASE_SECONDS, RunOutcome, RunResult, Source
from ingestion.sources import Rejection, SourceRow, read_path
from ingestion.sources.files import is_known
from ingestion.sources.json_file import EMPTY_ARRAY

_LOOK_SECONDS = 5.0
_MAX_KEPT_REJECTIONS = 10_001
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_GZIP_MAGIC = b"\x1f\x8b"
# The ending that a file of this media type would have, for URLs that do not show it.
_ENDINGS = {
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.apache.parquet": ".parquet",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "text/html": ".html",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/x-tar": ".tar",
}

_INTERRUPTED = RunResult(outcome=RunOutcome.FAILED, message="interrupted")

log = structlog.get_logger(__name__)


class Fetch(Protocol):
    """How a runner gets a URL; a Fetcher's `fetch` is one."""

    def __call__(
        self, url: str, folder: Path, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched | NotModified: ...


@dataclass(slots=True)
class _Reading:
    """The rows of a source on their way to the ledger: stamped with its name, their locations said in its words."""

    source: Source
    path: Path
    shown: str
    rejections: list[Rejection] = field(default_factory=list)

    def follow(self, rows: Iterable[SourceRow | Rejection]) -> Iterator[SourceRow | Rejection]:
        for row in rows:
            location = self._relocate(row.location)
            if isinstance(row, SourceRow):
                yield _name_source(replace(row, location=location, file=None), self.source.name)
            elif row.reason != EMPTY_ARRAY:  # which is how a feed says that there is nothing, or nothing new
                moved = replace(row, location=location)
                if len(self.rejections) < _MAX_KEPT_REJECTIONS:
                    self.rejections.append(moved)
                yield moved

    def _relocate(self, location: str) -> str:
        prefix = str(self.path)
        return self.shown + location[len(prefix) :] if location.startswith(prefix) else location


@dataclass(frozen=True, slots=True)
class _Input:
    """What there is to read: a path, what messages call it, and what says whether it changed."""

    path: Path
    shown: str
    etag: str | None
    last_modified: str | None


class SourceRunner:
    """Runs sources, one at a time. `stop` ends the schedule; a run at hand goes on to the end of its batch."""

    def __init__(self, books: Books, fetch: Fetch, *, stop: threading.Event) -> None:
        self._books = books
        self._fetch = fetch
        self._stop = stop
        self._owner = uuid4().hex

    def run_now(
        self, name: str, *, force: bool = False, report_progress: Callable[[LoadReport], None] | None = None
    ) -> RunResult:
        """Run a source now, due or not. Raises UnknownSource, SourceRefused where it is being run, LedgerUnavailable.

        With `force` it is read even where it did not change, and a suspiciously small snapshot is believed.
        """
        source = self._books.sources.claim(name, self._owner)
        if source is None:
            raise SourceRefused(f"{name} is being run by another process")
        return self._run(source, force=force, report_progress=report_progress)

    def run_due(self) -> RunResult | None:
        """Run the source that has been due for the longest time; None where none is. Raises LedgerUnavailable."""
        source = self._books.sources.claim_due(self._owner)
        return None if source is None else self._run(source, force=False, report_progress=None)

    def run(self) -> None:
        """Run what is due, until stopped. A database that is away is waited for."""
        while not self._stop.is_set():
            try:
                if self.run_due() is None:
                    self._stop.wait(_LOOK_SECONDS)
            except LedgerUnavailable as error:
                log.warning("ledger is away", error=str(error))
                self._stop.wait(_LOOK_SECONDS)
            except Exception:  # one of the schedule itself; what goes wrong in a run is told with its source
                log.exception("schedule failed")
                self._stop.wait(_LOOK_SECONDS)

    def stop(self) -> None:
        """Ask the schedule to end; callable from any thread."""
        self._stop.set()

    def _run(self, source: Source, *, force: bool, report_progress: Callable[[LoadReport], None] | None) -> RunResult:
        with self._keep_lease(source):
            try:
                result = self._read(source, force=force, report_progress=report_progress)
            except (FetchError, UnreadableSource, SourceRefused) as error:
                wait = error.retry_after if isinstance(error, FetchFailed) else None
                result = RunResult(outcome=RunOutcome.FAILED, message=str(error), retry_after=wait)
            except LedgerUnavailable:
                raise
            except KeyboardInterrupt:
                self._books.sources.finish(source, self._owner, _INTERRUPTED)
                raise
            except Exception as error:
                log.exception("source failed", source=source.name)
                result = RunResult(outcome=RunOutcome.FAILED, message=f"unforeseen: {type(error).__name__}")
        self._books.sources.finish(source, self._owner, result)
        tell = log.info if result.outcome in {RunOutcome.DONE, RunOutcome.UNCHANGED} else log.warning
        tell("source was run", source=source.name, outcome=result.outcome.value, message=result.message)
        return result

    def _read(self, source: Source, *, force: bool, report_progress: Callable[[LoadReport], None] | None) -> RunResult:
        with tempfile.TemporaryDirectory(prefix="counterpart-") as folder:
            found = self._find_input(source, Path(folder), force=force)
            if found is None:
                return RunResult(outcome=RunOutcome.UNCHANGED)
            rows = read_path(found.path, kind=source.kind, mapping=source.mapping)
            reading = _Reading(source, found.path, found.shown)
            held_before = self._books.holdings.count(source.holder)
            report = LoadReport()

            def hold(batch: Sequence[SourceRow]) -> None:
                self._check_go_on(source)
                self._books.holdings.hold(source.holder, source.run, batch)

            load_rows(
                source.holder,
                prefix_ids(reading.follow(rows), source.id_prefix),
                books=self._books,
                report=report,
                hold=hold,
                report_progress=report_progress,
            )
            changed = not source.is_url and _fingerprint(found.path) != found.etag
            read = SnapshotRead(
                holder=source.holder,
                run=source.run,
                rejections=reading.rejections,
                held_before=held_before,
                id_prefix=source.id_prefix,
            )
        result = self._conclude(source, report, found, read, changed=changed, force=force)
        messages = [message for message in (result.message, report.describe_replaced()) if message]
        return replace(result, message="; ".join(messages) or None)

    def _find_input(self, source: Source, folder: Path, *, force: bool) -> _Input | None:
        """What there is to read; None where it is what was read last."""
        if not source.is_url:
            path = Path(source.location)
            etag = _fingerprint(path)
            unchanged = etag == source.etag and not force
            return None if unchanged else _Input(path, source.location, etag, None)
        known = (None, None) if force else (source.etag, source.last_modified)
        fetched = self._fetch(source.location, folder, etag=known[0], last_modified=known[1])
        if isinstance(fetched, NotModified):
            return None
        path = fetched.path.rename(folder / _name_download(fetched, source.format))
        return _Input(path, show_url(source.location), fetched.etag, fetched.last_modified)

    def _check_go_on(self, source: Source) -> None:
        if self._stop.is_set():
            raise SourceRefused("stopped before its end")
        if not self._books.sources.renew(source, self._owner):
            raise SourceRefused("another process has taken it over")

    def _conclude(
        self,
        source: Source,
        report: LoadReport,
        found: _Input,
        read: SnapshotRead,
        *,
        changed: bool,
        force: bool,
    ) -> RunResult:
        counts = {change.value: count for change, count in report.changes.items()} | {"rejected": report.rejected_total}
        if report.rejected_total and not report.documents:
            first = report.rejected[0]
            return RunResult(
                outcome=RunOutcome.FAILED,
                message=f"nothing could be read: {first.location}: {first.reason}",
                counts=counts,
            )
        if changed:
            message = f"{found.shown} changed while it was read; nothing was closed"
            return RunResult(outcome=RunOutcome.PARTIAL, message=message, counts=counts)
        if source.snapshot:
            self._check_go_on(source)
            closing = close_absent(self._books.ledger, self._books.holdings, read, force=force)
            counts |= {"closed": closing.closed, "kept": closing.kept}
            if closing.refusal:
                message = f"nothing was closed: {closing.refusal}"
                return RunResult(outcome=RunOutcome.PARTIAL, message=message, counts=counts)
        return RunResult(outcome=RunOutcome.DONE, counts=counts, etag=found.etag, last_modified=found.last_modified)

    @contextmanager
    def _keep_lease(self, source: Source) -> Iterator[None]:
        """Renew the lease while a fetch or a batch takes its time."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(LEASE_SECONDS / 3):
                try:
                    self._books.sources.renew(source, self._owner)
                except LedgerUnavailable as error:
                    log.warning("lease of a source not renewed", source=source.name, error=str(error))

        thread = threading.Thread(target=renew, name="source-lease-keeper", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def create_source_runner(books: Books, *, allow_private: bool) -> SourceRunner:
    """A runner that fetches over the network."""
    stop = threading.Event()
    return SourceRunner(books, Fetcher(FetchRules(allow_private=allow_private), pause=stop.wait).fetch, stop=stop)


def _name_source(row: SourceRow, name: str) -> SourceRow:
    if row.document.source:
        return row
    original = replace(row.original, source=name) if row.original else None
    return replace(row, document=row.document.model_copy(update={"source": name}), original=original)


def _name_download(fetched: Fetched, asked: str | None) -> str:
    """A name whose ending says how to read a download: asked for, else as in its URL, else by its media type."""
    name = _UNSAFE.sub("_", fetched.name)[-100:].lstrip(".") or "download"
    with fetched.path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_MAGIC
    ending = _ENDINGS.get(fetched.media_type, "")
    candidates = [name, f"{name}{ending}"]
    if asked:
        candidates = [f"{name.removesuffix(f'.{asked}')}.{asked}"]
    for candidate in candidates:
        # A server may have unpacked, or packed, the file on the way without renaming it.
        plain = candidate.removesuffix(".gz")
        chosen = f"{plain}.gz" if is_gzip and not plain.endswith(".tgz") else plain
        if is_known(chosen):
            return chosen
    raise UnreadableSource(
        f"{fetched.url}: neither its name nor its media type ({fetched.media_type or 'none'}) tells how to read it; "
        "say --format"
    )


def _fingerprint(path: Path) -> str:
    """A hash over name, size and time of a file, or of all of known types below a folder. Raises UnreadableSource."""
    digest = hashlib.sha256()
    try:
        for file in sorted(_walk(path)):
            stat = file.stat()
            digest.update(f"{os.fsencode(file)!r} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    except OSError as error:
        raise UnreadableSource(f"{path}: cannot be read ({error.strerror})") from None
    return digest.hexdigest()


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for entry in os.scandir(path):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif is_known(entry.name):
            yield Path(entry.path)
