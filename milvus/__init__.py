"""The index.

It is: entities (resume, vacancy), their collections in Milvus, the embedding models that fill them, filters and search.
It knows: pymilvus, torch, column names, index parameters.
It never touches: HTTP (but to an embedding server), SQL, files of documents.
"""

from milvus.analysis import analyze
from milvus.bulk import ShardWriter
from milvus.bulk_files import FileStore
from milvus.bulk_import import BulkImporter, ImportProgress, ImportState
from milvus.collection import Collection
from milvus.embedding import Embedder, ModelIdentity, Vectors, create_embedder, find_model
from milvus.entities import EducationLevel, EmploymentType, Entity, Kind, Resume, Vacancy, WorkFormat
from milvus.filters import Filter, ResumeFilter, VacancyFilter
from milvus.geo import distance_km
from milvus.hits import Hit, Member, Ranked, Vector
from milvus.keys import company_key
from milvus.languages import write_language
from milvus.store import Index, Store

__all__ = [
    "BulkImporter",
    "Collection",
    "EducationLevel",
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
    "Member",
    "ModelIdentity",
    "Ranked",
    "Resume",
    "ResumeFilter",
    "ShardWriter",
    "Store",
    "Vacancy",
    "VacancyFilter",
    "Vector",
    "Vectors",
    "WorkFormat",
    "analyze",
    "company_key",
    "create_embedder",
    "distance_km",
    "find_model",
    "write_language",
]
