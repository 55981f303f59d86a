"""How long the market's figures take on a made snapshot: each query, and the page with all of them.

python -m tests.benchmarks.analytics --documents 300000
"""

import argparse
import math
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from ingestion import SnapshotFolder, SnapshotManifest
from milvus import Kind
from service.analytics import (
    CompanyOrder,
    Dimension,
    Market,
    MarketFilter,
    SkillOrder,
    compare_skills,
    count_month,
    count_months,
    describe_openings,
    describe_salaries,
    describe_title,
    draw_openings,
    draw_salaries,
    judge_company,
    rank_companies,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = 86_400
CITIES = [(f"City {number}", f"{chr(65 + number % 20)}X") for number in range(200)]
CATEGORIES = [f"trade {number}" for number in range(30)]
SKILLS = [f"skill {number}" for number in range(3000)]
WORDS = ["nurs", "driver", "engin", "cook", "teacher", "clerk", "senior", "night", "lead", "junior", "welder"]


def make_rows(kind: Kind, count: int, chance: random.Random, *, closed: bool = False) -> Iterator[list[dict[str, Any]]]:
    """Rows of a snapshot by rule from a seed, in batches; names and skills are as unevenly spread as real ones."""
    skill_weights = np.cumsum([1 / (place + 5) for place in range(len(SKILLS))]).tolist()
    for start in range(0, count, 1000):
        yield [make_row(kind, chance, skill_weights, closed=closed) for _ in range(min(1000, count - start))]


def make_row(kind: Kind, chance: random.Random, skill_weights: list[float], *, closed: bool) -> dict[str, Any]:
    city, country = chance.choice(CITIES)
    published = int(NOW.timestamp()) - int(chance.random() ** 2 * 1000 * DAY)
    pay = math.exp(chance.gauss(10.6, 0.5)) if chance.random() < 0.6 else None
    skills = chance.choices(
        SKILLS, cum_weights=skill_weights, k=chance.randrange(0, 16 if kind is Kind.VACANCIES else 30)
    )
    row = {
        "title_words": chance.sample(WORDS, 3),
        "text_length": chance.randrange(200, 6000),
        "skills": list(dict.fromkeys(skills)),
        "country": country,
        "city": city,
        "work_format": chance.choice(["remote", "on_site", None]),
        "employment_types": ["full_time"] if chance.random() < 0.8 else [],
        "salary_min": pay,
        "salary_max": pay and pay * 1.3,
        "language": chance.choice(["en", "ru", "es"]),
        "languages": [],
        "category": chance.choice(CATEGORIES),
        "source": f"board {chance.randrange(8)}",
        "published_at": published,
        "first_seen": published + DAY,
        "duplicate_group": f"group {chance.randrange(50_000)}" if chance.random() < 0.1 else None,
    }
    if kind is Kind.RESUMES:
        return row | {"experience_months": chance.randrange(0, 300)}
    company = f"Company {int(5000 * chance.random() ** 2)}"
    row |= {
        "company": company,
        "company_key": company.casefold(),
        "experience_min_months": chance.choice([None, 0, 12, 36]),
    }
    if closed:
        return row | {"closed_at": published + chance.randrange(1, 90) * DAY}
    return row | {"expires_at": published + 60 * DAY if chance.random() < 0.7 else None}


def write_snapshot(folder: SnapshotFolder, documents: int) -> None:
    """A snapshot of so many documents: half of them resumes, a fifth of the others closed."""
    chance = random.Random(20261120)
    counts = {Kind.RESUMES: documents // 2, Kind.VACANCIES: documents * 4 // 10}
    closed = documents - sum(counts.values())
    files = {kind: f"{kind.value}-made.parquet" for kind in Kind}
    with folder.hold():
        for kind, count in counts.items():
            folder.write(files[kind], kind, make_rows(kind, count, chance))
        folder.write("closed-made.parquet", Kind.VACANCIES, make_rows(Kind.VACANCIES, closed, chance, closed=True))
        folder.save(
            SnapshotManifest(
                made_at=NOW,
                seconds=0.0,
                mark="made",
                currency="EUR",
                files=files,
                closed_file="closed-made.parquet",
                rows=counts,
                closed=closed,
                failed=0,
                rejected=0,
            )
        )


QUERIES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (count_months, (Kind.VACANCIES,)),
    (count_months, (Kind.RESUMES,)),
    (count_month, (Kind.VACANCIES, "2026-10")),
    *((describe_salaries, (Kind.VACANCIES, by, 20)) for by in Dimension),
    (describe_salaries, (Kind.RESUMES, Dimension.CATEGORY, 20)),
    (describe_salaries, (Kind.RESUMES, Dimension.SKILL, 20)),
    (draw_salaries, (Kind.VACANCIES,)),
    (describe_title, (Kind.VACANCIES, "Senior night nurse")),
    (compare_skills, (SkillOrder.GAP, 20)),
    *((rank_companies, (order, 20)) for order in CompanyOrder),
    (judge_company, ("Company 3",)),
    (describe_openings, (Dimension.ALL, 1)),
    (describe_openings, (Dimension.CATEGORY, 20)),
    (describe_openings, (Dimension.SKILL, 20)),
    (draw_openings, ()),
]
PAGE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (count_months, (Kind.VACANCIES,)),
    (draw_salaries, (Kind.VACANCIES,)),
    (describe_salaries, (Kind.VACANCIES, Dimension.CATEGORY, 15)),
    (compare_skills, (SkillOrder.WANTED, 15)),
    (rank_companies, (CompanyOrder.OPEN, 15)),
    (draw_openings, ()),
    (describe_openings, (Dimension.CATEGORY, 15)),
]
"""What the page of the market asks for when it is opened."""

FILTERS = [
    ("no filter", MarketFilter()),
    ("a category", MarketFilter(category="trade 3")),
    ("a skill", MarketFilter(skill="skill 3")),
    ("a year", MarketFilter(month_from="2025-11", month_to="2026-10")),
]


def time_calls(call: Callable[[], Any], rounds: int) -> str:
    """Median and 99th percentile of the milliseconds that a call takes, and the median of its processor time."""
    taken, busy = [], []
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    return f"{np.percentile(taken, 50):.1f} / {np.percentile(taken, 99):.1f} ({np.percentile(busy, 50):.0f})"


def report_queries(market: Market, rounds: int, console: Console) -> None:
    """Print a row for each query: nothing is kept from one call to the next."""
    table = Table("query", *(f"{name}: p50 / p99 (CPU) ms" for name, _ in FILTERS))
    for analysis, arguments in QUERIES:
        cells = [time_calls(partial(run_all, market, asked, [(analysis, arguments)]), rounds) for _, asked in FILTERS]
        table.add_row(f"{analysis.__name__} {' '.join(map(str, arguments))}", *cells)
    table.add_section()
    table.add_row("the page", *(time_calls(partial(run_all, market, asked, PAGE), rounds) for _, asked in FILTERS))
    for _, asked in FILTERS:
        ask_all(market, asked)
    table.add_row("the page, asked before", *(time_calls(partial(ask_all, market, one), rounds) for _, one in FILTERS))
    console.print(table)


def run_all(
    market: Market, asked: MarketFilter, analyses: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]
) -> None:
    """Compute analyses, of which nothing is kept."""
    view = market.view(asked)
    for analysis, arguments in analyses:
        analysis(view, *arguments)


def ask_all(market: Market, asked: MarketFilter) -> None:
    """The page's analyses, as the page asks for them."""
    for analysis, arguments in PAGE:
        market.ask(analysis, asked, *arguments)


def run() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="for the snapshot, which is kept and used again; else temporary")
    asked = parser.parse_args()
    console = Console(width=160)
    with tempfile.TemporaryDirectory() as temporary:
        folder = SnapshotFolder((asked.folder or Path(temporary)) / "snapshot")
        if folder.read() is None:
            write_snapshot(folder, asked.documents)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        market = Market(folder)
        started = time.perf_counter()
        _ = market.manifest
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        console.print(f"loaded in {time.perf_counter() - started:.2f} s, {grown} MiB more at the most")
        report_queries(market, asked.rounds, console)


if __name__ == "__main__":
    run()
