"""Holds the hard requirements of a vacancy against a resume: met, not met or unknown, and what follows from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ingestion.mentions import fold
from service.ranking.conditions import is_same_city, is_willing_to_move, measure_distance
from service.ranking.demands import Requirement, RequirementKind, SkillFinder, find_spelled
from service.ranking.languages import rank_level, states_languages
from service.ranking.licenses import check_license
from service.ranking.pairs import Pair
from service.ranking.parts import match_skills
from service.ranking.sentences import split_sentences
from service.ranking.values import Note, NoteValue, PartName, Span, make_note

COMMUTE_KM = 50.0


class Mode(StrEnum):
    """What a kind of requirement does to a pair; all are listed, whatever the mode.

    A demanded requirement that is not met drops the pair. One that is unknown does not: silence is no refusal, and
    nobody is to be turned away for what a document leaves out; it is flagged, so that a person can ask. A scored one
    counts through its part of the score, and an ignored one has that part left out.
    """

    DEMAND = "demand"
    SCORE = "score"
    IGNORE = "ignore"


class Outcome(StrEnum):
    """Whether a resume meets a requirement; UNKNOWN where it does not say."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


Modes = Mapping[RequirementKind, Mode]
DEFAULT_MODES: Modes = MappingProxyType(dict.fromkeys(RequirementKind, Mode.SCORE))

KIND_PARTS: Mapping[RequirementKind, PartName] = MappingProxyType(
    {
        RequirementKind.EXPERIENCE: PartName.EXPERIENCE,
        RequirementKind.SKILLS: PartName.REQUIRED_SKILLS,
        RequirementKind.LANGUAGES: PartName.LANGUAGE,
        RequirementKind.LICENSE: PartName.LICENSE,
        RequirementKind.PLACE: PartName.PLACE,
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement held against a resume. `evidence` are the words of the resume that meet it, where known."""

    requirement: Requirement
    mode: Mode
    outcome: Outcome
    note: Note
    evidence: Span | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All requirements of a vacancy as one resume meets them, in the order of the vacancy."""

    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """The demanded requirements that are not met."""
        return self._demanded(Outcome.NOT_MET)

    @property
    def unconfirmed(self) -> tuple[Check, ...]:
        """The demanded requirements of which nothing is known: for a person to ask about."""
        return self._demanded(Outcome.UNKNOWN)

    @property
    def passes(self) -> bool:
        """Whether no demanded requirement is known to be unmet."""
        return not self.failed

    def _demanded(self, outcome: Outcome) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.mode is Mode.DEMAND and check.outcome is outcome)


def leave_out_ignored(weights: Mapping[PartName, float], modes: Modes) -> dict[PartName, float]:
    """The weights, with 0 for the parts of the kinds of requirements that are ignored."""
    ignored = {KIND_PARTS[kind] for kind, mode in modes.items() if mode is Mode.IGNORE}
    return {name: 0.0 if name in ignored else weight for name, weight in weights.items()}


def check_requirements(
    pair: Pair, modes: Modes = DEFAULT_MODES, *, quotes: Mapping[str, Span] | None = None
) -> Verdict:
    """Every hard requirement of the pair's vacancy; kinds that `modes` does not name are scored.

    `quotes` are the sentences of the resume that name its skills (see `quote_skills`), for the evidence.
    """
    checks = []
    matched = frozenset(match_skills(pair.resume.skills, pair.demand.skills.required)[0])
    for requirement in pair.demand.requirements:
        if requirement.kind is RequirementKind.SKILLS:
            skill = str(requirement.value)
            outcome, note = _check_skill(pair, skill, matched)
            evidence = quotes.get(skill) if quotes else None
        else:
            outcome, note, evidence = _CHECKS[requirement.kind](pair, requirement)
        checks.append(Check(requirement, modes.get(requirement.kind, Mode.SCORE), outcome, note, evidence))
    return Verdict(tuple(checks))


def quote_skills(pair: Pair, find_skills: SkillFinder | None = None) -> dict[str, Span]:
    """The first sentence of the resume that names each skill of the vacancy."""
    wanted = {fold(skill): skill for skill in pair.vacancy.skills}
    find = find_skills or find_spelled(pair.vacancy.skills)
    quotes: dict[str, Span] = {}
    for sentence in split_sentences(pair.resume.text):
        for found in find(sentence.text):
            if (skill := wanted.get(fold(found))) is not None:
                quotes.setdefault(skill, sentence.span)
    return quotes


_Checked = tuple[Outcome, Note, Span | None]


def _check_experience(pair: Pair, requirement: Requirement) -> _Checked:
    have, need = pair.resume.experience_months, int(requirement.value)
    if have is None:
        return Outcome.UNKNOWN, make_note("experience_unknown", least=need, most=None), None
    if have < need:
        return Outcome.NOT_MET, make_note("experience_short", resume=have, least=need, short=need - have), None
    return Outcome.MET, make_note("experience_met", resume=have, least=need, most=None), None


def _check_skill(pair: Pair, skill: str, matched: frozenset[str]) -> tuple[Outcome, Note]:
    if not pair.resume.skills:
        return Outcome.UNKNOWN, make_note("skills_unknown")
    if skill in matched:
        return Outcome.MET, make_note("skill_found", skill=skill)
    return Outcome.NOT_MET, make_note("skill_missing", skill=skill)


def _check_language(pair: Pair, requirement: Requirement) -> _Checked:
    code, asked = str(requirement.value), requirement.level
    values: dict[str, NoteValue] = {"language": code, "asked": asked, "stated": pair.spoken.get(code)}
    if code not in pair.spoken:
        # A list of languages without this one says that it is not spoken; no list says nothing.
        missing = states_languages(pair.spoken, pair.resume)
        note = make_note("language_missing" if missing else "language_unstated", **values)
        return Outcome.NOT_MET if missing else Outcome.UNKNOWN, note, None
    stated = pair.spoken[code]
    if asked is None or (stated is None and code == pair.resume.language) or rank_level(stated) >= rank_level(asked):
        return Outcome.MET, make_note("language_met", **values), None
    if stated is None:
        return Outcome.UNKNOWN, make_note("language_level_unstated", **values), None
    return Outcome.NOT_MET, make_note("language_short", **values), None


def _check_license(pair: Pair, requirement: Requirement) -> _Checked:
    holding = check_license(pair.resume.text, str(requirement.value))
    outcomes = {True: Outcome.MET, False: Outcome.NOT_MET, None: Outcome.UNKNOWN}
    note = make_note(holding.code, asked=requirement.value, held=holding.held)
    return outcomes[holding.is_held], note, holding.span


def _check_place(pair: Pair, requirement: Requirement) -> _Checked:
    resume, vacancy = pair.resume, pair.vacancy
    distance = measure_distance(resume, vacancy)
    values: dict[str, NoteValue] = {"resume": resume.city, "vacancy": requirement.value, "distance": distance}
    if is_same_city(resume, vacancy):
        return Outcome.MET, make_note("place_same_city", **values), None
    if distance is not None and distance <= COMMUTE_KM:
        return Outcome.MET, make_note("place_distance", **values), None
    if is_willing_to_move(resume.text):
        return Outcome.UNKNOWN, make_note("place_willing_to_move", **values), None
    if resume.country and vacancy.country and resume.country != vacancy.country:
        return Outcome.NOT_MET, make_note("place_abroad", resume=resume.country, vacancy=vacancy.country), None
    if distance is None and resume.city is None:
        return Outcome.UNKNOWN, make_note("place_unknown", **values), None
    return Outcome.NOT_MET, make_note("place_too_far", **values), None


_CHECKS: Mapping[RequirementKind, Callable[[Pair, Requirement], _Checked]] = MappingProxyType(
    {
        RequirementKind.EXPERIENCE: _check_experience,
        RequirementKind.LANGUAGES: _check_language,
        RequirementKind.LICENSE: _check_license,
        RequirementKind.PLACE: _check_place,
    }
)
