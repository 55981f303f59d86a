"""What the ledger gives and takes: documents with their state, tasks, claims and outcomes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Self

from ingestion.documents import DOCUMENT_TYPES, AnyDocument
from milvus import Kind

MOST_INTERACTIVE = 20  # documents of one call that still go before a bulk load


class State(StrEnum):
    """Where a document stands between the ledger and the index."""

    PENDING = "pending"
    INDEXED = "indexed"
    FAILED = "failed"


class Priority(IntEnum):
    """Who goes first: what somebody waits for before what comes in by the thousand. Lower goes first."""

    INTERACTIVE = 0
    BULK = 1

    @classmethod
    def for_size(cls, documents: int) -> Self:
        """The priority of that many documents at once: a few are somebody's edits, more are a load."""
        return cls(cls.INTERACTIVE if documents <= MOST_INTERACTIVE else cls.BULK)


class Change(StrEnum):
    """What recording a document came to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class TaskState(StrEnum):
    """A task is done once its version of the document, or a later one, is in the index."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A document that is safely in the ledger, and the task that will bring it into the index.

    `replaced` names where the version that it replaced came from, if that is elsewhere.
    """

    kind: Kind
    id: str
    change: Change
    task_id: int
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A change of one document, as far as it has got."""

    id: int
    kind: Kind
    document_id: str
    action: str
    state: TaskState
    error: str | None
    created_at: float


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as the ledger has it. `names` are the person's, to be cut from the text. Times: epoch seconds."""

    document: AnyDocument
    document_hash: str
    names: tuple[str, ...]
    state: State
    error: str | None
    task_id: int
    created_at: float
    updated_at: float
    indexed_at: float | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A document leased to one worker. `document` is None where it is to be deleted from the index.

    `indexed_text_hash` is the hash of the text whose vector the index holds, None where it holds none.
    """

    kind: Kind
    id: str
    version: int
    document: AnyDocument | None
    document_hash: str
    names: tuple[str, ...]
    indexed_text_hash: str | None
    priority: Priority


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claim: `error` is None where the index now says what the document says.

    `retry`: the failure may pass (the index was away); otherwise the document is set aside as failed.
    """

    claim: Claim
    text_hash: str | None = None
    error: str | None = None
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """How many documents stand where, per kind."""

    counts: dict[Kind, dict[State, int]]
    rejections: int

    @property
    def pending(self) -> int:
        """Documents that are not in the index yet."""
        return sum(states[State.PENDING] for states in self.counts.values())


def encode_document(document: AnyDocument) -> tuple[dict[str, Any], str]:
    """The document without the person, as JSON values, and the hash of all of it, the person included."""
    content = document.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    content.pop("person", None)
    return content, digest


def _read_document(row: Any) -> AnyDocument:
    return DOCUMENT_TYPES[Kind(row.kind)].model_validate(row.document)


def make_claim(row: Any, names: Mapping[str, tuple[str, ...]]) -> Claim:
    """A claim from a row of `documents`; `names` maps resume ids to the person's names."""
    return Claim(
        kind=Kind(row.kind),
        id=row.id,
        version=row.version,
        document=None if row.deleted else _read_document(row),
        document_hash=row.document_hash,
        names=names.get(row.id, ()) if row.kind == Kind.RESUMES else (),
        indexed_text_hash=row.indexed_text_hash,
        priority=Priority(row.priority),
    )


def make_stored(row: Any, names: Mapping[str, tuple[str, ...]]) -> StoredDocument:
    """A stored document from a row of `documents`; `names` as in `make_claim`."""
    return StoredDocument(
        document=_read_document(row),
        document_hash=row.document_hash,
        names=names.get(row.id, ()),
        state=State(row.state),
        error=row.error,
        task_id=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        indexed_at=row.indexed_at,
    )
