"""What searches of a collection give: rows in an order, and what they say."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from milvus.entities import Entity

Vector = npt.NDArray[np.float32]
"""One vector, shape (dimension,), float32."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that a search found. `score` is the cosine similarity in [-1, 1]; higher is better."""

    entity: Entity
    score: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row's place in a ranking; `group` is shared by rows that are duplicates of one another."""

    id: str
    score: float
    group: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a group of duplicates, in short."""

    id: str
    title: str | None
    company: str | None
    source: str | None
    url: str | None
