"""A match: a resume and a vacancy side by side, why they score as they do, and what would change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import Field, TypeAdapter, ValidationError

from ingestion import DocumentId
from service.api.dependencies import GivenServices
from service.ranking import (
    BALANCE,
    DEFAULT_CALIBRATION,
    DEFAULT_WEIGHTS,
    Direction,
    DirectionalScore,
    Explanation,
    Judgement,
    Note,
    PartName,
    RankingOptions,
    complete_weights,
    judge_pair,
)
from service.web.highlights import highlight
from service.web.rendering import render

MAX_CHANGES = 6
_BALANCE = "balance"
# Less than that is rounded to nothing.
_LEAST_GAIN = 0.005
_READER = TypeAdapter(dict[str, Annotated[int, Field(ge=0, le=100)]])

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a score as the page shows it; `share` is what it counts for of its direction."""

    name: PartName
    value: float | None
    share: float
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """Something that would raise the score, to which, and by how much."""

    note: Note
    score: float
    gain: float


@router.get("/matches")
def show_match(
    request: Request,
    services: GivenServices,
    resume_id: Annotated[DocumentId, Query()],
    vacancy_id: Annotated[DocumentId, Query()],
) -> HTMLResponse:
    """The page of a match. Further parameters are weights of parts and `balance`, in hundredths."""
    asked = read_weights(request.query_params)
    options = make_options(asked)
    match = services.searcher.compare(resume_id, vacancy_id, ranking=options)
    judgement, explanation = match.judgement, match.explanation
    if judgement is None or explanation is None:
        raise TypeError("a comparison comes without its explanation")
    usual_weights = {**{name.value: weight for name, weight in DEFAULT_WEIGHTS.items()}, _BALANCE: BALANCE}
    shown = {name: round(100 * weight) for name, weight in usual_weights.items()} | asked
    usual = judge_pair(judgement.pair)
    context = {
        "resume": judgement.pair.resume,
        "vacancy": judgement.pair.vacancy,
        "judgement": judgement,
        "explanation": explanation,
        "directions": {direction: getattr(judgement.score, direction.value) for direction in Direction},
        "rows": {direction: list(list_parts(judgement, direction)) for direction in Direction},
        "gains": list(list_gains(explanation)),
        "highlights": highlight(explanation),
        "shown": shown,
        "parts": list(PartName),
        "usual": usual if usual.probability != judgement.probability else None,
        "now": datetime.now(UTC),
    }
    return render(request, "match.html", context)


def read_weights(values: Mapping[str, str]) -> dict[str, int]:
    """The weights that a URL asks for, in hundredths, by name of the part; the balance among them."""
    names = [*(name.value for name in PartName), _BALANCE]
    try:
        return _READER.validate_python({name: values[name] for name in names if values.get(name)})
    except ValidationError as error:
        raise RequestValidationError(
            [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_input=False, include_url=False)]
        ) from None


def make_options(asked: Mapping[str, int]) -> RankingOptions:
    """The options of ranking that were asked for. Raises 422 where a direction would have no part that counts."""
    weights = {PartName(name): share / 100 for name, share in asked.items() if name != _BALANCE}
    try:
        complete_weights(weights)
    except ValueError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
    balance = asked[_BALANCE] / 100 if _BALANCE in asked else BALANCE
    return RankingOptions(weights=weights, balance=balance)


def list_parts(judgement: Judgement, direction: Direction) -> Iterator[PartRow]:
    """The parts of one direction, those that count most first."""
    score: DirectionalScore = getattr(judgement.score, direction.value)
    order = sorted(score.parts, key=lambda name: -score.weights.get(name, 0.0))
    for name in order:
        part = score.parts[name]
        yield PartRow(name, part.value, score.weights.get(name, 0.0), part.notes)


def list_gains(explanation: Explanation) -> Iterator[Gain]:
    """What would raise the score most, with scores as those of results: probabilities."""
    before = explanation.judgement.probability
    for change in explanation.changes[:MAX_CHANGES]:
        score = DEFAULT_CALIBRATION.apply(change.score)
        if score - before >= _LEAST_GAIN:
            yield Gain(change.note, score, score - before)
