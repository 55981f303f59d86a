"""What the ledger promises about originals: kept with their documents, erased with them, and read again."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ingestion.documents import AnyDocument, VacancyDocument
from ingestion.errors import UnreadableSource
from ingestion.holdings import release
from ingestion.housekeeping import DAY, Housekeeper, Retention
from ingestion.loading import LoadReport, check_prefix, load_paths, load_rows
from ingestion.originals import Provenance
from ingestion.records import Change, State
from ingestion.rereading import reread
from ingestion.sources import Original, SourceRow
from ingestion.tables import originals
from milvus import Kind
from tests.contract.ledger.conftest import Books
from tests.contract.ledger.documents import claim, fail_all, resume, settle_all, vacancy

VACANCIES, RESUMES = Kind.VACANCIES, Kind.RESUMES
FILE = "/in/jobs.json"


def write_raw(title: str, **fields: str) -> Original:
    """What a row of this title looks like in its source."""
    parts = "".join(f', "{name}": "{value}"' for name, value in fields.items())
    return Original(format="rows", raw=f'{{"title": "{title}"{parts}}}')


def bring(
    books: Books, document: AnyDocument, original: Original | None = None, *, origin: str = FILE, by_hand: bool = True
) -> tuple[Change, str | None]:
    """Record a document; what that changed, and where what it replaced came from."""
    (recorded,) = books.ledger.record([document], provenance=[Provenance(origin, by_hand, original)])
    return recorded.change, recorded.replaced


def find(books: Books, id_: str = "v1", kind: Kind = VACANCIES) -> Original | None:
    found = books.originals.read(kind, ids=[id_])
    return found[0].original if found else None


def count_rows(books: Books) -> int:
    with books.database.read() as connection:
        return len(connection.execute(select(originals)).all())


def test_original_is_kept_as_it_was_with_all_that_it_takes_to_read_it(books: Books) -> None:
    original = Original(
        format="lever", raw='{"text": "Пекарь 🍞\\ud800"}', company="Mill", source="board", mapping={"what": "title"}
    )
    books.clock.now = 5000.0
    bring(books, vacancy(), original)
    (stored,) = books.originals.read(VACANCIES)
    assert stored.original == original
    assert (stored.id, stored.read_at, stored.provenance.origin) == ("v1", 5000.0, FILE)
    with books.database.read() as connection:
        row = connection.execute(select(originals)).one()
    assert row.length == len(original.raw.encode())
    assert original.raw.encode() not in row.raw


def test_document_without_an_original_has_none(books: Books) -> None:
    bring(books, vacancy(), origin="api")
    books.ledger.record([vacancy("v2")])
    assert books.originals.read(VACANCIES) == []


def test_original_is_replaced_with_its_document(books: Books) -> None:
    bring(books, vacancy(), write_raw("Nurse"))
    assert bring(books, vacancy(title="Head nurse"), write_raw("Head nurse"))[0] is Change.CHANGED
    assert find(books) == write_raw("Head nurse")


def test_original_that_differs_in_what_nobody_read_is_replaced_too(books: Books) -> None:
    bring(books, vacancy(), write_raw("Nurse"))
    assert bring(books, vacancy(), write_raw("Nurse", odd="new"))[0] is Change.UNCHANGED
    assert find(books) == write_raw("Nurse", odd="new")


def test_unchanged_document_that_comes_without_an_original_keeps_the_one_it_has(books: Books) -> None:
    bring(books, vacancy(), write_raw("Nurse"))
    bring(books, vacancy(), origin="api")
    books.ledger.record([vacancy()])
    assert find(books) == write_raw("Nurse")


def test_unchanged_original_is_not_written_again(books: Books) -> None:
    bring(books, vacancy(), write_raw("Nurse"))
    books.clock.now += 100
    bring(books, vacancy(), write_raw("Nurse"))
    assert books.originals.read(VACANCIES)[0].read_at == books.clock.now - 100


@pytest.mark.parametrize("said", [True, False])
def test_document_that_changes_without_an_original_loses_the_old_one(books: Books, said: bool) -> None:
    bring(books, vacancy(), write_raw("Nurse"))
    if said:
        bring(books, vacancy(title="Head nurse"), origin="api")
    else:
        books.ledger.record([vacancy(title="Head nurse")])
    assert find(books) is None


def test_of_two_documents_of_one_id_in_a_batch_the_later_ones_original_is_kept(books: Books) -> None:
    batch = [vacancy(title="A"), vacancy("v0"), vacancy(title="B")]
    raws = [write_raw("A"), None, write_raw("B")]
    books.ledger.record(batch, provenance=[Provenance(FILE, original=raw) for raw in raws])
    assert find(books) == write_raw("B")
    books.ledger.record(batch[::-1], provenance=[Provenance(FILE, original=raw) for raw in raws[::-1]])
    assert find(books) == write_raw("A")


def test_resume_and_vacancy_of_one_id_have_their_own(books: Books) -> None:
    bring(books, vacancy("x"), write_raw("V"))
    bring(books, resume("x"), write_raw("R"))
    assert (find(books, "x"), find(books, "x", RESUMES)) == (write_raw("V"), write_raw("R"))
    books.ledger.delete(RESUMES, ["x"])
    assert (find(books, "x"), find(books, "x", RESUMES)) == (write_raw("V"), None)


def erase_by_delete(books: Books) -> None:
    books.ledger.delete(RESUMES, ["r1"])


def erase_by_drop(books: Books) -> None:
    fail_all(books)
    books.failures.drop(["r1"])


def erase_by_expiry(books: Books) -> None:
    books.clock.now += 30 * DAY
    Housekeeper(books.database, books.ledger, Retention(1, 0), clock=books.clock).run()


def erase_by_release(books: Books) -> None:
    row = SourceRow(location="a:1", document=resume())
    books.holdings.hold("file:1", 1, [row])
    release(books.ledger, "file:1", books.holdings.list_held("file:1"))


@pytest.mark.parametrize("erase", [erase_by_delete, erase_by_drop, erase_by_expiry, erase_by_release])
def test_original_is_erased_with_its_document(books: Books, erase: Callable[[Books], None]) -> None:
    bring(books, resume(expires_at=books.clock.now), write_raw("Nurse"), by_hand=False)
    erase(books)
    assert books.ledger.get_document(RESUMES, "r1") is None
    assert count_rows(books) == 0
    settle_all(books, claim(books))
    assert count_rows(books) == 0


# Where documents come from.


def test_document_that_replaces_one_from_elsewhere_says_from_where(books: Books) -> None:
    assert bring(books, vacancy(), write_raw("Nurse")) == (Change.NEW, None)
    assert bring(books, vacancy(title="Other"), origin="/in/other.csv") == (Change.CHANGED, FILE)
    assert bring(books, vacancy(title="More"), origin="/in/other.csv") == (Change.CHANGED, None)
    assert bring(books, vacancy(title="More"), origin="source:board") == (Change.UNCHANGED, None)
    books.ledger.delete(VACANCIES, ["v1"])
    assert bring(books, vacancy(title="Last"), origin="source:board") == (Change.NEW, None)


def hold(books: Books, *ids: str) -> None:
    books.holdings.hold("source:board", 1, [SourceRow(location="a:1", document=vacancy(id_)) for id_ in ids])


def close(books: Books) -> int:
    return release(books.ledger, "source:board", books.holdings.list_held("source:board"))


@pytest.mark.parametrize("hand_first", [True, False])
@pytest.mark.parametrize("title", ["Nurse", "Head nurse"])
def test_what_was_given_by_hand_is_closed_by_no_source(books: Books, hand_first: bool, title: str) -> None:
    hold(books, "v1", "v2")
    bring(books, vacancy("v2"), origin="source:board", by_hand=False)
    for by_hand in (hand_first, not hand_first):
        document = vacancy(title=title) if by_hand else vacancy()
        bring(books, document, write_raw("Nurse"), origin="api" if by_hand else "source:board", by_hand=by_hand)
    assert close(books) == 1
    assert [one.document.id for one in books.ledger.list_documents(VACANCIES)] == ["v1"]
    assert find(books) == write_raw("Nurse")


def test_what_was_erased_was_given_by_nobody(books: Books) -> None:
    bring(books, vacancy())
    books.ledger.delete(VACANCIES, ["v1"])
    hold(books, "v1")
    bring(books, vacancy(), origin="source:board", by_hand=False)
    assert close(books) == 1


def test_load_tells_what_it_replaced_and_keeps_boards_apart_by_prefix(books: Books, tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "jobs.csv", tmp_path / "b" / "jobs.csv"]
    for path, company in zip(paths, ("Mill", "Inn"), strict=True):
        path.parent.mkdir()
        path.write_text(f"id,title,company\n1,Baker,{company}\n2,Cook,{company}\n")
    assert load_paths(paths[:1], books=books, kind=VACANCIES).describe_replaced() is None
    told = load_paths(paths[1:], books=books, kind=VACANCIES).describe_replaced()
    assert told is not None
    assert told.startswith(f"2 documents replaced ones of the same id that came from {paths[0]} (2); ")
    assert load_paths(paths[:1], books=books, kind=VACANCIES, id_prefix="mill-").describe_replaced() is None
    stored = {one.document.id: one.document.company for one in books.ledger.list_documents(VACANCIES)}
    assert stored == {"1": "Inn", "2": "Inn", "mill-1": "Mill", "mill-2": "Mill"}
    assert reread(books).changes == {Change.UNCHANGED: 4}


def test_folder_whose_files_share_ids_tells_them_apart(books: Books, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"id": "1", "title": "Cook at {name}"}}')
    report = load_paths([tmp_path], books=books, kind=VACANCIES)
    assert report.replaced == {str(tmp_path / "a.jsonl"): 1}


def test_same_file_is_itself_by_whatever_path(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jobs.jsonl"
    path.write_text('{"id": "1", "title": "Cook"}')
    load_paths([path], books=books, kind=VACANCIES)
    monkeypatch.chdir(tmp_path)
    for number, other in enumerate((Path("jobs.jsonl"), Path(), Path("..", tmp_path.name))):
        path.write_text(f'{{"id": "1", "title": "Baker {number}"}}')
        report = load_paths([other], books=books, kind=VACANCIES)
        assert (report.changes, report.replaced) == ({Change.CHANGED: 1}, {})


def test_many_places_are_counted_and_a_few_named() -> None:
    report = LoadReport()
    report.replaced.update({f"/in/{number}.json": number for number in range(1, 7)})
    assert report.describe_replaced() == (
        "21 documents replaced ones of the same id that came from /in/6.json (6), /in/5.json (5), /in/4.json (4) "
        "and 3 other places; if they are not the same, --id-prefix keeps them apart"
    )


def test_id_that_gets_too_long_by_the_prefix_is_rejected_and_others_go_in(books: Books, tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text(f"id,title\n{'x' * 510},Cook\n2,Baker\n")
    report = load_paths([tmp_path / "jobs.csv"], books=books, kind=VACANCIES, id_prefix="mill-")
    assert [rejection.location for rejection in report.rejected] == [f"{tmp_path / 'jobs.csv'}:2 (row 1)"]
    assert "--id-prefix" in report.rejected[0].reason
    assert report.changes == {Change.NEW: 1}


@pytest.mark.parametrize("prefix", [" a", "a\n", "a\x00", "x" * 101, "\udcff"])
def test_prefix_that_no_id_can_begin_with_is_refused(prefix: str) -> None:
    with pytest.raises(UnreadableSource, match="--id-prefix"):
        check_prefix(prefix)


# Reading again.


def change_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """An update of the reader of rows, which takes the column `kitchen` for the company."""
    known = {("title", VACANCIES): "title", ("id", VACANCIES): "id", ("kitchen", VACANCIES): "company"}
    monkeypatch.setattr("ingestion.sources.rows.find_field", lambda *column: known.get(column))


def load_lines(books: Books, tmp_path: Path, *lines: str) -> None:
    (tmp_path / "jobs.jsonl").write_text("\n".join(lines))
    load_paths([tmp_path / "jobs.jsonl"], books=books, kind=VACANCIES)
    settle_all(books, claim(books, limit=1000))


def test_update_of_a_reader_changes_only_what_it_reads_anew(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_lines(
        books,
        tmp_path,
        '{"id": "a", "title": "Cook", "kitchen": "Old Mill"}',
        '{"id": "b", "title": "Baker"}',
        '{"id": "c", "title": "Welder", "text": "What the new reader does not know"}',
    )
    assert reread(books).changes == {Change.UNCHANGED: 3}
    change_reader(monkeypatch)
    report = reread(books)
    assert report.changes == {Change.CHANGED: 2, Change.UNCHANGED: 1}
    assert books.ledger.get_document(VACANCIES, "a").document.company == "Old Mill"
    assert sorted(one.id for one in claim(books)) == ["a", "c"]
    assert reread(books).changes == {Change.UNCHANGED: 3}
    assert find(books, "a").raw == '{"id": "a", "title": "Cook", "kitchen": "Old Mill"}'


def test_what_can_no_longer_be_read_stays_as_it_is_and_is_listed(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_lines(books, tmp_path, '{"id": "a", "text": "Cooks soup."}', '{"id": "b", "title": "Baker"}')
    change_reader(monkeypatch)
    report = reread(books)
    assert (report.unreadable_total, report.documents) == (1, 2)
    assert report.unreadable[0].location == "vacancies a"
    assert "nothing to match" in report.unreadable[0].reason
    stored = books.ledger.get_document(VACANCIES, "a")
    assert (stored.document.text, stored.state) == ("Cooks soup.", State.INDEXED)
    assert find(books, "a") is not None


def test_only_what_is_asked_for_is_read_again(books: Books) -> None:
    lever = '{"text": "Cook", "categories": {}, "hostedUrl": "https://example.com/1"}'
    bring(books, vacancy("x"), write_raw("A"))
    bring(books, resume("x"), write_raw("B"))
    bring(books, vacancy("y"), Original(format="lever", raw=lever))
    assert reread(books, of_format="lever").documents == 1
    assert reread(books, ids=["x"]).documents == 2
    assert reread(books, ids=["x"], kind=RESUMES).documents == 1
    report = reread(books, ids=["nobody", "y", "nobody"])
    assert (report.documents, report.missing) == (1, ["nobody"])


def test_more_than_one_batch_is_read_again(books: Books) -> None:
    batch = [VacancyDocument(id=f"v{number:03}", title="Baker") for number in range(250)]
    books.ledger.record(batch, provenance=[Provenance(FILE, original=write_raw("Cook"))] * 250)
    seen: list[int] = []
    report = reread(books, report_progress=lambda report: seen.append(report.documents))
    assert report.changes == {Change.CHANGED: 250}
    assert seen == list(range(25, 251, 25))


def test_what_is_recorded_or_erased_while_it_is_read_again_is_left_to_that(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    for id_ in ("erased", "kept", "replaced"):
        bring(books, vacancy(id_), write_raw("Old"))
    stored = books.originals.read(VACANCIES)
    books.ledger.delete(VACANCIES, ["erased"])
    bring(books, vacancy("replaced", title="By the API"), origin="api")
    monkeypatch.setattr(
        books.originals, "read", lambda kind, after, **_: stored if kind is VACANCIES and not after else []
    )
    report = reread(books)
    assert (report.changes, report.overtaken) == ({Change.CHANGED: 1}, 2)
    assert books.ledger.get_document(VACANCIES, "erased") is None
    assert books.ledger.get_document(VACANCIES, "kept").document.title == "Old"
    assert books.ledger.get_document(VACANCIES, "replaced").document.title == "By the API"
    assert count_rows(books) == 2


def test_reading_again_keeps_where_a_document_came_from(books: Books) -> None:
    bring(books, vacancy(), write_raw("Old"), origin="source:board", by_hand=False)
    before = books.originals.read(VACANCIES)
    assert reread(books).changes == {Change.CHANGED: 1}
    assert books.originals.read(VACANCIES) == before
    hold(books, "v1")
    assert close(books) == 1


def test_two_writers_of_a_new_document_leave_one_original_that_is_the_documents(books: Books) -> None:
    for round_ in range(10):
        id_ = f"v{round_}"
        start = threading.Barrier(2)

        def write(title: str, start: threading.Barrier = start, id_: str = id_) -> None:
            start.wait()
            bring(books, vacancy(id_, title=title), write_raw(title))

        writers = [threading.Thread(target=write, args=(title,)) for title in ("A", "B")]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        title = books.ledger.get_document(VACANCIES, id_).document.title
        assert find(books, id_) == write_raw(title)


def test_rows_of_a_source_are_of_the_source_and_not_by_hand(books: Books) -> None:
    row = SourceRow(location="a:1", document=vacancy(), original=write_raw("Nurse"), file=None)
    for hold_ in (lambda _: None, None):
        load_rows("source:board", [replace(row)], books=books, report=LoadReport(), hold=hold_)
        by_hand = books.originals.read(VACANCIES)[0].provenance.by_hand
        assert by_hand is (hold_ is None)
