"""Hard requirements: met, not met or unknown; demanded, scored or ignored; always listed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from milvus import WorkFormat
from service.ranking.demands import RequirementKind
from service.ranking.pairs import Pair
from service.ranking.requirements import (
    KIND_PARTS,
    Check,
    Mode,
    Outcome,
    check_requirements,
    leave_out_ignored,
    quote_skills,
)
from service.ranking.scoring import DEFAULT_WEIGHTS
from service.ranking.values import PartName
from tests.unit.service.ranking.examples import make_pair, make_resume, make_vacancy, pairs, unhurried

_DEMAND_ALL = dict.fromkeys(RequirementKind, Mode.DEMAND)


def _check(kind: RequirementKind, resume: dict[str, Any], vacancy: dict[str, Any]) -> Check:
    verdict = check_requirements(make_pair(make_resume(**resume), make_vacancy(**vacancy)))
    return next(check for check in verdict.checks if check.requirement.kind is kind)


@pytest.mark.parametrize(("months", "outcome"), [(36, Outcome.MET), (35, Outcome.NOT_MET), (None, Outcome.UNKNOWN)])
def test_experience_is_met_in_full_or_not(months: int | None, outcome: Outcome) -> None:
    check = _check(RequirementKind.EXPERIENCE, {"experience_months": months}, {"experience_min_months": 36})
    assert check.outcome is outcome


@pytest.mark.parametrize(
    ("skills", "outcome"), [(("kafka",), Outcome.MET), (("SQL",), Outcome.NOT_MET), ((), Outcome.UNKNOWN)]
)
def test_a_skill_is_unknown_only_where_no_skills_are_known(skills: tuple[str, ...], outcome: Outcome) -> None:
    assert _check(RequirementKind.SKILLS, {"skills": skills}, {"skills": ("Kafka",)}).outcome is outcome


@pytest.mark.parametrize(
    ("text", "outcome", "code"),
    [
        ("English C1, German A2.", Outcome.MET, "language_met"),
        ("English B1.", Outcome.NOT_MET, "language_short"),
        ("German C1.", Outcome.NOT_MET, "language_missing"),
        ("Languages: English.", Outcome.UNKNOWN, "language_level_unstated"),
        ("Готовлю супы.", Outcome.UNKNOWN, "language_unstated"),
    ],
)
def test_a_language_needs_its_level(text: str, outcome: Outcome, code: str) -> None:
    vacancy = {"text": "Обязателен английский B2."}
    check = _check(RequirementKind.LANGUAGES, {"text": text, "language": "ru"}, vacancy)
    assert (check.outcome, check.note.code) == (outcome, code)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("Права категории CE.", Outcome.MET), ("Права категории B.", Outcome.NOT_MET), ("Вожу.", Outcome.UNKNOWN)],
)
def test_a_license_needs_its_category(text: str, outcome: Outcome) -> None:
    check = _check(RequirementKind.LICENSE, {"text": text}, {"text": "Обязательны права категории C."})
    assert check.outcome is outcome
    if check.evidence:
        assert text[check.evidence.start : check.evidence.end] == check.evidence.text


@pytest.mark.parametrize(
    ("resume", "outcome"),
    [
        ({"city": "Leeds", "country": "GB"}, Outcome.MET),
        ({"city": "York", "country": "GB", "latitude": 53.96, "longitude": -1.08}, Outcome.MET),
        ({"city": "Dover", "country": "GB"}, Outcome.NOT_MET),
        ({"city": "Dover", "country": "GB", "text": "Willing to relocate."}, Outcome.UNKNOWN),
        ({"city": "Paris", "country": "FR"}, Outcome.NOT_MET),
        ({"country": "GB"}, Outcome.UNKNOWN),
        ({}, Outcome.UNKNOWN),
    ],
)
def test_a_place_is_met_from_where_one_can_commute(resume: dict[str, Any], outcome: Outcome) -> None:
    vacancy = {
        "city": "Leeds",
        "country": "GB",
        "latitude": 53.80,
        "longitude": -1.55,
        "work_format": WorkFormat.ON_SITE,
    }
    assert _check(RequirementKind.PLACE, resume, vacancy).outcome is outcome


def _pair() -> Pair:
    vacancy = make_vacancy(text="You must have Kafka and SQL. English B2 is required.", skills=("Kafka", "SQL"))
    return make_pair(make_resume(text="I know SQL well.\nAlso Git.", skills=("SQL", "Git"), language="ru"), vacancy)


def test_a_demanded_requirement_that_is_not_met_drops_the_pair() -> None:
    verdict = check_requirements(_pair(), {RequirementKind.SKILLS: Mode.DEMAND})
    assert not verdict.passes
    assert [check.requirement.value for check in verdict.failed] == ["Kafka"]


def test_a_demanded_requirement_that_is_unknown_is_flagged_and_drops_nothing() -> None:
    verdict = check_requirements(_pair(), {RequirementKind.LANGUAGES: Mode.DEMAND})
    assert verdict.passes
    assert [check.requirement.value for check in verdict.unconfirmed] == ["en"]


@pytest.mark.parametrize("mode", Mode)
def test_requirements_are_listed_in_every_mode(mode: Mode) -> None:
    verdict = check_requirements(_pair(), dict.fromkeys(RequirementKind, mode))
    listed = [(check.requirement.value, check.outcome, check.mode) for check in verdict.checks]
    assert listed == [
        ("Kafka", Outcome.NOT_MET, mode),
        ("SQL", Outcome.MET, mode),
        ("en", Outcome.UNKNOWN, mode),
    ]
    assert verdict.passes is (mode is not Mode.DEMAND)


def test_quote_skills_gives_the_sentence_that_names_a_skill() -> None:
    pair = _pair()
    check = check_requirements(pair, quotes=quote_skills(pair)).checks[1]
    assert check.evidence is not None
    assert check.evidence.text == "I know SQL well."


def test_leave_out_ignored_takes_the_weight_of_the_kind_and_of_nothing_else() -> None:
    weights = leave_out_ignored(
        DEFAULT_WEIGHTS, {RequirementKind.PLACE: Mode.IGNORE, RequirementKind.SKILLS: Mode.DEMAND}
    )
    assert weights == {**DEFAULT_WEIGHTS, PartName.PLACE: 0.0}
    assert set(KIND_PARTS) == set(RequirementKind)


@unhurried
@given(pairs)
def test_demands_hold_exactly_where_nothing_is_known_to_be_unmet(pair: Pair) -> None:
    verdict = check_requirements(pair, _DEMAND_ALL, quotes=quote_skills(pair))
    assert len(verdict.checks) == len(pair.demand.requirements)
    assert verdict.passes is all(check.outcome is not Outcome.NOT_MET for check in verdict.checks)
    for check in verdict.checks:
        if check.evidence:
            assert pair.resume.text[check.evidence.start : check.evidence.end] == check.evidence.text


@unhurried
@given(pairs)
def test_more_experience_never_fails_a_requirement(pair: Pair) -> None:
    if pair.resume.experience_months is None:
        return
    older = replace(pair, resume=replace(pair.resume, experience_months=pair.resume.experience_months + 12))
    before, after = (check_requirements(one, _DEMAND_ALL) for one in (pair, older))
    assert len(after.failed) <= len(before.failed)
