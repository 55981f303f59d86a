"""The shapes of requests and answers."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingestion import Change, DocumentId, State, StoredDocument, TaskState
from ingestion.documents import LongText, ResumeContent, VacancyContent, Viewer
from milvus import (
    EducationLevel,
    EmploymentType,
    Entity,
    Filter,
    Kind,
    ResumeFilter,
    Vacancy,
    VacancyFilter,
    WorkFormat,
)
from service.api.ranking_payloads import (
    MAX_EXPLAINED,
    DirectionPayload,
    ExplanationPayload,
    FusionPayload,
    LeftOutPayload,
    NotePayload,
    RankingRequest,
    RequirementPayload,
    RerankedPayload,
    RereadPayload,
    Weight,
)
from service.facets import MAX_VALUES, FacetName
from service.folding import MAX_NAMED
from service.ranking import PartName

MAX_LIMIT = 1000
MAX_OFFSET = 10_000

FOLD = (
    "Of documents that are one text under several ids or sources, return the best only, which names the others that "
    "pass the filter; `limit` and `offset` count what is left. A stored source then does not find what it is one text "
    "with. With false, each is a result of its own."
)

EXCLUDE_SEEN = "Leave out what this viewer has seen, as told with `PUT /v1/viewers/{viewer}/seen`."


class EntityPayload(BaseModel):
    """A resume or vacancy as Counterpart understood it: canonical values, without personal data."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The id that you gave.")
    title: str | None = Field(description="Position offered, wanted or last held.")
    text: str = Field(
        description="The text, without names, contacts and protected attributes; of what a search finds, at most the "
        "first 60,000 bytes."
    )
    skills: list[str] = Field(description="Canonical names where the taxonomy knows them.")
    country: str | None = Field(description="ISO 3166-1 alpha-2.")
    region: str | None
    city: str | None
    latitude: float | None = Field(description="Degrees north, WGS 84.")
    longitude: float | None = Field(description="Degrees east, WGS 84.")
    work_format: WorkFormat | None
    employment_types: list[EmploymentType]
    salary_min: float | None = Field(description="Annual, in the reference currency.")
    salary_max: float | None = Field(description="Annual, in the reference currency.")
    salary_original: str | None = Field(description="The salary as the document stated it.")
    salary_gross: bool | None = Field(description="True before taxes, false after, null where not said.")
    language: str | None = Field(description="ISO 639-1, as given or detected.")
    languages: list[str] = Field(
        description="Languages that the person speaks, or that the vacancy asks for: ISO 639-1, with the level where "
        "it is known (`en:b2`; CEFR, or `native`)."
    )
    education_level: EducationLevel | None = Field(description="Highest completed, or asked for by the vacancy.")
    category: str | None
    source: str | None
    url: str | None
    published_at: datetime | None
    expires_at: datetime | None


class ResumePayload(EntityPayload):
    """A resume as Counterpart understood it."""

    experience_months: int | None = Field(description="Total work experience.")


class VacancyPayload(EntityPayload):
    """A vacancy as Counterpart understood it."""

    company: str | None
    experience_min_months: int | None = Field(description="Experience demanded, at least.")
    experience_max_months: int | None = Field(description="Experience demanded, at most.")
    topic: int | None = Field(description="The topic that it belongs to, of those that `GET /v1/topics` lists.")


P = TypeVar("P", ResumePayload, VacancyPayload)


class StoredPayload(BaseModel, Generic[P]):
    """A stored document: what was understood, and how far it has got."""

    document: P
    state: State = Field(description="`pending` until searches find this version, `failed` if they never will.")
    error: str | None = Field(description="Why it failed.")
    task_id: int = Field(description="The task of its newest version.")
    document_hash: str = Field(description="Changes with every change of the document.")
    created_at: datetime
    updated_at: datetime
    indexed_at: datetime | None = Field(description="When searches last learned of a version of it.")


class ListPayload(BaseModel, Generic[P]):
    """One page of stored documents, in the order of their ids."""

    items: list[StoredPayload[P]]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")


class TaskPayload(BaseModel):
    """A change on its way into the index."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Kind
    document_id: str
    action: str = Field(description="upsert or delete")
    state: TaskState = Field(description="`done` once searches show the change or a later one.")
    error: str | None = Field(description="Why it failed.")
    created_at: datetime


class RecordedPayload(BaseModel):
    """A document that is safely stored."""

    id: str
    change: Change = Field(description="new, changed or unchanged against what was stored.")
    task_id: int = Field(description="Ask `GET /v1/tasks/{task_id}` when it is searchable.")
    task_state: TaskState = Field(description="`done` once searches show it.")


class RowError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Path of the field; empty where the row itself is wrong.")
    message: str


class RowOutcome(BaseModel):
    """What became of one row of a batch. `errors` is empty where the row was stored."""

    row: int = Field(description="1-based: the element of the array, or the line.")
    id: str | None
    change: Change | None
    task_id: int | None
    task_state: TaskState | None = Field(
        description="`done` once searches show it, `failed` if they never will; null where the request did not wait."
    )
    errors: list[RowError] = Field(default_factory=list)


class BatchPayload(BaseModel):
    """What became of a batch, in numbers and row by row."""

    stored: int = Field(description="Rows that are safely stored: new, changed or unchanged.")
    rejected: int
    rows: list[RowOutcome]


class Request(BaseModel):
    """Base of request bodies: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


F = TypeVar("F", ResumeFilter, VacancyFilter)


class SearchRequest(RankingRequest, Generic[F]):
    """What to search with (exactly one source), under which filter, how to rank, and which part of the ranking to
    return."""

    alike: ClassVar[tuple[str, ...]] = ()
    """The sources of the kind that is sought: what they find is ordered by similarity alone."""

    text: LongText | None = Field(None, description="A few words or a whole text.", examples=["night nurse in Leeds"])
    resume_id: DocumentId | None = Field(None, description="A stored resume.")
    vacancy_id: DocumentId | None = Field(None, description="A stored vacancy.")
    resume: ResumeContent | None = Field(None, description="A resume that is not stored.")
    vacancy: VacancyContent | None = Field(None, description="A vacancy that is not stored.")
    filter: F | None = Field(None, description="What every result must satisfy.")
    limit: int = Field(10, ge=1, le=MAX_LIMIT, description="At most so many results.")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="Leave out so many of the best.")
    include_expired: bool = Field(False, description="Also return what has expired.")
    fold_duplicates: bool = Field(True, description=FOLD)
    facets: list[FacetName] = Field(
        default_factory=list,
        max_length=len(FacetName),
        description="Count the documents that pass the filter by these, each named as the filter part that narrows by "
        "it (`published` by month). A facet's own part of the filter does not narrow it, so it shows what else could "
        "be chosen; `skills_all` adds to what is demanded already.",
        examples=[["cities", "skills_all", "salary"]],
    )
    exclude_seen_by: Viewer | None = Field(None, description=EXCLUDE_SEEN)

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        sources = ("text", "resume_id", "vacancy_id", "resume", "vacancy")
        given = [name for name in sources if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(sources)}; got {', '.join(given) or 'none'}")
        if given[0] in self.alike and (asked := self._list_ranking()):
            raise ValueError(f"{', '.join(asked)}: only between a resume and a vacancy, not with {given[0]}")
        if self.explain and self.limit > MAX_EXPLAINED:
            raise ValueError(f"limit: with explain at most {MAX_EXPLAINED}, not {self.limit}")
        return self

    def _list_ranking(self) -> list[str]:
        """What of the ranking was asked for other than it is anyway."""
        fields = type(self).model_fields
        names = [name for name in (*RankingRequest.model_fields, "per_company") if name in fields]
        return [name for name in names if getattr(self, name) != fields[name].get_default(call_default_factory=True)]


class DuplicatePayload(BaseModel):
    """A document that is one text with a result, in short."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str | None
    company: str | None = Field(description="Null for a resume.")
    source: str | None
    url: str | None


class MatchPayload(BaseModel, Generic[P]):
    """One result. Between two of one kind, and for a few words, what is about fitting is null."""

    score: float = Field(
        description="Between a resume and a vacancy the probability that the two fit, 0 to 1, calibrated on judged "
        "pairs; behind the best few hundred candidates, which alone are ranked by it, at most the last one's. Between "
        "two of one kind it is `similarity`, and for a few words (one line of up to 100 characters) `relevance`, since "
        "words alone cannot be judged: then there are no parts. With `rerank`, whose weight is w, it is (1 - w) of all "
        "this and w of the model's score, which only the best have. It falls along the results."
    )
    similarity: float = Field(description="The cosine similarity of the embeddings, -1 to 1.")
    relevance: float | None = Field(
        description="How well it was found by meaning and by terms, 0 to 1; null behind the candidates."
    )
    resume_meets_vacancy: DirectionPayload | None
    vacancy_meets_resume: DirectionPayload | None
    requirements: list[RequirementPayload] | None = Field(
        description="All hard requirements of the vacancy, met or not."
    )
    explanation: ExplanationPayload | None = Field(description="Where the request asks to explain.")
    rerank: RereadPayload | None = Field(description="Where the second stage read it.")
    document: P
    duplicates: list[DuplicatePayload] = Field(
        description=f"What was folded into this result, in the order of the ids: the first {MAX_NAMED}."
    )
    duplicates_total: int = Field(description="How many documents were folded into this result.")


class FacetValuePayload(BaseModel):
    """A value of a facet, and how many documents have it."""

    model_config = ConfigDict(from_attributes=True)

    value: str = Field(description="As stored; a band as `least-most` or `least+`, a month as `2026-11`.")
    count: int = Field(description="Documents, duplicates included.")
    least: float | None = Field(description="Of a band: months of experience, or an annual salary.")
    most: float | None = Field(description="Of a band, included; null where it is open.")
    narrow: dict[str, Any] = Field(description="The parts of a filter that let these documents pass and no others.")


class FacetPayload(BaseModel):
    """How the documents that pass the filter are spread."""

    model_config = ConfigDict(from_attributes=True)

    name: FacetName
    values: list[FacetValuePayload] = Field(
        description=f"The {MAX_VALUES} commonest, or bands and months in their order."
    )
    is_exact: bool = Field(description="False where the counts are estimated from a part of the documents.")


class SearchPayload(BaseModel, Generic[P]):
    """The results, best first."""

    items: list[MatchPayload[P]]
    source: ResumePayload | VacancyPayload | None = Field(
        description="What the source was understood as, where it was a document."
    )
    warnings: list[str] = Field(description="What makes these results less reliable.")
    weights: dict[PartName, Weight] | None = Field(
        description="The weights asked for and the defaults; null between two of one kind and for a few words."
    )
    fusion: FusionPayload | None = Field(description="How candidates were found; null between two of one kind.")
    reranked: RerankedPayload | None = Field(description="Where the request asks to rerank.")
    left_out: LeftOutPayload
    facets: list[FacetPayload] = Field(description="Those asked for, in that order.")
    relaxations: list[NotePayload] = Field(
        description="How many more would match without one thing that was asked, the costliest first: without a part "
        "of the filter, of all documents, where the search explains or finds nothing; without a demanded requirement, "
        "of the candidates."
    )


class StoredResume(StoredPayload[ResumePayload]):
    """A stored resume: what was understood, and how far it has got."""


class StoredVacancy(StoredPayload[VacancyPayload]):
    """A stored vacancy: what was understood, and how far it has got."""


class ResumeList(ListPayload[ResumePayload]):
    """One page of resumes, in the order of their ids."""


class VacancyList(ListPayload[VacancyPayload]):
    """One page of vacancies, in the order of their ids."""


class ResumeSearch(SearchRequest[ResumeFilter]):
    """A search for resumes: exactly one source, a filter, how to rank, and which part of the ranking to return."""

    alike: ClassVar[tuple[str, ...]] = ("resume_id", "resume")


class VacancySearch(SearchRequest[VacancyFilter]):
    """A search for vacancies: exactly one source, a filter, how to rank, and which part of the ranking to return."""

    alike: ClassVar[tuple[str, ...]] = ("vacancy_id", "vacancy")

    per_company: int | None = Field(None, ge=1, le=MAX_LIMIT, description="At most so many vacancies of one company.")


class ResumeResults(SearchPayload[ResumePayload]):
    """Resumes found, best first."""


class VacancyResults(SearchPayload[VacancyPayload]):
    """Vacancies found, best first."""


FILTERS: dict[Kind, type[Filter]] = {Kind.RESUMES: ResumeFilter, Kind.VACANCIES: VacancyFilter}


def make_entity_payload(entity: Entity) -> ResumePayload | VacancyPayload:
    """The payload of an entity."""
    return (VacancyPayload if isinstance(entity, Vacancy) else ResumePayload).model_validate(entity)


def make_stored_payload(stored: StoredDocument, entity: Entity) -> dict[str, object]:
    """The values of a `StoredPayload`; times become UTC datetimes."""
    return {
        "document": make_entity_payload(entity),
        "state": stored.state,
        "error": stored.error,
        "task_id": stored.task_id,
        "document_hash": stored.document_hash,
        "created_at": make_moment(stored.created_at),
        "updated_at": make_moment(stored.updated_at),
        "indexed_at": make_moment(stored.indexed_at) if stored.indexed_at is not None else None,
    }


def make_moment(seconds: float) -> datetime:
    """A UTC datetime from epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)
