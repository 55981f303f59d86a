"""Ways of ranking a corpus for queries: the baselines, and the product's own search."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from milvus import Kind, Vectors, analyze
from service.errors import EvaluationRefused
from service.evaluation.judged import Run
from service.evaluation.metrics import Floats, rank_documents
from service.evaluation.workbench import Workbench
from service.matching import Page
from service.queries import StoredSource

DEPTH = 1000
"""How deep a ranking goes, as in TREC runs."""
RRF_K = 60
BM25_K1 = 1.2
BM25_B = 0.75


class Ranker(Protocol):
    """Ranks the documents of the other side for each query."""

    def __call__(self, kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
        """At most DEPTH documents a query, each with its score, higher is better. `queries` are ids of `kind`."""
        ...


def rank_by_tfidf(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
    """Cosine of TF-IDF vectors, scikit-learn's defaults, fitted to the corpus."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # takes a second

    texts, documents = _list_texts(kind, queries, bench)
    asked, counted = _count_words(TfidfVectorizer(), texts, documents)
    # The rows are of unit length, so that the inner product is the cosine.
    return _make_run(queries, bench.documents[kind.counterpart], (asked @ counted.T).toarray(), least=0)


def rank_by_vectors(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
    """Exact inner product of unit vectors: what FAISS' IndexFlatIP gives, which computes the same product."""
    documents = bench.documents[kind.counterpart]
    asked = bench.embed([bench.documents[kind][query] for query in queries])
    return rank_by_given_vectors(queries, documents, asked, bench.embed(list(documents.values())))


def rank_by_given_vectors(queries: Sequence[str], documents: Iterable[str], asked: Vectors, held: Vectors) -> Run:
    """The same for vectors that are there; rows are those of `queries` and `documents`."""
    return _make_run(queries, documents, asked @ held.T)


def rank_by_bm25(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
    """BM25 over the terms of `milvus.analyze`, which make a stronger baseline than plain words.

    Source: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), 3.5, with the
    idf that Lucene takes, which is never negative: ln(1 + (N - df + 0.5) / (df + 0.5)).
    """
    texts, documents = _list_texts(kind, queries, bench)
    return _make_run(queries, bench.documents[kind.counterpart], score_bm25(texts, documents), least=0)


def score_bm25(queries: Sequence[str], documents: Sequence[str]) -> Floats:
    """BM25 scores, shape (queries, documents); a word counts as often as the query says it."""
    from sklearn.feature_extraction.text import CountVectorizer  # takes a second

    asked, counts = _count_words(CountVectorizer(analyzer=analyze, dtype=np.float64), queries, documents)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    containing = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((len(documents) - containing + 0.5) / (containing + 0.5))
    rows = np.repeat(np.arange(len(documents)), np.diff(counts.indptr))
    saturation = BM25_K1 * (1 - BM25_B + BM25_B * lengths[rows] / lengths.mean())
    counts.data = idf[counts.indices] * counts.data * (BM25_K1 + 1) / (counts.data + saturation)
    scores: Floats = (asked @ counts.T).toarray()
    return scores


def rank_by_bm25_and_vectors(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
    """Both, fused."""
    return fuse([rank_by_bm25(kind, queries, bench), rank_by_vectors(kind, queries, bench)])


def fuse(runs: Sequence[Run]) -> Run:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank) over the runs, ranks from 1.

    Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods", SIGIR 2009.
    """
    fused: dict[str, dict[str, float]] = {}
    for run in runs:
        for query, scores in run.items():
            row = fused.setdefault(query, {})
            for rank, document in enumerate(rank_documents(scores), start=1):
                row[document] = row.get(document, 0.0) + 1 / (RRF_K + rank)
    return fused


def search_with(**arguments: Any) -> Ranker:
    """The product's own search; `arguments` go to `Searcher.search`, so that each part of it can be taken away."""

    def rank(kind: Kind, queries: Sequence[str], bench: Workbench) -> Run:
        searcher = bench.open_searcher()
        page = Page(limit=min(DEPTH, len(bench.documents[kind.counterpart])))
        run: dict[str, Mapping[str, float]] = {}
        for done, query in enumerate(queries, start=1):
            source = StoredSource(kind, query)
            found = searcher.search(kind.counterpart, source, page=page, include_expired=True, **arguments)
            # Places for scores: the search has the last word on the order, whatever its scores mean.
            run[query] = {match.entity.id: float(-place) for place, match in enumerate(found.matches)}
            bench.report("Searching", done, len(queries))
        return run

    return rank


def _list_texts(kind: Kind, queries: Sequence[str], bench: Workbench) -> tuple[list[str], list[str]]:
    """The texts of queries and of all documents of the other side."""
    asked = [bench.documents[kind][query].embedded_text for query in queries]
    return asked, [entity.embedded_text for entity in bench.documents[kind.counterpart].values()]


def _count_words(vectorizer: Any, queries: Sequence[str], documents: Sequence[str]) -> tuple[Any, Any]:
    """Sparse matrices of queries and documents, one column a word of the documents. Raises EvaluationRefused."""
    try:
        documents_counted = vectorizer.fit_transform(documents).tocsr()
    except ValueError as error:
        raise EvaluationRefused(f"the corpus has no words to search by: {error}") from None
    return vectorizer.transform(queries), documents_counted


def _make_run(queries: Sequence[str], documents: Iterable[str], scores: Any, *, least: float = -np.inf) -> Run:
    """The run of an array of scores, shape (queries, documents); only what scores above `least` is found."""
    ids = list(documents)
    run = {}
    for query, row in zip(queries, scores, strict=True):
        best = np.argsort(-row, kind="stable")[:DEPTH]
        run[query] = {ids[place]: float(row[place]) for place in best if row[place] > least}
    return run
