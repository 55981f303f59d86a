"""Running sources: what comes in, what is closed, and what is told when a run goes wrong."""

import gzip
import json
import tarfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.documents import VacancyDocument
from ingestion.errors import FetchFailed, LedgerUnavailable, SourceRefused
from ingestion.fetching import Fetched, NotModified
from ingestion.loading import load_paths
from ingestion.originals import Provenance
from ingestion.records import Change
from ingestion.rereading import reread
from ingestion.source_list import LEASE_SECONDS, RunOutcome, RunResult, SourceDescription
from ingestion.source_runs import SourceRunner
from milvus import Kind
from tests.contract.ledger.conftest import Books

URL = "https://jobs.example/feed.jsonl?token=secret"


def lines(*ids: str) -> bytes:
    return "\n".join(json.dumps({"id": id_, "title": f"Welder {id_}"}) for id_ in ids).encode()


@dataclass
class Server:
    """Answers with what a test puts here; 304 where it is asked with its etag."""

    content: bytes = b""
    etag: str | None = None
    name: str = "feed.jsonl"
    media_type: str = "application/octet-stream"
    failure: Exception | None = None
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def fetch(
        self, url: str, folder: Path, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched | NotModified:
        self.asked.append((etag, last_modified))
        self.before()
        if self.failure:
            raise self.failure
        if etag is not None and etag == self.etag:
            return NotModified()
        path = folder / "download"
        path.write_bytes(self.content)
        return Fetched(
            path=path, url=url, name=self.name, media_type=self.media_type, etag=self.etag, last_modified="Mon"
        )


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def runner(books: Books, server: Server) -> SourceRunner:
    return SourceRunner(books, server.fetch, stop=threading.Event())


def add(books: Books, location: str = URL, **fields: object) -> None:
    chosen = {"kind": Kind.VACANCIES, "snapshot": True, "every_seconds": 3600.0} | fields
    books.sources.add(SourceDescription(name="board", location=location, **chosen))


def serve(runner: SourceRunner, server: Server, content: bytes, *, force: bool = False) -> RunResult:
    server.content = content
    return runner.run_now("board", force=force)


def stored(books: Books) -> list[str]:
    return [one.document.id for one in books.ledger.list_documents(Kind.VACANCIES)]


def test_snapshot_brings_changes_and_closes_what_is_gone(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    assert serve(runner, server, lines("a", "b", "c")).counts == {"new": 3, "rejected": 0, "closed": 0, "kept": 0}
    second = serve(runner, server, lines("a", "c", "d"))
    assert second.outcome is RunOutcome.DONE
    assert second.counts == {"new": 1, "unchanged": 2, "rejected": 0, "closed": 1, "kept": 0}
    assert stored(books) == ["a", "c", "d"]
    assert books.sources.get("board").counts == second.counts


def test_delta_closes_nothing(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books, snapshot=False)
    serve(runner, server, lines("a", "b"))
    assert serve(runner, server, lines("c")).outcome is RunOutcome.DONE
    assert stored(books) == ["a", "b", "c"]


def test_document_without_a_source_gets_the_sources_name(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    serve(runner, server, lines("a") + b'\n{"id": "b", "title": "Welder", "source": "agency"}')
    assert books.ledger.get_document(Kind.VACANCIES, "a").document.source == "board"
    assert books.ledger.get_document(Kind.VACANCIES, "b").document.source == "agency"


def test_unchanged_is_asked_for_and_leaves_everything(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    server.etag = '"v1"'
    serve(runner, server, lines("a", "b"))
    assert serve(runner, server, b"").outcome is RunOutcome.UNCHANGED
    assert server.asked == [(None, None), ('"v1"', "Mon")]
    assert stored(books) == ["a", "b"]


def test_force_asks_unconditionally(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    server.etag = '"v1"'
    serve(runner, server, lines("a"))
    serve(runner, server, lines("a", "b"), force=True)
    assert server.asked[-1] == (None, None)
    assert stored(books) == ["a", "b"]


def test_suspiciously_small_snapshot_is_partial_until_forced(
    books: Books, server: Server, runner: SourceRunner
) -> None:
    add(books)
    server.etag = '"v1"'
    serve(runner, server, lines(*(f"v{number:02}" for number in range(20))))
    server.etag = '"v2"'
    refused = serve(runner, server, lines("v00", "new"))
    assert refused.outcome is RunOutcome.PARTIAL
    assert "had 20" in refused.message
    assert len(stored(books)) == 21
    assert books.sources.get("board").etag == '"v1"'
    assert serve(runner, server, lines("v00", "new"), force=True).counts["closed"] == 19
    assert stored(books) == ["new", "v00"]


def test_feed_of_nothing_new_is_no_failure(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books, snapshot=False)
    server.name = "feed.json"
    serve(runner, server, b"[" + lines("a") + b"]")
    assert serve(runner, server, b"[]").outcome is RunOutcome.DONE
    assert stored(books) == ["a"]
    assert books.rejections.read() == []


def test_snapshot_of_nothing_closes_the_last_ones_only_by_force(
    books: Books, server: Server, runner: SourceRunner
) -> None:
    add(books)
    server.name = "feed.json"
    serve(runner, server, b"[" + lines("a") + b"]")
    assert serve(runner, server, b"[]").outcome is RunOutcome.PARTIAL
    assert stored(books) == ["a"]
    assert serve(runner, server, b"[]", force=True).outcome is RunOutcome.DONE
    assert stored(books) == []


def test_failed_fetch_closes_nothing_and_is_told(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    serve(runner, server, lines("a"))
    server.failure = FetchFailed("https://jobs.example/feed.jsonl?...: answered 503", retry_after=9000)
    result = runner.run_now("board")
    assert (result.outcome, result.message) == (RunOutcome.FAILED, str(server.failure))
    assert stored(books) == ["a"]
    assert books.sources.get("board").due_at == books.clock.now + 9000


@pytest.mark.parametrize(
    ("name", "cut"),
    [("feed.jsonl.gz", lambda whole: gzip.compress(whole)[:-12]), ("feed.json", lambda _: b'[{"id": "a", "tit')],
)
def test_truncated_file_closes_nothing(
    books: Books, server: Server, runner: SourceRunner, name: str, cut: Callable[[bytes], bytes]
) -> None:
    add(books)
    server.name = name
    whole = lines(*(f"v{number:03}" for number in range(100)))
    first = whole if name.endswith("gz") else b"[" + whole.replace(b"\n", b",") + b"]"
    serve(runner, server, gzip.compress(first) if name.endswith("gz") else first)
    assert len(stored(books)) == 100
    result = serve(runner, server, cut(whole), force=True)
    assert result.outcome in {RunOutcome.PARTIAL, RunOutcome.FAILED}
    assert "https://jobs.example/feed.jsonl" in result.message
    assert "secret" not in result.message
    assert len(stored(books)) == 100


def test_rejected_rows_are_named_by_the_url_without_its_query(
    books: Books, server: Server, runner: SourceRunner
) -> None:
    add(books)
    result = serve(runner, server, lines("a") + b"\nno json\n")
    assert (result.outcome, result.counts["rejected"]) == (RunOutcome.DONE, 1)
    assert [row.location for row in books.rejections.read()] == ["https://jobs.example/feed.jsonl?...:2"]
    serve(runner, server, lines("a"))
    assert books.rejections.read() == []


def test_source_of_which_nothing_can_be_read_has_failed(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    result = serve(runner, server, b"<html>Sorry</html>")
    assert result.outcome is RunOutcome.FAILED
    assert "nothing could be read" in result.message


@pytest.mark.parametrize(
    ("name", "media_type", "asked"),
    [
        ("feed.jsonl", "", None),
        ("feed.jsonl.gz", "application/gzip", None),
        ("export", "application/x-ndjson", None),
        ("", "application/jsonl", None),
        ("feed.php", "text/html", "jsonl"),
        ("..", "text/plain", "ndjson"),
        ("a%2Fb\u0442.jsonl", "", None),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_format_is_told_by_option_name_or_media_type(
    books: Books, server: Server, runner: SourceRunner, name: str, media_type: str, asked: str | None, packed: bool
) -> None:
    add(books, format=asked)
    server.name, server.media_type = name, media_type
    content = lines("a", "b")
    result = serve(runner, server, gzip.compress(content) if packed else content)
    assert result.outcome is RunOutcome.DONE, result.message
    assert stored(books) == ["a", "b"]


def test_format_that_nothing_tells_is_asked_for(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    server.name, server.media_type = "feed.php", "text/plain"
    result = serve(runner, server, lines("a"))
    assert result.outcome is RunOutcome.FAILED
    assert "--format" in result.message


def test_archive_in_a_url_is_read(books: Books, server: Server, runner: SourceRunner, tmp_path: Path) -> None:
    (tmp_path / "jobs.jsonl").write_bytes(lines("a", "b"))
    with tarfile.open(tmp_path / "jobs.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "jobs.jsonl", "in/jobs.jsonl")
    add(books)
    server.name = "jobs.tar.gz"
    assert serve(runner, server, (tmp_path / "jobs.tar.gz").read_bytes()).outcome is RunOutcome.DONE
    assert stored(books) == ["a", "b"]


def test_unforeseen_error_is_the_sources_and_not_the_schedules(
    books: Books, server: Server, runner: SourceRunner
) -> None:
    add(books)
    server.failure = ZeroDivisionError("surprise")
    assert runner.run_due().message == "unforeseen: ZeroDivisionError"
    assert runner.run_due() is None


def test_source_that_is_being_run_is_refused(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    books.sources.claim("board", "another process")
    with pytest.raises(SourceRefused, match="being run"):
        runner.run_now("board")


def test_run_that_was_taken_over_writes_and_closes_nothing(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books)
    serve(runner, server, lines("a", "b"))

    def take_over() -> None:
        books.clock.now += LEASE_SECONDS + 1
        assert books.sources.claim("board", "another process") is not None

    server.before = take_over
    assert "taken it over" in serve(runner, server, lines("a", "c")).message
    assert stored(books) == ["a", "b"]
    assert books.sources.get("board").outcome is RunOutcome.DONE


def test_stopped_run_closes_nothing(books: Books, server: Server) -> None:
    stop = threading.Event()
    runner = SourceRunner(books, server.fetch, stop=stop)
    add(books)
    serve(runner, server, lines("a", "b"))
    server.before = stop.set
    assert serve(runner, server, lines("a")).message == "stopped before its end"
    assert stored(books) == ["a", "b"]


def test_schedule_runs_what_is_due_and_ends_when_stopped(books: Books, server: Server) -> None:
    stop = threading.Event()
    runner = SourceRunner(books, server.fetch, stop=stop)
    add(books)
    server.content = lines("a")
    schedule = threading.Thread(target=runner.run)
    server.before = runner.stop  # the run at hand is the last one
    schedule.start()
    schedule.join(30)
    assert not schedule.is_alive()
    assert len(server.asked) == 1
    assert books.sources.get("board").finished_at is not None


def test_database_that_is_away_does_not_end_the_schedule(books: Books, server: Server) -> None:
    runner = SourceRunner(books, server.fetch, stop=threading.Event())
    failures = [LedgerUnavailable("away")]

    def run_due() -> None:
        if failures:
            raise failures.pop()
        runner.stop()

    runner.run_due = run_due
    runner._stop.wait = lambda _: None
    runner.run()
    assert failures == []


def test_folder_is_read_and_unchanged_until_a_file_is(books: Books, runner: SourceRunner, folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(lines("a", "b"))
    add(books, str(folder))
    assert runner.run_now("board").outcome is RunOutcome.DONE
    assert runner.run_now("board").outcome is RunOutcome.UNCHANGED
    (folder / "b.jsonl").write_bytes(lines("c"))
    assert runner.run_now("board").counts["new"] == 1
    (folder / "a.jsonl").write_bytes(lines("b"))
    assert runner.run_now("board").counts["closed"] == 1
    assert stored(books) == ["b", "c"]


def test_folder_that_changes_while_it_is_read_closes_nothing(
    books: Books, runner: SourceRunner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "a.jsonl"
    path.write_bytes(lines("a", "b"))
    add(books, str(folder))
    runner.run_now("board")
    path.write_bytes(lines("a"))
    record = books.ledger.record

    def record_while_written(batch: list[object], **options: object) -> object:
        path.write_bytes(lines("a", "b", "c"))
        return record(batch, **options)

    monkeypatch.setattr(books.ledger, "record", record_while_written)
    result = runner.run_now("board")
    assert result.outcome is RunOutcome.PARTIAL
    assert "changed while it was read" in result.message
    monkeypatch.undo()
    assert runner.run_now("board").outcome is RunOutcome.DONE
    assert stored(books) == ["a", "b", "c"]


def test_folder_that_is_gone_closes_nothing(books: Books, runner: SourceRunner, folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(lines("a"))
    add(books, str(folder))
    runner.run_now("board")
    Path(folder).rename(folder.parent / "away")
    result = runner.run_now("board")
    assert result.outcome is RunOutcome.FAILED
    assert str(folder) in result.message
    folder.mkdir()
    assert runner.run_now("board").outcome is not RunOutcome.DONE
    assert stored(books) == ["a"]


def test_prefix_keeps_the_ids_of_two_boards_apart(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books, id_prefix="mill-")
    assert serve(runner, server, lines("1", "2")).message is None
    books.ledger.record([VacancyDocument(id="1", title="Cook")])
    assert stored(books) == ["1", "mill-1", "mill-2"]
    assert serve(runner, server, lines("1")).counts == {"unchanged": 1, "rejected": 0, "closed": 1, "kept": 0}
    assert stored(books) == ["1", "mill-1"]
    assert books.sources.get("board").id_prefix == "mill-"


def test_row_that_cannot_be_read_keeps_its_document_under_a_prefix_too(
    books: Books, server: Server, runner: SourceRunner
) -> None:
    add(books, id_prefix="mill-")
    serve(runner, server, lines("a-1", "b-2"))
    broken = b'\n{"id": "b-2", "title": "Welder", "salary": {"min": -1}}'
    assert serve(runner, server, lines("a-1") + broken).counts["kept"] == 1
    assert stored(books) == ["mill-a-1", "mill-b-2"]


def test_documents_that_replace_those_of_another_place_are_told(
    books: Books, server: Server, runner: SourceRunner
) -> None:
    books.ledger.record(
        [VacancyDocument(id=id_, title="Cook") for id_ in ("a", "b")], provenance=[Provenance("/in/cooks.json")] * 2
    )
    add(books)
    result = serve(runner, server, lines("a", "c"))
    assert result.outcome is RunOutcome.DONE
    assert result.message is not None
    assert "1 documents replaced ones of the same id that came from /in/cooks.json (1)" in result.message
    assert books.sources.get("board").message == result.message
    assert serve(runner, server, lines("a", "b", "c")).message == result.message
    assert serve(runner, server, lines("c")).message is None


def test_snapshot_closes_nothing_that_was_given_by_hand(
    books: Books, server: Server, runner: SourceRunner, folder: Path
) -> None:
    add(books)
    serve(runner, server, lines("a", "b", "c", "d"))
    (folder / "by-hand.jsonl").write_bytes(lines("b"))
    load_paths([folder], books=books, kind=Kind.VACANCIES)
    books.ledger.record([VacancyDocument(id="c", title="Cook")], provenance=[Provenance("api", by_hand=True)])
    assert serve(runner, server, lines("a", "x")).counts["closed"] == 1
    assert stored(books) == ["a", "b", "c", "x"]


def test_rows_of_a_source_are_read_again_as_they_came(books: Books, server: Server, runner: SourceRunner) -> None:
    add(books, id_prefix="mill-", mapping={"what": "title"})
    serve(runner, server, b'{"id": "a", "what": "Baker"}')
    assert books.ledger.get_document(Kind.VACANCIES, "mill-a").document.source == "board"
    assert books.originals.read(Kind.VACANCIES)[0].provenance.origin == "source:board"
    assert reread(books).changes == {Change.UNCHANGED: 1}
