"""BM25 beside Milvus Lite, whose own takes seconds and hundreds of megabytes: an inverted index in a folder.

Lite keeps its postings as Python tuples, builds those of its latest rows anew at every search, and weighs terms by the
segment that a row happens to lie in. A Milvus server needs none of this.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tantivy
from tantivy import Occur, Query

from milvus.errors import IndexUnavailable

MAX_QUERY_TERMS = 512
"""Distinct terms of a query that count: the most frequent in it, and of equals the first."""

_K3 = 1.2  # how soon a term's repetition in the query stops counting: tf / (tf + k3), Robertson et al. (1994), TREC-3
_WRITER_BYTES = 15_000_000  # the least that one writing thread takes
_LOCK_SECONDS = 10.0
_LOCK_PAUSE = 0.05

_Result = TypeVar("_Result")
_Hit = tuple[float, Any]


class TermIndex:
    """The terms of a collection's rows, by id. Safe to use from several threads and processes of one machine.

    Scores are BM25 (Robertson and Zaragoza, 2009; k1 = 1.2, b = 0.75) with the counts of the whole collection. Every
    method raises IndexUnavailable where the folder cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        self._schema = schema.build()

        def open_folder() -> tantivy.Index:
            folder.mkdir(parents=True, exist_ok=True)
            return tantivy.Index(self._schema, path=str(folder))

        self._index = self._attempt("open", open_folder)

    def upsert(self, terms: Mapping[str, Iterable[str]]) -> None:
        """Put the terms of rows in place of what is known of their ids; searches find them once this returns."""

        def write(writer: tantivy.IndexWriter) -> None:
            for id, found in terms.items():
                writer.delete_documents_by_term("id", id)
                writer.add_document(tantivy.Document(id=id, terms=" ".join(found)))

        self._write(write)

    def delete(self, ids: Iterable[str]) -> None:
        """Forget rows; ids that are not there are passed over."""

        def write(writer: tantivy.IndexWriter) -> None:
            for id in ids:
                writer.delete_documents_by_term("id", id)

        self._write(write)

    def clear(self) -> None:
        """Forget all rows."""
        self._write(lambda writer: writer.delete_all_documents())

    def count(self) -> int:
        """How many rows it knows."""
        return self._attempt("count", lambda: self._read().num_docs)

    def list_ids(self) -> list[str]:
        """The ids of all rows that it knows."""

        def search() -> list[str]:
            searcher = self._read()
            hits = searcher.search(Query.all_query(), max(1, searcher.num_docs), count=False).hits
            return [str(searcher.doc(address)["id"][0]) for _, address in hits]

        return self._attempt("list", search)

    def rank(self, terms: Sequence[str], *, limit: int, among: Sequence[str] | None = None) -> list[tuple[float, str]]:
        """Scores and ids of the rows that share a term, by falling score and then by id; `among` these ids only."""
        counts = Counter(terms).most_common(MAX_QUERY_TERMS)
        parts = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, "terms", term, "freq"), tf / (tf + _K3)))
            for term, tf in counts
        ]
        query = Query.boolean_query(parts)
        if among is not None:
            chosen = Query.const_score_query(Query.term_set_query(self._schema, "id", list(among)), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, chosen)])

        def search() -> list[tuple[float, str]]:
            searcher = self._read()
            hits = _find_best(lambda size: searcher.search(query, size, count=False).hits, limit)
            return [(float(score), str(searcher.doc(address)["id"][0])) for score, address in hits]

        return sorted(self._attempt("search", search), key=lambda hit: (-hit[0], hit[1]))[:limit]

    def drop(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self) -> tantivy.Searcher:
        self._index.reload()  # another process may have written
        return self._index.searcher()

    def _write(self, work: Callable[[tantivy.IndexWriter], object]) -> None:
        def write() -> None:
            # Opened for each write, so that no process keeps the others from theirs.
            writer = self._open_writer()
            try:
                work(writer)
                writer.commit()
            finally:
                writer.wait_merging_threads()

        self._attempt("write", write)

    def _open_writer(self) -> tantivy.IndexWriter:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return self._index.writer(_WRITER_BYTES, num_threads=1)
            except ValueError as error:
                if "lock" not in str(error).lower() or time.monotonic() > deadline:
                    raise
                time.sleep(_LOCK_PAUSE)

    def _attempt(self, operation: str, work: Callable[[], _Result]) -> _Result:
        try:
            return work()
        except (ValueError, OSError) as error:
            raise IndexUnavailable(f"{operation} the terms in {self._folder}: {error}") from error


def _find_best(search: Callable[[int], list[_Hit]], limit: int) -> list[_Hit]:
    """The first `limit` hits, and those behind them with the score of the last.

    The library orders equal scores by where they lie, so more are asked for until the score falls.
    """
    size = limit + max(1, limit // 8)
    while True:
        hits = search(size)
        least = hits[min(limit, len(hits)) - 1][0] if hits else 0.0
        if len(hits) < size or hits[-1][0] < least:
            return [hit for hit in hits if hit[0] >= least]
        size *= 2
