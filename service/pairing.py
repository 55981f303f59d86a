"""Pairs of what is searched by and what was found, as ranking judges them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from milvus import Entity, Resume, Vacancy
from service.ranking import Demand, Pair, SkillFinder, read_demand, read_spoken_languages

MAX_REMEMBERED = 30_000

_Read = TypeVar("_Read")
_Spoken = Mapping[str, str | None]

Hold = Callable[[Entity, float], Pair]
"""A document of the other kind, and the similarity of the two vectors, to their pair."""


class _Memory(Generic[_Read]):
    """What was read out of stored documents, those used last. Safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, _Read] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, entity: Entity, read: Callable[[], _Read]) -> _Read:
        """What was read out of this very document before, or what `read` reads now."""
        if not entity.document_hash:  # not stored: there is nothing to know it by
            return read()
        # What normalization adds may change while document and text stay.
        key = (entity.id, entity.document_hash, entity.text_hash, entity.skills, entity.languages)
        with self._lock:
            if (known := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return known
        found = read()
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return found


class PairMaker:
    """Makes pairs, and remembers what each stored document says: reading it takes a millisecond or more.

    `find_skills` knows skills by other spellings than their names: a vacancy that says "AWS" may hold it under another.

    What is remembered of a vacancy leaves out its sentences, which only explanations need.
    """

    def __init__(self, size: int = MAX_REMEMBERED, *, find_skills: SkillFinder | None = None) -> None:
        self._find_skills = find_skills
        self._demands: _Memory[Demand] = _Memory(size)
        self._spoken: _Memory[_Spoken] = _Memory(size)

    def hold(self, source: Entity, *, now: datetime) -> Hold:
        """What makes pairs of one document with others; it is read once."""
        if isinstance(source, Vacancy):
            asked: dict[str, Any] = {"vacancy": source, "demand": self._read_demand(source)}

            def pair_resume(resume: Entity, similarity: float) -> Pair:
                spoken = self._read_spoken(cast(Resume, resume))
                return Pair(resume=cast(Resume, resume), spoken=spoken, meaning=_clip(similarity), now=now, **asked)

            return pair_resume
        said: dict[str, Any] = {"resume": source, "spoken": self._read_spoken(cast(Resume, source))}

        def pair_vacancy(vacancy: Entity, similarity: float) -> Pair:
            demand = self._read_demand(cast(Vacancy, vacancy))
            return Pair(vacancy=cast(Vacancy, vacancy), demand=demand, meaning=_clip(similarity), now=now, **said)

        return pair_vacancy

    def read_whole_demand(self, vacancy: Vacancy) -> Demand:
        """The demand of a vacancy with its statements, as explanations need it."""
        return read_demand(vacancy, self._find_skills, stated_languages=vacancy.languages)

    def _read_demand(self, vacancy: Vacancy) -> Demand:
        return self._demands.recall(vacancy, lambda: replace(self.read_whole_demand(vacancy), statements=()))

    def _read_spoken(self, resume: Resume) -> _Spoken:
        return self._spoken.recall(resume, lambda: read_spoken_languages(resume, resume.languages or None))


def _clip(similarity: float) -> float:
    return min(1.0, max(0.0, similarity))
