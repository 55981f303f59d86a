"""Pools for judging: what the searches find first for a few documents drawn at random, to be graded by hand."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from milvus import Entity, Kind, Resume, Vacancy
from service.errors import EvaluationRefused
from service.evaluation.judgement_files import GRADES, TABLE_COLUMNS, guard_cell
from service.evaluation.metrics import rank_documents
from service.evaluation.registry import Configuration
from service.evaluation.workbench import Workbench

POOL_COLUMNS = (
    *TABLE_COLUMNS,
    "comment",
    "vacancy_title",
    "vacancy_facts",
    "vacancy_text",
    "resume_title",
    "resume_facts",
    "resume_text",
)


@dataclass(frozen=True, slots=True)
class PoolSize:
    """How many documents of each side ask, and how deep into each ranking the pool goes."""

    queries: int = 10
    depth: int = 10


@dataclass(frozen=True, slots=True)
class PooledPair:
    """A vacancy and a resume to be held against each other; nothing says who found whom, nor at which place."""

    vacancy: Entity
    resume: Entity


def draw_pool(
    bench: Workbench, configurations: Sequence[Configuration], *, size: PoolSize, seed: int
) -> list[PooledPair]:
    """Draw documents of each side, and pool the first ones that each configuration finds for them.

    Each pair is there once. What one document found stands together, so that it is read once; within that, and among
    those documents, the order is chance. The same seed over the same documents draws the same.
    """
    chance = np.random.default_rng(seed)
    drawn: list[tuple[Kind, str]] = []
    for kind in Kind:
        ids = sorted(bench.documents[kind])
        drawn += [(kind, ids[place]) for place in chance.permutation(len(ids))[: size.queries]]
    found = {
        kind: _find(
            bench, configurations, kind=kind, queries=[id for one, id in drawn if one is kind], depth=size.depth
        )
        for kind in Kind
    }
    pairs: dict[tuple[str, str], PooledPair] = {}
    for place in chance.permutation(len(drawn)):
        kind, query = drawn[place]
        candidates = sorted(found[kind][query])
        for other in chance.permutation(len(candidates)):
            both = {kind: query, kind.counterpart: candidates[other]}
            entities = {one: bench.documents[one][id] for one, id in both.items()}
            pair = PooledPair(entities[Kind.VACANCIES], entities[Kind.RESUMES])
            pairs.setdefault((pair.vacancy.id, pair.resume.id), pair)
    return list(pairs.values())


def write_pool_table(pairs: Sequence[PooledPair], path: Path) -> None:
    """Write the pool as CSV with empty grades. Raises EvaluationRefused where it cannot be written."""
    try:
        # With a byte order mark, without which spreadsheets take UTF-8 for something else. A lone surrogate, which a
        # file of JSON may hold, has no place in UTF-8.
        with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(POOL_COLUMNS)
            for pair in pairs:
                cells = [pair.vacancy.id, pair.resume.id, "", ""]
                for entity in (pair.vacancy, pair.resume):
                    cells += [entity.title or "", describe_facts(entity), entity.text]
                writer.writerow([guard_cell(cell) for cell in cells])
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def write_pool_page(pairs: Sequence[PooledPair], path: Path) -> None:
    """Write the pool as one web page that needs no network. Raises EvaluationRefused where it cannot be written."""
    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numbers = _number_documents(pairs)
    page = environment.get_template("grading.html").render(
        documents=[
            {
                "number": number,
                "kind": kind.value,
                "title": entity.title,
                "facts": describe_facts(entity),
                "text": entity.text,
            }
            for (kind, _), (number, entity) in numbers.items()
        ],
        pairs=[
            {
                "vacancy": pair.vacancy.id,
                "resume": pair.resume.id,
                "left": numbers[Kind.VACANCIES, pair.vacancy.id][0],
                "right": numbers[Kind.RESUMES, pair.resume.id][0],
            }
            for pair in pairs
        ],
        grades=GRADES,
        pool=_name_pool(pairs),
    )
    try:
        path.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        raise EvaluationRefused(f"{path}: {error.strerror}") from None


def describe_facts(entity: Entity) -> str:
    """What a grader needs to know beside title and text: place, format, terms, salary, experience."""
    if isinstance(entity, Vacancy):
        bounds = (("from", entity.experience_min_months), ("to", entity.experience_max_months))
        stated = [f"{word} {months}" for word, months in bounds if months is not None]
        experience = f"experience {' '.join(stated)} months" if stated else None
    else:
        months_worked = entity.experience_months if isinstance(entity, Resume) else None
        experience = f"experience {months_worked} months" if months_worked is not None else None
    place = ", ".join(part for part in (entity.city, entity.region, entity.country) if part)
    facts = (place, entity.work_format, *entity.employment_types, entity.salary_original, experience)
    return "; ".join(fact for fact in facts if fact)


def _find(
    bench: Workbench, configurations: Sequence[Configuration], *, kind: Kind, queries: Sequence[str], depth: int
) -> Mapping[str, set[str]]:
    """What all configurations find first for each query."""
    found: dict[str, set[str]] = {query: set() for query in queries}
    for one in configurations:
        run = one.rank(kind, queries, bench)
        for query in queries:
            found[query].update(rank_documents(run.get(query, {}))[:depth])
    return found


def _number_documents(pairs: Sequence[PooledPair]) -> dict[tuple[Kind, str], tuple[int, Entity]]:
    numbers: dict[tuple[Kind, str], tuple[int, Entity]] = {}
    for pair in pairs:
        for kind, entity in ((Kind.VACANCIES, pair.vacancy), (Kind.RESUMES, pair.resume)):
            numbers.setdefault((kind, entity.id), (len(numbers), entity))
    return numbers


def _name_pool(pairs: Sequence[PooledPair]) -> str:
    """A name of its own for each pool, under which a browser keeps its grades."""
    told = "\n".join(f"{pair.vacancy.id}\t{pair.resume.id}" for pair in pairs)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
