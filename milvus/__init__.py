"""The index.

It is: entities (resume, vacancy), their collections in Milvus, the embedding models that fill them, filters and search.
It knows: pymilvus, torch, column names, index parameters.
It never touches: HTTP (but to an embedding server), SQL, files of documents.
"""

from milvus.collection import Collection, Hit, Scored, Vector
from milvus.embedding import Embedder, ModelIdentity, Vectors, create_embedder, find_model
from milvus.entities import EmploymentType, Entity, Kind, Resume, Vacancy, WorkFormat
from milvus.filters import Filter, ResumeFilter, VacancyFilter
from milvus.store import Index, Store

__all__ = [
    "Collection",
    "Embedder",
    "EmploymentType",
    "Entity",
    "Filter",
    "Hit",
    "Index",
    "Kind",
    "ModelIdentity",
    "Resume",
    "ResumeFilter",
    "Scored",
    "Store",
    "Vacancy",
    "VacancyFilter",
    "Vector",
    "Vectors",
    "WorkFormat",
    "create_embedder",
    "find_model",
]
