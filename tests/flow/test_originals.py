"""Originals, as people use them: printed, read again, erased."""

import json
from pathlib import Path

import pytest

from ingestion import load_paths
from milvus import Kind
from tests.flow.commands import check_clear_error, run
from tests.flow.steps import Api

POSTING = {"text": "Пекарь", "categories": {}, "hostedUrl": "https://example.com/1", "id": "p-1"}


@pytest.fixture
def board(tmp_path: Path) -> Path:
    path = tmp_path / "board.json"
    path.write_text(json.dumps({"company": "Old Mill", "jobs": [POSTING]}, ensure_ascii=False))
    return path


def test_original_of_a_loaded_document_is_printed_and_read_again(environment: dict[str, str], board: Path) -> None:
    assert run(environment, "ingestion", "load", board)[0] == 0
    code, printed = run(environment, "ingestion", "original", "p-1")
    assert code == 0, printed
    assert json.loads(printed) == POSTING
    code, again = run(environment, "ingestion", "reread", "--format", "lever")
    assert code == 0
    assert "Read 1 originals again: 0 changed, 1 unchanged, 0 unreadable." in again


def test_document_without_an_original_is_told_from_one_that_is_not_there(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "resume.html").write_text(f"<p>Baker of rye bread</p><!--{'x' * 5_000_000}-->")
    run(environment, "ingestion", "load", tmp_path / "resume.html")
    check_clear_error(run(environment, "ingestion", "original", "resume.html"), "has no original", "4 MiB")
    check_clear_error(run(environment, "ingestion", "original", "nobody"), "no document of the id nobody")
    check_clear_error(run(environment, "ingestion", "reread", "nobody"), "nobody: has no original")
    check_clear_error(run(environment, "ingestion", "reread", "--format", "psd"), "psd", "lever")


def test_file_is_written_out_as_it_came_in(environment: dict[str, str], tmp_path: Path) -> None:
    content = "Пекарь ржаного хлеба".encode("cp1251")
    (tmp_path / "resume.txt").write_bytes(content)
    assert run(environment, "ingestion", "load", tmp_path / "resume.txt")[0] == 0
    assert run(environment, "ingestion", "original", "resume.txt", "--to", tmp_path / "again.txt")[0] == 0
    assert (tmp_path / "again.txt").read_bytes() == content
    check_clear_error(run(environment, "ingestion", "original", "resume.txt", "--to", tmp_path / "again.txt"), "exists")
    assert "1 unchanged" in run(environment, "ingestion", "reread", "resume.txt")[1]


def test_resume_and_vacancy_of_one_id_are_told_apart(environment: dict[str, str], tmp_path: Path) -> None:
    for kind in ("resumes", "vacancies"):
        (tmp_path / f"{kind}.jsonl").write_text(json.dumps({"id": "x", "title": f"One of {kind}"}))
        run(environment, "ingestion", "load", tmp_path / f"{kind}.jsonl")
    check_clear_error(run(environment, "ingestion", "original", "x"), "--kind")
    assert "One of vacancies" in run(environment, "ingestion", "original", "x", "--kind", "vacancies")[1]


def test_originals_that_cannot_be_read_any_more_are_listed(
    environment: dict[str, str], board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(environment, "ingestion", "load", board)
    monkeypatch.setattr("ingestion.sources.lever.get_text", lambda *_: "x" * 3000)
    code, output = run(environment, "ingestion", "reread")
    assert code == 1
    assert "0 changed, 0 unchanged, 1 unreadable" in output
    assert "stays as it is: vacancies p-1: url: " in output
    assert json.loads(run(environment, "ingestion", "original", "p-1")[1]) == POSTING


def test_original_goes_with_its_document_and_is_no_ones_answer(own_api: Api, board: Path) -> None:
    board.write_text(json.dumps([{**POSTING, "unread": "A secret of the source"}]))
    books = own_api.installation.books
    load_paths([board], books=books)
    assert "A secret of the source" in books.originals.read(Kind.VACANCIES)[0].original.raw
    for path in ("/v1/vacancies/p-1", "/v1/vacancies"):
        assert "A secret of the source" not in own_api.client.get(path).text
    own_api.client.delete("/v1/vacancies/p-1?wait=true")
    assert books.originals.read(Kind.VACANCIES) == []


def test_document_of_the_api_is_no_sources_to_close(own_api: Api) -> None:
    own_api.client.put("/v1/vacancies/hand", json={"title": "Cook"})
    books = own_api.installation.books
    assert books.ledger.release("source:board", Kind.VACANCIES, ["hand"]) == []
    assert own_api.client.get("/v1/vacancies/hand").status_code == 200


def test_load_says_what_it_replaced(environment: dict[str, str], board: Path) -> None:
    run(environment, "ingestion", "load", board)
    other = board.with_name("vacancies.csv")
    other.write_text("id,title\np-1,Cook\n")
    code, output = run(environment, "ingestion", "load", other)
    assert code == 0
    assert f"1 documents replaced ones of the same id that came from {board} (1)" in output
    code, output = run(environment, "ingestion", "load", board, "--id-prefix", "mill-")
    assert "replaced" not in output
    check_clear_error(run(environment, "ingestion", "load", board, "--id-prefix", " "), "--id-prefix")
