"""Many documents in one request: every row has its own outcome."""

import json
from typing import Any

import pytest

from tests.flow.steps import Api, check_problem

JSONL = {"content-type": "application/x-ndjson"}
JSON = {"content-type": "application/json"}


def send_lines(api: Api, *lines: str) -> dict[str, Any]:
    answer = api.client.post("/v1/vacancies/batch?wait=true", content="\n".join(lines).encode(), headers=JSONL)
    assert answer.status_code == 200, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


def test_array_and_lines_come_to_the_same(api: Api) -> None:
    rows = [{"id": f"same/{i}", "title": f"Painter {i}"} for i in range(5)]
    array = api.client.post("/v1/vacancies/batch?wait=true", json=rows).json()
    lines = send_lines(api, *(json.dumps(row) for row in rows))

    assert (array["stored"], array["rejected"]) == (lines["stored"], lines["rejected"]) == (5, 0)
    assert [row["change"] for row in array["rows"]] == ["new"] * 5
    assert [row["change"] for row in lines["rows"]] == ["unchanged"] * 5
    assert [row["task_id"] for row in array["rows"]] == [row["task_id"] for row in lines["rows"]]
    assert [row["row"] for row in array["rows"]] == [1, 2, 3, 4, 5]


def test_batch_tells_how_the_wait_ended(api: Api) -> None:
    rows = [{"id": "waited/1", "title": "Painter"}, {"id": "waited/2"}, {"id": "waited/3", "title": "Painter"}]
    waited = api.client.post("/v1/vacancies/batch?wait=true", json=rows).json()
    sent = api.client.post("/v1/vacancies/batch", json=rows).json()

    assert [row["task_state"] for row in waited["rows"]] == ["done", None, "done"]
    assert [row["task_state"] for row in sent["rows"]] == [None, None, None]


def test_only_the_first_ten_errors_of_a_row_are_listed(api: Api) -> None:
    row = {"id": "long-row", "title": "Cook"} | {f"unknown{number}": 1 for number in range(2_000)}
    errors = api.client.post("/v1/vacancies/batch", json=[row]).json()["rows"][0]["errors"]

    assert [one["field"] for one in errors[:10]] == [f"unknown{number}" for number in range(10)]
    assert errors[10:] == [{"field": "", "message": "and 1,990 more errors"}]


BAD_ROWS: list[tuple[Any, str, str]] = [
    ({"id": "b1", "title": "Cook", "colour": "red"}, "colour", "unknown field"),
    ({"id": "b2", "title": "Cook", "salary": {"min": float("nan")}}, "salary.min", "finite"),
    ({"id": "b3", "title": "Co\x00ok"}, "title", "NUL"),
    ({"id": "b4", "title": "Cook", "skills": ["x"] * 10_000}, "skills", "500"),
    ({"id": "b5", "title": 5}, "title", "string"),
    ({"title": "Cook"}, "id", "required"),
    ({"id": None, "title": "Cook"}, "id", "string"),
    ({"id": 17, "title": "Cook"}, "id", "string"),
    ({"id": "x" * 513, "title": "Cook"}, "id", "512"),
    ({"id": "b\x07", "title": "Cook"}, "id", "control"),
    ({"id": "b6"}, "", "nothing to match"),
    ("Cook", "", ""),
    (None, "", ""),
    ([], "", ""),
    (7, "", ""),
]


def test_bad_rows_are_named_and_the_others_stored(api: Api) -> None:
    good = {"id": "good-among-bad", "title": "Cook"}
    rows = [row for row, _, _ in BAD_ROWS] + [good]
    answer = api.client.post("/v1/vacancies/batch?wait=true", content=json.dumps(rows), headers=JSON)

    batch = answer.json()
    assert answer.status_code == 200, answer.text
    assert (batch["stored"], batch["rejected"]) == (1, len(BAD_ROWS))
    for number, (row, (_, field, message)) in enumerate(zip(batch["rows"], BAD_ROWS, strict=False), start=1):
        assert row["row"] == number
        assert (row["change"], row["task_id"]) == (None, None)
        assert row["errors"][0]["field"] == field
        assert message in row["errors"][0]["message"]
    assert batch["rows"][-1]["id"] == "good-among-bad"
    assert api.client.get("/v1/vacancies/good-among-bad").status_code == 200


def test_line_that_is_not_json_is_named_and_the_others_stored(api: Api) -> None:
    batch = send_lines(
        api, '{"id": "l1", "title": "Cook"}', '{"id": "l2", "title"', "", '{"id": "l3", "title": "Cook"}'
    )

    assert (batch["stored"], batch["rejected"]) == (2, 1)
    assert "not JSON" in batch["rows"][1]["errors"][0]["message"]


def test_rows_of_lines_are_numbered_as_an_editor_numbers_them(api: Api) -> None:
    batch = send_lines(api, '{"id": "n1", "title": "Cook"}', "", "", '{"id": "n4", "titel": "Cook"}')

    assert [row["row"] for row in batch["rows"]] == [1, 4]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"], ids=["U+2028", "U+2029", "U+0085"])
def test_separator_within_a_json_text_does_not_end_the_line(api: Api, separator: str) -> None:
    """JSON lets these stand within a string unescaped, and many writers do (`ensure_ascii=False`)."""
    line = json.dumps(
        {"id": f"sep-{ord(separator)}", "title": "Cook", "text": f"Soup{separator}Stew"}, ensure_ascii=False
    )
    batch = send_lines(api, line)

    assert (batch["stored"], batch["rejected"]) == (1, 0), batch["rows"]


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(api: Api) -> None:
    body = '\ufeff{"id": "bom-1", "title": "Cook"}\r\n{"id": "bom-2", "title": "Cook"}\r\n'.encode()
    lines = api.client.post("/v1/vacancies/batch?wait=true", content=body, headers=JSONL).json()
    array = api.client.post(
        "/v1/vacancies/batch", content='\ufeff[{"id": "bom-3", "title": "Cook"}]'.encode(), headers=JSON
    ).json()

    assert (lines["stored"], lines["rejected"]) == (2, 0)
    assert (array["stored"], array["rejected"]) == (1, 0)


def test_of_two_rows_with_one_id_the_later_counts(api: Api) -> None:
    rows = [{"id": "double", "title": "First"}, {"id": "double", "title": "Second"}]
    batch = api.client.post("/v1/vacancies/batch?wait=true", json=rows).json()

    assert [row["change"] for row in batch["rows"]] == ["new", "changed"]
    assert api.client.get("/v1/vacancies/double").json()["document"]["title"] == "Second"
    states = [api.client.get(f"/v1/tasks/{row['task_id']}").json()["state"] for row in batch["rows"]]
    assert states == ["done", "done"]


def test_thousand_rows_go_in_and_one_more_does_not(api: Api) -> None:
    rows = [{"id": f"many-{i}", "title": "Picker", "source": "many"} for i in range(1001)]
    too_many = api.client.post("/v1/resumes/batch", json=rows)
    just_enough = api.client.post("/v1/resumes/batch?wait=true", json=rows[:1000])

    check_problem(too_many, 422, "1,000", "1,001")
    assert just_enough.json()["stored"] == 1000
    found = [
        id_
        for offset in range(0, 1001, 300)
        for id_ in api.find_ids("resumes", text="picker", filter={"sources": ["many"]}, limit=300, offset=offset)
    ]
    assert len(found) == 1000  # equal scores all of them: paging must neither repeat nor skip
    assert set(found) == {row["id"] for row in rows[:1000]}


@pytest.mark.parametrize(
    ("body", "headers", "named"),
    [
        (b"[{", JSON, "not JSON"),
        (b"", JSON, "not JSON"),
        (b'{"id": "x", "title": "Cook"}', JSON, "array"),
        (b"[]", {"content-type": "text/csv"}, "text/csv"),
        (b"[]", {}, "content type"),
        (b'["\xff"]', JSON, "UTF-8"),
        ('["Köln"]'.encode("latin-1"), JSONL, "UTF-8"),
        ("[]".encode("utf-16"), JSON, "UTF-8"),
        (b"[" * 100_000, JSON, "not JSON"),
    ],
)
def test_body_that_is_no_batch_is_refused(api: Api, body: bytes, headers: dict[str, str], named: str) -> None:
    answer = api.client.post("/v1/vacancies/batch", content=body, headers=headers)

    assert answer.status_code in {415, 422}
    check_problem(answer, answer.status_code, named)


def test_empty_batch_stores_nothing(api: Api) -> None:
    assert api.client.post("/v1/vacancies/batch", json=[]).json() == {"stored": 0, "rejected": 0, "rows": []}


@pytest.mark.parametrize("row", ['{"id": "\\ud800", "title": "Cook"}', '{"id": "half", "title": "\\ud83d"}'])
def test_half_of_a_surrogate_pair_is_refused_by_the_name_of_its_field(api: Api, row: str) -> None:
    batch = send_lines(api, row)

    assert (batch["stored"], batch["rejected"]) == (0, 1)
    assert batch["rows"][0]["errors"][0]["field"] in {"id", "title"}
