"""Every embedder that the contract holds for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from milvus.embedding import DEFAULT_MODEL, Embedder, HashingEmbedder, ModelSpec, find_model
from milvus.embedding.remote import RemoteEmbedder
from milvus.embedding.sentence_transformer import SentenceTransformerEmbedder
from tests.contract.embedding.models_on_disk import BUILDERS, build_model
from tests.contract.embedding.server import EmbeddingServer

REMOTE_SPEC = ModelSpec(
    name="hashed", source="counterpart/hashed", dimension=64, max_tokens=48, query_prompt="", document_prompt=""
)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny models gain nothing from more threads, and several wait for each other where the machine is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def model_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder with a tiny random model for each architecture."""
    root = tmp_path_factory.mktemp("models")
    return {architecture: build_model(architecture, root / architecture) for architecture in BUILDERS}


@pytest.fixture(scope="session", params=["packaged", *BUILDERS, "e5", "remote", "hashing"])
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    """Each embedder in turn. "e5" is the XLM-RoBERTa model with the prompts of E5."""
    if request.param == "hashing":
        yield HashingEmbedder()
        return
    if request.param == "remote":
        with EmbeddingServer(dimension=REMOTE_SPEC.dimension, shuffled=True) as server:
            remote = RemoteEmbedder(server.url, spec=REMOTE_SPEC, batch_size=3)
            yield remote
            remote.close()
        return
    if request.param == "packaged":
        spec = find_model(DEFAULT_MODEL)
    else:
        folders: dict[str, Path] = request.getfixturevalue("model_folders")
        spec = find_model(str(folders["xlm-roberta" if request.param == "e5" else request.param]))
    if request.param == "e5":
        spec = replace(spec, document_prompt="passage: ", query_prompt="query: ")
    # In float32 a vector hardly depends on padding; batch_size 1 makes several batches of a few texts.
    yield SentenceTransformerEmbedder(spec, device="cpu", precision="float32", batch_size=1)
