"""Matches as payloads, and the endpoint that explains one pair."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ingestion import DocumentId
from service.api.dependencies import GivenServices
from service.api.ranking_payloads import EvidencePayload, ExplainedPair, QuotePayload, SkillsPayload
from service.matching import Match
from service.ranking import (
    Check,
    DirectionalScore,
    Evidence,
    Explanation,
    Note,
    Span,
    describe,
)

router = APIRouter(prefix="/v1/matches", tags=["matches"])


@router.get("/explanation", summary="Explain how a stored resume and a stored vacancy fit")
def explain_match(
    services: GivenServices,
    resume_id: Annotated[DocumentId, Query(description="A stored resume.", examples=["42"])],
    vacancy_id: Annotated[DocumentId, Query(description="A stored vacancy.", examples=["42"])],
) -> ExplainedPair:
    """Both directional scores with their parts, the hard requirements, evidence sentence by sentence, and what would
    raise the score."""
    match = services.searcher.compare(resume_id, vacancy_id)
    return ExplainedPair.model_validate(
        {"resume_id": resume_id, "vacancy_id": vacancy_id, **make_judgement_values(match)}
    )


def make_judgement_values(match: Match) -> dict[str, Any]:
    """The values of a `JudgementPayload`, with those of its explanation; null where there is none."""
    judgement, explanation = match.judgement, match.explanation
    values: dict[str, Any] = {
        "score": match.score,
        "similarity": match.similarity,
        "resume_meets_vacancy": None,
        "vacancy_meets_resume": None,
        "requirements": None,
        "explanation": _make_explanation(explanation) if explanation else None,
    }
    if judgement:
        verdict = explanation.verdict if explanation else judgement.verdict
        values["resume_meets_vacancy"] = _make_direction(judgement.score.resume_meets_vacancy)
        values["vacancy_meets_resume"] = _make_direction(judgement.score.vacancy_meets_resume)
        values["requirements"] = [_make_requirement(one) for one in verdict.checks]
    return values


def make_note_payload(note: Note) -> dict[str, Any]:
    """The values of a note payload."""
    return {"code": note.code, "values": dict(note.values), "text": describe(note)}


def _make_direction(score: DirectionalScore) -> dict[str, Any]:
    parts = {
        name: {
            "value": part.value,
            "weight": score.weights.get(name, 0.0),
            "notes": [make_note_payload(note) for note in part.notes],
        }
        for name, part in score.parts.items()
    }
    return {"score": score.score, "mean": score.mean, "evidence": score.evidence, "parts": parts}


def _make_requirement(check: Check) -> dict[str, Any]:
    asked = check.requirement
    return {
        "kind": asked.kind,
        "value": asked.value,
        "level": asked.level,
        "mode": check.mode,
        "outcome": check.outcome,
        "note": make_note_payload(check.note),
        "quote": _make_quote(asked.quote),
        "evidence": _make_quote(check.evidence),
    }


def _make_explanation(explanation: Explanation) -> dict[str, Any]:
    return {
        "skills": SkillsPayload.model_validate(explanation.skills),
        "comparisons": {
            name: [make_note_payload(note) for note in notes] for name, notes in explanation.comparisons.items()
        },
        "vacancy_sentences": _make_evidence(explanation.requirements or ()),
        "resume_sentences": _make_evidence(explanation.claims or ()),
        "changes": _make_changes(explanation),
    }


def _make_changes(explanation: Explanation) -> list[dict[str, Any]]:
    """With scores as those of results: probabilities."""
    before, calibration = explanation.judgement.probability, explanation.judgement.calibration
    changes = []
    for change in explanation.changes:
        score = calibration.apply(change.score)
        changes.append({"note": make_note_payload(change.note), "score": score, "gain": max(0.0, score - before)})
    return changes


def _make_evidence(found: tuple[Evidence, ...]) -> list[EvidencePayload]:
    return [EvidencePayload.model_validate(one) for one in found]


def _make_quote(span: Span | None) -> QuotePayload | None:
    return QuotePayload.model_validate(span) if span else None
