"""Pairs of what is searched by and what was found, as ranking judges them."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime
from typing import cast

from milvus import Entity, Resume, Vacancy, analyze
from service.ranking import Demand, Pair, read_demand, read_spoken_languages

MAX_REMEMBERED = 30_000


class DemandReader:
    """Reads what vacancies demand, and remembers it by id and hashes: reading takes a millisecond or more.

    What is remembered leaves out the sentences, which only explanations need. Safe to use from several threads.
    """

    def __init__(self, size: int = MAX_REMEMBERED) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, Demand] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, vacancy: Vacancy) -> Demand:
        """The demand of a vacancy, without its statements."""
        if not vacancy.document_hash:  # not stored: there is nothing to know it by
            return read_whole_demand(vacancy)
        # Skills follow the taxonomy, which may change while document and text stay.
        key = (vacancy.id, vacancy.document_hash, vacancy.text_hash, vacancy.skills)
        with self._lock:
            if (known := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return known
        demand = replace(read_whole_demand(vacancy), statements=())
        with self._lock:
            self._known[key] = demand
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return demand


def read_whole_demand(vacancy: Vacancy) -> Demand:
    """The demand of a vacancy with its statements, as explanations need it."""
    return read_demand(vacancy, stated_languages=vacancy.languages)


def make_pair(first: Entity, second: Entity, *, similarity: float, now: datetime, demands: DemandReader) -> Pair:
    """The pair of a resume and a vacancy, given in either order; `similarity` is that of their vectors."""
    resume, vacancy = (second, first) if isinstance(first, Vacancy) else (first, second)
    vacancy, resume = cast(Vacancy, vacancy), cast(Resume, resume)
    return Pair(
        resume=resume,
        vacancy=vacancy,
        demand=demands.read(vacancy),
        spoken=read_spoken_languages(resume, resume.languages or None),
        now=now,
        meaning=min(1.0, max(0.0, similarity)),
        analyze=analyze,
    )
