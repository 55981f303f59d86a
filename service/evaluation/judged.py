"""Judged sets: documents of both sides, and which were found relevant to which."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property

from milvus import Entity, Kind

Grades = Mapping[str, Mapping[str, int]]
"""The grade of each judged document, for each query."""
Run = Mapping[str, Mapping[str, float]]
"""The score of each document that was found, for each query; higher is better."""


@dataclass(frozen=True, kw_only=True)
class JudgedSet:
    """Queries, the corpus that they search, and grades. Both are entities, normalized and redacted as the product does.

    `query_kind` says which side the queries are. A document is relevant from the grade `relevant_from` on; where that
    is 0, every document that is judged is relevant, and all equally. What is not judged counts as not relevant.
    `left_out` counts the documents that are not searched: expired and not judged, or without a text. `problems` say
    which rows of the files could not be used.
    """

    name: str
    query_kind: Kind
    queries: Mapping[str, Entity]
    corpus: Mapping[str, Entity]
    grades: Grades
    relevant_from: int
    left_out: int = 0
    problems: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """The direction in words."""
        return describe_direction(self.query_kind)

    @cached_property
    def gains(self) -> dict[str, dict[str, int]]:
        """The gain of each judged document, for each query to which any document is relevant; ids in order."""
        whole = {
            query: {document: 1 if self.relevant_from < 1 else max(grade, 0) for document, grade in sorted(row.items())}
            for query, row in sorted(self.grades.items())
        }
        return {query: row for query, row in whole.items() if max(row.values(), default=0) >= self.least_gain}

    @property
    def least_gain(self) -> int:
        """The gain from which on a document is relevant."""
        return max(self.relevant_from, 1)

    @property
    def documents(self) -> dict[Kind, Mapping[str, Entity]]:
        """Both sides by kind."""
        return {self.query_kind: self.queries, self.query_kind.counterpart: self.corpus}

    def list_relevant(self, query: str) -> Set[str]:
        """The relevant documents of a query."""
        return {document for document, gain in self.gains.get(query, {}).items() if gain >= self.least_gain}

    def reverse(self) -> "JudgedSet":
        """The same judgments the other way round: the corpus asks, the queries are found."""
        grades: dict[str, dict[str, int]] = {}
        for query, row in self.grades.items():
            for document, grade in row.items():
                grades.setdefault(document, {})[query] = grade
        return replace(
            self,
            query_kind=self.query_kind.counterpart,
            queries=self.corpus,
            corpus=self.queries,
            grades=grades,
        )


def describe_direction(query_kind: Kind) -> str:
    """`resumes for a vacancy` where vacancies ask, or the reverse."""
    return "resumes for a vacancy" if query_kind is Kind.VACANCIES else "vacancies for a resume"
