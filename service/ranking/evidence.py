"""Finds, for each sentence of one document, the sentence of the other that answers it best."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.parsing.headings import tell_heading
from milvus import Vectors
from service.ranking.demands import Demand, SkillFinder
from service.ranking.late_interaction import compare_rows
from service.ranking.sentences import split_sentences
from service.ranking.statements import Role
from service.ranking.titles import Analyzer, split_words
from service.ranking.values import Span

Embed = Callable[[list[str]], Vectors]
"""Texts to unit vectors, shape (n, d): `Embedder.embed_documents`."""

Similarities = npt.NDArray[np.float64]

# With all-MiniLM-L6-v2, 95 % of the sentences of English sample vacancies found nothing as near as this in resumes of
# unrelated trades, and two in three did in suitable ones. Languages that a model does not know lie higher.
THRESHOLD = 0.35
MAX_SENTENCES = 200
# Words and skills in common tell apart what small models put close together, and hold across languages for skills.
_LEXICAL_SHARE = 0.35
_SKILL = "skill:"
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence and its best answer in the other document; `best` is None where no sentence reaches the threshold.

    `similarity` is that of the nearest sentence all the same; None where there was none to compare with.
    """

    sentence: Span
    best: Span | None
    similarity: float | None


def choose_requirements(demand: Demand) -> list[Span]:
    """The sentences of a vacancy that demand or wish for something; without any, all its needs."""
    asking = [one.span for one in demand.statements if one.role in (Role.REQUIRED, Role.DESIRED)]
    return asking[:MAX_SENTENCES] or choose_needs(demand)


def choose_needs(demand: Demand, *, most: int = MAX_SENTENCES) -> list[Span]:
    """The sentences of a vacancy but those that offer something; those that ask come first where there are too many."""
    needs = [one for one in demand.statements if one.role is not Role.OFFER]
    asking_first = sorted(needs, key=lambda one: one.role not in (Role.REQUIRED, Role.DESIRED))[:most]
    return sorted((one.span for one in asking_first), key=lambda span: span.start)


def choose_claims(text: str) -> list[Span]:
    """The sentences of a resume without its headings."""
    spans = [sentence.span for sentence in split_sentences(text)]
    telling = [span for span in spans if _count_letters(span.text) >= _LEAST_LETTERS and not tell_heading(span.text)]
    return telling[:MAX_SENTENCES]


def compare_sentences(
    first: Sequence[Span],
    second: Sequence[Span],
    *,
    embed: Embed,
    find_skills: SkillFinder | None = None,
    analyze: Analyzer = split_words,
) -> Similarities:
    """Similarities in [0, 1], shape (len(first), len(second)): 65 % cosine of the vectors, 35 % words in common.

    The words in common are the overlap coefficient (Szymkiewicz-Simpson) of the tokens of both sentences, the skills
    they name among them, so that a requirement and a claim in two languages meet in the skills. Raises ValueError where
    `embed` does not return a finite row for each text.
    """
    if not first or not second:
        return np.zeros((len(first), len(second)))
    texts = [span.text for span in (*first, *second)]
    vectors = embed(texts)
    if len(vectors) != len(texts):
        raise ValueError(f"{len(texts)} sentences came back as {len(vectors)} vectors")
    cosines = compare_rows(vectors[: len(first)], vectors[len(first) :]).clip(0.0, 1.0)
    words = [_read_words(text, find_skills, analyze) for text in texts]
    overlaps = np.array([[_overlap(left, right) for right in words[len(first) :]] for left in words[: len(first)]])
    mixed: Similarities = (1 - _LEXICAL_SHARE) * cosines + _LEXICAL_SHARE * overlaps
    return mixed


def match_evidence(
    first: Sequence[Span], second: Sequence[Span], similarities: Similarities, *, threshold: float = THRESHOLD
) -> tuple[list[Evidence], list[Evidence]]:
    """The best answer to each sentence, both ways; of equals the first. Raises ValueError for unlike shapes.

    `similarities` has the shape (len(first), len(second)). Swapping the sides, and transposing it, swaps the lists.
    """
    if similarities.shape != (len(first), len(second)):
        raise ValueError(f"similarities of shape {similarities.shape} for {len(first)} and {len(second)} sentences")
    return _answer(first, second, similarities, threshold), _answer(second, first, similarities.T, threshold)


def _answer(
    asking: Sequence[Span], answering: Sequence[Span], similarities: Similarities, threshold: float
) -> list[Evidence]:
    if not answering:
        return [Evidence(span, None, None) for span in asking]
    found = []
    for span, row in zip(asking, similarities, strict=True):
        best = int(row.argmax())
        reached = float(row[best])
        found.append(Evidence(span, answering[best] if reached >= threshold else None, round(reached, 4)))
    return found


def _read_words(text: str, find_skills: SkillFinder | None, analyze: Analyzer) -> frozenset[str]:
    skills = (_SKILL + name for name in find_skills(text)) if find_skills else ()
    return frozenset((*(word for word in analyze(text) if len(word) >= _LEAST_LETTERS), *skills))


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))
