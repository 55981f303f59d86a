"""Cross-encoders in this process: loading by name, scores, long texts, and models that cannot rerank."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from milvus.embedding import create_reranker
from milvus.embedding.cross_encoder import CrossEncoderReranker
from milvus.embedding.rerankers import CATALOG, RerankerSpec, find_reranker
from milvus.errors import RerankError
from tests.contract.embedding.cross_encoders_on_disk import ARCHITECTURES, build_cross_encoder
from tests.contract.embedding.models_on_disk import MAX_TOKENS, build_model

QUERY = "night nurse"
TEXTS = [
    "senior nurse of the night shift",
    "welder",
    "Повар в Казани",
    "developer with a team " * 20,
    "driver and cook for a teacher " * 8,
    "engineer",
]


def load(folder: Path, *, batch_size: int = 32) -> CrossEncoderReranker:
    return CrossEncoderReranker(find_reranker(str(folder)), device="cpu", precision="float32", batch_size=batch_size)


@pytest.fixture(scope="session", params=ARCHITECTURES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny cross-encoder, of each architecture in turn."""
    return build_cross_encoder(request.param, tmp_path_factory.mktemp("cross-encoders") / request.param)


@pytest.fixture(scope="session")
def reranker(folder: Path) -> CrossEncoderReranker:
    # batch_size 1 makes several batches of a few pairs.
    return load(folder, batch_size=1)


def test_scores_lie_between_0_and_1_and_differ(reranker: CrossEncoderReranker) -> None:
    scores = reranker.score(QUERY, TEXTS)
    assert all(0 < score < 1 for score in scores)
    assert len(set(scores)) == len(TEXTS)


def test_scores_are_the_sigmoid_of_the_logit(reranker: CrossEncoderReranker, folder: Path) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    logits = CrossEncoder(str(folder), device="cpu", activation_fn=torch.nn.Identity()).predict(
        [(QUERY, text) for text in TEXTS]
    )
    np.testing.assert_allclose(reranker.score(QUERY, TEXTS), 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_activation_that_the_model_names_changes_nothing(tmp_path: Path) -> None:
    """Models of one family name none, others the identity: scores must mean the same for all."""
    plain = build_cross_encoder("bert", tmp_path / "plain")
    named = build_cross_encoder("bert", tmp_path / "named")
    settings = json.loads((named / "config.json").read_text(encoding="utf-8"))
    settings["sentence_transformers"] = {"activation_fn": "torch.nn.modules.linear.Identity"}
    (named / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    assert load(named).score(QUERY, TEXTS) == load(plain).score(QUERY, TEXTS)


def test_score_does_not_depend_on_the_other_texts_or_their_order(reranker: CrossEncoderReranker) -> None:
    together = reranker.score(QUERY, TEXTS)
    alone = [reranker.score(QUERY, [text])[0] for text in TEXTS]
    np.testing.assert_allclose(alone, together, atol=2e-5)
    np.testing.assert_allclose(reranker.score(QUERY, TEXTS[::-1])[::-1], together, atol=2e-5)


def test_query_counts(reranker: CrossEncoderReranker) -> None:
    assert not np.allclose(reranker.score(QUERY, TEXTS), reranker.score("welder", TEXTS), atol=1e-4)


def test_no_texts_have_no_scores(tmp_path: Path) -> None:
    assert load(tmp_path).score(QUERY, []) == []


def test_long_query_leaves_half_of_the_room_to_the_text(reranker: CrossEncoderReranker) -> None:
    first, second = reranker.score("night nurse " * 500, ["welder " * 500, "cook " * 500])
    assert abs(first - second) > 1e-4


def test_long_text_leaves_half_of_the_room_to_the_query(reranker: CrossEncoderReranker) -> None:
    text = "cook " * 500
    first, second = (reranker.score(query, [text])[0] for query in ("welder " * 500, "nurse " * 500))
    assert abs(first - second) > 1e-4


def test_what_lies_beyond_the_room_is_cut_off(reranker: CrossEncoderReranker) -> None:
    text = "cook " * 500
    (whole,), (longer,) = (reranker.score(QUERY, [one]) for one in (text, text + "welder " * 500))
    assert whole == pytest.approx(longer, abs=1e-6)


def test_text_without_a_space_in_a_million_letters_has_a_score(reranker: CrossEncoderReranker) -> None:
    assert 0 < reranker.score(QUERY, ["a" * 1_000_000])[0] < 1


def test_batches_keep_within_the_token_budget(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = load(folder, batch_size=1)
    small.score(QUERY, ["cook"])
    batches: list[int] = []
    model = small._model  # the only place where what goes into the network shows
    assert model is not None
    predict = model.predict

    def record(pairs: list[Any], **options: Any) -> Any:
        batches.append(len(pairs))
        return predict(pairs, **options)

    monkeypatch.setattr(model, "predict", record)
    small.score(QUERY, ["cook " * 100] * 12)
    # 256 tokens a batch: 5 pairs of 48 tokens.
    assert sum(batches) == 12
    assert max(batches) == 256 // MAX_TOKENS


def test_several_threads_get_the_right_scores(folder: Path) -> None:
    shared = load(folder, batch_size=1)
    expected = load(folder).score(QUERY, TEXTS)
    start = threading.Barrier(4)

    def ask(_: int) -> list[float]:
        start.wait(60)
        return shared.score(QUERY, TEXTS)

    with ThreadPoolExecutor(4) as pool:
        for scores in pool.map(ask, range(4)):
            np.testing.assert_allclose(scores, expected, atol=2e-5)


def test_closed_reranker_loads_its_weights_again(folder: Path) -> None:
    closed = load(folder)
    before = closed.score(QUERY, TEXTS)
    closed.close()
    assert closed._model is None
    assert closed.score(QUERY, TEXTS) == before


def test_model_with_several_labels_is_refused(tmp_path: Path) -> None:
    folder = build_cross_encoder("bert", tmp_path / "three-labels", labels=3)
    with pytest.raises(RerankError, match="three-labels gives 3 numbers a pair"):
        load(folder).score(QUERY, TEXTS)


def test_embedding_model_is_refused(tmp_path: Path) -> None:
    folder = build_model("bert", tmp_path / "embeds")
    with pytest.raises(RerankError, match="embeds is no cross-encoder"):
        load(folder).score(QUERY, TEXTS)


def test_model_that_needs_code_of_its_own_is_refused(tmp_path: Path) -> None:
    """Weights are data; code from a repository would run with all that the server may do."""
    folder = build_cross_encoder("bert", tmp_path / "with-code")
    (folder / "own.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Config"}}
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(RerankError, match="with-code does not load"):
        load(folder).score(QUERY, TEXTS)


def test_broken_weights_are_an_error(tmp_path: Path) -> None:
    folder = build_cross_encoder("bert", tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(RerankError, match="broken does not load"):
        load(folder).score(QUERY, TEXTS)


def test_weights_with_nan_are_an_error(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = build_cross_encoder("bert", tmp_path / "nan")
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(RerankError, match="no number"):
        load(folder).score(QUERY, TEXTS)


def test_model_that_cannot_be_downloaded_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    _, absent = create_reranker("counterpart/no-such-reranker")
    with pytest.raises(RerankError, match=r"counterpart/no-such-reranker is not on this machine.*local folder"):
        absent.score(QUERY, TEXTS)


def test_reranker_goes_by_its_short_name(folder: Path) -> None:
    assert create_reranker(str(folder), device="cpu")[0] == folder.name
    assert create_reranker("BAAI/bge-reranker-v2-m3")[0] == "bge-reranker-v2-m3"
    assert create_reranker("owner/other")[0] == "owner/other"


@pytest.mark.parametrize("name", ["", "nonsense", "/no/such/folder", "a/b/c", "../up", "owner/"])
def test_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(RerankError, match="no reranker"):
        find_reranker(name)


@pytest.mark.parametrize("spec", CATALOG, ids=lambda spec: spec.name)
def test_catalog_tells_what_may_be_done_with_a_model(spec: RerankerSpec) -> None:
    assert spec.license
    assert spec.languages
    assert 0 < spec.max_tokens <= 8192
    assert find_reranker(spec.source) is spec
