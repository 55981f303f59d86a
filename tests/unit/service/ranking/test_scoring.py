"""Two directional scores and their combination: what must hold for any pair."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from milvus import Kind
from service.ranking.demands import read_demand
from service.ranking.pairs import Pair, score_parts
from service.ranking.scoring import (
    DEFAULT_WEIGHTS,
    DIRECTION_PARTS,
    PRIOR,
    combine,
    complete_weights,
    score_direction,
    score_pair,
)
from service.ranking.values import Direction, PartName, PartScore
from tests.unit.service.ranking.examples import SKILLS, make_pair, make_resume, make_vacancy, pairs, unhurried

_shares = st.floats(0, 1)
_weights = st.dictionaries(st.sampled_from(PartName), st.floats(0.01, 100))
_FORWARD = Direction.RESUME_MEETS_VACANCY


def _give(values: dict[PartName, float | None]) -> dict[PartName, PartScore]:
    """Parts with the given values; the others have no data."""
    return {name: PartScore(values.get(name)) for name in DIRECTION_PARTS[_FORWARD]}


_known = st.dictionaries(st.sampled_from(DIRECTION_PARTS[_FORWARD]), _shares, min_size=1)


@unhurried
@given(pairs, _weights, _shares)
def test_score_pair_stays_within_bounds_and_weights_sum_to_one(
    pair: Pair, weights: dict[PartName, float], balance: float
) -> None:
    score = score_pair(score_parts(pair), weights, balance=balance)
    assert 0 <= score.combined <= 1
    for side in (score.resume_meets_vacancy, score.vacancy_meets_resume):
        assert 0 <= side.score <= 1
        assert 0 <= side.evidence <= 1
        assert {name for name, part in side.parts.items() if part.value is not None} == set(side.weights)
        assert not side.weights or sum(side.weights.values()) == pytest.approx(1)


@unhurried
@given(pairs)
def test_score_pair_is_the_same_every_time(pair: Pair) -> None:
    assert score_pair(score_parts(pair)) == score_pair(score_parts(pair))


@unhurried
@given(pairs)
def test_swapping_source_and_target_swaps_the_scores_exactly(pair: Pair) -> None:
    score = score_pair(score_parts(pair))
    forward, backward = score.seen_from(Kind.VACANCIES)
    assert score.seen_from(Kind.RESUMES) == (backward, forward)


@unhurried
@given(_shares, _shares, st.floats(0.01, 0.99))
def test_combine_is_symmetric_when_the_sides_and_the_balance_are_swapped(
    first: float, second: float, balance: float
) -> None:
    assert combine(first, second, balance=balance) == pytest.approx(combine(second, first, balance=1 - balance))
    assert min(first, second) - 1e-9 <= combine(first, second, balance=balance) <= max(first, second) + 1e-9


@unhurried
@given(pairs, st.sampled_from(SKILLS))
def test_adding_a_skill_never_lowers_the_score(pair: Pair, skill: str) -> None:
    assume(pair.resume.skills)  # without any skill known there is no data, and the first one ends that
    richer = replace(pair, resume=replace(pair.resume, skills=(*pair.resume.skills, skill)))
    assert score_pair(score_parts(richer)).combined >= score_pair(score_parts(pair)).combined - 1e-12


@unhurried
@given(_known, st.sampled_from(DIRECTION_PARTS[_FORWARD]), _shares)
def test_a_better_part_never_lowers_the_score(values: dict[PartName, float], name: PartName, better: float) -> None:
    before = score_direction(_FORWARD, _give(values), DEFAULT_WEIGHTS).score
    if name in values:
        raised = _give(values | {name: max(values[name], better)})
        assert score_direction(_FORWARD, raised, DEFAULT_WEIGHTS).score >= before - 1e-12


@unhurried
@given(_known, st.sampled_from(DIRECTION_PARTS[_FORWARD]))
def test_a_part_without_data_only_draws_the_score_toward_the_prior(
    values: dict[PartName, float], name: PartName
) -> None:
    assume(set(values) != {name})
    rest = {other: value for other, value in values.items() if other != name}
    missing = score_direction(_FORWARD, _give(rest), DEFAULT_WEIGHTS)
    left_out = score_direction(_FORWARD, _give(rest), {**DEFAULT_WEIGHTS, name: 0.0})
    assert missing.mean == pytest.approx(left_out.mean)
    assert abs(missing.score - PRIOR) <= abs(left_out.score - PRIOR) + 1e-12


def test_score_direction_with_all_parts_known_is_their_weighted_mean() -> None:
    side = score_direction(_FORWARD, _give(dict.fromkeys(DIRECTION_PARTS[_FORWARD], 0.8)), DEFAULT_WEIGHTS)
    assert side.score == pytest.approx(0.8)
    assert side.evidence == 1


def test_score_direction_without_data_is_the_prior() -> None:
    side = score_direction(_FORWARD, _give({}), DEFAULT_WEIGHTS)
    assert (side.score, side.mean, side.evidence, dict(side.weights)) == (PRIOR, None, 0.0, {})


def test_a_fine_title_and_nothing_else_does_not_beat_a_resume_that_is_known_well() -> None:
    title_alone = score_direction(_FORWARD, _give({PartName.TITLE: 1.0}), DEFAULT_WEIGHTS)
    well_known = score_direction(_FORWARD, _give(dict.fromkeys(DIRECTION_PARTS[_FORWARD], 0.75)), DEFAULT_WEIGHTS)
    assert title_alone.mean == 1
    assert title_alone.score < well_known.score


@unhurried
@given(_known, st.floats(0.01, 100))
def test_only_the_proportion_of_weights_matters(values: dict[PartName, float], factor: float) -> None:
    scaled = {name: weight * factor for name, weight in DEFAULT_WEIGHTS.items()}
    first, second = (score_direction(_FORWARD, _give(values), weights).score for weights in (DEFAULT_WEIGHTS, scaled))
    assert first == pytest.approx(second)


def test_complete_weights_refuses_what_cannot_be_applied() -> None:
    for bad in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="meaning must be between"):
            complete_weights({PartName.MEANING: bad})
    with pytest.raises(ValueError, match="all parts of resume_meets_vacancy weigh 0"):
        complete_weights(dict.fromkeys(DIRECTION_PARTS[_FORWARD], 0.0))
    with pytest.raises(ValueError, match="balance"):
        combine(0.5, 0.5, balance=1.1)


def test_combine_lets_no_side_make_up_for_the_other() -> None:
    assert combine(1.0, 0.0) == 0
    assert combine(0.9, 0.1, balance=0.5) == pytest.approx(0.18)
    assert combine(0.9, 0.1, balance=1) == 0.9


@pytest.mark.parametrize(
    ("title", "skills", "value", "code"),
    [
        ("Welder", (), 0.0, "experience_of_another_trade"),
        ("Welder", ("Excel",), 0.0, "experience_of_another_trade"),
        ("Welder", ("Python",), 1.0, "experience_met"),
        ("Data analyst", (), 1.0, "experience_met"),
        (None, (), 1.0, "experience_met"),
    ],
)
def test_years_of_another_trade_are_no_experience(
    title: str | None, skills: tuple[str, ...], value: float, code: str
) -> None:
    vacancy = make_vacancy(title="Data engineer", skills=("Python",), experience_min_months=24)
    pair = make_pair(make_resume(title=title, skills=skills, experience_months=60), vacancy)
    part = score_parts(pair)[Direction.RESUME_MEETS_VACANCY][PartName.EXPERIENCE]
    assert (part.value, part.notes[0].code) == (value, code)


def test_years_come_from_the_text_where_no_field_states_them() -> None:
    vacancy = make_vacancy(text="You need at least four years of experience.")
    pair = make_pair(make_resume(experience_months=48), vacancy)
    assert score_parts(pair)[_FORWARD][PartName.EXPERIENCE].value == 1
    short = replace(pair, vacancy=replace(vacancy, experience_min_months=96), demand=read_demand(vacancy))
    value = score_parts(short)[_FORWARD][PartName.EXPERIENCE].value
    assert value is not None
    assert value < 0.5
