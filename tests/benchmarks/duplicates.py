"""What is found to be a duplicate, and at what cost? `python -m tests.benchmarks.duplicates FOLDER_OR_FILE`

Reads vacancies (or resumes, with --kind resumes) into a ledger of its own, normalizes and links them in batches as a
worker does, and prints the groups, how many exact repeats of an earlier text are linked and why the others are not, a
sample of the loosest links for judging by eye, and the processor time that a document takes.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from ingestion.alike import Signed, find_alike, hash_buckets, sign
from ingestion.currency import load_rates
from ingestion.database import Database
from ingestion.duplicates import DuplicateBook
from ingestion.ledger import Ledger
from ingestion.minhash import estimate_jaccard
from ingestion.normalize import Normalizer
from ingestion.queue import WorkQueue
from ingestion.skills import load_taxonomy
from ingestion.sources import SourceRow, read_path
from milvus import Entity, Kind, Vacancy
from tests.unit.ingestion.texts import edit

BATCH = 64
SAMPLE = 15
EDITED = 500

console = Console(width=160)


def main(
    path: Path, kind: Kind = Kind.VACANCIES, limit: Annotated[int, typer.Option(help="So many documents.")] = 0
) -> None:
    """Link all documents of a file or folder, and report."""
    with TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/ledger.db")
        entities, groups, seconds = link_all(database, path, kind, limit)
        report(list(entities.values()), groups, seconds)
        database.close()


def link_all(
    database: Database, path: Path, kind: Kind, limit: int
) -> tuple[dict[str, Entity], dict[str, str], dict[str, float]]:
    """Entities and groups by id, and the seconds of processor time that each step took."""
    ledger, queue, book = Ledger(database), WorkQueue(database), DuplicateBook(database)
    normalizer = Normalizer(taxonomy=load_taxonomy(None), rates=load_rates(None, reference="USD"))
    rows = [row.document for row in read_path(path, kind=kind, mapping={}) if isinstance(row, SourceRow)]
    for batch in _cut(rows[: limit or None], 500):
        ledger.record(batch)
    entities: dict[str, Entity] = {}
    groups: dict[str, str] = {}
    seconds: dict[str, float] = defaultdict(float)
    for number in count():
        claims = queue.claim(str(number), limit=BATCH, lease_seconds=1e6)
        if not claims:
            break
        started = time.process_time()
        found = {
            one.id: normalizer.normalize(one.document, document_hash=one.document_hash)
            for one in claims
            if one.document
        }
        normalized = time.process_time()
        for entity in found.values():
            sign(entity)
        signed = time.process_time()
        groups |= book.link(kind, claims, found)
        seconds["normalizing"] += normalized - started
        seconds["signatures"] += signed - normalized
        seconds["linking (SQLite), signatures included"] += time.process_time() - signed
        entities |= found
    return entities, book.read_groups(kind, list(entities)), seconds


def report(entities: Sequence[Entity], groups: dict[str, str], seconds: dict[str, float]) -> None:
    """Print what came of it."""
    sizes = Counter(groups.values())
    largest = max(sizes.values(), default=0)
    console.print(f"{len(entities):,} documents: {len(groups):,} in {len(sizes):,} groups, the largest of {largest}")
    for step, spent in seconds.items():
        console.print(f"  {step}: {1000 * spent / max(len(entities), 1):.3f} ms a document")
    _report_repeats(entities, groups)
    _report_loose(entities, groups)
    _report_edits([entity for entity in entities if sign(entity) is not None])


def _report_repeats(entities: Sequence[Entity], groups: dict[str, str]) -> None:
    first: dict[str, Entity] = {}
    linked, reasons = 0, Counter[str]()
    repeats = []
    for entity in entities:
        if entity.text in first:
            repeats.append((first[entity.text], entity))
        else:
            first[entity.text] = entity
    same_text = defaultdict(list)
    for entity in entities:
        same_text[entity.text].append(entity)
    for _, entity in repeats:
        group = groups.get(entity.id)
        others = [other for other in same_text[entity.text] if other.id != entity.id]
        if group is not None and any(groups.get(other.id) == group for other in others):
            linked += 1
        else:
            reasons[_tell_difference(entity, others)] += 1
    console.print(f"exact repeats of an earlier text: {len(repeats)}, linked to one of the same text: {linked}")
    for reason, times in reasons.most_common():
        console.print(f"  not linked, {reason}: {times}")


def _tell_difference(entity: Entity, others: Sequence[Entity]) -> str:
    one = sign(entity)
    signed = [found for other in others if (found := sign(other)) is not None]
    if one is None or not signed:
        return "too short"
    if not any(other.marks.title == one.marks.title for other in signed):
        return "another title"
    same = [other for other in signed if other.marks.title == one.marks.title]
    return (
        "another place"
        if any(set(other.marks.company) == set(one.marks.company) for other in same)
        else "another company"
    )


def _report_loose(entities: Sequence[Entity], groups: dict[str, str]) -> None:
    """Links of texts that differ most, and pairs of one title and company that just miss."""
    members = defaultdict(list)
    for entity in entities:
        if entity.id in groups and (signed := sign(entity)) is not None:
            members[groups[entity.id]].append((signed, entity))
    links = [pair for group in members.values() for pair in _iterate_links(group)]
    shares = Counter(min(int(share * 20) / 20, 0.95) for share, *_ in links)
    console.print("links by estimated Jaccard index:", {share: shares[share] for share in sorted(shares)})
    loose = [link for link in links if link[0] < 1]
    for share, one, other in random.Random(0).sample(loose, min(SAMPLE, len(loose))):
        console.print(f"  {share:.2f}  {_name(one)}  |  {_name(other)}", highlight=False)


def _iterate_links(group: Sequence[tuple[Signed, Entity]]) -> Iterator[tuple[float, Entity, Entity]]:
    for place, (one, entity) in enumerate(group):
        others = {signed.id: other for signed, other in group[place + 1 :]}
        for found in find_alike(one, [signed for signed, _ in group[place + 1 :]]):
            share = float(estimate_jaccard(one.signature, found.signature[np.newaxis])[0])
            yield share, entity, others[found.id]


def _report_edits(entities: Sequence[Entity]) -> None:
    """How many are linked to a copy of which a share of the words was replaced, left out or doubled."""
    chance = random.Random(1)
    chosen = chance.sample(entities, min(EDITED, len(entities)))
    for share in (0.0, 0.005, 0.01, 0.02, 0.03, 0.05):
        linked = Counter[str]()
        for entity in chosen:
            one, text = sign(replace(entity, source="first")), edit(entity.text, chance, share=share)
            for source in ("first", "second"):
                other = sign(replace(entity, text=text, source=source))
                if one and other and find_alike(one, [other]) and (hash_buckets([one]) == hash_buckets([other])).any():
                    linked[source] += 1
        shares = {
            name: f"{linked[source] / len(chosen):.1%}"
            for name, source in (("of one source", "first"), ("of two", "second"))
        }
        console.print(f"  {share:.1%} of the words edited, linked:", shares)


def _name(entity: Entity) -> str:
    company = entity.company if isinstance(entity, Vacancy) else None
    return " / ".join(part for part in (entity.id, entity.title, company, entity.city) if part)


def _cut(rows: list[object], size: int) -> Iterator[list[object]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


if __name__ == "__main__":
    typer.run(main)
