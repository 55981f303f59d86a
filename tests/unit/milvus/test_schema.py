"""Entities to rows and back, and what does not fit."""

import unicodedata
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus.entities import ENTITY_TYPES, EmploymentType, Entity, Kind, WorkFormat
from milvus.errors import InvalidEntity
from milvus.schema import COLUMNS, MAX_TEXT_BYTES, ColumnType, list_names, to_entity, to_row
from tests.index_examples import NOW, make_resume, make_vacancy, resumes, vacancies


@given(
    st.sampled_from(Kind).flatmap(
        lambda kind: st.tuples(st.just(kind), {"resumes": resumes, "vacancies": vacancies}[kind])
    )
)
def test_any_entity_survives_its_row(case: tuple[Kind, Entity]) -> None:
    kind, entity = case
    row = to_row(kind, entity)
    assert to_entity(kind, row) == entity
    assert list(row) == [column.name for column in COLUMNS[kind]]


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_an_entity_has_its_column(kind: Kind) -> None:
    assert sorted(list_names(kind)) == sorted(field.name for field in fields(ENTITY_TYPES[kind]))


@pytest.mark.parametrize("kind", Kind)
def test_columns_stay_within_what_a_server_allows(kind: Kind) -> None:
    assert len(COLUMNS[kind]) < 64
    assert all(column.max_bytes <= 65_535 for column in COLUMNS[kind])
    assert all(column.max_bytes for column in COLUMNS[kind] if column.type in {ColumnType.VARCHAR, ColumnType.ARRAY})


def test_a_row_holds_what_the_engine_filters() -> None:
    entity = make_vacancy(
        "a",
        company=" ACME  ltd",
        work_format=WorkFormat.HYBRID,
        employment_types=(EmploymentType.SHIFT,),
        published_at=NOW,
    )
    row = to_row(Kind.VACANCIES, entity)
    assert row["company_key"] == "acme ltd"
    assert row["work_format"] == "hybrid"
    assert row["employment_types"] == ["shift"]
    assert row["published_at"] == 1_795_176_000
    assert row["salary_min"] is None


def test_a_long_text_is_clipped_on_a_character() -> None:
    row = to_row(Kind.RESUMES, make_resume("a", text="a" + "я" * 40_000))
    assert row["text"] == "a" + "я" * ((MAX_TEXT_BYTES - 1) // 2)
    assert len(row["text"].encode()) == MAX_TEXT_BYTES - 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"title": "я" * 3001}, "title: is 6,002 bytes long, at most 6,000 fit"),
        ({"text_hash": None}, "text_hash is missing"),
        ({"title": "\ud800"}, "title: .*surrogates"),
        ({"skills": ("x",) * 513}, "skills: has 513 values, at most 512 fit"),
        ({"skills": ("x" * 801,)}, "skills: is 801 bytes long"),
        ({"company": "x" * 6001}, "company: is 6,001 bytes"),
        ({"salary_min": float("nan")}, "salary_min: is nan"),
        ({"salary_max": float("inf")}, "salary_max: is inf"),
        ({"latitude": 90.5}, "latitude: is 90.5"),
        ({"longitude": -180.5}, "longitude: is -180.5"),
        ({"experience_min_months": 2**63}, "experience_min_months: is beyond 64 bits"),
        ({"experience_min_months": 1.5}, "experience_min_months: is 1.5, not a whole number"),
        ({"salary_gross": 1}, "salary_gross: is 1, not true or false"),
        ({"published_at": datetime(2026, 1, 1)}, "published_at: .*no UTC offset"),  # noqa: DTZ001 - the case tested
        ({"expires_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "expires_at: "),
    ],
)
def test_a_value_that_does_not_fit_names_id_and_field(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidEntity, match=f"'v/1': {message}"):
        to_row(Kind.VACANCIES, make_vacancy("v/1", **values))


# The longest in UTF-8, in UTF-8 after NFC, and in UTF-8 after casefolding.
@pytest.mark.parametrize("letter", ["🚀", "\U0001d160", "\u1f52"])
def test_what_a_document_may_say_fits(letter: str) -> None:
    """Its short texts have at most 500 characters, its page 2,000, its skills 200 each."""
    short = unicodedata.normalize("NFC", letter * 500)
    names = ["title", "country", "region", "city", "salary_original", "category", "source", "company"]
    entity = make_vacancy(
        "v/1", **dict.fromkeys(names, short), url="🚀" * 2000, skills=tuple(f"{n:03}{'🚀' * 197}" for n in range(500))
    )
    assert to_entity(Kind.VACANCIES, to_row(Kind.VACANCIES, entity)) == entity


@pytest.mark.parametrize("id", ["", "x" * 513, "я" * 257, "\ud800"])
def test_an_id_that_cannot_be_stored_is_refused(id: str) -> None:
    with pytest.raises(InvalidEntity, match="id must be 1 to 512 bytes"):
        to_row(Kind.RESUMES, make_resume(id))


def test_a_time_is_cut_to_its_second_in_utc() -> None:
    stated = datetime(2026, 1, 1, 1, 0, 0, 999_999, timezone(timedelta(hours=2)))
    row = to_row(Kind.RESUMES, make_resume("a", published_at=stated))
    assert to_entity(Kind.RESUMES, row).published_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
