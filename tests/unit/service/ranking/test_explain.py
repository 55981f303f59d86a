"""Explanations: skills, words, evidence, and what would change the score."""

import re

import pytest
from hypothesis import given

from milvus import WorkFormat
from milvus.embedding import HashingEmbedder
from service.ranking.changes import find_changes
from service.ranking.demands import RequirementKind
from service.ranking.explain import Explanation, explain_pair
from service.ranking.judging import RankingOptions, judge_pair
from service.ranking.messages import FORMATS, TEMPLATES, describe
from service.ranking.pairs import Pair, score_parts
from service.ranking.requirements import Mode
from service.ranking.scoring import score_pair
from service.ranking.values import Note, PartName, make_note
from tests.unit.service.ranking.examples import make_pair, make_resume, make_vacancy, pairs, unhurried

_embed = HashingEmbedder().embed_documents
_PAIR = make_pair(
    make_resume(
        title="Data analyst",
        text="I clean data with SQL every day.\nI also keep bees.",
        skills=("SQL", "Beekeeping", "Excel"),
        experience_months=30,
        city="York",
        country="GB",
        salary_min=50_000.0,
        salary_gross=True,
        language="en",
    ),
    make_vacancy(
        title="Data engineer",
        text="You must clean data with SQL and Kafka. Docker is a plus. Excel is not needed.",
        skills=("SQL", "Kafka", "Docker", "Excel"),
        experience_min_months=36,
        city="Leeds",
        country="GB",
        salary_max=45_000.0,
        salary_gross=True,
        work_format=WorkFormat.ON_SITE,
        language="en",
    ),
    meaning=0.5,
)


def _explain(pair: Pair, options: RankingOptions | None = None) -> Explanation:
    options = options or RankingOptions()
    return explain_pair(judge_pair(pair, options), options, embed=_embed)


def test_explain_pair_compares_the_skills() -> None:
    skills = _explain(_PAIR).skills
    assert skills.matched_required == ("SQL",)
    assert skills.missing_required == ("Kafka",)
    assert (skills.matched_desired, skills.missing_desired) == ((), ("Docker",))
    assert skills.extra == ("Beekeeping",)


def test_explain_pair_puts_the_comparison_into_words() -> None:
    comparisons = _explain(_PAIR).comparisons
    assert [describe(note) for note in comparisons[PartName.EXPERIENCE]] == [
        "experience of 2 years 6 months is 6 months short of 3 years"
    ]
    assert describe(comparisons[PartName.SALARY][0]) == "the offer is 10% short of the wish of 50,000 a year"
    assert describe(comparisons[PartName.PLACE][0]) == "both are in one country, but not in one region"


def test_explain_pair_gives_evidence_both_ways() -> None:
    explanation = _explain(_PAIR)
    assert explanation.requirements is not None
    assert explanation.claims is not None
    found = [(one.sentence.text, one.best and one.best.text) for one in explanation.requirements]
    assert found[0] == ("You must clean data with SQL and Kafka.", "I clean data with SQL every day.")
    assert [one.best is None for one in explanation.claims] == [False, True]


def test_explain_pair_without_a_model_has_no_evidence_and_says_so_by_none() -> None:
    options = RankingOptions()
    explanation = explain_pair(judge_pair(_PAIR, options), options)
    assert explanation.requirements is None
    assert explanation.claims is None


def test_explain_pair_lists_requirements_with_their_quotes() -> None:
    options = RankingOptions(modes={RequirementKind.SKILLS: Mode.DEMAND})
    checks = {check.requirement.value: check for check in _explain(_PAIR, options).verdict.checks}
    assert checks["SQL"].evidence is not None
    assert checks["SQL"].evidence.text == "I clean data with SQL every day."
    assert checks["Kafka"].requirement.quote is not None
    assert checks["Kafka"].mode is Mode.DEMAND


def test_find_changes_names_what_either_side_could_change() -> None:
    changes = find_changes(_PAIR)
    codes = {change.note.code for change in changes}
    assert codes == {
        "change_add_skill",
        "change_drop_skill",
        "change_more_experience",
        "change_ask_less_experience",
        "change_move",
        "change_offer_remote",
        "change_raise_salary",
        "change_lower_wish",
    }
    assert [change.gain for change in changes] == sorted((change.gain for change in changes), reverse=True)


def test_find_changes_follows_the_weights() -> None:
    codes = {change.note.code for change in find_changes(_PAIR, {PartName.PLACE: 0.0})}
    assert "change_move" not in codes


@unhurried
@given(pairs)
def test_find_changes_tells_the_score_that_each_leads_to(pair: Pair) -> None:
    before = score_pair(score_parts(pair)).combined
    for change in find_changes(pair):
        assert change.gain > 0
        assert before + change.gain == pytest.approx(change.score)
        assert change.score <= 1


@unhurried
@given(pairs)
def test_every_note_can_be_put_into_words(pair: Pair) -> None:
    explanation = _explain(pair)
    sides = (explanation.judgement.score.resume_meets_vacancy, explanation.judgement.score.vacancy_meets_resume)
    notes = [
        *(note for side in sides for part in side.parts.values() for note in part.notes),
        *(check.note for check in explanation.verdict.checks),
        *(change.note for change in explanation.changes),
    ]
    for note in notes:
        assert describe(note)


def test_describe_says_numbers_as_people_do() -> None:
    assert (
        describe(make_note("experience_over", resume=13, over=1))
        == "experience of 1 year 1 month is 1 month more than is asked at most"
    )
    assert describe(make_note("place_distance", distance=1234.5)) == "1,234 km apart"
    assert describe(make_note("required_skills", matched=(), missing=tuple("abcdefghijklmn"))).endswith(
        "has none; lacks a, b, c, d, e, f, g, h, i, j, k, l and 2 more"
    )
    assert (
        describe(make_note("language_short", language="en", stated=None, asked="b2"))
        == "speaks en at unknown, asked is b2"
    )


def test_describe_does_not_know_codes_that_are_not_ours() -> None:
    with pytest.raises(KeyError):
        describe(Note("no_such_code"))


def test_templates_name_only_ways_to_say_a_value_that_exist() -> None:
    ways = {way for template in TEMPLATES.values() for way in re.findall(r"\{\w+:(\w+)\}", template)}
    assert ways == set(FORMATS)
