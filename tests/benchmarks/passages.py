"""Compares cutting long texts off with overlapping passages, bare and headed, on judged vacancies and resumes.

Run: python -m tests.benchmarks.passages PATH_TO_DATA [--model NAME]

The folder holds talentmatch_dev_queries.jsonl, talentmatch_dev_corpus.jsonl and talentmatch_dev_qrels.tsv. A resume is
relevant to a vacancy where the judgments list the two together, whatever the grade.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np

from milvus.embedding.models import DEFAULT_MODEL, ModelSpec, find_model
from milvus.embedding.passages import Passage, find_heading, pool_passages, scale_to_unit, split_passages
from milvus.embedding.port import Vectors
from milvus.embedding.sentence_transformer import SentenceTransformerEmbedder
from milvus.embedding.torch_runtime import choose_device, choose_precision, load_model

Judgments = dict[str, set[str]]
"""The relevant documents of each query."""
Weigh = Callable[[Passage, int], float]
"""The weight of a passage, given its position in its text."""

_DEPTH = 10
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Scores:
    """Per query: average precision, nDCG@10 and recall@10."""

    average_precision: list[float]
    ndcg: list[float]
    recall: list[float]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of embedding long texts. `window` is in tokens of text, `overlap` a share of it.

    `weigh` None keeps the first passage only. `heading` is how many tokens of the beginning head each passage.
    """

    name: str
    window: int
    overlap: float
    weigh: Weigh | None
    heading: int = 0


def average_precision(ranking: list[str], relevant: set[str]) -> float:
    """Mean of the precision at each relevant document (Manning et al., Introduction to Information Retrieval, 8.4)."""
    found = 0
    total = 0.0
    for rank, document in enumerate(ranking, start=1):
        if document in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


def ndcg(ranking: list[str], relevant: set[str], depth: int = _DEPTH) -> float:
    """Normalized discounted cumulative gain at `depth`, relevance 0 or 1 (Jarvelin and Kekalainen, 2002)."""
    gain = sum(1 / log2(rank + 1) for rank, document in enumerate(ranking[:depth], start=1) if document in relevant)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(depth, len(relevant)) + 1))
    return gain / ideal


def score_rankings(
    queries: Vectors, documents: Vectors, names: tuple[list[str], list[str]], truth: Judgments
) -> Scores:
    """Rank all documents for each judged query by cosine similarity, and score the rankings."""
    query_names, document_names = names
    similarities = queries @ documents.T
    scores = Scores([], [], [])
    for row, query in enumerate(query_names):
        if not truth.get(query):
            continue
        ranking = [document_names[index] for index in np.argsort(-similarities[row], kind="stable")]
        scores.average_precision.append(average_precision(ranking, truth[query]))
        scores.ndcg.append(ndcg(ranking, truth[query]))
        scores.recall.append(len(truth[query].intersection(ranking[:_DEPTH])) / len(truth[query]))
    return scores


class PassageEncoder:
    """The model's vectors of single passages, remembered, so that variants that share passages are cheap."""

    def __init__(self, spec: ModelSpec) -> None:
        device = choose_device("auto")
        dtype = choose_precision("auto", device)
        self._model = load_model(spec, spec.find_revision(), device=device, dtype=dtype)
        self._known: dict[str, np.ndarray] = {}

    def locate_tokens(self, text: str) -> list[tuple[int, int]]:
        """The characters of each token of a text."""
        encoded = self._model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return list(encoded["offset_mapping"])

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors of texts that fit the model; what does not fit is cut off."""
        new = sorted({text for text in texts if text not in self._known})
        if new:
            vectors = self._model.encode(new, prompt="", batch_size=32, show_progress_bar=False)
            self._known.update(zip(new, scale_to_unit(vectors), strict=True))
        return np.stack([self._known[text] for text in texts])


def embed(encoder: PassageEncoder, texts: list[str], variant: Variant) -> Vectors:
    """Embed texts as a variant says."""
    cuts: list[str] = []
    weights: list[float] = []
    owners: list[int] = []
    for owner, text in enumerate(texts):
        for position, (cut, passage) in enumerate(cut_as(encoder, text, variant)):
            cuts.append(cut)
            weights.append(variant.weigh(passage, position) if variant.weigh else 1.0)
            owners.append(owner)
    return pool_passages(encoder.encode(cuts), weights, owners)


def cut_as(encoder: PassageEncoder, text: str, variant: Variant) -> list[tuple[str, Passage]]:
    """What a variant embeds of a text, each with its place."""
    if variant.weigh is None:
        return [(text, Passage(0, len(text), 1))]
    offsets = encoder.locate_tokens(text)
    heading, heading_tokens = find_heading(text, offsets, variant.heading) if variant.heading else ("", 0)
    window = variant.window - heading_tokens
    passages = split_passages(text, offsets, window, int(window * variant.overlap))
    cuts = [(text[passage.start : passage.end], passage) for passage in passages]
    return cuts[:1] + [(f"{heading}\n{cut}", passage) for cut, passage in cuts[1:]]


def list_variants(room: int) -> list[Variant]:
    """Truncation, then windows, overlaps and weights; `room` is how many tokens of text the model reads."""

    def by_tokens(passage: Passage, _: int) -> float:
        return passage.tokens

    def equally(_: Passage, __: int) -> float:
        return 1.0

    def first_double(passage: Passage, position: int) -> float:
        return passage.tokens * (2 if position == 0 else 1)

    half = room // 2
    return [
        Variant("truncation", room, 0, None),
        Variant(f"window {room}, overlap 0", room, 0, by_tokens),
        Variant(f"window {room}, overlap 1/8", room, 1 / 8, by_tokens),
        Variant(f"window {room}, overlap 1/8, equal weights", room, 1 / 8, equally),
        Variant(f"window {room}, overlap 1/8, first doubled", room, 1 / 8, first_double),
        Variant(f"headed, window {room}, overlap 1/8", room, 1 / 8, by_tokens, heading=room // 8),
        Variant(f"headed, window {room}, overlap 1/8, first doubled", room, 1 / 8, first_double, heading=room // 8),
        Variant(f"headed, window {room}, overlap 1/4", room, 1 / 4, by_tokens, heading=room // 8),
        Variant(f"headed, window {half}, overlap 1/8", half, 1 / 8, by_tokens, heading=half // 8),
    ]


def read_texts(path: Path) -> tuple[list[str], list[str]]:
    """The ids and texts of a JSON Lines file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row["_id"] for row in rows], [row["text"] for row in rows]


def read_judgments(path: Path) -> Judgments:
    """TREC judgments (query, 0, document, grade): every listed document is relevant."""
    truth: Judgments = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        query, _, document, _ = line.split("\t")
        truth.setdefault(query, set()).add(document)
    return truth


def reverse_judgments(truth: Judgments) -> Judgments:
    """The relevant queries of each document."""
    reverse: Judgments = {}
    for query, documents in truth.items():
        for document in documents:
            reverse.setdefault(document, set()).add(query)
    return reverse


def estimate_interval(gains: list[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean gain over queries."""
    chance = random.Random(0)
    means = sorted(sum(chance.choices(gains, k=len(gains))) / len(gains) for _ in range(_RESAMPLES))
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES)]


def print_row(name: str, scores: Scores, baseline: Scores | None) -> None:
    """One line of the table, with the gain in MAP over the baseline and its interval."""
    columns = "  ".join(f"{np.mean(values):.4f}" for values in (scores.average_precision, scores.ndcg, scores.recall))
    line = f"  {name:44}  {columns}"
    if baseline is not None:
        gains = [new - old for new, old in zip(scores.average_precision, baseline.average_precision, strict=True)]
        low, high = estimate_interval(gains)
        better = sum(gain > 0 for gain in gains)
        line += f"  {np.mean(gains):+.4f} [{low:+.4f}, {high:+.4f}]  {better} of {len(gains)} better"
    print(line, flush=True)


def compare(folder: Path, model: str) -> None:
    """Print the tables for both directions, then truncation against the embedder as it is shipped."""
    spec = find_model(model)
    vacancies, vacancy_texts = read_texts(folder / "talentmatch_dev_queries.jsonl")
    resumes, resume_texts = read_texts(folder / "talentmatch_dev_corpus.jsonl")
    truth = read_judgments(folder / "talentmatch_dev_qrels.tsv")
    encoder = PassageEncoder(spec)
    tokens = [len(encoder.locate_tokens(text)) for text in [*vacancy_texts, *resume_texts]]
    room = spec.max_tokens - 2
    print(f"{spec.name}: {len(vacancies)} vacancies, {len(resumes)} resumes, median {np.median(tokens):.0f} tokens")
    print(f"{np.mean(np.asarray(tokens) > room):.0%} of the texts do not fit; {sum(tokens)} tokens in all\n")
    directions = {
        "resumes for a vacancy": ((vacancies, resumes), truth, False),
        "vacancies for a resume": ((resumes, vacancies), reverse_judgments(truth), True),
    }
    baselines: dict[str, Scores] = {}
    print(f"  {'':44}  MAP     nDCG@10 recall@10, gain in MAP over truncation [95 % interval]")
    for variant in list_variants(room):
        started = time.perf_counter()
        sides = embed(encoder, vacancy_texts, variant), embed(encoder, resume_texts, variant)
        print(f"{variant.name} ({time.perf_counter() - started:.0f} s)")
        report_directions(sides, directions, baselines)
    embedder = SentenceTransformerEmbedder(spec)
    print("as shipped")
    sides = embedder.embed_queries(vacancy_texts), embedder.embed_documents(resume_texts)
    report_directions(sides, directions, baselines)


def report_directions(
    sides: tuple[Vectors, Vectors],
    directions: dict[str, tuple[tuple[list[str], list[str]], Judgments, bool]],
    baselines: dict[str, Scores],
) -> None:
    """Print a row for each direction; the first scores of a direction become its baseline."""
    for name, (names, truth, is_reversed) in directions.items():
        queries, documents = reversed(sides) if is_reversed else sides
        scores = score_rankings(queries, documents, names, truth)
        print_row(name, scores, baselines.get(name))
        baselines.setdefault(name, scores)


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with the judged set")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    arguments = parser.parse_args()
    compare(arguments.folder, arguments.model)


if __name__ == "__main__":
    main()
