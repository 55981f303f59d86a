"""The endpoint of topics: what there is to browse and to filter vacancies by."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from service.api.dependencies import GivenServices
from service.api.payloads import make_moment

router = APIRouter(prefix="/v1/topics", tags=["topics"])


class TermPayload(BaseModel):
    """A word that sets the vacancies of a topic apart from the others."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    weight: float = Field(description="c-TF-IDF; orders the terms of one topic and language.")


class TopicPayload(BaseModel):
    """A group of vacancies about the same work."""

    id: int = Field(description="Stays the same as long as the topic is found again; never given to another one.")
    names: dict[str, str] = Field(description="Its first terms, by language (ISO 639-1); may be empty.")
    terms: dict[str, list[TermPayload]] = Field(description="Its terms, most telling first, by language.")
    size: int = Field(description="How many vacancies belong to it, expired ones included.")
    x: float = Field(description="Its place on a map of topics, -1 to 1: topics that are alike are near one another.")
    y: float
    made_at: datetime = Field(description="When it was first found.")


class TopicList(BaseModel):
    """The topics, the largest first."""

    items: list[TopicPayload]
    without_topic: int = Field(description="Vacancies that were looked at and belong to none.")


@router.get("", summary="Browse topics")
def list_topics(
    services: GivenServices,
    language: Annotated[
        str | None,
        Query(
            pattern="^[a-z]{2,3}$",
            description="Only names in this language (ISO 639-1), and only topics that have one.",
            examples=["en"],
        ),
    ] = None,
) -> TopicList:
    """Groups of vacancies about the same work, as `python -m ingestion topics build` last found them.

    Give their ids as `topics` in a filter of vacancies.
    """
    book = services.books.topics
    items = [
        TopicPayload(
            id=one.id,
            names={code: one.name(code) for code in one.labels if language in (None, code)},
            terms={
                code: [TermPayload.model_validate(term) for term in terms]
                for code, terms in one.labels.items()
                if language in (None, code)
            },
            size=one.size,
            x=one.x,
            y=one.y,
            made_at=make_moment(one.made_at),
        )
        for one in book.list_topics()
        if language is None or language in one.labels
    ]
    return TopicList(items=items, without_topic=book.count_without())
