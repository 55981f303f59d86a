"""What a vacancy demands, wishes for and does not need, each with the words of the vacancy that say so."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingestion.experience import find_experience, read_experience_range
from ingestion.mentions import fold
from milvus import Vacancy, WorkFormat
from service.ranking.languages import find_asked_languages, rank_level, split_language
from service.ranking.licenses import find_licenses
from service.ranking.statements import Role, Statement, read_statements
from service.ranking.values import Span

SkillFinder = Callable[[str], Iterable[str]]
"""The skills that a piece of text names, spelled as entities hold them: `Taxonomy.find`."""

_MAX_SKILLS = 200


class RequirementKind(StrEnum):
    """The kinds of hard requirements."""

    EXPERIENCE = "experience"
    SKILLS = "skills"
    LANGUAGES = "languages"
    LICENSE = "license"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One hard requirement. `value` is months of experience, a skill, a language, license categories or a city.

    `level` is the level of a language. `quote` is the sentence of the vacancy that asks for it; None where only a
    field of the vacancy does.
    """

    kind: RequirementKind
    value: str | int
    level: str | None = None
    quote: Span | None = None


@dataclass(frozen=True, slots=True)
class SkillDemand:
    """The skills of a vacancy by how much they are wanted, each in one of the three (see `split_requirements`)."""

    required: tuple[str, ...]
    desired: tuple[str, ...]
    unneeded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything read out of one vacancy; read once and held against any number of resumes.

    `languages` are those that are demanded, with the level: nobody lacks what is only wished for.
    """

    skills: SkillDemand
    requirements: tuple[Requirement, ...]
    languages: tuple[tuple[str, str | None], ...]
    statements: tuple[Statement, ...]


def find_spelled(skills: Sequence[str]) -> SkillFinder:
    """A finder of skills by their very names, whatever the case, for where no taxonomy is at hand."""
    patterns = [(name, re.compile(rf"(?<!\w){re.escape(fold(name))}(?!\w)")) for name in skills if name.strip()]

    def find(text: str) -> list[str]:
        folded = fold(text)
        return [name for name, pattern in patterns if pattern.search(folded)]

    return find


def read_demand(
    vacancy: Vacancy, find_skills: SkillFinder | None = None, *, stated_languages: Sequence[str] = ()
) -> Demand:
    """What a vacancy asks for. Its skills are looked for by their very names, and by what else `find_skills` knows.

    `stated_languages` are those that its fields ask for, as entities hold them ("en", "en:b2").
    """
    statements = read_statements(vacancy.text)
    find = _join_finders(vacancy.skills, find_skills)
    places = _locate_skills(statements, vacancy.skills, find)
    skills = _sort_skills(vacancy.skills, places, titled=find(vacancy.title or ""))
    stated = ((*split_language(written), None, Role.REQUIRED) for written in stated_languages)
    languages = [*stated, *find_asked_languages(statements)]
    requirements = [
        *_demand_experience(vacancy, statements),
        *_demand_skills(skills.required, places),
        *_demand_languages(languages),
        *_demand_license(statements),
        *_demand_place(vacancy),
    ]
    asked = {code: level for code, level, _, role in reversed(languages) if role is Role.REQUIRED}
    return Demand(skills, tuple(requirements), tuple(sorted(asked.items())), tuple(statements))


def split_requirements(text: str, skills: Sequence[str], find_skills: SkillFinder | None = None) -> SkillDemand:
    """Tells the skills that a vacancy's text demands from those it wishes for and those it says are not needed.

    Required are the skills that a demand or a duty names, and those that stand in a bare list or not in the text at
    all, since someone listed them. Desired are those of wishes ("nice to have", "будет плюсом", "se valora") and those
    named in passing only, as in a sentence about the company; without a single required skill the latter count as
    required. A skill is not needed where every clause that names it says so.
    """
    find = _join_finders(skills, find_skills)
    return _sort_skills(skills, _locate_skills(read_statements(text), skills, find))


def _join_finders(skills: Sequence[str], find_skills: SkillFinder | None) -> SkillFinder:
    """By name, and by other spellings as well: a skill that no taxonomy knows has only its name."""
    spelled = find_spelled(skills[:_MAX_SKILLS])
    if find_skills is None:
        return spelled
    return lambda text: [*spelled(text), *find_skills(text)]


_Places = dict[str, list[tuple[Role, Span]]]


def _locate_skills(statements: Sequence[Statement], skills: Sequence[str], find: SkillFinder) -> _Places:
    known = {fold(name): name for name in skills[:_MAX_SKILLS]}
    places: _Places = {}
    for statement in statements:
        for clause in statement.clauses:
            is_listed = clause.role is Role.OTHER and _is_list(clause.text, known)
            role = Role.REQUIRED if is_listed else clause.role
            for found in find(clause.text):
                if (name := known.get(fold(found))) is not None:
                    places.setdefault(name, []).append((role, clause.span))
    return places


def _is_list(text: str, known: Container[str]) -> bool:
    """Whether a text is a bare list of skills, as normalization puts behind a text that does not name them all."""
    parts = [fold(part.strip(" .")) for part in text.split(",")]
    return 2 * sum(part in known for part in parts) > len(parts)


def _sort_skills(skills: Sequence[str], places: _Places, *, titled: Iterable[str] = ()) -> SkillDemand:
    """The skills by how much they are wanted; those that the title names are what the work is about."""
    in_title = {fold(name) for name in titled}
    required, desired, unneeded = [], [], []
    for name in dict.fromkeys(skills):
        roles = {role for role, _ in places.get(name, ())}
        if fold(name) in in_title:
            required.append(name)
        elif roles == {Role.UNNEEDED}:
            unneeded.append(name)
        elif not roles or not roles.isdisjoint((Role.REQUIRED, Role.DUTY)):
            required.append(name)
        else:
            desired.append(name)
    if not required:
        # A text without any word of demand: what it names is what the work is about.
        wished = [name for name in desired if {role for role, _ in places[name]} <= {Role.DESIRED, Role.UNNEEDED}]
        required, desired = [name for name in desired if name not in wished], wished
    return SkillDemand(tuple(required), tuple(desired), tuple(unneeded))


def _demand_experience(vacancy: Vacancy, statements: Sequence[Statement]) -> Iterator[Requirement]:
    """The vacancy's field wins; the text gives the quote, or the months where the field is missing."""
    kind = RequirementKind.EXPERIENCE
    spans = [clause.span for one in statements if one.role is Role.REQUIRED for clause in one.clauses]
    months = vacancy.experience_min_months
    if months:
        agreeing = (span for span in spans if (read_experience_range(span.text) or (None,))[0] == months)
        yield Requirement(kind, months, quote=next(agreeing, None))
    elif months is None:
        stated = ((span, find_experience(span.text)) for span in spans)
        if found := next(((span, read) for span, read in stated if read), None):
            yield Requirement(kind, found[1], quote=found[0])


def _demand_skills(required: Sequence[str], places: _Places) -> Iterator[Requirement]:
    for name in required:
        quotes = sorted(places.get(name, ()), key=lambda place: place[0] is not Role.REQUIRED)
        yield Requirement(RequirementKind.SKILLS, name, quote=quotes[0][1] if quotes else None)


def _demand_languages(asked: Iterable[tuple[str, str | None, Span | None, Role]]) -> Iterator[Requirement]:
    highest: dict[str, Requirement] = {}
    for code, level, span, role in asked:
        known = highest.get(code)
        if role is Role.REQUIRED and (known is None or rank_level(level) > rank_level(known.level)):
            highest[code] = Requirement(RequirementKind.LANGUAGES, code, level, span)
    yield from highest.values()


def _demand_license(statements: Sequence[Statement]) -> Iterator[Requirement]:
    for statement in statements:
        for clause in statement.clauses:
            found = next(find_licenses(clause.text), None) if clause.role is Role.REQUIRED else None
            if found:
                yield Requirement(RequirementKind.LICENSE, ", ".join(sorted(found.categories)), quote=clause.span)
                return


def _demand_place(vacancy: Vacancy) -> Iterator[Requirement]:
    if vacancy.city and vacancy.work_format in (WorkFormat.ON_SITE, WorkFormat.HYBRID):
        yield Requirement(RequirementKind.PLACE, vacancy.city)
