"""Each part of the score, as a recruiter would judge it."""

from datetime import timedelta

import pytest

from milvus import EmploymentType
from service.ranking.demands import SkillDemand, read_demand
from service.ranking.parts import (
    match_skills,
    score_desired_skills,
    score_employment,
    score_experience,
    score_language,
    score_license,
    score_recency,
    score_required_skills,
    score_similarity,
    score_title,
)
from service.ranking.values import PartScore
from tests.unit.service.ranking.examples import NOW, make_resume, make_vacancy


def _code(part: PartScore) -> str:
    return part.notes[0].code


@pytest.mark.parametrize(
    ("have", "least", "most", "value", "code"),
    [
        (36, 36, None, 1.0, "experience_met"),
        (60, 36, 72, 1.0, "experience_met"),
        (30, 36, None, 0.76, "experience_short"),
        (12, 60, None, 0.09, "experience_short"),
        (0, 36, None, 0.0, "experience_short"),
        (0, 0, None, 1.0, "experience_met"),
        (96, 36, 72, 0.9, "experience_over"),
        (480, 0, 12, 0.7, "experience_over"),
        (None, 36, None, None, "experience_unknown"),
        (36, None, None, None, "experience_not_asked"),
    ],
)
def test_score_experience_counts_years_short_and_hardly_years_over(
    have: int | None, least: int | None, most: int | None, value: float | None, code: str
) -> None:
    part = score_experience(make_resume(experience_months=have), least, most)
    assert part.value == pytest.approx(value, abs=0.005)
    assert _code(part) == code


def test_score_required_skills_is_the_share_that_is_held() -> None:
    part = score_required_skills(make_resume(skills=("python", "Excel")), SkillDemand(("Python", "SQL"), ("Kafka",)))
    assert part.value == 0.5
    assert dict(part.notes[0].values) == {"matched": ("Python",), "missing": ("SQL",)}


def test_score_skills_without_skills_is_no_data_and_not_zero() -> None:
    demand = SkillDemand(("SQL",), ())
    assert score_required_skills(make_resume(), demand) == PartScore(
        None, score_required_skills(make_resume(), demand).notes
    )
    assert score_desired_skills(make_resume(skills=("SQL",)), demand).value is None
    assert score_required_skills(make_resume(skills=("Git",)), demand).value == 0


@pytest.mark.parametrize(
    ("held", "asked", "matches"),
    [
        ("PHP", "PHP 8", True),
        ("Java 17", "java", True),
        ("Python 2", "Python 3", False),
        ("ISO 9001", "ISO 14001", False),
        ("C", "C++", False),
        ("1C", "1C", True),
    ],
)
def test_match_skills_lets_a_bare_name_answer_a_version(held: str, asked: str, matches: bool) -> None:
    assert (match_skills([held], [asked])[0] == (asked,)) is matches


def test_score_language_wants_the_language_worked_in_and_those_asked_for() -> None:
    vacancy, resume = make_vacancy(language="es"), make_resume(language="es")
    assert score_language(resume, vacancy, spoken={"es": None}).value == 1
    assert score_language(resume, vacancy, spoken={"es": None, "en": "b1"}, asked=[("en", "b2")]).value == 0.85
    assert score_language(resume, vacancy, spoken={"es": None, "en": "c1"}, asked=[("en", "b2")]).value == 1
    assert score_language(resume, vacancy, spoken={"es": "native", "de": "c1"}, asked=[("en", "b2")]).value == 0.5


def test_score_language_doubts_a_resume_in_another_language() -> None:
    vacancy, resume = make_vacancy(language="ru"), make_resume(language="en")
    assert score_language(resume, vacancy, spoken={"en": None}).value == 0.3
    assert score_language(resume, vacancy, spoken={"en": None, "fr": "c1"}).value == 0
    assert score_language(resume, vacancy, spoken={"en": None, "ru": "native"}).value == 1
    assert score_language(make_resume(), vacancy, spoken={}).value is None


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("Права категории B, C, CE.", 1.0, "license_met"),
        ("Driving license, category B", 0.0, "license_short"),
        ("Full driving licence.", None, "license_category_unknown"),
        ("No words on it.", None, "license_unknown"),
    ],
)
def test_score_license_reads_the_resume(text: str, value: float | None, code: str) -> None:
    demand = read_demand(make_vacancy(text="Обязательны права категории C."))
    part = score_license(make_resume(text=text), demand)
    assert (part.value, _code(part)) == (value, code)


def test_score_license_is_no_part_where_none_is_asked_for() -> None:
    part = score_license(make_resume(text="Driving license, category B"), read_demand(make_vacancy()))
    assert (part.value, _code(part)) == (None, "license_not_asked")


@pytest.mark.parametrize(
    ("wanted", "offered", "value"),
    [
        ([EmploymentType.FULL_TIME, EmploymentType.CONTRACT], [EmploymentType.CONTRACT], 1.0),
        ([EmploymentType.CONTRACT], [EmploymentType.TEMPORARY], 0.5),
        ([EmploymentType.FULL_TIME], [EmploymentType.VOLUNTEER], 0.0),
        ([], [EmploymentType.FULL_TIME], None),
    ],
)
def test_score_employment_wants_an_overlap(
    wanted: list[EmploymentType], offered: list[EmploymentType], value: float | None
) -> None:
    resume = make_resume(employment_types=tuple(wanted))
    assert score_employment(resume, make_vacancy(employment_types=tuple(offered))).value == value


@pytest.mark.parametrize(("days", "value"), [(0, 1.0), (30, 0.5), (60, 0.25), (-3, 1.0)])
def test_score_recency_halves_with_every_half_life(days: int, value: float) -> None:
    vacancy = make_vacancy(published_at=NOW - timedelta(days=days))
    assert score_recency(vacancy, now=NOW, half_life_days=30).value == pytest.approx(value)


def test_score_recency_is_zero_once_expired_and_unknown_without_a_date() -> None:
    expired = make_vacancy(published_at=NOW, expires_at=NOW)
    assert score_recency(expired, now=NOW, half_life_days=30).value == 0
    assert score_recency(make_vacancy(), now=NOW, half_life_days=30).value is None


def test_score_title_takes_the_similarity_that_is_given() -> None:
    resume, vacancy = make_resume(title="Cook"), make_vacancy(title="Chef")
    assert score_title(resume, vacancy, similarity=0.8).value == 0.8
    assert score_title(resume, vacancy).value == 0
    assert score_title(make_resume(), vacancy).value is None


def test_score_title_does_not_hold_two_languages_against_a_pair() -> None:
    resume = make_resume(title="Enfermera", language="es")
    assert score_title(resume, make_vacancy(title="Nurse", language="en")).value is None
    assert score_title(resume, make_vacancy(title="Enfermera UCI", language="en")).value == pytest.approx(2 / 3)


def test_score_similarity_cuts_off_what_rounding_left_outside() -> None:
    assert score_similarity(1.0000001, code="meaning").value == 1
    assert score_similarity(-0.2, code="meaning").value == 0
    assert score_similarity(None, code="meaning").value is None


def test_part_score_refuses_what_is_no_share() -> None:
    for value in (1.5, -0.1, float("nan")):
        with pytest.raises(ValueError, match="within 0 and 1"):
            PartScore(value)
