"""Judging: pools of pairs, one pair at a time to be graded without knowing who found it, and how far graders agree."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, StringConstraints

from ingestion import DocumentId, PairIds, State
from milvus import Kind
from service.api.dependencies import GivenServices, Services
from service.errors import DocumentNotFound
from service.evaluation.grades import Agreement, measure_agreement, settle_grades
from service.evaluation.judgement_files import GRADES, HIGHEST_GRADE, Judgement, format_grades, format_qrels
from service.judging import PoolPlan, draw_pairs, order_pairs
from service.web.rendering import find_request_words, link_query, render
from service.web.security import refuse_forgery

MOST_DISPUTES = 50
_LARGEST_SEED = 2**31 - 1
_UNWRITABLE = re.compile(r"[^\w-]+")

router = APIRouter(prefix="/judge")

PoolId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Grader = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")
]
_Asking = Annotated[int, Field(ge=0, le=50)]
_Depth = Annotated[int, Field(ge=1, le=30)]


class PoolForm(BaseModel):
    """What a pool is drawn by; as many as somebody waits for, and grades."""

    vacancies: _Asking = 10
    resumes_each: _Depth = 10
    resumes: _Asking = 10
    vacancies_each: _Depth = 10
    seed: int = Field(0, ge=0, le=_LARGEST_SEED)

    @property
    def plan(self) -> PoolPlan:
        """The same as the draw takes it."""
        return PoolPlan(**self.model_dump())


class PairQuery(BaseModel):
    """Who grades, and which place of their order is asked for."""

    grader: Grader | None = None
    at: int | None = Field(None, ge=1)


class GradeForm(BaseModel):
    """A grade as a button gives it."""

    grader: Grader
    vacancy_id: DocumentId
    resume_id: DocumentId
    grade: int = Field(ge=0, le=HIGHEST_GRADE)


class AgreementQuery(BaseModel):
    """The two graders that are compared."""

    first: Grader | None = None
    second: Grader | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grader's pairs of one pool in their order, with the grades so far."""

    pool: int
    grader: str
    pairs: Sequence[PairIds]
    grades: Mapping[PairIds, int]

    @property
    def done(self) -> int:
        """How many are graded."""
        return len(self.grades)

    def find_next(self, place: int) -> int | None:
        """The first place behind this one, from 1, whose pair has no grade; from the start again at the end."""
        count = len(self.pairs)
        places = ((place + step) % count for step in range(count))
        return next((one + 1 for one in places if self.pairs[one] not in self.grades), None)

    def link(self, place: int | None) -> str:
        """The URL of a place; without one, of the first pair that has no grade."""
        return link_query(f"/judge/{self.pool}", {"grader": self.grader, "at": place})


@router.get("")
def show_pools(request: Request, services: GivenServices) -> HTMLResponse:
    """The pools with the progress of each grader, and the form for another pool."""
    return _show_pools(request, services, PoolForm())


@router.post("", dependencies=[Depends(refuse_forgery)])
def make_pool(request: Request, services: GivenServices, form: Annotated[PoolForm, Form()]) -> Response:
    """Draw a pool from the index, which takes a search for each document that asks."""
    pool = services.books.judging.add_pool(draw_pairs(services.searcher, form.plan), seed=form.seed)
    if pool is None:
        return _show_pools(request, services, form, found_nothing=True)
    return RedirectResponse(f"/judge#pool-{pool}", HTTPStatus.SEE_OTHER)


@router.post("/{pool}/delete", dependencies=[Depends(refuse_forgery)])
def delete_pool(services: GivenServices, pool: PoolId) -> RedirectResponse:
    """Delete a pool with all its grades."""
    services.books.judging.delete_pool(pool)
    return RedirectResponse("/judge", HTTPStatus.SEE_OTHER)


@router.get("/{pool}")
def show_pair(
    request: Request, services: GivenServices, pool: PoolId, query: Annotated[PairQuery, Query()]
) -> Response:
    """One pair to grade: that at a place of the grader's order, or the first without a grade."""
    if query.grader is None:
        return RedirectResponse(f"/judge#pool-{pool}", HTTPStatus.SEE_OTHER)
    sheet = _read_sheet(services, pool, query.grader)
    place = min(query.at, len(sheet.pairs)) if query.at is not None else sheet.find_next(0)
    if not place:
        return render(request, "judge_pair.html", {"sheet": sheet, "place": None})
    pair = sheet.pairs[place - 1]
    following = sheet.find_next(place)
    translate = find_request_words(request).translate
    context = {
        "sheet": sheet,
        "place": place,
        "pair": pair,
        "vacancy": services.desk.find(Kind.VACANCIES, pair.vacancy)[1],
        "resume": services.desk.find(Kind.RESUMES, pair.resume)[1],
        "given": sheet.grades.get(pair),
        "following": following if following != place else None,
        "grades": {grade: translate(GRADES[grade]).partition(": ") for grade in sorted(GRADES)},
        "now": datetime.now(UTC),
    }
    return render(request, "judge_pair.html", context)


@router.post("/{pool}", dependencies=[Depends(refuse_forgery)])
def grade_pair(services: GivenServices, pool: PoolId, form: Annotated[GradeForm, Form()]) -> RedirectResponse:
    """Keep a grade and go on. A pair that was erased meanwhile is passed over."""
    pair = PairIds(form.vacancy_id, form.resume_id)
    services.books.judging.grade(pool, form.grader, pair, form.grade)
    sheet = _read_sheet(services, pool, form.grader)
    place = sheet.pairs.index(pair) + 1 if pair in sheet.pairs else 0
    return RedirectResponse(sheet.link(sheet.find_next(place)), HTTPStatus.SEE_OTHER)


@router.get("/{pool}/agreement")
def show_agreement(
    request: Request, services: GivenServices, pool: PoolId, query: Annotated[AgreementQuery, Query()]
) -> HTMLResponse:
    """How far two graders agree, the first two where none are named, and all grades as files."""
    _check_pool(services, pool)
    grades = services.books.judging.read_grades(pool)
    named = [name for name in (query.first, query.second) if name in grades]
    two = list(dict.fromkeys([*named, *grades]))[:2]
    agreement = compare(pool, grades, two)
    disputes = [
        (PairIds(one.vacancy, one.resume), one.grade, other.grade)
        for one, other in (agreement.disputes if agreement else ())
    ]
    context = {
        "pool": pool,
        "graders": list(grades),
        "two": two,
        "agreement": agreement,
        "disputes": disputes[:MOST_DISPUTES],
        "more": len(disputes) - MOST_DISPUTES,
        "title_of": lambda kind, id_: _find_title(services, kind, id_),
    }
    return render(request, "judge_agreement.html", context)


@router.get("/{pool}/grades.csv")
def download_grades(services: GivenServices, pool: PoolId, grader: Annotated[Grader, Query()]) -> Response:
    """One grader's grades, as `judge import` and `judge agreement` read them."""
    _check_pool(services, pool)
    grades = services.books.judging.read_grades(pool).get(grader)
    if grades is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "nobody of this name has graded a pair of this pool")
    name = _UNWRITABLE.sub("-", grader)
    return _send_file(format_grades(grades), f"judgements-{pool}-{name}.csv", "text/csv")


@router.get("/{pool}/grades_qrels.tsv")
def download_qrels(services: GivenServices, pool: PoolId) -> Response:
    """All graders' grades as TREC qrels of vacancies that ask: of each pair the median, the lower one of two."""
    _check_pool(services, pool)
    given: dict[PairIds, list[int]] = {}
    for grades in services.books.judging.read_grades(pool).values():
        for pair, grade in grades.items():
            given.setdefault(pair, []).append(grade)
    return _send_file(format_qrels(settle_grades(given)), f"pool-{pool}_qrels.tsv", "text/tab-separated-values")


def compare(pool: int, grades: Mapping[str, Mapping[PairIds, int]], two: Sequence[str]) -> Agreement | None:
    """How far two graders of a pool agree; None where they are not two, or share no pair."""
    if len(two) < 2 or grades[two[0]].keys().isdisjoint(grades[two[1]]):
        return None
    one, other = (
        {pair: Judgement(*pair, grade, location=f"pool {pool}") for pair, grade in grades[name].items()} for name in two
    )
    return measure_agreement(one, other)


def _show_pools(request: Request, services: Services, form: PoolForm, *, found_nothing: bool = False) -> HTMLResponse:
    counts = services.books.ledger.summarize().counts
    context = {
        "pools": services.books.judging.list_pools(),
        "form": form,
        "found_nothing": found_nothing,
        "can_draw": all(counts[kind][State.INDEXED] for kind in Kind),
        "day_of": lambda pool: datetime.fromtimestamp(pool.made_at, UTC),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found_nothing else HTTPStatus.OK
    return render(request, "judge.html", context, status=status)


def _check_pool(services: Services, pool: int) -> int:
    """The seed of a pool. Raises 404 where there is none."""
    seed = services.books.judging.get_seed(pool)
    if seed is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no pool {pool}")
    return seed


def _read_sheet(services: Services, pool: int, grader: str) -> Sheet:
    seed = _check_pool(services, pool)
    pairs = order_pairs(services.books.judging.list_pairs(pool), seed=seed, grader=grader)
    return Sheet(pool, grader, pairs, services.books.judging.read_grades(pool).get(grader, {}))


def _find_title(services: Services, kind: Kind, id_: str) -> str:
    try:
        return services.desk.find(kind, id_)[1].title or id_
    except DocumentNotFound:  # erased since the grades were read
        return id_


def _send_file(content: str, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(content, media_type=f"{media_type}; charset=utf-8", headers=headers)
