"""A resume held against a vacancy: everything that the parts of the score are read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from milvus import Resume, Vacancy
from service.ranking.conditions import score_place, score_salary
from service.ranking.demands import Demand, RequirementKind
from service.ranking.parts import (
    RESUME_HALF_LIFE_DAYS,
    VACANCY_HALF_LIFE_DAYS,
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
from service.ranking.titles import Analyzer, split_words
from service.ranking.values import Direction, PartName, PartScore, know


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A resume and a vacancy with what was read out of them once, and what the search knows of the two.

    `demand` is `read_demand(vacancy)`, `spoken` is `read_spoken_languages(resume)`. `meaning` is the similarity of the
    two texts and `title` that of the two titles, each in [0, 1]; None where it was not measured. `now` is
    timezone-aware.
    """

    resume: Resume
    vacancy: Vacancy
    demand: Demand
    spoken: Mapping[str, str | None]
    now: datetime
    meaning: float | None = None
    title: float | None = None
    analyze: Analyzer = split_words


def score_parts(pair: Pair) -> dict[Direction, dict[PartName, PartScore]]:
    """The parts of both directions. Meaning and title are in both; recency is that of the side that is to meet."""
    resume, vacancy, demand = pair.resume, pair.vacancy, pair.demand
    title = score_title(resume, vacancy, similarity=pair.title, analyze=pair.analyze)
    required, desired = score_required_skills(resume, demand.skills), score_desired_skills(resume, demand.skills)
    experience = score_experience(resume, least_experience(pair), vacancy.experience_max_months)
    if experience.value is not None and is_of_another_trade(title, required, desired):
        experience = know(0.0, "experience_of_another_trade", resume=resume.experience_months)
    shared = {PartName.MEANING: score_similarity(pair.meaning, code="meaning"), PartName.TITLE: title}
    return {
        Direction.RESUME_MEETS_VACANCY: shared
        | {
            PartName.REQUIRED_SKILLS: required,
            PartName.DESIRED_SKILLS: desired,
            PartName.EXPERIENCE: experience,
            PartName.LANGUAGE: score_language(resume, vacancy, spoken=pair.spoken, asked=demand.languages),
            PartName.LICENSE: score_license(resume, demand),
            PartName.RECENCY: score_recency(resume, now=pair.now, half_life_days=RESUME_HALF_LIFE_DAYS),
        },
        Direction.VACANCY_MEETS_RESUME: shared
        | {
            PartName.PLACE: score_place(resume, vacancy),
            PartName.SALARY: score_salary(resume, vacancy),
            PartName.EMPLOYMENT: score_employment(resume, vacancy),
            PartName.RECENCY: score_recency(vacancy, now=pair.now, half_life_days=VACANCY_HALF_LIFE_DAYS),
        },
    }


def is_of_another_trade(*signs: PartScore) -> bool:
    """Whether neither a word of the title nor a skill is shared, where any of these is known.

    A resume tells how long all work lasted, and work of another trade is no experience in this one.
    """
    known = [sign.value for sign in signs if sign.value is not None]
    return bool(known) and not any(known)


def least_experience(pair: Pair) -> int | None:
    """Months demanded: the vacancy's field, else what its text demands."""
    if pair.vacancy.experience_min_months is not None:
        return pair.vacancy.experience_min_months
    kinds = (one for one in pair.demand.requirements if one.kind is RequirementKind.EXPERIENCE)
    stated = next(kinds, None)
    return stated.value if stated and isinstance(stated.value, int) else None
