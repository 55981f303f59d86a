"""Reranking in this process, with a cross-encoder of sentence-transformers on a CPU or a GPU."""

import gc
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from milvus.embedding.rerankers import RerankerSpec
from milvus.embedding.sentence_transformer import form_batches
from milvus.errors import RerankError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_TOKENS_PER_PAIR = 256
# More than any language needs; the tokenizer need not read the rest of a text that is cut anyway.
_CHARACTERS_PER_TOKEN = 16


class CrossEncoderReranker:
    """Reads a query and a text together, and says how well they fit.

    The weights load at the first use. Where both are too long for the model, the longer one loses its end until they
    fit, so that of two long ones each keeps half. One batch holds as many pairs as fit `batch_size` * 256 tokens. Calls
    from several threads take turns, batch by batch.
    """

    def __init__(
        self, spec: RerankerSpec, *, device: str = "auto", precision: str = "auto", batch_size: int = 32
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self._spec = spec
        self._device = device
        self._precision = precision
        self._token_budget = batch_size * _TOKENS_PER_PAIR
        self._turn = threading.Lock()
        self._model: CrossEncoder | None = None

    @property
    def name(self) -> str:
        """What requests call it by."""
        return self._spec.name

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text fits the query, 0 to 1: the sigmoid of the model's one logit. Raises RerankError."""
        if not texts:
            return []
        with self._turn:
            model = self._load()
            room = int(model.max_seq_length or self._spec.max_tokens)
            most = room * _CHARACTERS_PER_TOKEN
            pairs = [(query[:most], text[:most]) for text in texts]
            encoded = model.tokenizer(
                [first for first, _ in pairs], [second for _, second in pairs], truncation=True, max_length=room
            )
        scores = np.empty(len(pairs), dtype=np.float64)
        for batch in form_batches([len(ids) for ids in encoded["input_ids"]], self._token_budget):
            scores[batch] = self._predict(model, [pairs[index] for index in batch])
        if not np.isfinite(scores).all():
            raise RerankError(f"the reranker {self.name} gave a score that is no number")
        return [float(score) for score in scores]

    def close(self) -> None:
        """Drop the weights; they would load again at the next use."""
        with self._turn:
            if self._model is not None:
                from milvus.embedding.torch_runtime import give_back_memory

                self._model = None
                gc.collect()  # a model refers to itself
                give_back_memory()

    def _load(self) -> "CrossEncoder":
        if self._model is None:
            from milvus.embedding import torch_runtime as runtime

            runtime.limit_threads()
            device = runtime.choose_device(self._device)
            dtype = runtime.choose_precision(self._precision, device)
            model = runtime.load_cross_encoder(self._spec, device=device, dtype=dtype)
            self._check_model(model)
            model.max_seq_length = min(self._spec.max_tokens, model.max_seq_length or self._spec.max_tokens)
            self._model = model
        return self._model

    def _check_model(self, model: "CrossEncoder") -> None:
        """Raise RerankError where the weights are no cross-encoder's, which would load with scores of chance."""
        if model.num_labels != 1:
            raise RerankError(
                f"the model {self.name} gives {model.num_labels} numbers a pair and cannot rerank: that takes a "
                "cross-encoder with one"
            )
        architectures = getattr(model.config, "architectures", None) or []
        if len(model) == 1 and not any(name.endswith("ForSequenceClassification") for name in architectures):
            raise RerankError(f"the model {self.name} is no cross-encoder: it has no layer that scores pairs")

    def _predict(self, model: "CrossEncoder", pairs: list[tuple[str, str]]) -> np.ndarray:
        from milvus.embedding.torch_runtime import apply_sigmoid, give_back_memory

        try:
            with self._turn:
                scores = model.predict(
                    pairs, batch_size=len(pairs), activation_fn=apply_sigmoid, show_progress_bar=False
                )
        except (RuntimeError, IndexError) as error:  # torch's own errors, out of memory among them
            raise RerankError(f"the reranker {self.name} failed on a batch of {len(pairs)}: {error}") from error
        give_back_memory()
        return np.asarray(scores, dtype=np.float64)
