"""Watching a folder: when a file is read, what is remembered, and what happens when one vanishes."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.documents import VacancyDocument
from ingestion.sources import SourceRow
from ingestion.watching import SETTLE_SECONDS, FileEvent, FolderWatch, WatchOptions
from milvus import Kind
from tests.contract.ledger.conftest import Books

OPTIONS = WatchOptions(kind=Kind.VACANCIES)
DELETING = replace(OPTIONS, delete=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


Open = Callable[..., FolderWatch]


@pytest.fixture
def open_watch(books: Books, folder: Path) -> Open:
    """A watch over the folder, as a fresh process would have it."""
    return lambda options=OPTIONS: FolderWatch(folder, books, options, clock=books.clock)


def write(path: Path, *ids: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(json.dumps({"id": id_, "title": f"Welder {id_}"}) for id_ in ids))


def settle(watch: FolderWatch) -> list[FileEvent]:
    """What a watch tells once everything has been as it is for long enough."""
    events = list(watch.scan())
    while not watch.is_settled:
        watch.clock.now += SETTLE_SECONDS
        events += watch.scan()
    return events


def stored(books: Books) -> list[str]:
    return [one.document.id for one in books.ledger.list_documents(Kind.VACANCIES)]


def test_new_file_is_read_once_it_is_still(books: Books, folder: Path, open_watch: Open) -> None:
    watch = open_watch()
    write(folder / "jobs.jsonl", "a", "b")
    assert list(watch.scan()) == []
    books.clock.now += SETTLE_SECONDS / 2
    assert list(watch.scan()) == []
    assert stored(books) == []
    books.clock.now += SETTLE_SECONDS / 2
    (event,) = watch.scan()
    assert (event.path, event.message) == (str(folder / "jobs.jsonl"), "2 documents (2 new)")
    assert stored(books) == ["a", "b"]
    assert watch.is_settled


def test_file_that_grows_is_waited_for(books: Books, folder: Path, open_watch: Open) -> None:
    watch = open_watch()
    for count in range(1, 5):
        write(folder / "jobs.jsonl", *"abcd"[:count])
        assert list(watch.scan()) == []
        books.clock.now += SETTLE_SECONDS
    assert stored(books) == []
    settle(watch)
    assert stored(books) == ["a", "b", "c", "d"]


def test_file_renamed_into_place_is_read_and_its_temporary_names_are_not(
    books: Books, folder: Path, open_watch: Open
) -> None:
    watch = open_watch()
    write(folder / ".jobs.jsonl.x7", "a")
    write(folder / "jobs.jsonl.part", "a")
    (told,) = settle(watch)
    assert told.message == "is of a type that is not read"
    Path(folder / "jobs.jsonl.part").replace(folder / "jobs.jsonl")
    assert [event.path for event in settle(watch)] == [str(folder / "jobs.jsonl")]
    assert stored(books) == ["a"]


def test_changed_file_is_read_again(books: Books, folder: Path, open_watch: Open) -> None:
    watch = open_watch()
    write(folder / "jobs.jsonl", "a")
    settle(watch)
    write(folder / "jobs.jsonl", "a", "b")
    (event,) = settle(watch)
    assert event.message == "2 documents (1 unchanged, 1 new)"


def test_file_that_changes_while_it_is_read_is_read_again(
    books: Books, folder: Path, open_watch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = open_watch()
    path = folder / "jobs.jsonl"
    write(path, "a")
    record = books.ledger.record

    def record_while_written(batch: list[object], **options: object) -> object:
        monkeypatch.undo()
        write(path, "a", "b")
        return record(batch, **options)

    monkeypatch.setattr(books.ledger, "record", record_while_written)
    settle(watch)
    settle(watch)
    assert stored(books) == ["a", "b"]


def test_restart_reads_only_what_changed_meanwhile(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    write(folder / "b.jsonl", "b")
    settle(open_watch())
    write(folder / "b.jsonl", "b", "c")
    assert [event.path for event in settle(open_watch())] == [str(folder / "b.jsonl")]
    assert settle(open_watch()) == []


def test_touched_file_is_not_loaded_again(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    settle(open_watch())
    os.utime(folder / "a.jsonl", ns=(1, 1))
    assert settle(open_watch()) == []
    assert next(iter(books.watched.read(folder).values())).stamp.modified_ns == 1


def test_subfolders_are_watched_and_ids_come_from_the_path(books: Books, folder: Path, open_watch: Open) -> None:
    (folder / "vacancies" / "2026").mkdir(parents=True)
    (folder / "vacancies" / "2026" / "welder.txt").write_text("Welder wanted.")
    settle(open_watch())
    assert stored(books) == ["vacancies/2026/welder.txt"]


def test_rejected_rows_are_told_with_the_file(books: Books, folder: Path, open_watch: Open) -> None:
    (folder / "jobs.jsonl").write_text('{"id": "a", "title": "Welder"}\nno json\n')
    (event,) = settle(open_watch())
    assert event.message == "1 document (1 new); 1 rejected"
    assert event.report.rejected[0].location == f"{folder / 'jobs.jsonl'}:2"


def test_deleted_file_keeps_its_documents_by_default(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    watch = open_watch()
    settle(watch)
    (folder / "a.jsonl").unlink()
    (event,) = settle(watch)
    assert event.message == "is gone; 0 documents closed"
    assert stored(books) == ["a"]
    assert settle(open_watch(DELETING)) == []


def test_deleted_files_documents_are_closed_where_asked(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a", "b")
    write(folder / "b.jsonl", "b", "c")
    watch = open_watch(DELETING)
    settle(watch)
    (folder / "a.jsonl").unlink()
    (event,) = settle(watch)
    assert (event.message, event.closed) == ("is gone; 1 document closed", 1)
    assert stored(books) == ["b", "c"]


def test_file_deleted_while_nobody_watched_is_noticed(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    settle(open_watch(DELETING))
    (folder / "a.jsonl").unlink()
    settle(open_watch(DELETING))
    assert stored(books) == []


def test_document_that_a_source_holds_survives_the_file(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    settle(open_watch(DELETING))
    books.holdings.hold("source:board", 1, [SourceRow(location="x", document=VacancyDocument(id="a", title="W"))])
    (folder / "a.jsonl").unlink()
    settle(open_watch(DELETING))
    assert stored(books) == ["a"]


def test_file_that_is_only_replaced_or_renamed_loses_nothing(books: Books, folder: Path, open_watch: Open) -> None:
    watch = open_watch(DELETING)
    write(folder / "a.jsonl", "a")
    settle(watch)
    (folder / "a.jsonl").rename(folder / "b.jsonl")
    first, second = settle(watch)
    assert (first.path, second.path) == (str(folder / "b.jsonl"), "a.jsonl")
    assert second.closed == 0
    assert stored(books) == ["a"]

    (folder / "b.jsonl").unlink()
    assert list(watch.scan()) == []
    write(folder / "b.jsonl", "a")
    assert settle(watch) == []
    assert stored(books) == ["a"]


def test_most_files_vanishing_at_once_close_nothing_unless_forced(books: Books, folder: Path, open_watch: Open) -> None:
    for number in range(20):
        write(folder / f"{number}.jsonl", f"v{number:02}")
    watch = open_watch(DELETING)
    settle(watch)
    for number in range(15):
        (folder / f"{number}.jsonl").unlink()
    list(watch.scan())
    books.clock.now += SETTLE_SECONDS
    (event,) = watch.scan()
    assert "15 of 20 files vanished at once" in event.message
    assert list(watch.scan()) == []
    assert len(stored(books)) == 20
    assert len(settle(open_watch(replace(DELETING, force=True)))) == 15
    assert len(stored(books)) == 5


def test_folder_that_vanishes_closes_nothing(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    watch = open_watch(DELETING)
    settle(watch)
    shutil.move(folder, folder.parent / "away")
    (event,) = settle(watch)
    assert event.message.startswith("cannot be read")
    assert stored(books) == ["a"]
    shutil.move(folder.parent / "away", folder)
    assert settle(watch) == []


def test_links_to_folders_and_broken_links_are_left_alone(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / "a.jsonl", "a")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.jsonl").symlink_to(folder / "no such file")
    settle(open_watch())
    assert stored(books) == ["a"]


def test_name_that_is_no_text_is_read_and_remembered(books: Books, folder: Path, open_watch: Open) -> None:
    write(folder / os.fsdecode(b"\xff\xfe.jsonl"), "a")
    assert len(settle(open_watch())) == 1
    assert stored(books) == ["a"]
    assert settle(open_watch()) == []
