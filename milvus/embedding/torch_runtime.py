"""Where and how precisely torch computes, and loading a model so. The only module that imports torch."""

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

# oneDNN keeps the code and the buffers that it made for every shape of batch, 1,024 of them, and texts come in all
# lengths: a worker grows by hundreds of megabytes. With 32 it embeds as fast. Read when torch loads.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")

import torch

from milvus.embedding.model_files import describe_missing, resolve_commit
from milvus.errors import EmbeddingError, ModelNotFound, RerankError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

    from milvus.embedding.models import ModelSpec
    from milvus.embedding.rerankers import RerankerSpec

_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_PRECISIONS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def choose_device(device: str) -> str:
    """The device that "auto" means here: cuda, else mps, else cpu; any other name is taken as it is."""
    if device != "auto":
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def choose_precision(precision: str, device: str) -> torch.dtype:
    """The number format that "auto" means on a device.

    float16 on a GPU. On a CPU with bfloat16 instructions, bfloat16: 2.4 times as fast as float32, and of the ten
    nearest neighbors among 1,000 resumes and vacancies it keeps 0.99. Else float32. Raises ValueError on an
    unknown name.
    """
    if precision != "auto":
        if precision not in _PRECISIONS:
            raise ValueError(f"unknown precision {precision!r}: auto, {', '.join(_PRECISIONS)}")
        return _PRECISIONS[precision]
    if device != "cpu":
        return torch.float16
    capabilities = torch.cpu.get_capabilities()
    fast = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


def limit_threads() -> None:
    """Keep torch within a container's share of the processor; torch counts the whole machine's cores.

    Does nothing where OMP_NUM_THREADS says how many threads to use.
    """
    quota = _read_cpu_quota()
    if quota is not None and "OMP_NUM_THREADS" not in os.environ and quota < torch.get_num_threads():
        torch.set_num_threads(quota)


def give_back_memory() -> None:
    """Return freed memory to the system.

    The C library of Linux keeps it, in pieces that batches of other shapes do not fit: a worker grows by gigabytes.
    """
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def load_model(spec: "ModelSpec", revision: str, *, device: str, dtype: torch.dtype) -> "SentenceTransformer":
    """Load a model's weights. Raises ModelNotFound where they are not to be had, EmbeddingError where they are bad."""
    _quieten_libraries()
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    folder = spec.find_folder()
    try:
        return SentenceTransformer(
            str(folder or spec.source),
            revision=None if folder else revision,
            device=device,
            model_kwargs={"dtype": dtype},
        )
    except OSError as error:
        raise ModelNotFound(describe_missing(spec.source)) from error
    except (ValueError, ImportError, RuntimeError, KeyError, SafetensorError) as error:
        raise EmbeddingError(f"the model {spec.name} does not load: {error}") from error


def load_cross_encoder(spec: "RerankerSpec", *, device: str, dtype: torch.dtype) -> "CrossEncoder":
    """Load a cross-encoder's weights, never its code. Raises RerankError where they are not to be had, or are bad."""
    _quieten_libraries()
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder

    try:
        revision = None if spec.is_folder else resolve_commit(spec.source, None)
        model: CrossEncoder = CrossEncoder(
            spec.source,
            revision=revision,
            device=device,
            model_kwargs={"dtype": dtype},
            trust_remote_code=False,
            activation_fn=apply_sigmoid,
        )
    except (ModelNotFound, OSError) as error:
        raise RerankError(describe_missing(spec.source)) from error
    except (ValueError, ImportError, RuntimeError, KeyError, AttributeError, SafetensorError) as error:
        raise RerankError(f"the reranker {spec.name} does not load: {error}") from error
    return model


def apply_sigmoid(logits: torch.Tensor) -> torch.Tensor:
    """Logits as numbers within 0 and 1."""
    return torch.sigmoid(logits)


def _quieten_libraries() -> None:
    # Set before the first tokenizer runs: unset, it warns after each fork of the process.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped


def _read_cpu_quota() -> int | None:
    """Whole cores that the control group allows, at least one; None where it sets no limit."""
    try:
        allowed, period = _CPU_QUOTA.read_text(encoding="ascii").split()
        return max(1, round(int(allowed) / int(period)))
    except (OSError, ValueError):
        return None
