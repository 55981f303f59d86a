"""Whatever JSON comes: the answer is a result or the caller's error, never a fault of ours."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.flow.steps import Api

SWEEP = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # shrinking takes a minute over HTTP, and the bodies are small as they are
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

# With half surrogates, NUL, controls and bidirectional marks: what broken exports and hostile callers send.
TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(), max_size=8),
    st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "\ud800",
            "\u202e",
            "NaN",
            "-1",
            "1e999",
            "2026-02-30",
            "%",
            '"',
            "\\",
            "' or 1=1",
            "[/b]",
            "{{7}}",
        ]
    ),
    st.sampled_from(
        [
            "2026-01-01",
            "9999-12-31T23:59:59-12:00",
            "0001-01-01T00:00:00+14:00",
            "ada@example.com",
            "GB",
            "EUR",
            "5 years",
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-5, 2000),
    st.integers(),
    st.sampled_from([2**63, -(2**63), 10**400]),
    st.floats(),
    st.sampled_from([math.nan, math.inf, 1e308]),
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXTS, children, max_size=4),
    max_leaves=12,
)


def sometimes(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of the fields, each as it should be or as anything at all."""
    return st.fixed_dictionaries({}, optional={name: st.one_of(value, value, JSON) for name, value in fields.items()})


WORK_FORMATS = st.sampled_from(["on_site", "hybrid", "remote"])
SALARY = sometimes(
    min=NUMBERS,
    max=NUMBERS,
    currency=st.sampled_from(["EUR", "XXX", "₽"]),
    period=st.sampled_from(["hour", "year"]),
    text=TEXTS,
)
PLACE = sometimes(city=TEXTS, region=TEXTS, country=TEXTS, text=TEXTS, latitude=NUMBERS, longitude=NUMBERS)
CONTENT: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXTS,
    "text": TEXTS,
    "skills": st.lists(TEXTS, max_size=5),
    "place": PLACE,
    "work_format": WORK_FORMATS,
    "employment_types": st.lists(st.sampled_from(["full_time", "shift"]), max_size=3),
    "salary": SALARY,
    "language": st.sampled_from(["en", "ru", "zz"]),
    "category": TEXTS,
    "url": TEXTS,
    "published_at": TEXTS | NUMBERS,
    "expires_at": TEXTS | NUMBERS,
    "experience": TEXTS,
}
DOCUMENTS = {
    "vacancies": sometimes(**CONTENT, company=TEXTS, experience_min_months=NUMBERS, experience_max_months=NUMBERS),
    "resumes": sometimes(
        **CONTENT,
        experience_months=NUMBERS,
        person=sometimes(name=TEXTS, email=TEXTS, links=st.lists(TEXTS, max_size=2)),
        work_periods=st.lists(sometimes(start=TEXTS, end=TEXTS, title=TEXTS, description=TEXTS), max_size=2),
        languages=st.lists(sometimes(language=TEXTS, level=TEXTS), max_size=2),
        education=TEXTS,
    ),
}
RANGE = sometimes(min=NUMBERS, max=NUMBERS, or_missing=st.booleans())
MANY = st.lists(TEXTS, max_size=3)
FILTER = sometimes(
    skills_any=MANY,
    skills_all=MANY,
    countries=MANY,
    regions=MANY,
    cities=MANY,
    near=sometimes(latitude=NUMBERS, longitude=NUMBERS, radius_km=NUMBERS, or_remote=st.booleans()),
    work_formats=st.lists(WORK_FORMATS, max_size=2),
    salary=RANGE,
    experience=RANGE,
    languages=MANY,
    categories=MANY,
    sources=MANY,
    published_since=TEXTS,
    exclude_ids=MANY,
)


def check(api: Api, method: str, path: str, body: Any) -> None:
    content = json.dumps(body)  # escapes half surrogates, writes NaN and Infinity as Python's own clients do
    answer = api.client.request(method, path, content=content.encode(), headers={"content-type": "application/json"})
    assert answer.status_code < 500, f"{answer.status_code} {answer.text}\n{method} {path}\n{content}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"]


@pytest.mark.parametrize("kind", ["vacancies", "resumes"])
def test_any_document_is_stored_or_refused(api: Api, kind: str) -> None:
    @SWEEP
    @given(body=DOCUMENTS[kind] | JSON)
    def sweep(body: Any) -> None:
        check(api, "PUT", f"/v1/{kind}/swept?wait=true", body)
        check(api, "GET", f"/v1/{kind}/swept", None)

    sweep()
    check(api, "GET", f"/v1/{kind}?limit=500", None)


@pytest.mark.parametrize("kind", ["vacancies", "resumes"])
def test_any_search_is_answered_or_refused(api: Api, kind: str) -> None:
    searches = st.one_of(
        st.fixed_dictionaries({"text": st.just("cook"), "filter": FILTER}, optional={"limit": st.integers(1, 5)}),
        st.fixed_dictionaries({"text": st.text(max_size=20)}),
        st.fixed_dictionaries({"resume": DOCUMENTS["resumes"]}),
        st.fixed_dictionaries({"vacancy": DOCUMENTS["vacancies"]}, optional={"filter": FILTER}),
        sometimes(
            text=TEXTS, resume_id=TEXTS, vacancy_id=TEXTS, limit=NUMBERS, offset=NUMBERS, include_expired=st.booleans()
        ),
        JSON,
    )

    @SWEEP
    @given(body=searches)
    def sweep(body: Any) -> None:
        check(api, "POST", f"/v1/{kind}/search", body)

    sweep()


@pytest.mark.parametrize("kind", ["vacancies", "resumes"])
def test_any_batch_has_an_outcome_for_every_row(api: Api, kind: str) -> None:
    ids = st.sampled_from(["swept-1", "swept-2"]) | TEXTS
    rows = st.lists(st.builds(lambda document, id_: document | {"id": id_}, DOCUMENTS[kind], ids) | JSON, max_size=4)

    @SWEEP
    @given(body=rows | JSON)
    def sweep(body: Any) -> None:
        check(api, "POST", f"/v1/{kind}/batch", body)

    sweep()


def test_any_query_is_answered_or_refused(api: Api) -> None:
    words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

    @SWEEP
    @given(cursor=words, limit=words | st.just("5"), id_=words.filter(bool), filter_=words | FILTER.map(json.dumps))
    def sweep(cursor: str, limit: str, id_: str, filter_: str) -> None:
        for path, query in (
            ("/v1/resumes", {"cursor": cursor, "limit": limit}),
            ("/v1/vacancies/swept/resumes", {"filter": filter_}),
            ("/", {"text": cursor}),
            (f"/v1/tasks/{len(id_)}", {}),
        ):
            answer = api.client.get(path, params=query)
            assert answer.status_code < 500, f"{answer.text}\n{path} {query}"

    sweep()
