"""What callers do to the documents of an installation, as a seeded plan, and what they may expect to find."""

import random
import threading
from dataclasses import dataclass
from typing import Any

from ingestion.documents import DOCUMENT_TYPES
from ingestion.records import encode_document
from milvus import Kind

Key = tuple[Kind, str]
Content = dict[str, Any]

_MOST_ROWS = 40
_LATEST = 10
_TRADES = ("Welder", "Nurse", "Surveyor", "Baker", "Electrician", "Bookkeeper", "Carpenter", "Translator")
_STARTS = ("re", "in", "over", "out", "pre", "sub")
_STEMS = ("plan", "build", "check", "count", "paint", "write", "test", "turn", "load", "mark")
_WORDS = tuple(start + stem + end for start in _STARTS for stem in _STEMS for end in ("s", "ed", "ing"))
_NAMES = ("Ada Moreno", "Jonas Petrov", "Mira Olsen", "Tomas Reyes")
_CITIES = ("Leeds", "Utrecht", "Graz", "Porto")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request, and what each document that it names has become once it is carried out: its hash, None for none."""

    method: str
    path: str
    body: Any
    outcome: dict[Key, str | None]


class Witness:
    """What the API said about each document. Safe to use from several threads.

    A document has a set of states that it may be in: one, or several where the answer to a request stayed away. Each
    state is the hash of a content, or None where the document is not there.
    """

    def __init__(self) -> None:
        self._states: dict[Key, set[str | None]] = {}
        self._lock = threading.Lock()
        self.acknowledged = 0
        self.doubted = 0

    def acknowledge(self, outcome: dict[Key, str | None]) -> None:
        """These documents are in these states and no others: the API said so."""
        with self._lock:
            self._states |= {key: {state} for key, state in outcome.items()}
            self.acknowledged += len(outcome)

    def doubt(self, outcome: dict[Key, str | None]) -> None:
        """These documents are in these states, or in any that they may have been in before."""
        with self._lock:
            for key, state in outcome.items():
                self._states.setdefault(key, {None}).add(state)
            self.doubted += len(outcome)

    def read(self) -> dict[Key, frozenset[str | None]]:
        """The states that each document may be in."""
        with self._lock:
            return {key: frozenset(states) for key, states in self._states.items()}


class Author:
    """Writes one caller's requests: new documents, changed texts, changed metadata, removals and returns.

    Every author has documents of its own, so that the order of its requests is the order of their changes.
    """

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._dice = random.Random(f"{seed} {name}")
        self._contents: dict[Key, Content] = {}
        self._gone: list[Key] = []
        self._numbered = 0

    def write_new(self, most: int) -> Operation:
        """A request that stores up to `most` documents that never were there."""
        kind = self._dice.choice(list(Kind))
        size = 1 if self._dice.random() < 0.3 else self._dice.randint(1, _MOST_ROWS)
        contents = {self._make_key(kind): self._make_content(kind) for _ in range(min(size, most))}
        return self._store(contents)

    def write_change(self) -> Operation | None:
        """A request that changes what is there, or was once; None where nothing ever was."""
        if not self._contents:
            return None
        roll = self._dice.random()
        if roll < 0.15:
            return self._erase(self._dice.choice(list(self._contents)))
        if roll < 0.3 and self._gone:
            key = self._gone.pop(self._dice.randrange(len(self._gone)))
            return self._store({key: self._make_content(key[0])})
        kind, _ = self._dice.choice(list(self._contents))
        size = 1 if self._dice.random() < 0.6 else self._dice.randint(1, _MOST_ROWS)
        mine = [key for key in self._contents if key[0] is kind]
        if self._dice.random() < 0.5:
            mine = mine[-_LATEST:]  # what is probably on its way into the index at this moment
        chosen = self._dice.sample(mine, min(size, len(mine)))
        change = self._change_text if self._dice.random() < 0.5 else self._change_metadata
        return self._store({key: change(self._contents[key]) for key in chosen})

    def _store(self, contents: dict[Key, Content]) -> Operation:
        self._contents |= contents
        documents = {key: DOCUMENT_TYPES[key[0]].model_validate({"id": key[1], **c}) for key, c in contents.items()}
        outcome: dict[Key, str | None] = {key: encode_document(document)[1] for key, document in documents.items()}
        (kind, id_), content = next(iter(contents.items()))
        if len(contents) == 1:
            return Operation("PUT", f"/v1/{kind.value}/{id_}", content, outcome)
        rows = [{"id": id_, **content} for (_, id_), content in contents.items()]
        return Operation("POST", f"/v1/{kind.value}/batch", rows, outcome)

    def _erase(self, key: Key) -> Operation:
        del self._contents[key]
        self._gone.append(key)
        return Operation("DELETE", f"/v1/{key[0].value}/{key[1]}", None, {key: None})

    def _make_key(self, kind: Kind) -> Key:
        self._numbered += 1
        return kind, f"{self._name}-{self._numbered}"

    def _make_content(self, kind: Kind) -> Content:
        content = {"title": self._dice.choice(_TRADES), "text": self._make_text()}
        if kind is Kind.RESUMES:
            content["person"] = {"name": self._dice.choice(_NAMES)}
        return self._change_metadata(content)

    def _make_text(self) -> str:
        return " ".join(self._dice.choices(_WORDS, k=self._dice.randint(5, 60))).capitalize() + "."

    def _change_text(self, content: Content) -> Content:
        return content | {"text": self._make_text()}

    def _change_metadata(self, content: Content) -> Content:
        return content | {
            "place": {"city": self._dice.choice(_CITIES)},
            "category": f"category {self._dice.randrange(10**6)}",
            "salary": {"min": self._dice.randint(20, 60) * 1000, "currency": "EUR", "period": "year"},
        }
