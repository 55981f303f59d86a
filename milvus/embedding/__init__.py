"""Embedding: texts in, unit vectors out; and reranking: a query and texts in, scores out.

It is the models that fill the index, the way long texts become one vector, and cross-encoders.
It knows torch, sentence-transformers, the Hugging Face hub, and embedding servers over HTTP.
It never touches pymilvus, entities, SQL or files other than a model's own; importing it loads no torch.
"""

from milvus.embedding.factory import create_embedder, create_reranker
from milvus.embedding.hashing import HashingEmbedder
from milvus.embedding.models import CATALOG, DEFAULT_MODEL, ModelSpec, find_model
from milvus.embedding.port import Embedder, ModelIdentity, Reranker, Vectors

__all__ = [
    "CATALOG",
    "DEFAULT_MODEL",
    "Embedder",
    "HashingEmbedder",
    "ModelIdentity",
    "ModelSpec",
    "Reranker",
    "Vectors",
    "create_embedder",
    "create_reranker",
    "find_model",
]
