"""hh.ru: the shapes that its API had over the years, archived vacancies, what a person hid."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.documents import ResumeDocument, VacancyDocument
from milvus import EmploymentType, WorkFormat
from tests.contract.sources.examples import read_bytes
from tests.contract.sources.json_examples import read_document
from tests.contract.sources.resume_examples import HH_RESUME
from tests.contract.sources.vacancy_examples import HH_VACANCY

PUBLISHED = datetime(2025, 8, 11, 6, 55, 46, tzinfo=UTC)


def read_vacancy(folder: Path, **changes: Any) -> VacancyDocument:
    """The example vacancy with some properties changed."""
    document = read_document(folder, {**HH_VACANCY.content, **changes})
    assert isinstance(document, VacancyDocument)
    return document


def read_resume(folder: Path, **changes: Any) -> ResumeDocument:
    """The example resume with some properties changed."""
    document = read_document(folder, {**HH_RESUME.content, **changes})
    assert isinstance(document, ResumeDocument)
    return document


@pytest.mark.parametrize("archived", [True, "true"])
@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ({}, PUBLISHED),
        ({"archived_at": "2025-09-01T00:00:00+0000"}, datetime(2025, 9, 1, tzinfo=UTC)),
        ({"expires_at": "2099-01-01T00:00:00+0300"}, PUBLISHED),
        ({"published_at": None}, PUBLISHED - timedelta(days=1)),
    ],
)
def test_archived_vacancy_is_over(archived: object, moments: Any, expected: datetime, tmp_path: Path) -> None:
    assert read_vacancy(tmp_path, archived=archived, **moments).expires_at == expected


def test_archived_vacancy_without_any_date_is_over_now(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    vacancy = read_vacancy(tmp_path, archived=True, published_at=None, created_at=None)
    assert vacancy.expires_at is not None
    assert before <= vacancy.expires_at <= datetime.now(UTC)


@pytest.mark.parametrize("archived", [False, "false", None, 0])
def test_open_vacancy_ends_when_its_publication_does(archived: object, tmp_path: Path) -> None:
    assert read_vacancy(tmp_path, archived=archived).expires_at is None
    end = read_vacancy(tmp_path, archived=archived, expires_at="2025-09-10T12:00:00+0300").expires_at
    assert end == datetime(2025, 9, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"salary_range": None, "salary": {"from": 1000, "to": None, "currency": "USD"}},
            {"min": 1000, "currency": "USD", "period": "month"},
        ),
        (
            {"salary_range": {"from": 400, "to": 500, "currency": "RUR", "gross": False, "mode": {"id": "HOUR"}}},
            {"min": 400, "max": 500, "currency": "RUR", "period": "hour", "gross": False},
        ),
        (
            {"salary_range": {"to": 5000, "currency": "RUR", "gross": None, "mode": {"id": "SHIFT"}}},
            {"max": 5000, "currency": "RUR", "period": "day"},
        ),
        ({"salary_range": {"from": 150000, "currency": "RUR", "mode": {"id": "FLY_IN_FLY_OUT"}}}, None),
        ({"salary_range": {"from": None, "to": None, "currency": "RUR", "mode": None}}, None),
        ({"salary_range": None, "salary": None}, None),
    ],
)
def test_salary_of_every_age_is_read(changes: Any, expected: object, tmp_path: Path) -> None:
    salary = read_vacancy(tmp_path, **changes).salary
    assert (salary and salary.model_dump(exclude_none=True)) == expected


OLD: dict[str, Any] = {"employment_form": None, "work_format": None, "accept_temporary": None}


@pytest.mark.parametrize(
    ("changes", "types", "work_format"),
    [
        (OLD, [EmploymentType.FULL_TIME], None),
        (OLD | {"schedule": {"id": "remote"}}, [EmploymentType.FULL_TIME], WorkFormat.REMOTE),
        (OLD | {"schedule": {"id": "shift"}}, [EmploymentType.FULL_TIME, EmploymentType.SHIFT], None),
        (OLD | {"employment": {"id": "part"}}, [EmploymentType.PART_TIME], None),
        (OLD | {"employment": {"id": "probation"}}, [EmploymentType.INTERNSHIP], None),
        (OLD | {"employment": None, "internship": True}, [EmploymentType.INTERNSHIP], None),
        (OLD | {"employment": None, "employment_form": {"id": "FLY_IN_FLY_OUT"}}, [EmploymentType.SHIFT], None),
        (OLD | {"employment": {"id": "x", "name": "Подработка"}}, [EmploymentType.PART_TIME], None),
        (OLD | {"work_format": [{"id": "REMOTE"}, {"id": "ON_SITE"}]}, [EmploymentType.FULL_TIME], None),
        (OLD | {"work_format": [{"id": "HYBRID"}]}, [EmploymentType.FULL_TIME], WorkFormat.HYBRID),
    ],
)
def test_employment_of_every_age_is_read(changes: Any, types: object, work_format: object, tmp_path: Path) -> None:
    vacancy = read_vacancy(tmp_path, **changes)
    assert (vacancy.employment_types, vacancy.work_format) == (types, work_format)


@pytest.mark.parametrize(
    ("code", "bounds"),
    [
        ("noExperience", (0, None)),
        ("between3And6", (36, 72)),
        ("moreThan6", (72, None)),
        ("unheard", (None, None)),
    ],
)
def test_experience_code_gives_months(code: str, bounds: object, tmp_path: Path) -> None:
    vacancy = read_vacancy(tmp_path, experience={"id": code, "name": "Опыт"})
    assert (vacancy.experience_min_months, vacancy.experience_max_months) == bounds


def test_search_result_gives_its_snippets_without_highlights(tmp_path: Path) -> None:
    snippet = {"requirement": "Знание <highlighttext>лифтов</highlighttext>.", "responsibility": None}
    vacancy = read_vacancy(tmp_path, description=None, snippet=snippet)
    assert vacancy.text == "Знание лифтов."


def test_specialization_of_old_vacancies_is_the_category(tmp_path: Path) -> None:
    old = [{"id": "4.255", "name": "Ресепшен", "profarea_id": "4", "profarea_name": "Административный персонал"}]
    assert read_vacancy(tmp_path, professional_roles=None, specializations=old).category == "Ресепшен"


def test_area_is_the_place_where_there_is_no_address(tmp_path: Path) -> None:
    place = read_vacancy(tmp_path, address=None, area={"id": "1624", "name": "Республика Татарстан"}).place
    assert place is not None
    assert place.model_dump(exclude_none=True) == {"text": "Республика Татарстан"}


@pytest.mark.parametrize(
    ("field", "part", "left"),
    [
        ("phones", "phone", None),
        ("email", "email", None),
        ("other_contacts", "links", []),
        ("names_and_photo", "name", "Соколова Вера Андреевна"),
    ],
)
def test_hidden_contacts_are_left_out_and_a_hidden_name_is_kept_to_be_cut(
    field: str, part: str, left: object, tmp_path: Path
) -> None:
    person = read_resume(tmp_path, hidden_fields=[{"id": field, "name": "Скрыто"}]).person
    assert getattr(person, part) == left


def test_hidden_employers_stand_neither_in_periods_nor_in_the_text(tmp_path: Path) -> None:
    resume = read_resume(tmp_path, hidden_fields=[{"id": "experience"}])
    assert [period.company for period in resume.work_periods] == [None]
    assert resume.text is not None
    assert "Лапа" not in resume.text


def test_resume_of_a_search_without_access_is_read(tmp_path: Path) -> None:
    resume = read_resume(
        tmp_path, first_name=None, last_name=None, middle_name=None, contact=None, can_view_full_info=False, skills=None
    )
    assert resume.person is not None
    assert resume.person.name is None


@pytest.mark.parametrize(
    ("changes", "work_format"),
    [
        ({"schedules": [{"id": "remote"}]}, WorkFormat.REMOTE),
        ({"schedules": [{"id": "fullDay"}, {"id": "remote"}]}, None),
        ({"schedules": None, "schedule": {"id": "remote"}}, WorkFormat.REMOTE),
        ({"work_format": [{"id": "HYBRID"}]}, WorkFormat.HYBRID),
    ],
)
def test_work_format_of_a_resume_is_the_only_one_that_suits(changes: Any, work_format: object, tmp_path: Path) -> None:
    assert read_resume(tmp_path, **changes).work_format == work_format


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ({"id": "c1", "name": "C1 — Продвинутый"}, "C1"),
        ({"id": "can_read", "name": "читаю профессиональную литературу"}, "читаю профессиональную литературу"),
        ({"id": "native"}, "native"),
        (None, None),
    ],
)
def test_level_of_a_language_is_read(level: object, expected: object, tmp_path: Path) -> None:
    resume = read_resume(tmp_path, language=[{"id": "deu", "name": "Немецкий", "level": level}])
    assert [(one.language, one.level) for one in resume.languages] == [("de", expected)]


@pytest.mark.parametrize(("months", "expected"), [(0, 0), (None, None), (-3, None), (5_000, None), ("88", 88)])
def test_total_experience_is_months(months: object, expected: object, tmp_path: Path) -> None:
    assert read_resume(tmp_path, total_experience={"months": months}).experience_months == expected


def test_upside_down_salary_rejects_the_vacancy_by_field(tmp_path: Path) -> None:
    content = {**HH_VACANCY.content, "salary_range": {"from": 2, "to": 1, "currency": "RUR"}}
    [], [rejection] = read_bytes(tmp_path, "one.json", json.dumps(content).encode())
    assert rejection.reason == "salary: salary: min 2 is above max 1"
