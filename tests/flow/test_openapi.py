"""The description of the API: complete, valid, and true."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from ingestion.documents import ResumeContent, VacancyContent
from service.api import examples
from service.api.ingestion import RetryRequest
from service.api.payloads import ResumeSearch, VacancySearch
from tests.flow.steps import Api

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


@pytest.fixture(scope="module")
def schema(api: Api) -> dict[str, Any]:
    answer = api.client.get("/openapi.json")
    assert answer.status_code == 200
    described: dict[str, Any] = answer.json()
    return described


def list_operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def walk(node: Any) -> Any:
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    operations = list_operations(schema)

    assert len(operations) >= 19
    for name, operation in operations:
        assert operation.get("summary"), name
        assert operation.get("description"), name
        assert not operation["description"].startswith("Successful"), name


def test_operation_ids_are_unique(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in list_operations(schema)]

    assert len(ids) == len(set(ids))


def test_schema_follows_the_specification(schema: dict[str, Any]) -> None:
    """By hand, as OpenAPI 3.1 asks: the version, an info, responses, declared path parameters, references that lead."""
    assert schema["openapi"].startswith("3.1.")
    assert schema["info"]["title"] == "Counterpart"
    assert schema["info"]["version"]
    for name, operation in list_operations(schema):
        assert operation["responses"], name
        assert all(response["description"] for response in operation["responses"].values()), name
        path = name.partition(" ")[2]
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}, name
        for parameter in operation.get("parameters", []):
            assert parameter["in"] in {"path", "query", "header"}
            assert parameter["in"] != "path" or parameter["required"]
            assert "schema" in parameter
    for node in walk(schema):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            target: Any = schema
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]


def test_every_query_parameter_is_described(schema: dict[str, Any]) -> None:
    for name, operation in list_operations(schema):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert parameter.get("description"), f"{name}: {parameter['name']}"


def test_errors_are_described_as_what_they_are(schema: dict[str, Any]) -> None:
    """The answers are `application/problem+json`; clients made from this schema choose by the media type."""
    for name, operation in list_operations(schema):
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert list(response.get("content", {})) == ["application/problem+json"], f"{name} {status}"


def test_search_and_put_answers_are_described_as_they_come(api: Api, schema: dict[str, Any]) -> None:
    stored = api.client.put("/v1/resumes/openapi?wait=true", json={"title": "Cook"})
    described = schema["paths"]["/v1/resumes/{id}"]["put"]["responses"]

    assert str(stored.status_code) in described
    assert {"200", "201", "202", "422"} <= set(described)


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (ResumeContent, examples.RESUME),
        (VacancyContent, examples.VACANCY),
        (VacancySearch, examples.VACANCY_SEARCHES),
        (ResumeSearch, examples.RESUME_SEARCHES),
        (RetryRequest, examples.RETRIES),
    ],
)
def test_examples_are_valid(model: Any, given: dict[str, Any]) -> None:
    assert given
    for example in given.values():
        assert example["summary"]
        TypeAdapter(model).validate_python(example["value"])


def test_examples_work_when_they_are_sent(api: Api) -> None:
    for kind, documents in (("resumes", examples.RESUME), ("vacancies", examples.VACANCY)):
        for document in documents.values():
            assert api.client.put(f"/v1/{kind}/42?wait=true", json=document["value"]).json()["task_state"] == "done"
    for kind, searches in (("resumes", examples.RESUME_SEARCHES), ("vacancies", examples.VACANCY_SEARCHES)):
        for search in searches.values():
            answer = api.client.post(f"/v1/{kind}/search", json=search["value"])
            assert answer.status_code == 200, answer.text
            assert "42" in [
                item["document"]["id"] for item in api.search(kind, **search["value"] | {"limit": 1000})["items"]
            ]


def test_batch_body_is_described(schema: dict[str, Any]) -> None:
    body = schema["paths"]["/v1/resumes/batch"]["post"]["requestBody"]

    assert set(body["content"]) == {"application/json", "application/x-ndjson"}


def test_upload_is_described_as_a_file(schema: dict[str, Any]) -> None:
    body = schema["paths"]["/v1/resumes/search/file"]["post"]["requestBody"]
    reference = body["content"]["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]
    properties = schema["components"]["schemas"][reference]["properties"]

    told = {"filter", "limit", "offset", "include_expired", "fold_duplicates", "min_score", "rerank", "exclude_seen_by"}
    assert set(properties) == {"file", *told}


def test_documentation_page_is_served(api: Api) -> None:
    assert api.client.get("/docs").status_code == 200
