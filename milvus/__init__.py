"""The index.

It is: entities (resume, vacancy), their collections in Milvus, the embedding models that fill them, filters and search.
It knows: pymilvus, torch, column names, index parameters.
It never touches: HTTP (but to an embedding server), SQL, files of documents.
"""

from milvus.bulk import ShardWriter
from milvus.bulk_files import FileStore
from milvus.bulk_import import BulkImporter, ImportProgress, ImportState
from milvus.collection import Collection, Hit, Vector
from milvus.embedding import Embedder, ModelIdentity, Vectors, create_embedder, find_model
from milvus.entities import EmploymentType, Entity, Kind, Resume, Vacancy, WorkFormat
from milvus.filters import Filter, ResumeFilter, VacancyFilter
from milvus.store import Index, Store

__all__ = [
    "BulkImporter",
    "Collection",
    "Embedder",
    "EmploymentType",
    "Entity",
    "FileStore",
    "Filter",
    "Hit",
    "ImportProgress",
    "ImportState",
    "Index",
    "Kind",
    "ModelIdentity",
    "Resume",
    "ResumeFilter",
    "ShardWriter",
    "Store",
    "Vacancy",
    "VacancyFilter",
    "Vector",
    "Vectors",
    "WorkFormat",
    "create_embedder",
    "find_model",
]
