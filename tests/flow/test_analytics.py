"""The market's figures over HTTP: as JSON and CSV, under filters, of an empty installation, and as time goes by."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ingestion.snapshot import SnapshotKeeper
from tests.flow.commands import run
from tests.flow.conftest import serve
from tests.flow.steps import Api, check_problem

HOSTILE = [
    "=1+1",
    "@sum",
    "-2",
    "+cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    'O"Neil; DROP TABLE',
    "a/b?c#d",
    "Ä ö",
]


def make_vacancy(number: int, **content: Any) -> dict[str, Any]:
    defaults = {
        "id": f"v{number}",
        "title": f"Night nurse number {number}",
        "company": "Northwind",
        "skills": ["wound care", "SQL"],
        "place": {"city": "Leeds", "country": "GB"},
        "category": "nursing",
        "salary": {"min": 30_000 + 1000 * number, "currency": "EUR", "period": "year"},
        "published_at": "2026-10-05",
    }
    return defaults | content


def make_resume(number: int, **content: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "title": f"Nurse {number}", "skills": ["SQL"], "category": "nursing"} | content


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Ten vacancies of one company, one of each hostile name, six resumes; a snapshot of all."""
    with serve(tmp_path_factory.mktemp("market"), embedding_backend="hashing", snapshot_minutes="0") as api:
        vacancies = [make_vacancy(number) for number in range(10)]
        vacancies += [
            make_vacancy(100 + number, company=name, category="crafts", salary=None, published_at="2026-11-02")
            for number, name in enumerate(HOSTILE)
        ]
        api.store("vacancies", *vacancies)
        wanted = {"min": 41_234, "currency": "EUR", "period": "year"}
        api.store("resumes", *[make_resume(number, salary=wanted) for number in range(6)])
        api.installation.snapshots.make()
        yield api


def get(api: Api, path: str, **query: str) -> dict[str, Any]:
    answer = api.client.get(f"/v1/analytics{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_vacancies_of_a_month_are_counted(market: Api) -> None:
    found = get(market, "/months/2026-10")
    assert found["documents"] == 10
    assert found["rows"] == [
        {"month": "2026-10", "documents": 10, "with_salary": 10, "median_salary": 34_500.0},
    ]
    assert found["currency"] == "EUR"
    assert get(market, "")["made_at"] == found["as_of"]


def test_a_month_without_documents_is_a_row_of_none(market: Api) -> None:
    (row,) = get(market, "/months/1999-12")["rows"]
    assert (row["documents"], row["median_salary"]) == (0, None)


def test_months_are_listed_in_their_order(market: Api) -> None:
    rows = get(market, "/months")["rows"]
    assert [(row["month"], row["documents"]) for row in rows] == [("2026-10", 10), ("2026-11", len(HOSTILE))]


def test_the_median_salary_of_a_title_is_found_by_its_words(market: Api) -> None:
    (row,) = get(market, "/titles/nurses%20night")["rows"]
    assert (row["title"], row["median"], row["with_salary"]) == ("nurses night", 34_500.0, 10)
    (other,) = get(market, "/titles/welder")["rows"]
    assert (other["documents"], other["median"]) == (0, None)


def test_success_of_a_company_is_compared_with_the_market(market: Api) -> None:
    (row,) = get(market, "/companies/NORTHWIND")["rows"]
    assert row["company"] == "Northwind"
    assert (row["documents"], row["open"], row["closed_share"], row["market_closed_share"]) == (10, 10, 0.0, 0.0)
    assert row["median_days_open"] is None


@pytest.mark.parametrize("name", HOSTILE)
def test_companies_of_any_name_are_found(market: Api, name: str) -> None:
    (row,) = get(market, f"/companies/{quote(name, safe='')}")["rows"]
    assert (row["company"], row["documents"]) == (name, 1)


def test_a_company_without_vacancies_is_not_found(market: Api) -> None:
    check_problem(market.client.get("/v1/analytics/companies/Nobody"), 404, "Nobody")
    answer = market.client.get("/v1/analytics/companies/Northwind", params={"category": "crafts"})
    check_problem(answer, 404, "passes the filter")


def test_cells_that_look_like_formulas_are_defused(market: Api) -> None:
    answer = market.client.get("/v1/analytics/companies", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, *rows = read_csv(answer.text)
    assert header == ["company", "open", "documents", "with_salary", "median_salary", "median_days_open"]
    names = {row[0] for row in rows}
    assert {"'=1+1", "'@sum", "'-2", "'+cmd|' /C calc'!A0", "Northwind", "<script>alert(1)</script>"} <= names


def test_accept_header_chooses_csv(market: Api) -> None:
    answer = market.client.get("/v1/analytics/skills", headers={"accept": "text/csv"})
    header, *rows = read_csv(answer.text)
    listed = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert listed["SQL"]["wanted"] == str(10 + len(HOSTILE))
    assert listed["SQL"]["offered"] == "6"
    json = market.client.get("/v1/analytics/skills", headers={"accept": "text/csv"}, params={"format": "json"})
    assert json.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("query", "documents"),
    [
        ({"category": "nursing"}, 10),
        ({"category": "no such trade"}, 0),
        ({"country": "United Kingdom"}, 10 + len(HOSTILE)),
        ({"city": "Leeds", "category": "crafts"}, len(HOSTILE)),
        ({"skill": "sql"}, 10 + len(HOSTILE)),
        ({"month_from": "2026-11"}, len(HOSTILE)),
        ({"month_from": "2026-10", "month_to": "2026-10"}, 10),
    ],
)
def test_filters_let_through_what_satisfies_them(market: Api, query: dict[str, str], documents: int) -> None:
    assert get(market, "/salaries", **query)["documents"] == documents


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/months/2026-13", "month"),
        ("/months/october", "month"),
        ("/months?month_from=2026-1", "month_from"),
        ("/months?month_from=2026-11&month_to=2026-10", "later"),
        ("/salaries?by=shoe", "by"),
        ("/companies?limit=0", "limit"),
        ("/skills?format=xml", "format"),
        ("/skills?color=red", "color"),
        ("/quality?color=red", "color"),
        ("/titles/%FF", "title"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(market: Api, path: str, named: str) -> None:
    check_problem(market.client.get(f"/v1/analytics{path}"), 422, named)


def test_small_groups_have_no_salary(market: Api) -> None:
    rows = {row["group"]: row for row in get(market, "/salaries", by="category")["rows"]}
    assert rows["nursing"]["median"] == 34_500.0
    assert rows["crafts"]["median"] is None
    assert get(market, "/salaries", category="nursing", by="skill")["rows"][0]["with_salary"] == 10


def test_salaries_of_resumes_are_nobodys_own(market: Api) -> None:
    (row,) = get(market, "/salaries", kind="resumes", by="all")["rows"]
    assert (row["with_salary"], row["median"]) == (6, 41_000.0)


def test_every_endpoint_answers_as_json_and_csv(market: Api) -> None:
    paths = [path for path in market.client.get("/openapi.json").json()["paths"] if path.startswith("/v1/analytics/")]
    assert len(paths) >= 10
    for path in paths:
        filled = path.format(month="2026-10", title="nurse", name="Northwind")
        found = market.client.get(filled)
        assert found.status_code == 200, f"{filled}: {found.text}"
        table = market.client.get(filled, params={"format": "csv"})
        assert table.status_code == 200, f"{filled}: {table.text}"
        assert len(read_csv(table.text)) == (len(found.json()["rows"]) + 1 if found.json()["rows"] else 0), filled


def test_quality_tells_what_is_missing(market: Api) -> None:
    rows = get(market, "/quality")["rows"]
    missing = {(row["kind"], row["name"]): row["documents"] for row in rows if row["check"] == "missing"}
    assert missing["vacancies", "salary"] == len(HOSTILE)
    assert missing["vacancies", "company"] == 0
    assert missing["resumes", "published_at"] == 6
    load = {row["name"]: row["documents"] for row in rows if row["check"] == "load"}
    assert load == {"could not be read": 0, "could not be indexed": 0}


def test_no_snapshot_is_a_clear_answer(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", idle=True) as api:
        for path in ("", "/months", "/quality"):
            problem = check_problem(api.client.get(f"/v1/analytics{path}"), 503, "python -m ingestion snapshot")
            assert "no snapshot" in problem["detail"]


def test_an_empty_installation_has_figures_of_nothing(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", idle=True) as api:
        api.installation.snapshots.make()
        for path in ("/months", "/skills", "/companies", "/salaries", "/salaries/histogram", "/time-open/curve"):
            assert (get(api, path)["documents"], get(api, path)["rows"]) == (0, []), path


def test_a_vacancy_that_is_taken_out_counts_as_closed(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", snapshot_minutes="0") as api:
        api.store("vacancies", *[make_vacancy(number) for number in range(6)])
        for number in range(3):
            assert api.client.delete(f"/v1/vacancies/v{number}?wait=true").status_code in {200, 204}
        api.client.put("/v1/vacancies/v0?wait=true", json={"title": "Back again", "company": "Northwind"})
        assert api.installation.snapshots.make().closed == 2
        (row,) = get(api, "/companies/northwind")["rows"]
        assert (row["documents"], row["open"], row["closed"]) == (6, 4, 2)
        (times,) = get(api, "/time-open")["rows"]
        assert (times["documents"], times["closed"]) == (6, 2)
        (month,) = get(api, "/months/2026-10")["rows"]
        assert month["documents"] == 5


def test_an_erased_resume_is_in_no_new_snapshot(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", idle=True) as api:
        api.client.put("/v1/resumes/r1", json={"title": "Nurse"})
        api.installation.create_worker().drain()
        api.client.delete("/v1/resumes/r1")
        assert sum(api.installation.snapshots.make().rows.values()) == 0


def test_keeper_makes_a_snapshot_when_something_has_changed(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", idle=True) as api:
        now = 1_800_000_000.0
        queue = api.installation.books.queue
        maker = replace(api.installation.snapshots, clock=lambda: now)
        keeper = SnapshotKeeper(maker, queue, every=timedelta(hours=1))
        assert keeper.is_due(), "there is none"
        maker.make()
        assert not keeper.is_due(), "nothing has changed"
        api.client.put("/v1/vacancies/v", json={"title": "Cook"})
        assert not keeper.is_due(), "the worker has not got to it"
        api.installation.create_worker().drain()
        assert keeper.is_due(), "the last one is of an empty index"
        maker.make()
        api.client.put("/v1/vacancies/w", json={"title": "Cook"})
        api.installation.create_worker().drain()
        assert not keeper.is_due(), "the last one is not an hour old"
        now += 3601
        assert keeper.is_due()
        maker.make()
        now += 7 * 3600
        assert not keeper.is_due(), "nothing has changed"
        now += 18 * 3600
        assert keeper.is_due(), "a day has passed"
        never = SnapshotKeeper(maker, queue, every=timedelta(0))
        assert not never.is_due()
        maker.folder.ask()
        assert never.is_due(), "somebody asked"


def test_newer_snapshot_is_taken_up_while_the_older_one_answers(tmp_path: Path) -> None:
    with serve(tmp_path, embedding_backend="hashing", snapshot_minutes="0") as api:
        api.installation.snapshots.make()
        assert get(api, "/companies")["documents"] == 0
        api.store("vacancies", make_vacancy(1))
        newer = api.installation.snapshots.make().made_at.isoformat().replace("+00:00", "Z")
        while get(api, "")["made_at"] != newer:
            pass
        assert get(api, "/companies")["documents"] == 1


def test_command_makes_a_snapshot_and_forgets_what_was_closed(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "vacancies.jsonl"
    path.write_text('{"id": "v", "title": "Cook", "company": "Northwind"}\n', encoding="utf-8")
    run(environment, "ingestion", "load", path, "--kind", "vacancies")
    code, output = run(environment, "ingestion", "snapshot")
    assert code == 0, output
    assert "1 vacancies, 0 closed" in output
    code, output = run(environment, "ingestion", "snapshot", "--forget-closed")
    assert code == 0, output
    assert "Forgot 0 closed vacancies" in output


def test_command_asks_the_process_that_has_the_index(environment: dict[str, str], tmp_path: Path) -> None:
    with serve(tmp_path / "var", embedding_backend="hashing", idle=True) as api:
        code, output = run(environment, "ingestion", "snapshot")
        assert code == 0, output
        assert "makes the snapshot within seconds" in output
        assert api.installation.snapshots.folder.is_asked()
