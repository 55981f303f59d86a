"""Resumes, vacancies and filters made up for the tests of the index: by hand, at random from a seed, by hypothesis."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from milvus.collection import Collection
from milvus.embedding.port import ModelIdentity
from milvus.entities import EducationLevel, EmploymentType, Entity, Kind, Resume, Vacancy, WorkFormat
from milvus.filters import EducationRange, ExperienceRange, Filter, Near, ResumeFilter, SalaryRange, VacancyFilter
from milvus.languages import LANGUAGE_PATTERN
from milvus.store import Index, Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MODEL = ModelIdentity("tiny", "1", 8, "", "", "mean")

_Value = TypeVar("_Value")

_SKILLS = ["python", "sql", "c++", "welding", "1C", "návrh", "🚀", 'say "hi"', "50% off", "a_b"]
_COUNTRIES = ["DE", "FR", "KZ"]
_CITIES = ["Köln", "Сургут", "O'Fallon"]
_COMPANIES = ["ACME  Ltd", "acme ltd", "Straße AG", "ООО Ромашка"]
_CATEGORIES = ["it", "trade"]
_LANGUAGES = ["en", "en:b2", "en:native", "ru:c1", "es"]


@contextmanager
def open_store(
    uri: str, model: ModelIdentity = MODEL, *, create: bool = True, terms_folder: Path | None = None
) -> Iterator[Store]:
    """The collections that serve at a URI, open for as long as the block lasts."""
    with closing(Index.open(uri, create=create, terms_folder=terms_folder)) as index:
        yield index.open_serving(model, create=create)


def open_and_close(uri: str, model: ModelIdentity = MODEL, *, create: bool = True) -> None:
    """Set an index up, or see whether it can be opened."""
    with open_store(uri, model, create=create):
        pass


def fill(collection: Collection, entities: Sequence[Entity]) -> None:
    """Upsert entities with random vectors."""
    collection.upsert(entities, make_vectors(len(entities)))


def make_vacancy(id: str, **values: Any) -> Vacancy:
    """A vacancy with nothing in it but what is given."""
    return Vacancy(**{"id": id, "title": "", "text": "", "text_hash": "t", "document_hash": "d"} | values)


def make_resume(id: str, **values: Any) -> Resume:
    """A resume with nothing in it but what is given."""
    return Resume(**{"id": id, "title": "", "text": "", "text_hash": "t", "document_hash": "d"} | values)


def make_vectors(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Random unit vectors, shape (count, 8)."""
    vectors = np.random.default_rng(seed).normal(size=(count, MODEL.dimension))
    unit: npt.NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def draw_entity(kind: Kind, id: str, chance: random.Random) -> Entity:
    """An entity whose every field is missing now and then."""
    values = _draw_common(chance)
    if kind is Kind.RESUMES:
        return make_resume(id, **values, experience_months=_maybe(chance, chance.randrange(0, 240)))
    return make_vacancy(
        id,
        **values,
        company=_maybe(chance, chance.choice(_COMPANIES)),
        experience_min_months=_maybe(chance, chance.randrange(0, 120)),
        experience_max_months=_maybe(chance, chance.randrange(60, 240)),
        topic=_maybe(chance, chance.randint(1, 5)),
    )


def draw_filter(kind: Kind, chance: random.Random) -> Filter:
    """A filter of one to four parts."""
    parts = _draw_parts(kind, chance)
    chosen = chance.sample(sorted(parts), chance.randint(1, 4))
    filter_type = ResumeFilter if kind is Kind.RESUMES else VacancyFilter
    return filter_type(**{name: parts[name] for name in chosen})


def _draw_common(chance: random.Random) -> dict[str, Any]:
    has_place = chance.random() < 0.8
    return {
        "title": f"title {chance.randrange(10)}",
        "skills": tuple(chance.sample(_SKILLS, chance.randrange(0, 5))),
        "country": _maybe(chance, chance.choice(_COUNTRIES)),
        "region": _maybe(chance, "North"),
        "city": _maybe(chance, chance.choice(_CITIES)),
        "latitude": chance.uniform(-90, 90) if has_place else None,
        "longitude": chance.uniform(-180, 180) if has_place else None,
        "work_format": _maybe(chance, chance.choice(list(WorkFormat))),
        "employment_types": tuple(chance.sample(list(EmploymentType), chance.randrange(0, 3))),
        "salary_min": _maybe(chance, float(chance.randrange(10, 80) * 1000)),
        "salary_max": _maybe(chance, float(chance.randrange(60, 150) * 1000)),
        "language": _maybe(chance, chance.choice(["en", "ru"])),
        "languages": tuple(chance.sample(_LANGUAGES, chance.randrange(0, 3))),
        "education_level": _maybe(chance, chance.choice(list(EducationLevel))),
        "category": _maybe(chance, chance.choice(_CATEGORIES)),
        "source": _maybe(chance, chance.choice(["feed", "upload"])),
        "published_at": _maybe(chance, NOW - timedelta(days=chance.randrange(0, 60))),
        "expires_at": _maybe(chance, NOW + timedelta(days=chance.randrange(-10, 10))),
    }


def _draw_parts(kind: Kind, chance: random.Random) -> dict[str, Any]:
    low = chance.randrange(0, 120)
    parts = {
        "skills_any": chance.sample(_SKILLS, 2),
        "skills_all": chance.sample(_SKILLS, chance.randint(1, 2)),
        "countries": chance.sample(_COUNTRIES, 2),
        "regions": ["North"],
        "cities": chance.sample(_CITIES, 2),
        "near": Near(
            latitude=chance.uniform(-90, 90),
            longitude=chance.uniform(-180, 180),
            radius_km=chance.choice([500, 3000, 9000, 15000]),
            or_remote=chance.random() < 0.3,
        ),
        "work_formats": chance.sample(list(WorkFormat), 2),
        "employment_types": chance.sample(list(EmploymentType), 3),
        "salary": _draw_range(chance, SalaryRange, low * 1000, low * 1000 + 20_000),
        "languages": ["en"],
        "languages_any": chance.sample(["en:b2", "ru", "ru:c2", "es:a1"], 2),
        "languages_all": chance.sample(["en", "en:a1", "ru:b1", "es"], chance.randint(1, 2)),
        "education": _draw_education(chance),
        "categories": ["it"],
        "sources": ["feed"],
        "published_since": NOW - timedelta(days=chance.randrange(0, 60)),
        "published_before": NOW - timedelta(days=chance.randrange(0, 60)),
        "exclude_ids": [f"{kind}-{number}" for number in range(0, 120, 2)],
        "experience": _draw_range(chance, ExperienceRange, low, low + 60),
    }
    return (
        parts
        if kind is Kind.RESUMES
        else parts | {"companies": ["Acme LTD", "STRASSE ag"], "topics": chance.sample(range(1, 6), 2)}
    )


def _draw_range(
    chance: random.Random, range_type: type[SalaryRange] | type[ExperienceRange], low: int, high: int
) -> SalaryRange | ExperienceRange:
    bounds = chance.choice([{"min": low}, {"max": high}, {"min": low, "max": high}])
    return range_type(**bounds, or_missing=chance.random() < 0.3)


def _draw_education(chance: random.Random) -> EducationRange:
    low, high = sorted(chance.sample(range(len(EducationLevel)), 2))
    levels = list(EducationLevel)
    bounds = chance.choice([{"min": levels[low]}, {"max": levels[high]}, {"min": levels[low], "max": levels[high]}])
    return EducationRange(**bounds, or_missing=chance.random() < 0.3)


def _maybe(chance: random.Random, value: _Value) -> _Value | None:
    return value if chance.random() < 0.75 else None


def _optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


texts = st.text(max_size=60)
hashes = st.text("0123456789abcdef", max_size=64)
amounts = st.floats(0, 1e9)
times = st.integers(-62_000_000_000, 253_000_000_000).map(  # the years 5 to 9987
    lambda seconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)

_common = {
    "id": st.text(min_size=1, max_size=60),
    "title": st.none() | texts,
    "text": texts,
    "skills": st.lists(texts, max_size=5).map(tuple),
    "country": _optional(texts),
    "region": _optional(texts),
    "city": _optional(texts),
    "latitude": _optional(st.floats(-90, 90)),
    "longitude": _optional(st.floats(-180, 180)),
    "work_format": _optional(st.sampled_from(WorkFormat)),
    "employment_types": st.lists(st.sampled_from(EmploymentType), unique=True).map(tuple),
    "salary_min": _optional(amounts),
    "salary_max": _optional(amounts),
    "salary_original": _optional(texts),
    "salary_gross": _optional(st.booleans()),
    "language": _optional(texts),
    "languages": st.lists(st.from_regex(LANGUAGE_PATTERN, fullmatch=True), max_size=5).map(tuple),
    "education_level": _optional(st.sampled_from(EducationLevel)),
    "duplicate_group": _optional(hashes),
    "category": _optional(texts),
    "source": _optional(texts),
    "url": _optional(texts),
    "published_at": _optional(times),
    "expires_at": _optional(times),
    "text_hash": hashes,
    "document_hash": hashes,
}
months = _optional(st.integers(0, 1000))
resumes = st.builds(Resume, **_common, experience_months=months)
vacancies = st.builds(
    Vacancy,
    **_common,
    company=_optional(texts),
    experience_min_months=months,
    experience_max_months=months,
    topic=_optional(st.integers(1, 2**31 - 1)),
)
