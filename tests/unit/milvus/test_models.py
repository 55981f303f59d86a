"""The catalog, and models beyond it: what their own files say, and the revision that their content gives."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from milvus.embedding import CATALOG, DEFAULT_MODEL, HashingEmbedder, create_embedder, find_model
from milvus.embedding.model_files import fingerprint_folder, read_settings
from milvus.embedding.remote import RemoteEmbedder
from milvus.embedding.sentence_transformer import SentenceTransformerEmbedder
from milvus.errors import EmbeddingError, ModelNotFound


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's files without usable weights."""
    write_json(tmp_path / "config.json", {"model_type": "bert", "hidden_size": 48, "max_position_embeddings": 512})
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def test_catalog_names_are_unique_and_found_by_name_and_by_repository() -> None:
    assert len({spec.name for spec in CATALOG}) == len(CATALOG) == 11
    for spec in CATALOG:
        assert find_model(spec.name) is find_model(spec.source) is spec


@pytest.mark.parametrize(
    ("name", "dimension", "max_tokens"),
    [
        ("all-MiniLM-L6-v2", 384, 256),
        ("all-mpnet-base-v2", 768, 384),
        ("multilingual-e5-small", 384, 512),
        ("multilingual-e5-base", 768, 512),
        ("multilingual-e5-large", 1024, 512),
        ("paraphrase-multilingual-mpnet-base-v2", 768, 128),
        ("paraphrase-multilingual-MiniLM-L12-v2", 384, 128),
        ("distiluse-base-multilingual-cased-v1", 512, 128),
        ("LaBSE-en-ru", 768, 512),
        ("rubert-tiny2", 312, 2048),
        ("bge-m3", 1024, 8192),
    ],
)
def test_catalog_states_dimension_and_length(name: str, dimension: int, max_tokens: int) -> None:
    spec = find_model(name)
    assert (spec.dimension, spec.max_tokens) == (dimension, max_tokens)


def test_only_e5_models_have_prompts() -> None:
    prompts = {spec.name: (spec.query_prompt, spec.document_prompt) for spec in CATALOG}
    for name, pair in prompts.items():
        assert pair == (("query: ", "passage: ") if "-e5-" in name else ("", ""))


def test_catalog_knows_who_reads_russian() -> None:
    readers = {spec.name for spec in CATALOG if spec.languages and "ru" in spec.languages}
    assert readers == {spec.name for spec in CATALOG} - {"all-MiniLM-L6-v2", "all-mpnet-base-v2"}


def test_license_that_a_card_does_not_state_is_none() -> None:
    assert [spec.name for spec in CATALOG if spec.license is None] == ["LaBSE-en-ru"]


def test_packaged_model_is_what_the_catalog_says() -> None:
    spec = find_model(DEFAULT_MODEL)
    model_folder = spec.find_folder()
    assert model_folder is not None
    settings = read_settings(model_folder)
    assert (settings.dimension, settings.max_tokens) == (spec.dimension, spec.max_tokens)
    assert spec.find_revision() == fingerprint_folder(model_folder)


def test_folder_is_described_by_its_own_files(folder: Path) -> None:
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 64})
    write_json(
        folder / "config_sentence_transformers.json", {"prompts": {"query": "ask: ", "passage": "tell: ", "other": "x"}}
    )
    spec = find_model(str(folder))
    assert (spec.dimension, spec.max_tokens) == (48, 64)
    assert (spec.query_prompt, spec.document_prompt) == ("ask: ", "tell: ")
    assert spec.languages is None
    assert spec.license is None


def test_projection_after_pooling_sets_the_dimension(folder: Path) -> None:
    write_json(
        folder / "modules.json", [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}, {"path": "3_Normalize"}]
    )
    write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 48})
    write_json(folder / "2_Dense" / "config.json", {"in_features": 48, "out_features": 24})
    assert read_settings(folder).dimension == 24


@pytest.mark.parametrize(
    ("config", "max_tokens"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512}, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "mpnet", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
    ],
)
def test_positions_limit_the_length_where_nothing_else_does(
    folder: Path, config: dict[str, object], max_tokens: int
) -> None:
    write_json(folder / "config.json", {"hidden_size": 8, **config})
    # Tokenizers without a limit state a huge number.
    write_json(folder / "tokenizer_config.json", {"model_max_length": 10**30})
    assert read_settings(folder).max_tokens == max_tokens


def test_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"config\.json"):
        find_model(str(tmp_path))


def test_broken_configuration_is_an_error_that_names_the_file(folder: Path) -> None:
    (folder / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(EmbeddingError, match=r"modules\.json"):
        find_model(str(folder))


@pytest.mark.parametrize("name", ["no-such-model", "./no/such/folder", "a/b/c", ""])
def test_name_that_cannot_be_a_model_is_an_error_that_lists_the_catalog(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelNotFound, match="bge-m3"):
        find_model(name)


@pytest.mark.usefixtures("offline")
def test_model_that_is_not_on_an_offline_machine_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ModelNotFound, match=r"counterpart/no-such-model.*HF_HUB_OFFLINE"):
        find_model("counterpart/no-such-model")


@pytest.mark.usefixtures("offline")
def test_downloaded_model_is_known_by_its_commit(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = tmp_path_factory.mktemp("hub")
    repository = cache / "models--counterpart--tiny"
    shutil.copytree(folder, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, encoding="ascii")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    spec = find_model("counterpart/tiny")
    assert spec.dimension == 48
    assert spec.find_revision() == commit


def test_fingerprint_does_not_depend_on_place_or_time(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("elsewhere") / "model"
    shutil.copytree(folder, copy, copy_function=shutil.copyfile)
    assert fingerprint_folder(copy) == fingerprint_folder(folder)


def test_fingerprint_changes_with_weights_and_settings(folder: Path) -> None:
    before = fingerprint_folder(folder)
    (folder / "model.safetensors").write_bytes(b"Weights")
    changed = fingerprint_folder(folder)
    write_json(folder / "1_Pooling" / "config.json", {"pooling_mode_cls_token": True})
    assert len({before, changed, fingerprint_folder(folder)}) == 3


def test_fingerprint_of_large_weights_sees_beginning_middle_and_end(folder: Path) -> None:
    weights = bytearray(20 * 2**20)
    prints = set()
    for position in (0, len(weights) // 2, len(weights) - 1):
        for index in range(position, min(position + 2**18, len(weights))):
            weights[index] = 1
        (folder / "model.safetensors").write_bytes(weights)
        prints.add(fingerprint_folder(folder))
    assert len(prints) == 3


def test_importing_the_room_loads_no_torch() -> None:
    program = "import sys, milvus.embedding; assert not {'torch', 'transformers', 'httpx'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_create_embedder_makes_each_backend() -> None:
    assert isinstance(create_embedder(), SentenceTransformerEmbedder)
    assert isinstance(create_embedder(backend="openai", url="http://127.0.0.1:1/v1"), RemoteEmbedder)
    assert isinstance(create_embedder(backend="hashing"), HashingEmbedder)


@pytest.mark.parametrize("model", ["nope", "64", "hashing-", "hashing-x", "hashing-٦٤", "hashing-2"])
def test_create_embedder_refuses_a_hashing_model_that_there_is_not(model: str) -> None:
    with pytest.raises(ValueError, match=r"hashing-N|at least 16"):
        create_embedder(backend="hashing", model=model)


def test_create_embedder_overrides_prompts() -> None:
    own = create_embedder(backend="openai", url="http://127.0.0.1:1", model="multilingual-e5-small")
    none = create_embedder(
        backend="openai",
        url="http://127.0.0.1:1",
        model="multilingual-e5-small",
        query_prompt="",
        document_prompt="d: ",
    )
    assert (own.identity.query_prompt, own.identity.document_prompt) == ("query: ", "passage: ")
    assert (none.identity.query_prompt, none.identity.document_prompt) == ("", "d: ")


def test_create_embedder_refuses_a_server_without_url() -> None:
    with pytest.raises(ValueError, match="url"):
        create_embedder(backend="openai")


def test_create_embedder_refuses_an_unknown_backend() -> None:
    with pytest.raises(ValueError, match="unknown embedding backend"):
        create_embedder(backend="word2vec")  # type: ignore[arg-type]
