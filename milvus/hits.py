"""What searches of a collection give: rows in an order, and what they say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from milvus.entities import Entity
from milvus.errors import InvalidVector

Vector = npt.NDArray[np.float32]
"""One vector, shape (dimension,), float32."""

Groups = dict[str, str | None]
"""Rows by id, with the group of duplicates that each belongs to."""

_LEAST_NORM = 1e-6
_UNIT_ERROR = 1e-3


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What rows that pass a filter hold: `total` of them pass, of which `counted` were looked at.

    `texts` says for each column how many rows hold each text (a row may hold several), for the commonest texts;
    `numbers` has those of each column, NaN for a row without one.
    """

    total: int
    counted: int
    texts: Mapping[str, Counter[str]]
    numbers: Mapping[str, npt.NDArray[np.float64]]


def to_unit(vector: Vector, dimension: int, what: str) -> Vector:
    """The vector at unit length. Raises InvalidVector, which says `what` it is."""
    exact = np.asarray(vector, dtype=np.float64)
    if exact.shape != (dimension,):
        raise InvalidVector(f"{what} has shape {exact.shape}, not ({dimension},)")
    if not np.isfinite(exact).all():
        raise InvalidVector(f"{what} holds NaN or infinite values")
    norm = float(np.linalg.norm(exact))
    if norm < _LEAST_NORM:
        raise InvalidVector(f"{what} is zero")
    return (exact / norm).astype(np.float32)


def is_unit(vector: Vector) -> bool:
    """Whether the vector is of unit length, as far as its precision goes."""
    with np.errstate(over="ignore"):
        return bool(abs(float(np.linalg.norm(vector.astype(np.float64))) - 1.0) < _UNIT_ERROR)
