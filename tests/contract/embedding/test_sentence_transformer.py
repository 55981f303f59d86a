"""Models in this process: prompts, passages, precision and loading."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from milvus.embedding import DEFAULT_MODEL, ModelSpec, Vectors, find_model
from milvus.embedding.sentence_transformer import SentenceTransformerEmbedder
from milvus.errors import EmbeddingError, ModelNotFound
from tests.contract.embedding.models_on_disk import BUILDERS, DIMENSION, MAX_TOKENS, build_model
from tests.unit.milvus.waiting import wait_until


def load(spec: ModelSpec, precision: str = "float32") -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(spec, device="cpu", precision=precision)


def record_batches(model: SentenceTransformer, batches: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Note what goes into the network, on its way."""
    encode = model.encode

    def record(texts: list[str], **options: Any) -> Any:
        batches.append(texts)
        return encode(texts, **options)

    monkeypatch.setattr(model, "encode", record)


@pytest.mark.parametrize("architecture", BUILDERS)
def test_saved_model_is_described_by_its_files(model_folders: dict[str, Path], architecture: str) -> None:
    spec = find_model(str(model_folders[architecture]))
    assert (spec.dimension, spec.max_tokens) == (DIMENSION, MAX_TOKENS)


def test_prompts_stand_before_the_text(model_folders: dict[str, Path]) -> None:
    bare = find_model(str(model_folders["xlm-roberta"]))
    prompted = load(replace(bare, document_prompt="passage: ", query_prompt="query: "))
    expected = load(bare).embed_documents(["passage: night nurse", "query: night nurse"])
    np.testing.assert_allclose(prompted.embed_documents(["night nurse"])[0], expected[0], atol=1e-5)
    np.testing.assert_allclose(prompted.embed_queries(["night nurse"])[0], expected[1], atol=1e-5)


def test_prompt_of_the_model_itself_is_not_added_unasked(model_folders: dict[str, Path], tmp_path: Path) -> None:
    folder = build_model("bert", tmp_path / "with-default-prompt")
    settings_file = folder / "config_sentence_transformers.json"
    settings = json.loads(settings_file.read_text(encoding="utf-8"))
    settings |= {"prompts": {"query": "query: ", "document": ""}, "default_prompt_name": "query"}
    settings_file.write_text(json.dumps(settings), encoding="utf-8")
    without = load(find_model(str(model_folders["bert"]))).embed_documents(["night nurse"])
    np.testing.assert_allclose(load(find_model(str(folder))).embed_documents(["night nurse"]), without, atol=1e-5)


def test_every_passage_fits_the_model_and_is_embedded(
    model_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(find_model(str(model_folders["bert"])), document_prompt="passage: ")
    embedder = load(spec)
    embedder.embed_documents(["cook"])
    batches: list[list[str]] = []
    model = embedder._model  # the only place where what goes into the network shows
    assert model is not None
    record_batches(model, batches, monkeypatch)
    words = [f"щ{number:03}" for number in range(200)]
    embedder.embed_documents(["night nurse\n" + " ".join(words)])
    seen = [text for batch in batches for text in batch]
    assert all(any(word in text for text in seen) for word in words)
    lengths = [len(ids) for ids in model.tokenizer([f"passage: {text}" for text in seen])["input_ids"]]
    assert len(lengths) > 10
    assert max(lengths) <= MAX_TOKENS
    assert all(text.startswith("night nurse\n") for text in seen)


def test_short_passages_share_batches_within_the_token_budget(
    model_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = SentenceTransformerEmbedder(
        find_model(str(model_folders["bert"])), device="cpu", precision="float32", batch_size=1
    )
    embedder.embed_documents(["cook"])
    batches: list[list[str]] = []
    model = embedder._model
    assert model is not None
    record_batches(model, batches, monkeypatch)
    embedder.embed_documents(["cook"] * 100 + ["a night nurse of the welder " * 5] * 6)
    # 256 tokens a batch: 8 texts of about 32 tokens, 85 of 3.
    assert len(batches[0]) <= 8
    assert max(map(len, batches)) == 85


def test_text_beyond_the_passage_limit_is_sampled_with_a_warning(
    model_folders: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    embedder = load(find_model(str(model_folders["bert"])))
    with caplog.at_level(logging.WARNING, logger="milvus"):
        embedder.embed_documents(["cook", "night nurse " * 3000])
    assert "text 1 has 36000 characters: 64 passages spread over it" in caplog.text


def test_prompt_as_long_as_the_model_is_an_error(model_folders: dict[str, Path]) -> None:
    spec = replace(find_model(str(model_folders["bert"])), document_prompt="night " * MAX_TOKENS)
    with pytest.raises(EmbeddingError, match="prompt"):
        load(spec).embed_documents(["nurse"])


def test_bfloat16_vectors_are_near_those_of_float32() -> None:
    texts = ["Night nurse in a care home", "Welder for ship hulls", "Python developer of payment services " * 60]
    exact = load(find_model(DEFAULT_MODEL)).embed_documents(texts)
    rough = load(find_model(DEFAULT_MODEL), "bfloat16").embed_documents(texts)
    assert np.sum(exact * rough, axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(rough, axis=1), 1, atol=1e-6)


def test_default_model_knows_meaning() -> None:
    query, nurse, welder = load(find_model(DEFAULT_MODEL)).embed_documents(
        ["registered caregiver for elderly patients", "Nurse in a nursing home", "Welder for ship hulls"]
    )
    assert query @ nurse > query @ welder + 0.2


def test_a_query_is_answered_before_the_next_batch_of_documents(
    model_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = SentenceTransformerEmbedder(
        find_model(str(model_folders["bert"])), device="cpu", precision="float32", batch_size=1
    )
    documents = ["a night nurse of the welder " * 5] * 40
    expected = embedder.embed_documents(documents)
    model = embedder._model
    assert model is not None
    encode = model.encode
    batch_runs, query_came, query_answered = threading.Event(), threading.Event(), threading.Event()

    def hold_documents(texts: list[str], **options: Any) -> Any:
        if texts != ["cook"]:
            # The first batch lasts until a query has come; a second one before its answer could never end.
            awaited = query_answered if batch_runs.is_set() else query_came
            batch_runs.set()
            assert awaited.wait(60)
        return encode(texts, **options)

    def answer_query() -> Vectors:
        vectors = embedder.embed_queries(["cook"])
        query_answered.set()
        return vectors

    monkeypatch.setattr(model, "encode", hold_documents)
    with ThreadPoolExecutor(2) as pool:
        embedding = pool.submit(embedder.embed_documents, documents)
        assert batch_runs.wait(60)
        answering = pool.submit(answer_query)
        wait_until(lambda: embedder._turns.is_hurried)
        query_came.set()
        assert answering.result(60).shape == (1, DIMENSION)
        np.testing.assert_array_equal(embedding.result(60), expected)


def test_identity_loads_no_weights(model_folders: dict[str, Path], tmp_path: Path) -> None:
    embedder = load(find_model(DEFAULT_MODEL))
    assert embedder.identity.dimension == 384
    assert embedder._model is None


def test_identity_tells_models_apart_by_their_weights(tmp_path: Path) -> None:
    import torch

    folder = build_model("bert", tmp_path / "tuned")
    before = load(find_model(str(folder))).identity
    torch.manual_seed(1)
    BUILDERS["bert"](folder)
    assert load(find_model(str(folder))).identity.revision != before.revision


def test_vanished_folder_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    spec = ModelSpec(name="gone", source=str(tmp_path / "gone"), dimension=32, max_tokens=48)
    with pytest.raises(ModelNotFound, match="gone"):
        load(spec).embed_documents(["nurse"])


def test_folder_with_broken_weights_is_an_error(tmp_path: Path) -> None:
    folder = build_model("bert", tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(EmbeddingError, match="broken"):
        load(find_model(str(folder))).embed_documents(["nurse"])


def test_model_of_another_dimension_than_its_description_is_an_error(model_folders: dict[str, Path]) -> None:
    spec = replace(find_model(str(model_folders["bert"])), dimension=64)
    with pytest.raises(EmbeddingError, match="vectors of 32 numbers, not of 64"):
        load(spec).embed_documents(["nurse"])


def test_unknown_precision_is_refused(model_folders: dict[str, Path]) -> None:
    with pytest.raises(ValueError, match="int4"):
        load(find_model(str(model_folders["bert"])), "int4").embed_documents(["nurse"])


def test_weights_with_nan_are_an_error_that_names_the_text(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = build_model("bert", tmp_path / "nan")
    weights = load_file(folder / "model.safetensors")
    weights["encoder.layer.0.output.dense.bias"][0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EmbeddingError, match="no usable vector for text"):
        load(find_model(str(folder))).embed_documents(["nurse", "cook"])
