"""What is asked of the market over HTTP, and the shapes of the answers."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ingestion import Normalizer, SnapshotManifest
from milvus import Kind, VacancyFilter
from service.analytics import MarketFilter

CSV_TYPE = "text/csv"
_MONTH = StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

Row = TypeVar("Row")
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Month = Annotated[str, _MONTH, Path(description="`2026-11`.", examples=["2026-11"])]
Format = Annotated[
    Literal["json", "csv"] | None,
    Query(alias="format", description="`csv` answers with the rows alone; so does the header `Accept: text/csv`."),
]


class MarketQuery(BaseModel):
    """Which documents the figures are of: those that satisfy all that is given."""

    country: Name | None = Field(None, description="ISO 3166-1 alpha-2, or a name.", examples=["GB"])
    city: Name | None = Field(None, description="A city, in any language that we know it in.")
    category: Name | None = Field(None, description="Trade or category, as the documents have it.")
    skill: Name | None = Field(None, description="A skill, by any of its names.")
    month_from: Annotated[str, _MONTH] | None = Field(
        None, description="Published in this month or later.", examples=["2026-01"]
    )
    month_to: Annotated[str, _MONTH] | None = Field(
        None, description="Published in this month or earlier.", examples=["2026-10"]
    )

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if self.month_from and self.month_to and self.month_from > self.month_to:
            raise ValueError(f"month_from ({self.month_from}) is later than month_to ({self.month_to})")
        return self

    def make_filter(self, normalizer: Normalizer) -> MarketFilter:
        """The filter with places and skills spelled as they are stored."""
        asked = VacancyFilter(
            countries=tuple(filter(None, [self.country])),
            cities=tuple(filter(None, [self.city])),
            skills_any=tuple(filter(None, [self.skill])),
        )
        spelled = normalizer.normalize_filter(asked)
        return MarketFilter(
            country=next(iter(spelled.countries), None),
            city=next(iter(spelled.cities), None),
            category=self.category,
            skill=next(iter(spelled.skills_any), None),
            month_from=self.month_from,
            month_to=self.month_to,
        )


class SnapshotPayload(BaseModel):
    """What all figures are computed from."""

    model_config = ConfigDict(from_attributes=True)

    made_at: datetime = Field(description="The figures are as of then.")
    seconds: float = Field(description="How long it took to make.")
    currency: str = Field(description="The reference currency, that amounts are in.")
    rows: dict[Kind, int] = Field(description="Documents, duplicates among them.")
    closed: int = Field(description="Vacancies that were taken out, of which only such fields are remembered.")


class ReportPayload(BaseModel, Generic[Row]):
    """Figures, and what they are of. Of documents that are one text under several ids, one counts."""

    as_of: datetime = Field(description="When the snapshot was made that they are computed from.")
    currency: str = Field(description="The reference currency, that amounts are in.")
    filter: MarketFilter = Field(MarketFilter(), description="The filter as it was understood.")
    documents: int = Field(description="Documents that passed the filter, and have what is counted.")
    rows: list[Row]


def is_csv_wanted(request: Request, asked: Format = None) -> bool:
    """Whether the answer should be CSV: by the parameter `format`, else by the header `Accept`."""
    if asked is not None:
        return asked == "csv"
    accepted = request.headers.get("accept", "")
    return CSV_TYPE in accepted and "application/json" not in accepted


def make_csv(rows: Sequence[Any], manifest: SnapshotManifest, *, name: str) -> Response:
    """Rows, all of one dataclass, as CSV (RFC 4180) with a header; texts that look like a formula are defused."""
    written = io.StringIO()
    writer = csv.writer(written)
    if rows:
        writer.writerow(field.name for field in fields(rows[0]))
    writer.writerows(map(defuse, astuple(row)) for row in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Last-Modified": format_datetime(manifest.made_at, usegmt=True),
    }
    return Response(written.getvalue(), media_type=f"{CSV_TYPE}; charset=utf-8", headers=headers)


def defuse(cell: Any) -> Any:
    """A cell as a spreadsheet may have it: an apostrophe before a text that would be taken for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
