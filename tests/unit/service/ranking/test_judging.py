"""Whole pairs in order: written by hand in three languages, and what options do to a ranking."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus import EmploymentType, Kind, Resume, Vacancy, WorkFormat
from service.ranking.demands import RequirementKind
from service.ranking.judging import RankingOptions, judge_pair, rank_pairs
from service.ranking.pairs import Pair
from service.ranking.requirements import Mode
from service.ranking.values import PartName
from tests.unit.service.ranking.examples import NOW, make_pair, make_resume, make_vacancy, pairs, unhurried

_LEEDS: dict[str, Any] = {"country": "GB", "region": "England", "city": "Leeds", "latitude": 53.80, "longitude": -1.55}
_KAZAN: dict[str, Any] = {
    "country": "RU",
    "region": "Tatarstan",
    "city": "Kazan",
    "latitude": 55.79,
    "longitude": 49.11,
}
_SEVILLE: dict[str, Any] = {
    "country": "ES",
    "region": "Andalusia",
    "city": "Seville",
    "latitude": 37.39,
    "longitude": -5.99,
}

_ENGLISH = make_vacancy(
    "en",
    title="Warehouse Shift Manager",
    text=(
        "A cold store for berries.\n\nYou must have three years of experience in leading a shift, SAP and forklift "
        "skills. Knowledge of HACCP is a plus.\n\nWe offer £32,000 to £38,000."
    ),
    skills=("SAP", "Forklift Operation", "Team Leadership", "HACCP"),
    experience_min_months=36,
    salary_min=37_000.0,
    salary_max=44_000.0,
    employment_types=(EmploymentType.FULL_TIME,),
    work_format=WorkFormat.ON_SITE,
    language="en",
    published_at=NOW - timedelta(days=10),
    **_LEEDS,
)
_ENGLISH_RESUMES = [
    make_resume(
        "leads a shift in the same city",
        title="Shift Manager",
        text="I lead a shift of forty in a cold store: SAP, forklift, HACCP audits.",
        skills=("SAP", "Forklift Operation", "Team Leadership", "HACCP"),
        experience_months=70,
        salary_min=40_000.0,
        language="en",
        **_LEEDS,
    ),
    make_resume(
        "has never led, wants a little more",
        title="Warehouse Operative",
        text="Forklift and SAP since 2023.",
        skills=("SAP", "Forklift Operation"),
        experience_months=30,
        salary_min=46_000.0,
        language="en",
        **_LEEDS,
    ),
    make_resume(
        "another trade",
        title="Pastry Cook",
        text="Croissants, HACCP, early mornings.",
        skills=("Baking", "HACCP"),
        experience_months=90,
        language="en",
        **_LEEDS,
    ),
    make_resume(
        "another trade in another country",
        title="Contable",
        text="Contabilidad de pymes.",
        skills=("Accounting",),
        experience_months=12,
        language="es",
        **_SEVILLE,
    ),
]
_RUSSIAN = make_vacancy(
    "ru",
    title="Бухгалтер по зарплате",
    text="Требования: опыт от двух лет, 1С:ЗУП, расчёт отпускных. Плюсом будет знание кадрового учёта.",
    skills=("1C Payroll and HR", "Payroll", "HR Administration"),
    experience_min_months=24,
    salary_max=12_000.0,
    work_format=WorkFormat.HYBRID,
    language="ru",
    **_KAZAN,
)
_RUSSIAN_RESUMES = [
    make_resume(
        "payroll in the same city",
        title="Бухгалтер по расчёту зарплаты",
        text="Рассчитываю зарплату на 400 человек в 1С:ЗУП.",
        skills=("1C Payroll and HR", "Payroll"),
        experience_months=48,
        salary_min=11_000.0,
        language="ru",
        **_KAZAN,
    ),
    make_resume(
        "payroll, too young",
        title="Помощник бухгалтера",
        text="Помогаю с зарплатой в 1С:ЗУП.",
        skills=("1C Payroll and HR",),
        experience_months=8,
        language="ru",
        **_KAZAN,
    ),
    make_resume(
        "a driver",
        title="Водитель категории C",
        text="Вожу хлеб по области.",
        skills=("Driving",),
        experience_months=100,
        language="ru",
        **_KAZAN,
    ),
]
_SPANISH = make_vacancy(
    "es",
    title="Enfermero/a de urgencias",
    text="Imprescindible: título de enfermería, triaje y dos años de experiencia. Se valora inglés B1.",
    skills=("Nursing", "Triage", "Emergency Care"),
    experience_min_months=24,
    employment_types=(EmploymentType.FULL_TIME, EmploymentType.SHIFT),
    work_format=WorkFormat.ON_SITE,
    language="es",
    **_SEVILLE,
)
_SPANISH_RESUMES = [
    make_resume(
        "an emergency nurse",
        title="Enfermera de urgencias",
        text="Triaje en urgencias desde 2021. Inglés B2.",
        skills=("Nursing", "Triage", "Emergency Care"),
        experience_months=60,
        employment_types=(EmploymentType.FULL_TIME,),
        language="es",
        **_SEVILLE,
    ),
    make_resume(
        "a nurse of another ward",
        title="Enfermera de geriatría",
        text="Residencia de mayores, curas y medicación.",
        skills=("Nursing", "Elderly Care"),
        experience_months=40,
        language="es",
        **_SEVILLE,
    ),
    make_resume(
        "a waiter",
        title="Camarero",
        text="Sala y barra.",
        skills=("Table Service",),
        experience_months=60,
        language="es",
        **_SEVILLE,
    ),
]


@pytest.mark.parametrize(
    ("vacancy", "resumes"),
    [(_ENGLISH, _ENGLISH_RESUMES), (_RUSSIAN, _RUSSIAN_RESUMES), (_SPANISH, _SPANISH_RESUMES)],
    ids=["en", "ru", "es"],
)
def test_rank_pairs_orders_resumes_as_a_recruiter_would(vacancy: Vacancy, resumes: list[Resume]) -> None:
    ranking = rank_pairs([make_pair(resume, vacancy) for resume in reversed(resumes)], Kind.RESUMES)
    assert [match.pair.resume.id for match in ranking.matches] == [resume.id for resume in resumes]
    assert ranking.matches[0].probability > 0.5 > ranking.matches[-1].probability


def test_rank_pairs_orders_vacancies_for_a_resume() -> None:
    resume = replace(_ENGLISH_RESUMES[0], work_format=WorkFormat.ON_SITE)
    vacancies = [
        _ENGLISH,
        replace(_ENGLISH, id="pays too little", salary_min=20_000.0, salary_max=26_000.0),
        replace(_ENGLISH, id="in another country", **_SEVILLE),
        _RUSSIAN,
    ]
    ranking = rank_pairs([make_pair(resume, vacancy) for vacancy in reversed(vacancies)], Kind.VACANCIES)
    assert [match.pair.vacancy.id for match in ranking.matches] == [vacancy.id for vacancy in vacancies]


def _english_pairs() -> list[Pair]:
    return [make_pair(resume, _ENGLISH) for resume in _ENGLISH_RESUMES]


def test_rank_pairs_can_answer_that_nothing_is_suitable() -> None:
    ranking = rank_pairs(_english_pairs()[2:], Kind.RESUMES, RankingOptions(min_score=0.5))
    assert ranking.matches == ()
    assert [one.pair.resume.id for one in ranking.improbable] == ["another trade", "another trade in another country"]


def test_rank_pairs_lists_whom_a_demand_dropped_and_why() -> None:
    options = RankingOptions(modes={RequirementKind.EXPERIENCE: Mode.DEMAND})
    ranking = rank_pairs(_english_pairs(), Kind.RESUMES, options)
    dropped = {one.pair.resume.id: [check.note.code for check in one.verdict.failed] for one in ranking.failed}
    assert dropped == {
        "has never led, wants a little more": ["experience_short"],
        "another trade in another country": ["experience_short"],
    }
    assert len(ranking.matches) == 2


def test_ignoring_a_kind_takes_it_out_of_the_score_but_not_out_of_the_list() -> None:
    pair = _english_pairs()[1]
    ignoring = judge_pair(pair, RankingOptions(modes={RequirementKind.EXPERIENCE: Mode.IGNORE}))
    assert PartName.EXPERIENCE in judge_pair(pair).score.resume_meets_vacancy.weights
    assert PartName.EXPERIENCE not in ignoring.score.resume_meets_vacancy.weights
    assert RequirementKind.EXPERIENCE in {check.requirement.kind for check in ignoring.verdict.checks}


def test_weights_of_the_request_change_the_order() -> None:
    near = make_resume("near", skills=("Baking",), **_LEEDS)
    able = make_resume("able", skills=("SAP", "Forklift Operation", "Team Leadership"), **_SEVILLE)
    pairs = [make_pair(resume, _ENGLISH) for resume in (near, able)]
    by_skill = rank_pairs(pairs, Kind.RESUMES, RankingOptions(weights={PartName.PLACE: 0.0}))
    by_place = rank_pairs(pairs, Kind.RESUMES, RankingOptions(weights={PartName.REQUIRED_SKILLS: 0.0}))
    assert [match.pair.resume.id for match in by_skill.matches] == ["able", "near"]
    assert [match.pair.resume.id for match in by_place.matches] == ["near", "able"]
    assert by_place.weights[PartName.REQUIRED_SKILLS] == 0


def test_rank_pairs_limits_vacancies_of_one_company_and_no_resumes() -> None:
    vacancies = [
        replace(_ENGLISH, id=f"{company} {number}", company=company) for number in (1, 2) for company in ("A", "B")
    ]
    pairs = [make_pair(_ENGLISH_RESUMES[0], vacancy) for vacancy in vacancies]
    options = RankingOptions(per_company=1)
    ranking = rank_pairs(pairs, Kind.VACANCIES, options)
    assert [one.pair.vacancy.id for one in ranking.matches] == ["A 1", "B 1"]
    assert [one.pair.vacancy.id for one in ranking.crowded] == ["A 2", "B 2"]
    assert len(rank_pairs(pairs, Kind.RESUMES, options).matches) == 4


@unhurried
@given(st.lists(pairs, max_size=5), st.floats(0, 1), st.sampled_from(Mode))
def test_rank_pairs_loses_nobody(found: list[Pair], min_score: float, mode: Mode) -> None:
    options = RankingOptions(min_score=min_score, modes=dict.fromkeys(RequirementKind, mode), per_company=1)
    ranking = rank_pairs(found, Kind.VACANCIES, options)
    sorted_out = (*ranking.matches, *ranking.failed, *ranking.improbable, *ranking.crowded)
    assert sorted(id(one.pair) for one in sorted_out) == sorted(map(id, found))
    probabilities = [one.probability for one in ranking.matches]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(probability >= min_score for probability in probabilities)


@unhurried
@given(pairs)
def test_judge_pair_gives_the_order_of_the_combined_score(pair: Pair) -> None:
    judgement = judge_pair(pair)
    assert 0 <= judgement.probability <= 1
    assert judgement == judge_pair(pair)


def test_ranking_options_refuse_what_no_search_can_mean() -> None:
    for bad in ({"min_score": 1.5}, {"min_score": float("nan")}, {"per_company": 0}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            RankingOptions(**bad)
