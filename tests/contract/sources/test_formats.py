"""What holds for every JSON format: whole objects fill documents, broken ones never raise, nothing is lost unnamed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingestion.documents import DOCUMENT_TYPES, kind_of
from ingestion.sources import Original, Rejection, SourceRow, read_path
from ingestion.sources.objects import FORMATS, recognize
from milvus import Kind
from tests.contract.sources.examples import read_bytes
from tests.contract.sources.json_examples import Example, read_object
from tests.contract.sources.resume_examples import HH_RESUME, HR_OPEN, JSON_RESUME
from tests.contract.sources.test_contract import json_values
from tests.contract.sources.vacancy_examples import (
    ASHBY_JOB,
    GOOGLE_JOB,
    GREENHOUSE_JOB,
    HH_VACANCY,
    JOB_POSTING,
    JSON_JOB,
    LEVER_POSTING,
)

EXAMPLES = (
    *(JOB_POSTING, JSON_RESUME, HH_VACANCY, HH_RESUME, HR_OPEN),
    *(GOOGLE_JOB, GREENHOUSE_JOB, LEVER_POSTING, ASHBY_JOB, JSON_JOB),
)

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
OTHER = {Kind.RESUMES: Kind.VACANCIES, Kind.VACANCIES: Kind.RESUMES}


def write(content: object) -> bytes:
    """JSON in ASCII, which holds any text."""
    return json.dumps(content).encode()


def replace_everywhere(content: Any, value: Any) -> Any:
    """The object with `value` in place of every scalar of it."""
    if isinstance(content, Mapping):
        return {name: replace_everywhere(part, value) for name, part in content.items()}
    if isinstance(content, list):
        return [replace_everywhere(part, value) for part in content]
    return value


def test_every_format_has_an_example() -> None:
    assert [example.name for example in EXAMPLES] == [one.name for one in FORMATS]


@each_example
def test_whole_object_fills_its_document(example: Example, tmp_path: Path) -> None:
    row = read_object(tmp_path, example.content)
    assert row.document == DOCUMENT_TYPES[kind_of(row.document)].model_validate(example.document)


@each_example
def test_object_is_of_one_format_only(example: Example) -> None:
    assert [one.name for one in FORMATS if one.recognizes(example.content)] == [example.name]


@each_example
def test_names_that_no_field_took_are_told(example: Example, tmp_path: Path) -> None:
    assert read_object(tmp_path, example.content).ignored == example.ignored


@each_example
@pytest.mark.parametrize("name", ["one.json", "one.jsonl"])
def test_raw_is_the_whole_object(example: Example, name: str, tmp_path: Path) -> None:
    content = {**example.content, "added": "x" * 5_000, "broken": "\ud800", "nul": "\x00"}
    row = read_object(tmp_path, content, name)
    assert row.original is not None
    assert json.loads(row.original.raw) == json.loads(write(content))
    assert "\x00" not in row.original.raw


@each_example
def test_wrong_kind_is_rejected_by_the_name_of_the_format(example: Example, tmp_path: Path) -> None:
    [kind] = [one.kind for one in FORMATS if one.name == example.name]
    rows, [rejection] = read_bytes(tmp_path, "one.json", write(example.content), kind=OTHER[kind])
    assert rows == []
    assert rejection.reason == f"is {example.name}, and {OTHER[kind]} were asked for"
    assert rejection.raw is not None


# Without these a candidate or a JSON Resume says nothing of what the person can do.
BEARING = {"profiles", "basics"}


@each_example
def test_any_property_may_be_null(example: Example, tmp_path: Path) -> None:
    for name in example.content.keys() - BEARING - {"@type"}:
        assert read_object(tmp_path, {**example.content, name: None}).document.id


@each_example
def test_any_property_but_those_that_tell_the_format_may_be_absent(example: Example, tmp_path: Path) -> None:
    for name in example.content.keys() - BEARING:
        changed = {key: value for key, value in example.content.items() if key != name}
        if (found := recognize(changed)) is not None:
            assert found.name == example.name
            assert read_object(tmp_path, changed).document.id


@each_example
@pytest.mark.parametrize("value", [None, "", [], {}, True, -1, "x" * 600, [[None]], {"id": {"id": []}}])
def test_odd_values_in_every_place_never_raise(example: Example, value: object, tmp_path: Path) -> None:
    changed = dict.fromkeys(example.content, value)
    for content in (changed, changed | {"title": "Cook", "name": "Cook"}, replace_everywhere(example.content, value)):
        rows, rejected = read_bytes(tmp_path, "vacancies.json", write(content))
        assert len(rows) + len(rejected) == 1


@each_example
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_values_of_any_type_never_raise(example: Example, data: st.DataObject) -> None:
    [found] = [one for one in FORMATS if one.name == example.name]
    names = st.sampled_from(sorted(example.content))
    inner = st.dictionaries(st.sampled_from(INNER_NAMES), json_values, max_size=4)
    changes = data.draw(st.dictionaries(names, json_values | inner | st.lists(inner, max_size=3), max_size=6))
    content = {**example.content, **changes}
    read = found.read(content, "one.json", raw="{}")
    assert isinstance(read, SourceRow | Rejection)
    assert isinstance(recognize(content), type(found) | None)


INNER_NAMES = (
    *("id", "name", "value", "months", "amount", "from", "to", "currency", "mode", "level", "primary", "year"),
    *(
        "start",
        "end",
        "lat",
        "lng",
        "communication",
        "address",
        "positionPreferences",
        "employment",
        "entries",
        "range",
    ),
    *("range", "units", "nanos", "minCompensation", "interval", "min", "max", "min_cents", "stringValues", "summary"),
    *("location", "commitment", "postalAddress", "text", "content", "keywords", "url", "type", "latitude"),
)


WRAPPING = (
    "jobs",
    "items",
    "data",
    "results",
    "@graph",
    "itemListElement",
    "item",
    "@type",
    "found",
    "title",
    "company",
)
wrapped = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WRAPPING), inner, max_size=4),
    max_leaves=9,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=wrapped)
@example(content={"jobs": {"jobs": {"jobs": {"jobs": {"jobs": {"jobs": []}}}}}})
@example(content={"@graph": [{"@graph": [{"@type": "JobPosting"}]}, None, 7]})
@example(content={"items": [None, {"items": [{}]}], "found": 2})
@example(content=[[[]], {"data": {"data": []}}])
@example(content={"itemListElement": {"item": {"@type": ["JobPosting", 7], "title": "Cook"}}})
def test_json_of_any_shape_never_raises(content: object, tmp_path: Path) -> None:
    for name in ("jobs.json", "jobs.jsonl"):
        (tmp_path / name).write_text(json.dumps(content))
        assert all(isinstance(item, SourceRow | Rejection) for item in read_path(tmp_path / name))


def test_columns_that_the_caller_maps_make_an_object_a_row(tmp_path: Path) -> None:
    content = {"absolute_url": "https://example.com/1", "title": "Cook", "content": "Soups", "offices": ["Bath"]}
    [row], [] = read_bytes(tmp_path, "jobs.json", write(content), kind=Kind.VACANCIES, offices="company")
    assert row.document.model_dump(exclude_none=True)["company"] == "Bath"


def test_flat_table_of_an_api_is_read_by_its_columns(tmp_path: Path) -> None:
    flat = {
        "id": 1,
        "name": "Повар",
        "area": "Москва",
        "employer": "Трапеза",
        "key_skills": "супы, соусы",
        "alternate_url": "https://hh.ru/vacancy/1",
        "experience": "От 1 года до 3 лет",
    }
    [row], [] = read_bytes(tmp_path, "vacancies.json", write(flat))
    document = row.document.model_dump(exclude_none=True)
    assert (document["title"], document["company"], document["skills"]) == ("Повар", "Трапеза", ["супы", "соусы"])


def test_raw_of_a_table_is_the_row_as_json(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "jobs.csv", "id;vacancy;text\n7;Пекарь;Печёт\n".encode())
    assert row.original.raw == '{"id": "7", "vacancy": "Пекарь", "text": "Печёт"}'


def test_raw_over_the_limit_is_left_out_and_the_document_kept(tmp_path: Path) -> None:
    row = read_object(tmp_path, {"@type": "JobPosting", "title": "Cook", "image": "x" * 1_000_001})
    assert row.original is None
    assert row.document.title == "Cook"


def test_file_of_one_document_is_kept_as_it_is(tmp_path: Path) -> None:
    [row], [] = read_bytes(tmp_path, "resume.txt", b"Baker of bread")
    assert row.original == Original(format="txt", raw=b"Baker of bread")
