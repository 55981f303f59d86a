"""Marks in two texts: what the vacancy asks for, and where the resume answers it, linked with each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from service.ranking import Explanation, Outcome, Span


class Answer(StrEnum):
    """How what is asked for stands: met, known to be unmet, or open, since the resume says nothing of it."""

    MET = "met"
    MISSING = "missing"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text. `number` is that of its mark, None outside of marks; `links` are marks of the other text."""

    text: str
    number: int | None = None
    answer: Answer | None = None
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Highlights:
    """Both texts in segments. `asked_at` tells which mark of the vacancy a position of its text lies in."""

    vacancy: tuple[Segment, ...]
    resume: tuple[Segment, ...]
    asked_at: dict[int, int]


@dataclass(slots=True)
class _Mark:
    """A stretch of a text that spans which overlap make up."""

    start: int
    end: int
    answers: list[Answer] = field(default_factory=list)
    links: list[int] = field(default_factory=list)


Asked = tuple[Span, Answer, Span | None]
"""Words of the vacancy that ask for something, how that stands, and the words of the resume that answer it."""


def highlight(explanation: Explanation) -> Highlights:
    """The marks of an explained pair."""
    pair = explanation.judgement.pair
    return mark_texts(pair.vacancy.text, pair.resume.text, list(_list_asked(explanation)))


def mark_texts(vacancy: str, resume: str, asked: Sequence[Asked]) -> Highlights:
    """Both texts with marks. Marks of one text never overlap, and count from 1 in its order."""
    asking = _merge(span for span, _, _ in asked)
    answering = _merge(evidence for _, _, evidence in asked if evidence is not None)
    for span, answer, evidence in asked:
        number = _find(asking, span)
        asking[number - 1].answers.append(answer)
        if evidence is not None:
            other = _find(answering, evidence)
            asking[number - 1].links.append(other)
            answering[other - 1].links.append(number)
            answering[other - 1].answers.append(Answer.MET)
    return Highlights(
        vacancy=tuple(_cut(vacancy, asking)),
        resume=tuple(_cut(resume, answering)),
        asked_at={span.start: _find(asking, span) for span, _, _ in asked},
    )


def _list_asked(explanation: Explanation) -> Iterator[Asked]:
    answers = {Outcome.MET: Answer.MET, Outcome.NOT_MET: Answer.MISSING, Outcome.UNKNOWN: Answer.OPEN}
    for check in explanation.verdict.checks:
        if check.requirement.quote is not None:
            yield check.requirement.quote, answers[check.outcome], check.evidence
    for one in explanation.requirements or ():
        yield one.sentence, Answer.MET if one.best else Answer.OPEN, one.best


def _merge(spans: Iterable[Span]) -> list[_Mark]:
    marks: list[_Mark] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if marks and span.start < marks[-1].end:
            marks[-1].end = max(marks[-1].end, span.end)
        else:
            marks.append(_Mark(span.start, span.end))
    return marks


def _find(marks: Sequence[_Mark], span: Span) -> int:
    return next(number for number, mark in enumerate(marks, start=1) if mark.start <= span.start < mark.end)


def _cut(text: str, marks: Sequence[_Mark]) -> Iterator[Segment]:
    end = 0
    for number, mark in enumerate(marks, start=1):
        yield Segment(text[end : mark.start])
        links = tuple(sorted(set(mark.links)))
        yield Segment(text[mark.start : mark.end], number, _sum_up(mark.answers), links)
        end = mark.end
    yield Segment(text[end:])


def _sum_up(answers: Sequence[Answer]) -> Answer:
    """What is known to be unmet outweighs what is met, and that what is open."""
    return next(answer for answer in (Answer.MISSING, Answer.MET, Answer.OPEN) if answer in answers)
