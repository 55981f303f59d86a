"""An embedder or a reranker from settings; each backend's libraries are imported only when it is the one chosen."""

from dataclasses import replace
from typing import Literal

from milvus.embedding.hashing import HASHING, HashingEmbedder
from milvus.embedding.models import DEFAULT_MODEL, find_model
from milvus.embedding.port import Embedder, Reranker
from milvus.embedding.rerankers import find_reranker

Backend = Literal["sentence-transformers", "openai", "hashing"]


def create_embedder(
    *,
    backend: Backend = "sentence-transformers",
    model: str = DEFAULT_MODEL,
    url: str | None = None,
    api_key: str | None = None,
    device: str = "auto",
    precision: str = "auto",
    query_prompt: str | None = None,
    document_prompt: str | None = None,
) -> Embedder:
    """Create the embedder that the settings describe; no weights are loaded yet.

    `model` is a name of the catalog, a Hugging Face repository or a local folder. A prompt that is None is the model's
    own; "" is none. `url` (needed) and `api_key` are for the "openai" backend, `device` and `precision` for
    "sentence-transformers". "hashing" takes none of them, and of the models `hashing-N` with N dimensions, or the
    default's name for 256. Raises ModelNotFound, and ValueError on settings that do not make sense.
    """
    if backend == "hashing":
        return _create_hashing(model)
    spec = find_model(model)
    if query_prompt is not None:
        spec = replace(spec, query_prompt=query_prompt)
    if document_prompt is not None:
        spec = replace(spec, document_prompt=document_prompt)
    if backend == "openai":
        if not url:
            raise ValueError("the embedding backend 'openai' needs the url of the server")
        from milvus.embedding.remote import RemoteEmbedder

        return RemoteEmbedder(url, spec=spec, api_key=api_key)
    if backend == "sentence-transformers":
        from milvus.embedding.sentence_transformer import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(spec, device=device, precision=precision)
    raise ValueError(f"unknown embedding backend {backend!r}: sentence-transformers, openai or hashing")


def create_reranker(name: str, *, device: str = "auto", precision: str = "auto") -> tuple[str, Reranker]:
    """A cross-encoder, and the name that it goes by; no weights are loaded yet.

    `name` is one of the catalog, a Hugging Face repository or a local folder. Raises RerankError where it is none.
    """
    from milvus.embedding.cross_encoder import CrossEncoderReranker

    spec = find_reranker(name)
    return spec.name, CrossEncoderReranker(spec, device=device, precision=precision)


def _create_hashing(model: str) -> HashingEmbedder:
    if model == DEFAULT_MODEL:
        return HashingEmbedder()
    dimension = model.removeprefix(f"{HASHING}-")
    if dimension == model or not dimension.isascii() or not dimension.isdecimal():
        raise ValueError(f"the embedding backend {HASHING!r} has no model {model!r}, only {HASHING}-N of N dimensions")
    return HashingEmbedder(int(dimension))
