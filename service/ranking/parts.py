"""The parts of a score that need no map and no money: skills, title, experience, language, terms, recency.

Each is a pure function that says how well two documents fit in one respect, from 0 to 1, or that the data to tell is
missing.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from ingestion.mentions import fold
from milvus import EmploymentType, Entity, Resume, Vacancy
from service.ranking.demands import Demand, SkillDemand
from service.ranking.languages import rank_level, states_languages
from service.ranking.licenses import check_license
from service.ranking.titles import Analyzer, compare_titles, split_words
from service.ranking.values import PartScore, know, know_nothing

VACANCY_HALF_LIFE_DAYS = 30.0
# People look for work longer than a vacancy is open, and their skills stay.
RESUME_HALF_LIFE_DAYS = 180.0
SHORTFALL_POWER = 1.5
_TOO_EXPERIENCED_PER_YEAR = 0.05
_LEAST_FOR_TOO_EXPERIENCED = 0.7
_OTHER_LANGUAGE = 0.3
_UNSTATED_LEVEL = 0.7
_PER_LEVEL_SHORT = 0.3
_CROSS_LANGUAGE_TITLE = 0.5
_RELATED_TERMS = 0.5
_VERSION = re.compile(r"(?<=[^\W\d])[ ]?v?\d{1,2}(?:\.\d{1,3}){0,2}$")
# Terms that people who look for one often take.
_RELATED = frozenset(
    frozenset(pair)
    for pair in (
        (EmploymentType.CONTRACT, EmploymentType.TEMPORARY),
        (EmploymentType.FULL_TIME, EmploymentType.CONTRACT),
        (EmploymentType.FULL_TIME, EmploymentType.SHIFT),
        (EmploymentType.FULL_TIME, EmploymentType.TEMPORARY),
        (EmploymentType.PART_TIME, EmploymentType.TEMPORARY),
        (EmploymentType.PART_TIME, EmploymentType.INTERNSHIP),
    )
)


def score_similarity(similarity: float | None, *, code: str) -> PartScore:
    """A similarity that was measured elsewhere, cut off to [0, 1]."""
    if similarity is None:
        return know_nothing(f"{code}_unknown")
    return know(similarity, f"{code}_similarity", similarity=round(min(1.0, max(0.0, similarity)), 4))


def score_title(
    resume: Resume, vacancy: Vacancy, *, similarity: float | None = None, analyze: Analyzer = split_words
) -> PartScore:
    """How near the titles are: `similarity` where it is given, else by their words.

    Titles in two languages share few words even where they mean the same: there, only a likeness counts as data.
    """
    if similarity is not None:
        return score_similarity(similarity, code="title")
    if not resume.title or not vacancy.title:
        return know_nothing("title_unknown")
    likeness = compare_titles(resume.title, vacancy.title, analyze)
    if likeness is None:
        return know_nothing("title_unknown")
    foreign = resume.language and vacancy.language and resume.language != vacancy.language
    if foreign and likeness < _CROSS_LANGUAGE_TITLE:
        return know_nothing("title_in_other_language", resume=resume.title, vacancy=vacancy.title)
    return know(likeness, "title_words", resume=resume.title, vacancy=vacancy.title)


def score_required_skills(resume: Resume, demand: SkillDemand) -> PartScore:
    """The share of the required skills that the resume has."""
    return _score_coverage(resume.skills, demand.required, code="required_skills")


def score_desired_skills(resume: Resume, demand: SkillDemand) -> PartScore:
    """The share of the nice-to-have skills that the resume has."""
    return _score_coverage(resume.skills, demand.desired, code="desired_skills")


def _score_coverage(held: Sequence[str], asked: Sequence[str], *, code: str) -> PartScore:
    if not asked:
        return know_nothing(f"{code}_not_asked")
    if not held:
        return know_nothing("skills_unknown")
    matched, missing = match_skills(held, asked)
    return know(len(matched) / len(asked), code, matched=matched, missing=missing)


def match_skills(held: Sequence[str], asked: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The asked skills that are held and those that are not, by canonical name, whatever its case.

    A version is no skill of its own: "PHP" answers "PHP 8", and the other way round; one version does not answer
    another.
    """
    exact, bare = _read_skills(tuple(held))
    matched: list[str] = []
    missing: list[str] = []
    for skill in asked:
        folded, without_version = _read_skill(skill)
        hit = folded in exact or without_version in exact or folded in bare
        (matched if hit else missing).append(skill)
    return tuple(matched), tuple(missing)


@lru_cache(maxsize=32_768)
def _read_skills(skills: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    read = [_read_skill(skill) for skill in skills]
    return frozenset(folded for folded, _ in read), frozenset(bare for _, bare in read)


@lru_cache(maxsize=65_536)
def _read_skill(skill: str) -> tuple[str, str]:
    folded = fold(skill)
    return folded, _VERSION.sub("", folded)


def score_experience(resume: Resume, asked_min: int | None, asked_max: int | None) -> PartScore:
    """Years against those demanded. Too few count by (have / need) ^ 1.5; too many cost little: 5 % a year, to 0.7."""
    have = resume.experience_months
    if asked_min is None and asked_max is None:
        return know_nothing("experience_not_asked", resume=have)
    if have is None:
        return know_nothing("experience_unknown", least=asked_min, most=asked_max)
    if asked_min and have < asked_min:
        value = (have / asked_min) ** SHORTFALL_POWER
        return know(value, "experience_short", resume=have, least=asked_min, short=asked_min - have)
    if asked_max is not None and have > asked_max:
        years = (have - asked_max) / 12
        value = max(_LEAST_FOR_TOO_EXPERIENCED, 1 - _TOO_EXPERIENCED_PER_YEAR * years)
        return know(value, "experience_over", resume=have, most=asked_max, over=have - asked_max)
    return know(1.0, "experience_met", resume=have, least=asked_min, most=asked_max)


def score_language(
    resume: Resume,
    vacancy: Vacancy,
    *,
    spoken: Mapping[str, str | None],
    asked: Sequence[tuple[str, str | None]] = (),
) -> PartScore:
    """The mean over the languages wanted: the one that the vacancy is written in, and those it asks for with a level.

    A spoken language counts 1, or 0.3 less for each level it falls short, or 0.7 where its level is not stated but
    one is asked for. One that the resume does not name counts 0, or 0.3 where the resume names no languages at all.
    """
    wanted = dict(asked)
    if vacancy.language:
        wanted.setdefault(vacancy.language, None)
    if not wanted or not spoken:
        return know_nothing("language_unknown")
    stated = states_languages(spoken, resume)
    values = {code: _rate_language(code, level, spoken, resume, stated=stated) for code, level in wanted.items()}
    known = tuple(sorted(code for code, value in values.items() if value >= _UNSTATED_LEVEL))
    lacking = tuple(sorted(code for code in values if code not in known))
    return know(sum(values.values()) / len(values), "language", known=known, lacking=lacking)


def _rate_language(
    code: str, level: str | None, spoken: Mapping[str, str | None], resume: Resume, *, stated: bool
) -> float:
    if code not in spoken:
        return 0.0 if stated else _OTHER_LANGUAGE
    if level is None or (spoken[code] is None and code == resume.language):
        return 1.0
    if spoken[code] is None:
        return _UNSTATED_LEVEL
    return max(0.0, 1 - _PER_LEVEL_SHORT * max(0, rank_level(level) - rank_level(spoken[code])))


def score_license(resume: Resume, demand: Demand) -> PartScore:
    """Whether the driving license that a vacancy asks for is named in the resume."""
    asked = next((one for one in demand.requirements if one.kind == "license"), None)
    if asked is None:
        return know_nothing("license_not_asked")
    holding = check_license(resume.text, str(asked.value))
    if holding.is_held is None:
        return know_nothing(holding.code, asked=asked.value)
    return know(float(holding.is_held), holding.code, asked=asked.value, held=holding.held)


def score_employment(resume: Resume, vacancy: Vacancy) -> PartScore:
    """1 where the terms overlap, 0.5 where they are near (contract and temporary work, say), else 0."""
    wanted, offered = resume.employment_types, vacancy.employment_types
    if not wanted or not offered:
        return know_nothing("employment_unknown", wanted=_name(wanted), offered=_name(offered))
    shared = [type for type in wanted if type in offered]
    related = any(frozenset((one, other)) in _RELATED for one in wanted for other in offered)
    value = 1.0 if shared else _RELATED_TERMS if related else 0.0
    code = "employment_shared" if shared else "employment_related" if related else "employment_differs"
    return know(value, code, wanted=_name(wanted), offered=_name(offered))


def score_recency(entity: Entity, *, now: datetime, half_life_days: float) -> PartScore:
    """Halves with every half-life since publication; 0 once the document expired. `now` is timezone-aware."""
    if entity.expires_at is not None and entity.expires_at <= now:
        return know(0.0, "expired", days=(now - entity.expires_at).days)
    if entity.published_at is None:
        return know_nothing("published_unknown")
    days = max(0.0, (now - entity.published_at).total_seconds() / 86_400)
    return know(0.5 ** (days / half_life_days), "published", days=int(days))


def _name(types: Sequence[EmploymentType]) -> tuple[str, ...]:
    return tuple(type.value for type in types)
