"""The commands, as people run them: what they print and how they end."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.commands import check_clear_error, run, run_process
from tests.flow.server import Server, find_port, start_server

ROWS = [{"id": f"c{i}", "title": f"Cook {i}", "text": f"Kitchen number {i}."} for i in range(12)]


@pytest.fixture
def vacancies(tmp_path: Path) -> Path:
    path = tmp_path / "vacancies.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS))
    return path


def test_load_twice_indexes_once(environment: dict[str, str], vacancies: Path) -> None:
    code, first = run(environment, "ingestion", "load", vacancies, "--kind", "vacancies")
    assert code == 0, first
    assert "Read 12 documents: 12 new, 0 changed, 0 unchanged; 0 rejected." in first
    assert "Indexed 12" in first

    code, second = run_process(environment, "ingestion", "load", vacancies, "--kind", "vacancies")
    assert code == 0, second
    assert "Read 12 documents: 0 new, 0 changed, 12 unchanged; 0 rejected." in second
    assert "Indexed" not in second

    code, status = run(environment, "ingestion", "status")
    assert code == 0
    assert re.search(r"vacancies\W+0\W+12\W+0", status), status  # pending, indexed, failed


def test_rejected_rows_are_named_and_the_others_loaded(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "vacancies.jsonl"
    path.write_text('{"id": "ok", "title": "Cook"}\n{"id": "bad", "title": 7, "salary": {"min": -3}}\nno json\n')
    code, output = run(environment, "ingestion", "load", path, "--kind", "vacancies")

    assert code == 0, output
    assert "1 new" in output
    assert "2 rejected" in output
    code, listed = run(environment, "ingestion", "rejected")
    assert code == 0
    lines = [line for line in listed.splitlines() if line.strip()]
    assert len(lines) == 2, listed
    assert all(str(path.name) in line for line in lines)
    assert "salary" in lines[0]


def test_nothing_rejected_is_said(environment: dict[str, str]) -> None:
    assert run(environment, "ingestion", "rejected") == (0, "No row was rejected.\n")


def test_file_of_which_nothing_can_be_read_fails(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "vacancies.jsonl"
    path.write_text("no json\n")
    code, output = run(environment, "ingestion", "load", path, "--kind", "vacancies")

    assert code == 1
    assert "vacancies.jsonl" in output
    assert "Traceback" not in output


def test_missing_path_is_named(environment: dict[str, str]) -> None:
    check_clear_error(
        run(environment, "ingestion", "load", "/no/such/file.jsonl"), "/no/such/file.jsonl", "does not exist"
    )


@pytest.mark.parametrize("pair", ["title", "=title", "title="])
def test_bad_map_is_named(environment: dict[str, str], vacancies: Path, pair: str) -> None:
    check_clear_error(run(environment, "ingestion", "load", vacancies, "--map", pair), pair, "COLUMN=FIELD")


def test_map_to_a_field_that_does_not_exist_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "vacancies.csv"
    path.write_text("id,position\n1,Cook\n2,Baker\n")
    check_clear_error(
        run(environment, "ingestion", "load", path, "--kind", "vacancies", "--map", "position=nonsense"), "nonsense"
    )


def test_bad_kind_is_named(environment: dict[str, str], vacancies: Path) -> None:
    check_clear_error(run(environment, "ingestion", "load", vacancies, "--kind", "people"), "people")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERPART_PORT", "eighty"),
        ("COUNTERPART_PORT", "70000"),
        ("COUNTERPART_WORKER", "sometimes"),
        ("COUNTERPART_REFERENCE_CURRENCY", "euro"),
        ("COUNTERPART_DATABASE_URL", "nonsense"),
        ("COUNTERPART_DATABASE_URL", "mysql://u:geheim@h/d"),
        ("COUNTERPART_INDEX_URI", "folder-without-ending"),
        ("COUNTERPART_INDEX_URI", "http://127.0.0.1:1"),
        ("COUNTERPART_RATES_FILE", "/no/such/rates.tsv"),
        ("COUNTERPART_TAXONOMY_FILE", "/no/such/taxonomy.tsv"),
        ("COUNTERPART_DATA_DIR", "/proc/nowhere"),
        ("COUNTERPART_LOG_LEVEL", "loud"),
        ("COUNTERPART_EMBEDDING_BACKEND", "magic"),
    ],
)
def test_bad_setting_is_a_clear_error(environment: dict[str, str], name: str, value: str) -> None:
    code, output = run(environment | {"COUNTERPART_PORT": str(find_port())} | {name: value}, "service", "serve")

    check_clear_error((code, output))
    assert name in output or value in output, output
    assert "geheim" not in output


def test_taken_port_is_said_at_once(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for execute, command in ((run_process, "serve"), (run, "start")):
            code, output = execute(environment | {"COUNTERPART_PORT": port}, "service", command)
            assert code == 1, output
            assert port in output
            assert "COUNTERPART_PORT" in output
            assert "Traceback" not in output


def test_status_check_answers_with_its_exit_code(environment: dict[str, str], vacancies: Path) -> None:
    code, output = run(environment, "ingestion", "status", "--check")
    assert code == 1
    assert "not set up yet" in output
    run(environment, "ingestion", "load", vacancies, "--kind", "vacancies")
    assert run(environment, "ingestion", "status", "--check") == (0, "")
    away = environment | {"COUNTERPART_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}
    code, output = run(away, "ingestion", "status", "--check")
    assert code == 1
    assert "Traceback" not in output


def test_help_names_the_commands(environment: dict[str, str]) -> None:
    for package, commands in (
        ("ingestion", ("load", "work", "status", "rejected", "failed", "retry", "drop")),
        ("service", ("serve", "start")),
    ):
        code, output = run(environment, package, "--help")
        assert code == 0
        assert all(command in output for command in commands)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = start_server(tmp_path)
    yield started
    started.process.terminate()
    started.process.wait(30)


def test_load_hands_over_to_a_running_server(environment: dict[str, str], vacancies: Path, server: Server) -> None:
    code, output = run(environment, "ingestion", "load", vacancies, "--kind", "vacancies")

    assert code == 0, output
    assert "Another process" in output
    assert re.search(r"vacancies\W+0\W+12\W+0", output), output
    found = json.loads(server.request("POST", "/v1/vacancies/search", {"text": "cook 7", "limit": 20})[2])
    assert {item["document"]["id"] for item in found["items"]} == {row["id"] for row in ROWS}


def test_second_holder_of_the_index_is_told_who_has_it(environment: dict[str, str], server: Server) -> None:
    assert run(environment, "ingestion", "status", "--check") == (0, "")
    check_clear_error(run(environment, "ingestion", "work"), "another process")
    other_port = environment | {"COUNTERPART_PORT": str(find_port())}
    check_clear_error(run(other_port, "service", "serve"), "another process")
