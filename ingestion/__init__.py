"""The way in.

It is: document formats, parsing, normalization, the ledger, the worker that fills the index.
It knows: file formats, SQL, canonical spellings of skills, places, salaries.
It never touches: HTTP, but to fetch a source.
"""

from ingestion.documents import DOCUMENT_TYPES, AnyDocument, DocumentId, ResumeDocument, VacancyDocument, find_names
from ingestion.errors import UnreadableDocument
from ingestion.facts import list_title_words
from ingestion.installation import (
    Books,
    Installation,
    open_embedder,
    open_installation,
    open_normalizer,
    open_rerankers,
)
from ingestion.judging import JudgingPool, PairIds
from ingestion.loading import load_paths
from ingestion.normalize import Normalizer
from ingestion.originals import Provenance
from ingestion.records import Change, Priority, Recorded, State, StoredDocument, Task, TaskState
from ingestion.serving import Served
from ingestion.settings import Settings, read_settings
from ingestion.sightings import MAX_SEEN, Sighting
from ingestion.snapshot_files import SnapshotFolder, SnapshotManifest
from ingestion.source_runs import SourceRunner, create_source_runner
from ingestion.sources import SourceRow, read_path, read_upload
from ingestion.status import IngestionStatus
from ingestion.worker import Worker

__all__ = [
    "DOCUMENT_TYPES",
    "MAX_SEEN",
    "AnyDocument",
    "Books",
    "Change",
    "DocumentId",
    "IngestionStatus",
    "Installation",
    "JudgingPool",
    "Normalizer",
    "PairIds",
    "Priority",
    "Provenance",
    "Recorded",
    "ResumeDocument",
    "Served",
    "Settings",
    "Sighting",
    "SnapshotFolder",
    "SnapshotManifest",
    "SourceRow",
    "SourceRunner",
    "State",
    "StoredDocument",
    "Task",
    "TaskState",
    "UnreadableDocument",
    "VacancyDocument",
    "Worker",
    "create_source_runner",
    "find_names",
    "list_title_words",
    "load_paths",
    "open_embedder",
    "open_installation",
    "open_normalizer",
    "open_rerankers",
    "read_path",
    "read_settings",
    "read_upload",
]
