"""What passages, fusion and the shift to terms are worth: known items among everything that an installation holds.

Run: python -m tests.benchmarks.retrieval [INSTALLATION] [--resumes FILE] [--vacancies FILE] [--items N] [--seed N]

INSTALLATION is a data folder with Milvus Lite in it, which is copied first; without it the samples are searched. Files
are added to the copy. A document is cut in two parts that share no sentence: one is searched by, and the document with
only the other is to be found. Two cuts: every second sentence, and a few sentences in a row from anywhere but the
beginning. Documents with near-duplicates are not asked for. Long texts are then compared with what the model reads of
them before it stops, among long texts alone, by vectors alone.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from ingestion import open_embedder, open_normalizer, read_settings
from milvus import Collection, Embedder, Entity, Kind, Store, Vectors, find_model
from service.app import find_languages
from service.evaluation.bootstrap import draw_means, estimate
from service.evaluation.metrics import Floats
from service.retrieval import DEFAULT_FUSION, Fusion, Query, Scope, find_candidates
from tests.benchmarks.index_copy import SAMPLES, Say, add_file, embed, open_copy, read_rows
from tests.benchmarks.known_items import Cut, KnownItem, cut_alternately, cut_run, draw_items
from tests.benchmarks.passages import PassageEncoder

CUTS: Mapping[str, Cut] = {"every second sentence": cut_alternately, "a few sentences in a row": cut_run}
FUSIONS = {
    "meaning only": Fusion(meaning=1, terms=0),
    "terms only": Fusion(meaning=0, terms=1),
    "RRF": Fusion(method="rrf"),
    "weighted 0.75 : 0.25": Fusion(meaning=0.75, terms=0.25),
    "weighted 0.5 : 0.5": DEFAULT_FUSION,
    "weighted 0.5 : 1 (the shift)": DEFAULT_FUSION.shift_to_terms(),
    "weighted 0.25 : 0.75": Fusion(meaning=0.25, terms=0.75),
    "weighted 0.1 : 0.9": Fusion(meaning=0.1, terms=0.9),
}
DEPTHS = (1, 10, 200)
LONG = 2_000
"""Characters from which on a text is long: more than any model of the catalog with a window of 256 tokens reads."""
MOST_LONG = 500
THIRDS = (0, 1 / 3, 2 / 3, 1.01)


@dataclass
class Remembering:
    """A collection that asks the engine once: fusions of one query then differ in nothing but the fusion."""

    collection: Collection
    known: dict[Any, Any] = field(default_factory=dict)

    def rank(self, vector: Any, **rest: Any) -> Any:
        return self._recall("rank", lambda: self.collection.rank(vector, **rest))

    def rank_by_text(self, text: str, **rest: Any) -> Any:
        return self._recall("rank_by_text", lambda: self.collection.rank_by_text(text, **rest))

    def fetch_vectors(self, ids: Sequence[str]) -> Any:
        return self.collection.fetch_vectors(ids)

    def fetch_entities(self, ids: Sequence[str]) -> Any:
        return self.collection.fetch_entities(ids)

    def _recall(self, key: str, ask: Any) -> Any:
        if key not in self.known:
            self.known[key] = ask()
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Asked:
    """Items of one kind and language with the vectors of both parts, rows in the order of the items."""

    items: Sequence[KnownItem]
    asked: Vectors
    left: Vectors


def find_places(collection: Collection, one: Asked, *, say: Say) -> dict[str, list[int]]:
    """For each fusion the rank of each item, 0 where it is not found."""
    places: dict[str, list[int]] = {name: [] for name in FUSIONS}
    for number, (item, vector) in enumerate(zip(one.items, one.asked, strict=True), start=1):
        scope = Scope(Remembering(collection), None, None)  # type: ignore[arg-type]
        query = Query(vector, item.asked, item.left.language)
        for name, fusion in FUSIONS.items():
            found = [one.entity.id for one in find_candidates(scope, query, fusion=fusion)]
            places[name].append(found.index(item.left.id) + 1 if item.left.id in found else 0)
        say(f"asked {number} of {len(one.items)}")
    return places


def rank_exactly(asked: Vectors, held: Vectors, answers: Sequence[int]) -> list[int]:
    """The rank of each query's answer, a row of `held`, by inner product."""
    scores = asked @ held.T
    return [int((row > row[answer]).sum()) + 1 for row, answer in zip(scores, answers, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the measurements share."""

    store: Store
    embedder: Embedder
    encoder: PassageEncoder | None
    console: Console
    items: int
    seed: int

    def say(self, text: str) -> None:
        """Show progress on the error output, so that the tables can be taken from the other."""
        print(f"\r{text:60}", end="", file=sys.stderr, flush=True)

    def print(self, text: str) -> None:
        """Print a line of the results, however long."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)


def measure(bench: Bench, kind: Kind, language: str, entities: Sequence[Entity]) -> None:
    """Print the tables for the documents of one kind and language, for both cuts."""
    collection = bench.store.collection(kind)
    for name, cut in CUTS.items():
        items = draw_items(entities, cut, count=bench.items, seed=bench.seed)
        if not items:
            continue
        bench.print(f"\n## {kind.value} in {language}: {name}, {len(items)} items among {collection.count():,}\n")
        one = Asked(
            items,
            embed([item.asked for item in items], bench.embedder, say=bench.say),
            embed([item.left.embedded_text for item in items], bench.embedder, say=bench.say),
        )
        compare_fusions(bench, collection, one, language=language)
        if bench.encoder is not None:
            compare_truncation(bench, collection, one, entities, bench.encoder)


def compare_fusions(bench: Bench, collection: Collection, one: Asked, *, language: str) -> None:
    """Hide the parts in the collection, ask for them, print, and put the whole documents back."""
    ids = [item.left.id for item in one.items]
    before, vectors = collection.get(ids), collection.get_vectors(ids)
    collection.upsert([item.left for item in one.items], one.left)
    known = find_languages(bench.embedder.identity.name)
    used = DEFAULT_FUSION if known is None or language in known else DEFAULT_FUSION.shift_to_terms()
    baseline = next(name for name, fusion in FUSIONS.items() if fusion == used)
    print_places(bench, find_places(collection, one, say=bench.say), baseline)
    collection.upsert([before[id] for id in ids], np.stack([vectors[id] for id in ids]))


def compare_truncation(
    bench: Bench, collection: Collection, one: Asked, entities: Sequence[Entity], encoder: PassageEncoder
) -> None:
    """Print pooled passages against cut-off texts: long items among long texts of their language, by vectors."""
    chosen = [place for place, item in enumerate(one.items) if len(item.left.embedded_text) >= LONG]
    items = [one.items[place] for place in chosen]
    asked_for = {item.left.id for item in items}
    others = [one for one in entities if len(one.embedded_text) >= LONG and one.id not in asked_for][:MOST_LONG]
    if not items or not others:
        return
    bench.say(f"embedding {len(items) + len(others):,} texts cut off")
    stored = collection.get_vectors([other.id for other in others])
    answers = range(len(items))
    whole = np.concatenate([one.left[chosen], np.stack([stored[other.id] for other in others])])
    pooled = rank_exactly(one.asked[chosen], whole, answers)
    cut_off = encoder.encode([document.embedded_text for document in (*(item.left for item in items), *others)])
    truncated = rank_exactly(encoder.encode([item.asked for item in items]), cut_off, answers)
    bench.print(f"\nBy vectors alone, {len(items)} long items among {len(items) + len(others):,} long texts\n")
    print_places(bench, {"cut off": truncated, "passages, pooled": pooled}, "cut off")
    for low, high in pairwise(THIRDS):
        inside = [place for place, item in enumerate(items) if item.depth is not None and low <= item.depth < high]
        if inside:
            first, second = (np.mean([1 / ranks[place] for place in inside]) for ranks in (truncated, pooled))
            where = f"asked from {low:.0%} to {min(high, 1):.0%} of the text, {len(inside)} items"
            bench.print(f"\n{where}: MRR {first:.3f} cut off, {second:.3f} pooled")


def print_places(bench: Bench, places: Mapping[str, Sequence[int]], baseline: str) -> None:
    """A table of recall and MRR with 95 % bootstrap intervals, and the difference in MRR to the baseline."""
    bench.say("")
    bench.print(f"| | {' | '.join(f'recall@{depth}' for depth in DEPTHS)} | MRR | MRR against {baseline} |")
    bench.print(f"|---|{'---|' * (len(DEPTHS) + 2)}")
    base = list(places).index(baseline)
    reciprocal = np.array([[1 / place if place else 0.0 for place in row] for row in places.values()])
    means = draw_means(reciprocal, seed=bench.seed)
    for number, (name, row) in enumerate(places.items()):
        recalls = [say_mean(np.array([float(0 < place <= depth) for place in row])) for depth in DEPTHS]
        mrr = estimate(reciprocal[number], means[:, number])
        gain = estimate(reciprocal[number] - reciprocal[base], means[:, number] - means[:, base])
        told = "" if number == base else f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
        bench.print(f"| {name} | {' | '.join(recalls)} | {mrr.mean:.3f} ({mrr.low:.2f}-{mrr.high:.2f}) | {told} |")


def say_mean(values: Floats) -> str:
    """A mean with its interval."""
    found = estimate(values, draw_means(values[None], seed=0)[:, 0])
    return f"{found.mean:.3f} ({found.low:.2f}-{found.high:.2f})"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("installation", type=Path, nargs="?", help="data folder with Milvus Lite in it")
    parser.add_argument("--resumes", type=Path, action="append", default=[], help="file to add; repeatable")
    parser.add_argument("--vacancies", type=Path, action="append", default=[], help="file to add; repeatable")
    parser.add_argument("--languages", nargs="+", default=["en", "ru"])
    parser.add_argument("--items", type=int, default=200, help="documents asked for, of each kind and language")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    settings = read_settings()
    embedder = open_embedder(settings)
    added = {Kind.RESUMES: arguments.resumes, Kind.VACANCIES: arguments.vacancies}
    if arguments.installation is None:
        added = {kind: [*files, SAMPLES[kind]] for kind, files in added.items()}
    is_model = settings.embedding_backend == "sentence-transformers"
    encoder = PassageEncoder(find_model(embedder.identity.name)) if is_model else None
    with open_copy(arguments.installation, embedder) as store:
        bench = Bench(
            store=store,
            embedder=embedder,
            encoder=encoder,
            console=Console(),
            items=arguments.items,
            seed=arguments.seed,
        )
        making = (open_normalizer(settings), embedder)
        for kind, files in added.items():
            for file in files:
                add_file(file, store.collection(kind), kind, making=making, say=bench.say)
        for kind in Kind:
            entities = read_rows(store.collection(kind))
            for language in arguments.languages:
                measure(bench, kind, language, [one for one in entities if one.language == language])


if __name__ == "__main__":
    main()
