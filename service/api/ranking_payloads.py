"""The shapes of ranking in requests and answers: weights, requirements, parts of a score, explanations."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.ranking import (
    BALANCE,
    DEFAULT_MODES,
    DEFAULT_WEIGHTS,
    Mode,
    Outcome,
    PartName,
    RankingOptions,
    RequirementKind,
    complete_weights,
    leave_out_ignored,
)
from service.reranking import (
    CROSS_ENCODER_WEIGHT,
    LATE_INTERACTION,
    LATE_INTERACTION_WEIGHT,
    MAX_CANDIDATES,
    RerankOptions,
)
from service.retrieval import DEFAULT_FUSION, Fusion

MAX_EXPLAINED = 20
_MAX_WEIGHT = 1_000_000

Weight = Annotated[float, Field(ge=0, le=_MAX_WEIGHT, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

MIN_SCORE = (
    "Leave out what is less likely than this to be suitable (the `score` of a result, without `rerank`). Where nothing "
    "is suitable, the answer then is empty and `left_out` says so."
)
_DEFAULTS = ", ".join(f"{name} {weight:g}" for name, weight in DEFAULT_WEIGHTS.items())


class FusionRequest(BaseModel):
    """How candidates are found. By default both ways count alike."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["weighted", "rrf"] = Field(
        DEFAULT_FUSION.method,
        description="`weighted` adds the scores of both ways, each brought to 0..1; `rrf` (reciprocal rank fusion) "
        "adds the reciprocals of the ranks.",
    )
    meaning: Weight = Field(DEFAULT_FUSION.meaning, description="Weight of the similarity of the embeddings.")
    terms: Weight = Field(DEFAULT_FUSION.terms, description="Weight of the words in common (BM25).")

    @model_validator(mode="after")
    def finds_something(self) -> Self:
        if not self.meaning and not self.terms:
            raise ValueError("meaning and terms cannot both weigh 0")
        return self

    def make_fusion(self) -> Fusion:
        """The fusion that was asked for."""
        return Fusion(self.method, self.meaning, self.terms)


class RerankRequest(BaseModel):
    """A second stage, which reads the best results again and puts them in a new order."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(
        LATE_INTERACTION,
        max_length=500,
        description="`late-interaction` compares the two texts sentence by sentence, with the embedding model; other "
        "models, which read both texts together, are there where the administrator allows them (the description of "
        "this API lists what there is).",
    )
    candidates: int = Field(
        RerankOptions(model=LATE_INTERACTION).candidates,
        ge=1,
        le=MAX_CANDIDATES,
        description="How many of the best are read again, whatever page is asked for. The time it takes grows with it.",
    )
    weight: Share | None = Field(
        None,
        description="How much of the score is the model's: 1 is its own order alone. By default "
        f"{LATE_INTERACTION_WEIGHT} for `late-interaction` and {CROSS_ENCODER_WEIGHT} for other models.",
    )

    def make_options(self) -> RerankOptions:
        """The second stage that was asked for."""
        return RerankOptions(model=self.model, candidates=self.candidates, weight=self.weight)


class RankingRequest(BaseModel):
    """How results are found and ranked, between a resume and a vacancy; not between two of one kind."""

    model_config = ConfigDict(extra="forbid")

    fusion: FusionRequest = Field(
        default_factory=FusionRequest, description="How candidates are found, by meaning and by terms."
    )
    weights: dict[PartName, Weight] = Field(
        default_factory=dict,
        description="How much each part of the score counts, compared with the others of its direction; 0 leaves a "
        f"part out. Those that are not named have their default: {_DEFAULTS}.",
        examples=[{"place": 0.5, "salary": 0}],
    )
    requirements: dict[RequirementKind, Mode] = Field(
        default_factory=dict,
        description="What the hard requirements of a vacancy do, by kind: `score` (the default) counts them in the "
        "score, `demand` also leaves out who is known not to meet them, `ignore` takes them out of the score.",
        examples=[{"license": "demand", "place": "ignore"}],
    )
    balance: Share = Field(
        BALANCE,
        description="How much it counts that the resume meets the vacancy; the rest is that the vacancy meets the "
        "resume. 1 ranks for an employer only, 0 for the person only.",
    )
    min_score: Share | None = Field(None, description=MIN_SCORE)
    rerank: RerankRequest | None = Field(
        None,
        description="Read the best results again before the page is cut; for a few words too. `min_score` and demanded "
        "requirements go before it, `per_company` after it.",
    )
    explain: bool = Field(
        False, description=f"Explain every result; `limit` may then be {MAX_EXPLAINED} at most. It takes longer."
    )

    @model_validator(mode="after")
    def can_be_ranked(self) -> Self:
        complete_weights(leave_out_ignored(complete_weights(self.weights), self.requirements))
        return self

    def make_options(self) -> RankingOptions:
        """The options of ranking that were asked for."""
        return RankingOptions(
            weights=self.weights,
            modes={**DEFAULT_MODES, **self.requirements},
            balance=self.balance,
            min_score=self.min_score,
            per_company=getattr(self, "per_company", None),
        )


class NotePayload(BaseModel):
    """Something to tell, as a code to translate by, the values that go into it, and in English."""

    code: str
    values: dict[str, Any] = Field(
        description="Lengths are months, distances kilometers, salaries annual amounts in the reference currency."
    )
    text: str


class PartPayload(BaseModel):
    """One part of a score."""

    value: float | None = Field(description="How well this part fits, 0 to 1; null where the data to tell is missing.")
    weight: float = Field(
        description="Its share of the score; 0 where it is left out, or data is missing and the others have its share."
    )
    notes: list[NotePayload]


class DirectionPayload(BaseModel):
    """How well one side meets the other; the same numbers whichever of the two was searched by."""

    score: float = Field(description="0 to 1: `mean`, drawn toward 0.3 in the measure that evidence is missing.")
    mean: float | None = Field(description="The weighted mean of the parts that are known; null without any.")
    evidence: float = Field(description="The share of the weights whose parts are known, 0 to 1.")
    parts: dict[PartName, PartPayload]


class QuotePayload(BaseModel):
    """A piece of a document's `text`, by its characters from `start` to `end` (exclusive)."""

    model_config = ConfigDict(from_attributes=True)

    start: int
    end: int
    text: str


class RequirementPayload(BaseModel):
    """A hard requirement of the vacancy, held against the resume."""

    kind: RequirementKind
    value: str | int = Field(description="Months of experience, a skill, a language, license categories or a city.")
    level: str | None = Field(description="Of a language: CEFR, or `native`.")
    mode: Mode
    outcome: Outcome = Field(description="`unknown` where the resume does not say; such a one is not left out.")
    note: NotePayload
    quote: QuotePayload | None = Field(description="Where the vacancy asks for it; null where only a field does.")
    evidence: QuotePayload | None = Field(description="Where the resume meets it, as far as it was looked for.")


class JudgementPayload(BaseModel):
    """How a resume and a vacancy fit."""

    score: float = Field(description="The probability that the two fit, calibrated on judged pairs; higher is better.")
    similarity: float = Field(description="The cosine similarity of the embeddings, -1 to 1.")
    resume_meets_vacancy: DirectionPayload
    vacancy_meets_resume: DirectionPayload
    requirements: list[RequirementPayload] = Field(description="All hard requirements of the vacancy, met or not.")


class SkillsPayload(BaseModel):
    """The skills of the vacancy that the resume has and lacks, and those that only the resume names."""

    model_config = ConfigDict(from_attributes=True)

    matched_required: list[str]
    missing_required: list[str]
    matched_desired: list[str]
    missing_desired: list[str]
    extra: list[str]


class EvidencePayload(BaseModel):
    """A sentence of one document, and the one of the other that answers it best."""

    model_config = ConfigDict(from_attributes=True)

    sentence: QuotePayload
    best: QuotePayload | None = Field(description="Null where no sentence is near enough.")
    similarity: float | None = Field(description="Of the nearest sentence, 0 to 1.")


class ChangePayload(BaseModel):
    """One thing that would raise the score, were it otherwise."""

    note: NotePayload
    score: float = Field(description="The score it would come to.")
    gain: float = Field(description="By how much that is more.")


class ExplanationPayload(BaseModel):
    """Why a pair scores as it does."""

    skills: SkillsPayload
    comparisons: dict[PartName, list[NotePayload]]
    vacancy_sentences: list[EvidencePayload] = Field(
        description="What the vacancy asks for, sentence by sentence, with its best evidence in the resume."
    )
    resume_sentences: list[EvidencePayload] = Field(
        description="What the resume says, sentence by sentence, with what it answers in the vacancy."
    )
    changes: list[ChangePayload] = Field(description="What would raise the score, the most telling first.")


class ExplainedPair(JudgementPayload):
    """How a stored resume and a stored vacancy fit, and why."""

    resume_id: str
    vacancy_id: str
    explanation: ExplanationPayload


class LeftOutPayload(BaseModel):
    """How many candidates are no results, by what the request asked for."""

    model_config = ConfigDict(from_attributes=True)

    requirements: int = Field(description="Do not meet a demanded requirement.")
    min_score: int = Field(description="Are less likely to be suitable than `min_score`.")
    per_company: int = Field(description="Are beyond the limit per company.")


class RereadPayload(BaseModel):
    """What the second stage says of a result."""

    model_config = ConfigDict(from_attributes=True)

    score: float = Field(description="How well the model says it fits, 0 to 1; higher is better.")
    place_before: int = Field(description="Its place among the results without `rerank`, from 1.")
    score_before: float = Field(description="Its score without `rerank`, which `explanation` speaks of.")


class RerankedPayload(BaseModel):
    """By what the best results were reranked."""

    model_config = ConfigDict(from_attributes=True)

    model: str
    candidates: int = Field(description="How many were, on this page or another.")
    weight: float = Field(description="The share of the score that is the model's.")


class FusionPayload(BaseModel):
    """How candidates were found: with the weights applied."""

    model_config = ConfigDict(from_attributes=True)

    method: Literal["weighted", "rrf"]
    meaning: float
    terms: float
