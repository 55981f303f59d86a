"""Filters: what they accept, what they mean, and that no text of a caller becomes code."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from milvus.entities import WorkFormat
from milvus.filters import (
    EducationRange,
    ExperienceRange,
    Filter,
    Near,
    ResumeFilter,
    SalaryRange,
    VacancyFilter,
    build_expression,
    epoch_seconds,
    quote_text,
)
from milvus.keys import company_key, terms_key
from tests.filter_oracle import matches_filter
from tests.index_examples import NOW, make_resume, make_vacancy


def test_no_filter_gives_no_expression() -> None:
    assert build_expression(None) == ""
    assert build_expression(VacancyFilter()) == ""
    assert build_expression(ResumeFilter(salary=SalaryRange(), experience=ExperienceRange(or_missing=True))) == ""


def test_parts_are_joined_by_and() -> None:
    filter = VacancyFilter(countries=["DE", "AT"], companies=["  Acme LTD "], exclude_ids=["a"])
    assert build_expression(filter, active_at=datetime(1970, 1, 2, tzinfo=UTC)) == (
        'country in ["DE", "AT"] and company_key in ["acme ltd"] and id not in ["a"]'
        " and (expires_at is null or expires_at >= 86400)"
    )


def test_a_range_names_each_null_that_passes() -> None:
    assert build_expression(Filter(salary=SalaryRange(min=1, max=2))) == (
        "((salary_max >= 1.0 or (salary_max is null and salary_min is not null))"
        " and (salary_min <= 2.0 or (salary_min is null and salary_max is not null)))"
    )
    assert build_expression(ResumeFilter(experience=ExperienceRange(min=1, or_missing=True))) == (
        "((experience_months >= 1) or experience_months is null)"
    )


def test_lists_are_tested_by_array_functions_or_by_key_columns() -> None:
    filter = Filter(skills_all=["a", "b"], employment_types=["contract"])
    assert build_expression(filter) == (
        'array_contains_all(skills, ["a", "b"]) and array_contains_any(employment_types, ["contract"])'
    )
    skills, employment = terms_key(["a", "b"]), terms_key(["contract"])
    a, b = skills.strip("|").split("|")
    assert build_expression(filter, with_arrays=False) == (
        f'(skills_key like "%|{a}|%" and skills_key like "%|{b}|%") and (employment_types_key like "%{employment}%")'
    )


def test_a_language_with_a_level_is_passed_by_that_level_and_those_above() -> None:
    filter = Filter(languages_all=["en:c2"], languages_any=["es", "fr:native"])
    assert build_expression(filter) == (
        'array_contains_any(languages, ["en:c2", "en:native"]) and array_contains_any(languages, '
        '["es", "es:a1", "es:a2", "es:b1", "es:b2", "es:c1", "es:c2", "es:native", "fr:native"])'
    )
    key = terms_key(["en:c2"]).strip("|")
    assert build_expression(Filter(languages_all=["en:c2"]), with_arrays=False) == f'(languages_key like "%|{key}|%")'


@pytest.mark.parametrize(
    ("languages", "passes"),
    [(["en:b2"], True), (["en:native"], True), (["en:b1"], False), (["en"], False), ([], False)],
)
def test_a_level_that_is_not_known_passes_none(languages: list[str], passes: bool) -> None:
    filter = ResumeFilter(languages_any=["en:b2"])
    assert matches_filter(make_resume("a", languages=tuple(languages)), filter) is passes
    assert matches_filter(make_resume("a", languages=tuple(languages)), Filter(languages_all=["en"])) is bool(languages)


def test_a_vacancy_passes_with_any_of_the_topics() -> None:
    filter = VacancyFilter(topics=[3, 12])
    assert build_expression(filter) == "topic in [3, 12]"
    passes = [matches_filter(make_vacancy("a", topic=topic), filter) for topic in (3, 12, 1, None)]
    assert passes == [True, True, False, False]


@pytest.mark.parametrize("topics", [[0], [-1], [2**31], ["3"], [3.0], [True], [None], 3, list(range(1, 202))])
def test_what_is_no_list_of_topics_is_refused(topics: Any) -> None:
    with pytest.raises(ValidationError, match="topics"):
        VacancyFilter.model_validate({"topics": topics})


def test_resumes_have_no_topics() -> None:
    with pytest.raises(ValidationError, match="topics"):
        ResumeFilter.model_validate({"topics": [1]})


def test_education_passes_within_its_bounds() -> None:
    assert (
        build_expression(Filter(education=EducationRange(min="master")))
        == '(education_level in ["master", "doctorate"])'
    )
    assert build_expression(Filter(education=EducationRange(max="secondary", or_missing=True))) == (
        '((education_level in ["secondary"]) or education_level is null)'
    )
    assert build_expression(Filter(education=EducationRange(or_missing=True))) == ""


@pytest.mark.parametrize(
    ("filter_type", "values", "message"),
    [
        (Filter, {"languages_any": ["English"]}, "match pattern"),
        (Filter, {"languages_all": ["en:d1"]}, "match pattern"),
        (Filter, {"education": {"min": "master", "max": "bachelor"}}, "above max"),
        (Filter, {"education": {"min": "phd"}}, "Input should be"),
        (Filter, {"colour": "red"}, "Extra inputs"),
        (ResumeFilter, {"companies": ["a"]}, "Extra inputs"),
        (Filter, {"near": {"latitude": 1, "longitude": 1, "radius_km": 1, "unit": "mi"}}, "Extra inputs"),
        (Filter, {"countries": ["x" * 501]}, "at most 500 characters"),
        (Filter, {"countries": [""]}, "at least 1 character"),
        (Filter, {"countries": ["\ud800"]}, "unicode"),
        (Filter, {"skills_any": ["x"] * 201}, "at most 200 items"),
        (Filter, {"exclude_ids": ["x"] * 10_001}, "at most 10000 items"),
        (Filter, {"work_formats": ["office"]}, "'on_site', 'hybrid' or 'remote'"),
        (Filter, {"salary": {"min": 2, "max": 1}}, "greater than max"),
        (Filter, {"salary": {"min": "nan"}}, "finite|greater than or equal"),
        (Filter, {"salary": {"max": float("inf")}}, "finite|less than or equal"),
        (Filter, {"salary": {"min": -1}}, "greater than or equal to 0"),
        (ResumeFilter, {"experience": {"min": 24, "max": 12}}, "greater than max"),
        (ResumeFilter, {"experience": {"min": 1.5}}, "valid integer"),
        (Filter, {"near": {"latitude": 90.1, "longitude": 0, "radius_km": 1}}, "less than or equal to 90"),
        (Filter, {"near": {"latitude": float("nan"), "longitude": 0, "radius_km": 1}}, "finite|less than|greater"),
        (Filter, {"near": {"latitude": 0, "longitude": 181, "radius_km": 1}}, "less than or equal to 180"),
        (Filter, {"near": {"latitude": 0, "longitude": 0, "radius_km": 0}}, "greater than 0"),
        (Filter, {"published_since": "2026-01-01T00:00:00"}, "timezone"),
    ],
)
def test_what_a_filter_cannot_mean_is_refused(filter_type: type[Filter], values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        filter_type.model_validate(values)


@pytest.mark.parametrize("filter_type", [ResumeFilter, VacancyFilter])
def test_every_field_is_described(filter_type: type[Filter]) -> None:
    schema = filter_type.model_json_schema()
    parts = [schema, *(schema["$defs"][name] for name in ("SalaryRange", "ExperienceRange", "Near"))]
    assert [name for part in parts for name, field in part["properties"].items() if not field.get("description")] == []


def test_a_filter_survives_json() -> None:
    filter = VacancyFilter(
        companies=["A"],
        near=Near(latitude=1, longitude=2, radius_km=3),
        published_since=NOW,
        employment_types=["shift"],
    )
    assert VacancyFilter.model_validate_json(filter.model_dump_json()) == filter


def read_literal(literal: str) -> str:
    """What an engine reads: a quoted string with the five escapes that Milvus and Lite share."""
    assert literal[0] == literal[-1] == '"'
    characters = iter(literal[1:-1])
    unescaped = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
    read = []
    for character in characters:
        assert character not in '"\n\r'
        read.append(unescaped[next(characters)] if character == "\\" else character)
    return "".join(read)


@given(st.text() | st.text(st.sampled_from("\\\"'\n\r\tn%\x00")))
def test_any_text_is_one_literal_that_reads_as_itself(text: str) -> None:
    assert read_literal(quote_text(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\\\n\r\t')))
def test_a_literal_is_json_where_json_needs_no_code_points(text: str) -> None:
    assert quote_text(text) == json.dumps(text, ensure_ascii=False)


@given(st.lists(st.text(min_size=1, max_size=10), max_size=5), st.text(min_size=1, max_size=10))
def test_a_terms_key_holds_its_terms_and_no_others(terms: list[str], other: str) -> None:
    assume(other not in terms)
    key = terms_key(terms)
    assert set(key) <= set("|0123456789abcdef")
    assert all(terms_key([term]) in key for term in terms)
    assert terms_key([other]) not in key


@pytest.mark.parametrize(
    ("low", "high", "asked", "passes"),
    [
        (None, None, SalaryRange(min=10), False),
        (None, None, SalaryRange(min=10, or_missing=True), True),
        (None, None, SalaryRange(), True),
        (5.0, 10.0, SalaryRange(min=10), True),
        (5.0, 10.0, SalaryRange(min=11), False),
        (5.0, 10.0, SalaryRange(max=5), True),
        (5.0, 10.0, SalaryRange(max=4, or_missing=True), False),
        (5.0, None, SalaryRange(min=100, max=200), True),
        (5.0, None, SalaryRange(max=4), False),
        (None, 10.0, SalaryRange(max=1), True),
        (None, 10.0, SalaryRange(min=11), False),
    ],
)
def test_salaries_pass_where_the_ranges_overlap(
    low: float | None, high: float | None, asked: SalaryRange, passes: bool
) -> None:
    assert matches_filter(make_vacancy("a", salary_min=low, salary_max=high), Filter(salary=asked)) is passes


def test_a_filter_of_the_other_kind_matches_nothing() -> None:
    assert not matches_filter(make_vacancy("a"), ResumeFilter())
    assert not matches_filter(make_resume("a"), VacancyFilter())
    assert matches_filter(make_resume("a"), Filter())


def test_remote_work_passes_near_only_when_asked() -> None:
    remote = make_vacancy("a", work_format=WorkFormat.REMOTE)
    near = {"latitude": 0, "longitude": 0, "radius_km": 1}
    assert not matches_filter(remote, Filter(near=Near(**near)))
    assert matches_filter(remote, Filter(near=Near(**near, or_remote=True)))


@pytest.mark.parametrize(
    ("first", "second"), [("ACME  Ltd", " acme ltd\n"), ("Straße", "STRASSE"), ("ООО\u00a0Ромашка", "ооо ромашка")]
)
def test_companies_are_one_without_case_and_spacing(first: str, second: str) -> None:
    assert company_key(first) == company_key(second)


@given(st.datetimes(timezones=st.just(UTC)))
def test_epoch_seconds_round_down(time: datetime) -> None:
    seconds = timedelta(seconds=epoch_seconds(time))
    assert datetime(1970, 1, 1, tzinfo=UTC) + seconds == time.replace(microsecond=0)


def test_a_time_without_an_offset_is_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no UTC offset"):
        build_expression(None, active_at=naive)
