"""All there is to say about one pair: skills, comparisons, evidence, requirements, score, what would change it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.mentions import fold
from service.ranking.changes import Change, find_changes
from service.ranking.demands import SkillFinder
from service.ranking.evidence import (
    THRESHOLD,
    Embed,
    Evidence,
    choose_claims,
    choose_needs,
    choose_requirements,
    compare_sentences,
    match_evidence,
)
from service.ranking.judging import Judgement, RankingOptions
from service.ranking.pairs import Pair
from service.ranking.parts import match_skills
from service.ranking.requirements import Verdict, check_requirements, leave_out_ignored, quote_skills
from service.ranking.scoring import DirectionalScore, complete_weights
from service.ranking.values import Note, PartName

# Told in words, in this order; the others are told by the lists of skills and the evidence.
_COMPARED = (
    PartName.TITLE,
    PartName.EXPERIENCE,
    PartName.SALARY,
    PartName.PLACE,
    PartName.EMPLOYMENT,
    PartName.LANGUAGE,
    PartName.LICENSE,
    PartName.RECENCY,
)


@dataclass(frozen=True, slots=True)
class SkillComparison:
    """The skills of a vacancy that the resume has and lacks, and those of the resume that the vacancy does not name."""

    matched_required: tuple[str, ...]
    missing_required: tuple[str, ...]
    matched_desired: tuple[str, ...]
    missing_desired: tuple[str, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair scores as it does.

    `comparisons` are notes by part, those of the vacancy's side last. `requirements` holds the sentences of the vacancy
    that ask for something with their best evidence in the resume, and `claims` all sentences of the resume with theirs
    in the vacancy, its duties included; both are None where nothing was embedded. All spans quote `resume.text` and
    `vacancy.text` exactly.
    """

    judgement: Judgement
    verdict: Verdict
    skills: SkillComparison
    comparisons: Mapping[PartName, tuple[Note, ...]]
    requirements: tuple[Evidence, ...] | None
    claims: tuple[Evidence, ...] | None
    changes: tuple[Change, ...]


def explain_pair(
    judgement: Judgement,
    options: RankingOptions,
    *,
    embed: Embed | None = None,
    find_skills: SkillFinder | None = None,
    threshold: float = THRESHOLD,
) -> Explanation:
    """Explain one judged pair under the options that it was judged by. Without `embed` there is no evidence."""
    pair = judgement.pair
    requirements = claims = None
    if embed is not None:
        needs, said = choose_needs(pair.demand), choose_claims(pair.resume.text)
        similarities = compare_sentences(needs, said, embed=embed, find_skills=find_skills, analyze=pair.analyze)
        answered, answering = match_evidence(needs, said, similarities, threshold=threshold)
        asked = set(choose_requirements(pair.demand))
        requirements = tuple(evidence for evidence in answered if evidence.sentence in asked)
        claims = tuple(answering)
    weights = leave_out_ignored(complete_weights(options.weights), options.modes)
    return Explanation(
        judgement=judgement,
        verdict=check_requirements(pair, options.modes, quotes=quote_skills(pair, find_skills)),
        skills=compare_skills(pair),
        comparisons=_compare_parts(judgement),
        requirements=requirements,
        claims=claims,
        changes=tuple(find_changes(pair, weights, balance=options.balance)),
    )


def compare_skills(pair: Pair) -> SkillComparison:
    """The skills of both sides; those that the vacancy says are not needed are neither missing nor extra."""
    held, demand = pair.resume.skills, pair.demand.skills
    named = {fold(skill) for skill in (*demand.required, *demand.desired, *demand.unneeded)}
    return SkillComparison(
        *match_skills(held, demand.required),
        *match_skills(held, demand.desired),
        tuple(skill for skill in held if fold(skill) not in named),
    )


def _compare_parts(judgement: Judgement) -> dict[PartName, tuple[Note, ...]]:
    sides: tuple[DirectionalScore, ...] = (judgement.score.resume_meets_vacancy, judgement.score.vacancy_meets_resume)
    found = {name: part.notes for side in sides for name, part in side.parts.items()}
    return {name: found[name] for name in _COMPARED if name in found}
