"""Up to four resumes side by side on one vacancy."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from ingestion import DocumentId
from service.api.dependencies import GivenServices
from service.ranking import DIRECTION_PARTS, Direction, Judgement, PartName
from service.web.rendering import render

MAX_COMPARED = 4

router = APIRouter()


@router.get("/compare")
def show_comparison(
    request: Request,
    services: GivenServices,
    vacancy_id: Annotated[DocumentId, Query()],
    resume_id: Annotated[list[DocumentId], Query(min_length=1, max_length=100)],
) -> HTMLResponse:
    """The table. Of more resumes than it has columns, it shows the first."""
    ids = list(dict.fromkeys(resume_id))
    matches = [services.searcher.compare(id_, vacancy_id, explain=False) for id_ in ids[:MAX_COMPARED]]
    judgements = [one.judgement for one in matches if one.judgement is not None]
    context = {
        "vacancy": judgements[0].pair.vacancy,
        "judgements": judgements,
        "directions": list(Direction),
        "parts": list(dict.fromkeys(name for names in DIRECTION_PARTS.values() for name in names)),
        "value_of": find_value,
        "left_out": max(0, len(ids) - MAX_COMPARED),
        "most": MAX_COMPARED,
    }
    return render(request, "comparison.html", context)


def find_value(judgement: Judgement, name: PartName) -> float | None:
    """How well a part fits; None where it is not known."""
    score = judgement.score
    parts = {**score.vacancy_meets_resume.parts, **score.resume_meets_vacancy.parts}
    return parts[name].value if name in parts else None
