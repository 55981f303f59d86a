"""What would change the score of a pair: one thing altered on either side, and the score it would come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from milvus import WorkFormat
from service.ranking.conditions import score_place, score_salary
from service.ranking.pairs import Pair, least_experience, score_parts
from service.ranking.parts import match_skills
from service.ranking.scoring import BALANCE, score_pair
from service.ranking.values import Note, PartName, make_note

_MAX_SKILLS = 20
_LEAST_GAIN = 0.001


@dataclass(frozen=True, slots=True)
class Change:
    """One alteration, the combined score it leads to, and by how much that is more."""

    note: Note
    score: float
    gain: float


def find_changes(
    pair: Pair, weights: Mapping[PartName, float] | None = None, *, balance: float = BALANCE
) -> list[Change]:
    """The single alterations of the resume or of the vacancy that raise the combined score, the most telling first.

    Nothing is embedded anew: the similarity of the texts is taken to stay, which is nearly so for one skill or number.
    """
    before = score_pair(score_parts(pair), weights, balance=balance).combined
    changes = []
    for note, altered in _alter(pair):
        score = score_pair(score_parts(altered), weights, balance=balance).combined
        if score - before >= _LEAST_GAIN:
            changes.append(Change(note, score, score - before))
    return sorted(changes, key=lambda change: -change.gain)


def _alter(pair: Pair) -> Iterator[tuple[Note, Pair]]:
    yield from _alter_skills(pair)
    yield from _alter_experience(pair)
    yield from _alter_languages(pair)
    yield from _alter_place(pair)
    yield from _alter_salary(pair)


def _alter_skills(pair: Pair) -> Iterator[tuple[Note, Pair]]:
    demand = pair.demand.skills
    for name in ("required", "desired"):
        asked = getattr(demand, name)
        for skill in match_skills(pair.resume.skills, asked)[1][:_MAX_SKILLS]:
            held = replace(pair.resume, skills=(*pair.resume.skills, skill))
            yield make_note("change_add_skill", skill=skill), replace(pair, resume=held)
            rest = tuple(other for other in asked if other != skill)
            skills = replace(demand, **{name: rest})
            yield make_note("change_drop_skill", skill=skill), replace(pair, demand=replace(pair.demand, skills=skills))


def _alter_experience(pair: Pair) -> Iterator[tuple[Note, Pair]]:
    least, have = least_experience(pair), pair.resume.experience_months
    if least is None or have is None or have >= least:
        return
    yield (
        make_note("change_more_experience", least=least),
        replace(pair, resume=replace(pair.resume, experience_months=least)),
    )
    yield (
        make_note("change_ask_less_experience", least=have),
        replace(pair, vacancy=replace(pair.vacancy, experience_min_months=have)),
    )


def _alter_languages(pair: Pair) -> Iterator[tuple[Note, Pair]]:
    wanted = dict(pair.demand.languages)
    if pair.vacancy.language:
        wanted.setdefault(pair.vacancy.language, None)
    for code, level in wanted.items():
        spoken = {**pair.spoken, code: level or "native"}
        if spoken != pair.spoken:
            yield make_note("change_language", language=code, level=level), replace(pair, spoken=spoken)


def _alter_place(pair: Pair) -> Iterator[tuple[Note, Pair]]:
    vacancy = pair.vacancy
    value = score_place(pair.resume, vacancy).value
    if value is None or value == 1:
        return
    if vacancy.city:
        moved = replace(
            pair.resume,
            city=vacancy.city,
            region=vacancy.region,
            country=vacancy.country,
            latitude=vacancy.latitude,
            longitude=vacancy.longitude,
        )
        yield make_note("change_move", city=vacancy.city), replace(pair, resume=moved)
    if vacancy.work_format is not WorkFormat.REMOTE:
        remote = replace(vacancy, work_format=WorkFormat.REMOTE)
        yield make_note("change_offer_remote"), replace(pair, vacancy=remote)


def _alter_salary(pair: Pair) -> Iterator[tuple[Note, Pair]]:
    value = score_salary(pair.resume, pair.vacancy).value
    if value is None or value == 1:
        return
    wish = pair.resume.salary_min if pair.resume.salary_min is not None else pair.resume.salary_max
    offer = pair.vacancy.salary_max if pair.vacancy.salary_max is not None else pair.vacancy.salary_min
    yield make_note("change_raise_salary", amount=wish), replace(pair, vacancy=replace(pair.vacancy, salary_max=wish))
    yield (
        make_note("change_lower_wish", amount=offer),
        replace(pair, resume=replace(pair.resume, salary_min=offer, salary_max=offer)),
    )
