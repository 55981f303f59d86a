"""When two documents are one posting or one resume under two ids: what has to agree beside their texts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ingestion.minhash import Signatures, estimate_jaccard, hash_bands, make_signature, split_words
from milvus import Entity, Vacancy, WorkFormat, distance_km

LEAST_JACCARD = 0.8
LEAST_JACCARD_IN_SOURCE = 0.95
NEAR_KM = 15.0

# Legal forms, which one source writes after a company's name and another leaves out.
_LEGAL_FORMS = frozenset({"the", "ltd", "limited", "llc", "inc", "corp", "corporation", "co", "plc"}) | frozenset(
    {"gmbh", "ag", "kg", "sa", "sl", "srl", "bv", "nv", "ab", "oy", "ооо", "оао", "зао", "пао", "ао", "ип"}
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a vacancy says beside its text, as it is compared: words in one form and order. Nothing of a resume."""

    title: tuple[str, ...] | None = None
    company: tuple[str, ...] = ()
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    is_remote: bool = False
    source: str | None = None

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Marks":
        """The marks that `write` gave."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**values)

    def write(self) -> dict[str, Any]:
        """As JSON values; what is missing is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Signed:
    """A document's signature, shape (PERMUTATIONS,), and its marks."""

    id: str
    signature: Signatures
    marks: Marks


def hash_buckets(signed: Sequence[Signed]) -> npt.NDArray[np.int64]:
    """The buckets of documents, shape (n, BANDS): those that are the same share one almost surely.

    A title goes into a vacancy's, so that the many that were written from one template do not all meet.
    """
    titles = [crc32(" ".join(one.marks.title or ()).encode()) for one in signed]
    bands = hash_bands(np.stack([one.signature for one in signed]))
    return bands ^ (np.array(titles, dtype=np.int64)[:, np.newaxis] << 31)


def sign(entity: Entity) -> Signed | None:
    """What an entity is compared by; None where its text is too short to tell it from others."""
    signature = make_signature(entity.text)
    return None if signature is None else Signed(entity.id, signature, _describe(entity))


def find_alike(one: Signed, others: Sequence[Signed]) -> list[Signed]:
    """Those of the others that are the same as this one. Whichever of two is asked for, the answer is the same.

    Two texts are the same from an estimated Jaccard index of LEAST_JACCARD on. Employers write hundreds of vacancies
    from one template, so two vacancies must also agree in title, company and place, as far as both state them. Where
    nothing says that they come from two sources, they must agree in LEAST_JACCARD_IN_SOURCE of their texts: a board
    gives each opening an id of its own, and two openings may differ in no more than the name of a ward. A person sends
    one resume under several titles and from several places: of resumes the text decides.
    """
    near = [other for other in others if _agree(one.marks, other.marks)]
    if not near:
        return []
    shares = estimate_jaccard(one.signature, np.stack([other.signature for other in near]))
    return [
        other
        for other, share in zip(near, shares, strict=True)
        if share >= (LEAST_JACCARD if _may_differ(one.marks, other.marks) else LEAST_JACCARD_IN_SOURCE)
    ]


def _describe(entity: Entity) -> Marks:
    if not isinstance(entity, Vacancy):
        return Marks()
    place = {word for name in (entity.city, entity.region, entity.country) for word in split_words(name or "")}
    title = sorted(set(split_words(entity.title or "")))
    return Marks(
        # Some sources write the place into the title; places are compared by themselves.
        title=tuple(word for word in title if word not in place) or tuple(title),
        company=tuple(sorted(set(split_words(entity.company or "")) - _LEGAL_FORMS)),
        country=entity.country,
        latitude=entity.latitude,
        longitude=entity.longitude,
        is_remote=entity.work_format is WorkFormat.REMOTE,
        source=entity.source,
    )


def _agree(one: Marks, other: Marks) -> bool:
    return one.title == other.title and _is_same_company(one, other) and _is_same_place(one, other)


def _may_differ(one: Marks, other: Marks) -> bool:
    """Whether they are resumes, or of two sources, each of which typesets a text in its own way."""
    is_vacancy = one.title is not None
    return not is_vacancy or (one.source is not None and other.source is not None and one.source != other.source)


def _is_same_company(one: Marks, other: Marks) -> bool:
    """Whether one name holds all words of the other, as "Northwind" and "Northwind Hospital Ltd"; or is missing."""
    first, second = set(one.company), set(other.company)
    return first <= second or second <= first


def _is_same_place(one: Marks, other: Marks) -> bool:
    """Whether both are remote, or nothing says that they are further apart than a town is wide."""
    if one.is_remote and other.is_remote:
        return True
    if one.country and other.country and one.country != other.country:
        return False
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return True
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude) <= NEAR_KM
