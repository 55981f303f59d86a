"""Do filters hold and does filtered search find everything? `python -m tests.benchmarks.filters`

Runs on what is loaded in the installation that the COUNTERPART_ settings name (no other process may hold a Milvus Lite
folder meanwhile). Two tables: random filter combinations against a brute-force check of every stored row, and recall@10
against exact search by the share of rows that pass.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from ingestion import open_installation, read_settings
from milvus import Entity, Filter, Kind, Resume, ResumeFilter, Vacancy, VacancyFilter
from milvus.collection import Collection
from milvus.filters import ExperienceRange, Near, SalaryRange
from tests.filter_oracle import matches_filter

COMBINATIONS = 500
LIMIT = 10
SELECTIVITIES = (0.5, 0.25, 0.1, 0.05, 0.01, 0.005, 0.001)
QUERIES_PER_SELECTIVITY = 50


@dataclass
class Rows:
    """Everything a collection holds, in memory: entities and their unit vectors, row by row."""

    collection: Collection
    entities: list[Entity]
    vectors: npt.NDArray[np.float32]

    @classmethod
    def read(cls, collection: Collection) -> "Rows":
        entities = [entity for batch in collection.iterate() for entity in batch]
        found: dict[str, npt.NDArray[np.float32]] = {}
        for start in range(0, len(entities), 1000):
            found |= collection.get_vectors([entity.id for entity in entities[start : start + 1000]])
        return cls(collection, entities, np.stack([found[entity.id] for entity in entities]))

    def best_score(self, query: npt.NDArray[np.float32], passing: npt.NDArray[np.bool_]) -> list[float]:
        scores = self.vectors[passing] @ query
        return sorted((float(score) for score in scores), reverse=True)[:LIMIT]


@dataclass
class Tally:
    """What a series of searches showed. Recall counts hits at least as near as the exact tenth: ties are no misses."""

    searches: int = 0
    hits: int = 0
    violations: int = 0
    short: int = 0
    recalls: list[float] = field(default_factory=list)
    passing: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def make_part(name: str, entity: Entity, chance: random.Random) -> dict[str, object]:
    """One random condition about one field, made around the values of an entity so that something passes."""
    radius = chance.choice((5, 20, 50, 150, 400))
    low = (entity.salary_min or entity.salary_max or 0) * chance.uniform(0.5, 1.2)
    makers: dict[str, Callable[[], dict[str, object]]] = {
        "skills_any": lambda: {"skills_any": tuple(chance.sample(entity.skills, min(3, len(entity.skills))))},
        "skills_all": lambda: {"skills_all": tuple(chance.sample(entity.skills, min(2, len(entity.skills))))},
        "countries": lambda: {"countries": (entity.country,)} if entity.country else {},
        "cities": lambda: {"cities": (entity.city,)} if entity.city else {},
        "work_formats": lambda: {"work_formats": (entity.work_format,)} if entity.work_format else {},
        "employment_types": lambda: {"employment_types": entity.employment_types[:1]},
        "languages": lambda: {"languages": (entity.language,)} if entity.language else {},
        "published_since": lambda: {"published_since": entity.published_at} if entity.published_at else {},
        "exclude_ids": lambda: {"exclude_ids": (entity.id,)},
        "salary": lambda: {"salary": SalaryRange(min=low, max=low * 1.5 + 1, or_missing=chance.random() < 0.3)},
        "near": lambda: (
            {
                "near": Near(
                    latitude=entity.latitude,
                    longitude=entity.longitude or 0,
                    radius_km=radius,
                    or_remote=chance.random() < 0.3,
                )
            }
            if entity.latitude is not None
            else {}
        ),
        "experience": lambda: {"experience": make_experience(entity, chance)},
        "companies": lambda: {"companies": (entity.company,)} if isinstance(entity, Vacancy) and entity.company else {},
    }
    return makers[name]()


def make_experience(entity: Entity, chance: random.Random) -> ExperienceRange:
    """A range of months around the entity's own."""
    months = entity.experience_months if isinstance(entity, Resume) else getattr(entity, "experience_min_months", None)
    low = max(0, (months or 24) - chance.randrange(0, 24))
    return ExperienceRange(min=low, max=low + chance.randrange(0, 60), or_missing=chance.random() < 0.3)


def make_filter(entity: Entity, chance: random.Random) -> Filter:
    """A random combination of one to four conditions."""
    names = [
        "skills_any", "skills_all", "countries", "cities", "work_formats", "employment_types", "languages",
        "published_since", "exclude_ids", "salary", "near", "experience",
    ]  # fmt: skip
    model: type[Filter] = ResumeFilter
    if isinstance(entity, Vacancy):
        names.append("companies")
        model = VacancyFilter
    parts: dict[str, object] = {}
    for name in chance.sample(names, chance.randint(1, 4)):
        parts |= make_part(name, entity, chance)
    return model.model_validate(parts)


def search_and_check(
    rows: Rows, query: npt.NDArray[np.float32], asked: Filter, active_at: datetime | None, *, tally: Tally
) -> None:
    """One filtered search against what the same filter passes by brute force."""
    passing = np.array([matches_filter(entity, asked, active_at=active_at) for entity in rows.entities])
    started = time.perf_counter()
    hits = rows.collection.search(query, filter=asked, limit=LIMIT, active_at=active_at)
    tally.seconds.append(time.perf_counter() - started)
    exact = rows.best_score(query, passing)
    tally.searches += 1
    tally.hits += len(hits)
    tally.passing.append(int(passing.sum()))
    tally.violations += sum(not matches_filter(hit.entity, asked, active_at=active_at) for hit in hits)
    tally.short += len(hits) < len(exact)
    if exact:
        near_enough = sum(hit.score >= exact[-1] - 1e-5 for hit in hits)
        tally.recalls.append(min(near_enough, len(exact)) / len(exact))


def check_combinations(rows: Rows, queries: npt.NDArray[np.float32], chance: random.Random) -> Tally:
    """COMBINATIONS random filters, each with a random query; half of them at a moment when some rows have expired."""
    tally = Tally()
    moments = [entity.expires_at for entity in rows.entities if entity.expires_at]
    for _ in range(COMBINATIONS):
        asked = make_filter(chance.choice(rows.entities), chance)
        active_at = chance.choice(moments) if moments and chance.random() < 0.5 else None
        search_and_check(rows, queries[chance.randrange(len(queries))], asked, active_at, tally=tally)
    return tally


def check_selectivity(rows: Rows, queries: npt.NDArray[np.float32], share: float, chance: random.Random) -> Tally:
    """Searches under filters that a given share of the rows passes: published since the moment that leaves so many."""
    tally = Tally()
    model = VacancyFilter if isinstance(rows.entities[0], Vacancy) else ResumeFilter
    moments = sorted((e.published_at or datetime(1970, 1, 1, tzinfo=UTC) for e in rows.entities), reverse=True)
    last = moments[max(1, round(share * len(moments))) - 1]
    for _ in range(QUERIES_PER_SELECTIVITY):
        asked = model(published_since=last)
        search_and_check(rows, queries[chance.randrange(len(queries))], asked, None, tally=tally)
    return tally


def make_table(title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("what", "searches", "rows passing (median)", "hits", "violations", "short", "recall@10", "p50 ms"):
        table.add_column(column, justify="right")
    return table


def add_row(table: Table, what: str, tally: Tally) -> None:
    table.add_row(
        what,
        str(tally.searches),
        f"{int(np.median(tally.passing)):,}",
        str(tally.hits),
        str(tally.violations),
        str(tally.short),
        f"{np.mean(tally.recalls):.4f}" if tally.recalls else "-",
        f"{np.median(tally.seconds) * 1000:.1f}",
    )


def run(kinds: Sequence[Kind] = tuple(Kind)) -> None:
    """Print both tables for every collection that holds anything."""
    installation = open_installation(read_settings())
    chance = random.Random(20261120)
    console = Console(width=140)
    store = installation.serving.get().store
    loaded = {kind: store.collection(kind) for kind in kinds if store.collection(kind).count()}
    rows = {kind: Rows.read(collection) for kind, collection in loaded.items()}
    for kind, own in rows.items():
        queries = rows.get(kind.counterpart, own).vectors
        combinations = make_table(f"{kind.value}: random filter combinations over {len(own.entities):,} rows")
        add_row(combinations, "combinations", check_combinations(own, queries, chance))
        console.print(combinations)
        if len({entity.published_at for entity in own.entities}) > len(own.entities) / 20:
            by_share = make_table(f"{kind.value}: by share of rows that pass")
            for share in SELECTIVITIES:
                add_row(by_share, f"{share:.1%}", check_selectivity(own, queries, share, chance))
            console.print(by_share)
    installation.close()


if __name__ == "__main__":
    run()
