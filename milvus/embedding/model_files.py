"""Where a model's files are, what they say of its settings, and a revision that changes when they do."""

import hashlib
import importlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milvus.errors import EmbeddingError, ModelNotFound

_SAMPLED_BLOCKS = 128
_BLOCK = 65_536
_WEIGHT_SUFFIXES = (".safetensors", ".bin")
_UNBOUNDED_TOKENS = 1_000_000
_POSITIONS_AFTER_PADDING = frozenset({"camembert", "mpnet", "roberta", "xlm-roberta"})
"""Architectures that number positions from the padding token's id + 1: fewer remain than `max_position_embeddings`."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a model's own files say: its vectors' length, how many tokens it reads, and its named prompts."""

    dimension: int
    max_tokens: int
    prompts: dict[str, str]


def find_package_folder(package: str) -> Path:
    """The folder of weights inside an installed Python package. Raises ModelNotFound."""
    try:
        folder = Path(importlib.import_module(package).get_model_path())
    except ImportError as error:
        distribution = package.replace("_", "-")
        raise ModelNotFound(f"the package {distribution} with the model's weights is not installed") from error
    if not (folder / "config.json").is_file():
        raise ModelNotFound(f"the package {package} holds no model at {folder}; install it anew")
    return folder


def resolve_commit(repository: str, revision: str | None) -> str:
    """The commit that a revision of a Hugging Face repository stands for: this machine's copy first, then the hub.

    Raises ModelNotFound where the model is neither on this machine nor to be had.
    """
    from huggingface_hub import resolve_revision
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RevisionResolutionError

    try:
        return resolve_revision(repository, revision=revision, local_files_only=True).resolved
    except (RevisionResolutionError, HFValidationError):
        pass
    try:
        return resolve_revision(repository, revision=revision).resolved
    except (RevisionResolutionError, HFValidationError, HfHubHTTPError) as error:
        raise ModelNotFound(describe_missing(repository)) from error


def download_settings(repository: str, revision: str) -> Path:
    """A folder with the configuration files (no weights) of a Hugging Face repository. Raises ModelNotFound."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=["*.json"]))
    except OSError as error:
        raise ModelNotFound(describe_missing(repository)) from error


def describe_missing(repository: str) -> str:
    """What to do where a model is not on this machine."""
    return (
        f"the model {repository} is not on this machine and could not be downloaded; unset HF_HUB_OFFLINE to let it be "
        "downloaded, or give the path of a local folder that holds it"
    )


def read_settings(folder: Path) -> ModelSettings:
    """Read a sentence-transformers (or plain transformers) folder. Raises ModelNotFound, EmbeddingError."""
    config = _read_json(folder / "config.json")
    if not config:
        raise ModelNotFound(f"the folder {folder} holds no model: it has no config.json")
    return ModelSettings(
        dimension=_read_dimension(folder, config),
        max_tokens=_read_max_tokens(folder, config),
        prompts=_read_json(folder / "config_sentence_transformers.json").get("prompts") or {},
    )


def fingerprint_folder(folder: Path) -> str:
    """A hash of a model's files that changes when they do, wherever the folder lies; about 10 ms a file.

    Weights over 8 MiB are sampled: their size and 128 blocks of 64 KiB spread over the whole file. Training changes
    every layer, so it does not hide between the blocks.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        # Hidden folders hold what downloads leave behind, such as timestamps.
        if path.suffix not in (*_WEIGHT_SUFFIXES, ".json") or any(part.startswith(".") for part in relative.parts):
            continue
        digest.update(f"{relative.as_posix()}:{path.stat().st_size}\n".encode())
        _hash_blocks(path, digest)
    return f"sha256:{digest.hexdigest()[:24]}"


def _hash_blocks(path: Path, digest: "hashlib._Hash") -> None:
    size = path.stat().st_size
    stride = max(math.ceil((size - _BLOCK) / (_SAMPLED_BLOCKS - 1)), _BLOCK)
    with path.open("rb") as stream:
        for start in range(0, size, stride):
            stream.seek(min(start, max(size - _BLOCK, 0)))
            digest.update(stream.read(_BLOCK))
        stream.seek(max(size - _BLOCK, 0))
        digest.update(stream.read(_BLOCK))


def _read_dimension(folder: Path, config: dict[str, Any]) -> int:
    """The output of the last module that sets one (a projection, the pooling), else the encoder's hidden size."""
    modules = _read_json_list(folder / "modules.json")
    for module in reversed(modules):
        settings = _read_json(folder / module.get("path", "") / "config.json") if module.get("path") else {}
        for key in ("out_features", "embedding_dimension", "word_embedding_dimension"):
            if isinstance(settings.get(key), int):
                return int(settings[key])
    for key in ("hidden_size", "dim"):
        if isinstance(config.get(key), int):
            return int(config[key])
    raise EmbeddingError(f"the model in {folder} does not say how long its vectors are")


def _read_max_tokens(folder: Path, config: dict[str, Any]) -> int:
    """The model's own limit, special tokens included: sentence-transformers' first, the tokenizer's, the positions."""
    limits = (
        _read_json(folder / "sentence_bert_config.json").get("max_seq_length"),
        _read_json(folder / "tokenizer_config.json").get("model_max_length"),
        _count_positions(config),
    )
    for limit in limits:
        if isinstance(limit, int) and 0 < limit < _UNBOUNDED_TOKENS:
            return limit
    raise EmbeddingError(f"the model in {folder} does not say how many tokens it reads")


def _count_positions(config: dict[str, Any]) -> int | None:
    positions = config.get("max_position_embeddings")
    if not isinstance(positions, int):
        return None
    if config.get("model_type") in _POSITIONS_AFTER_PADDING:
        return positions - int(config.get("pad_token_id", 1)) - 1
    return positions


def _read_json(path: Path) -> dict[str, Any]:
    content = _load_json(path)
    return content if isinstance(content, dict) else {}


def _read_json_list(path: Path) -> list[dict[str, Any]]:
    content = _load_json(path)
    return content if isinstance(content, list) else []


def _load_json(path: Path) -> Any:
    """The parsed file, or None where there is no such file. Raises EmbeddingError on a broken one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise EmbeddingError(f"{path} is not valid JSON") from error
