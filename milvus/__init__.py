"""The index.

It is: entities (resume, vacancy), their collections in Milvus, the embedding models that fill them, filters and search.
It knows: pymilvus, torch, column names, index parameters.
It never touches: HTTP (but to an embedding server), SQL, files of documents.
"""

from milvus.analysis import analyze, pair_words
from milvus.bulk import ShardWriter
from milvus.bulk_files import FileStore
from milvus.bulk_import import BulkImporter, ImportProgress, ImportState
from milvus.collection import Collection
from milvus.embedding import (
    Embedder,
    ModelIdentity,
    Reranker,
    Vectors,
    create_embedder,
    create_reranker,
    find_model,
)
from milvus.entities import EducationLevel, EmploymentType, Entity, Kind, Resume, Vacancy, WorkFormat
from milvus.filters import ExperienceRange, Filter, ResumeFilter, SalaryRange, VacancyFilter
from milvus.geo import distance_km
from milvus.hits import Hit, Member, Ranked, Tally, Vector
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
    "ExperienceRange",
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
    "Reranker",
    "Resume",
    "ResumeFilter",
    "SalaryRange",
    "ShardWriter",
    "Store",
    "Tally",
    "Vacancy",
    "VacancyFilter",
    "Vector",
    "Vectors",
    "WorkFormat",
    "analyze",
    "company_key",
    "create_embedder",
    "create_reranker",
    "distance_km",
    "find_model",
    "pair_words",
    "write_language",
]
