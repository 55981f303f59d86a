"""A judged set hidden among everything that an installation holds: every way of searching over all of it.

Run: python -m tests.benchmarks.hidden_set INSTALLATION JUDGEMENTS [--relevant-from N] [--find KIND] [-c NAME ...]

INSTALLATION is a data folder with Milvus Lite in it. Nobody judged its documents, and all of them count as not
relevant, so the figures are a lower bound. Its vectors are taken as they are; only the judged set is embedded.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console

from ingestion import open_embedder, open_normalizer, read_settings
from milvus import Embedder, Entity, Kind, ModelIdentity, Store, Vectors
from service.app import find_languages
from service.evaluation.evaluating import Options, evaluate_set
from service.evaluation.reading import find_sets, read_set
from service.evaluation.registry import choose_baseline, find_configurations
from service.evaluation.report import print_evaluation
from service.evaluation.workbench import Workbench
from tests.benchmarks.index_copy import open_copy, read_rows


@dataclass(frozen=True, slots=True)
class Knowing:
    """An embedder that knows the vectors of some texts already."""

    embedder: Embedder
    known: dict[str, np.ndarray]

    @property
    def identity(self) -> ModelIdentity:
        return self.embedder.identity

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known.update(zip(new, self.embedder.embed_documents(new), strict=True))
        return np.stack([self.known[text] for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embedder.embed_queries(texts)

    def close(self) -> None:
        self.embedder.close()


def read_side(store: Store, kind: Kind, known: dict[str, np.ndarray]) -> dict[str, Entity]:
    """The documents of one kind, whose vectors are added to `known`."""
    rows = {entity.id: entity for entity in read_rows(store.collection(kind))}
    ids = list(rows)
    for start in range(0, len(ids), 1000):
        found = store.collection(kind).get_vectors(ids[start : start + 1000])
        known.update((rows[id].embedded_text, vector) for id, vector in found.items())
    return rows


def show(text: str, done: int = 0, total: int = 0) -> None:
    """Progress on the error output."""
    print(f"\r{text} {done:,} of {total:,}".ljust(70), end="", file=sys.stderr, flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("installation", type=Path)
    parser.add_argument("judgements", type=Path)
    parser.add_argument("--relevant-from", type=int)
    parser.add_argument("--find", type=Kind, choices=list(Kind), default=Kind.RESUMES, help="what is searched for")
    parser.add_argument("-c", "--configuration", action="append", default=[])
    arguments = parser.parse_args()
    settings = read_settings()
    normalizer, embedder = open_normalizer(settings), open_embedder(settings)
    (files,) = find_sets([arguments.judgements])
    judged = read_set(files, normalizer, relevant_from=arguments.relevant_from)
    judged = judged if judged.query_kind is arguments.find.counterpart else judged.reverse()
    known: dict[str, np.ndarray] = {}
    with open_copy(arguments.installation, embedder) as store:
        others = read_side(store, arguments.find, known)
    judged = replace(judged, name=f"{judged.name} among {len(others):,} others", corpus=others | dict(judged.corpus))
    chosen = find_configurations(arguments.configuration)
    options = Options(baseline=choose_baseline(chosen, None))
    with Workbench(
        judged.documents, Knowing(embedder, known), normalizer, find_languages=find_languages, report=show
    ) as bench:
        print_evaluation(evaluate_set(judged, chosen, bench, options=options), Console())


if __name__ == "__main__":
    main()
