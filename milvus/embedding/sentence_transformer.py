"""Embedding in this process, with a sentence-transformers model on a CPU or a GPU."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from milvus.embedding.models import ModelSpec
from milvus.embedding.passages import (
    check_texts,
    cut_text,
    name_pooling,
    pool_passages,
    report_gaps,
    scale_to_unit,
)
from milvus.embedding.port import ModelIdentity, Vectors
from milvus.errors import EmbeddingError, UnembeddableText

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_TOKENS_PER_TEXT = 256
_TEXTS_TOKENIZED_TOGETHER = 64
_WARM_UP_TEXTS = 32
_WARM_UP_TEXT = "Senior developer of services in Python and Go; five years with PostgreSQL, Kafka and Kubernetes. " * 10


@dataclass(frozen=True, slots=True)
class _Piece:
    """What goes into the model at once: a passage's text, its length with prompt, and the text it belongs to."""

    text: str
    tokens: int
    owner: int


class SentenceTransformerEmbedder:
    """Embeds with a model of the catalog, of a local folder or of the Hugging Face hub.

    The weights load at the first use. Texts longer than the model reads are embedded as passages. One batch holds as
    many pieces as fit `batch_size` * 256 tokens, padding included, sorted by length: so memory is bounded, whatever the
    texts. Calls from several threads wait for each other: one inference already uses every core.
    """

    def __init__(self, spec: ModelSpec, *, device: str = "auto", precision: str = "auto", batch_size: int = 32) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self._spec = spec
        self._device = device
        self._precision = precision
        self._token_budget = batch_size * _TOKENS_PER_TEXT
        self._lock = Lock()
        self._model: SentenceTransformer | None = None

    @cached_property
    def identity(self) -> ModelIdentity:
        """The model behind the vectors; takes a fingerprint or a commit, loads no weights. Raises ModelNotFound."""
        return ModelIdentity(
            name=self._spec.name,
            revision=self._spec.find_revision(),
            dimension=self._spec.dimension,
            document_prompt=self._spec.document_prompt,
            query_prompt=self._spec.query_prompt,
            pooling=name_pooling(self._spec.max_tokens),
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). Raises ModelNotFound, EmbeddingError."""
        return self._embed(texts, self._spec.document_prompt)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). Raises ModelNotFound, EmbeddingError."""
        return self._embed(texts, self._spec.query_prompt)

    def warm_up(self) -> float:
        """Load the model and return its speed in texts a second, for texts of about 200 tokens."""
        texts = [_WARM_UP_TEXT] * _WARM_UP_TEXTS
        self.embed_documents(texts[:1])
        self.embed_documents(texts)
        started = time.perf_counter()
        self.embed_documents(texts)
        return len(texts) / (time.perf_counter() - started)

    def _embed(self, texts: Sequence[str], prompt: str) -> Vectors:
        check_texts(texts)
        if not texts:
            return np.zeros((0, self._spec.dimension), dtype=np.float32)
        with self._lock:
            model = self._load()
            pieces = list(_cut_texts(model, texts, prompt))
            vectors = self._encode(model, pieces, prompt)
        owners = [piece.owner for piece in pieces]
        return pool_passages(scale_to_unit(vectors, owners), [piece.tokens for piece in pieces], owners)

    def _load(self) -> "SentenceTransformer":
        if self._model is None:
            from milvus.embedding.torch_runtime import choose_device, choose_precision, limit_threads, load_model

            limit_threads()
            device = choose_device(self._device)
            dtype = choose_precision(self._precision, device)
            model = load_model(self._spec, self.identity.revision, device=device, dtype=dtype)
            self._check_model(model)
            self._model = model
        return self._model

    def _check_model(self, model: "SentenceTransformer") -> None:
        """Raise EmbeddingError where the weights are not the model that the spec describes."""
        dimension = model.get_embedding_dimension()
        if dimension != self._spec.dimension:
            raise EmbeddingError(
                f"the model {self._spec.name} gives vectors of {dimension} numbers, not of {self._spec.dimension}"
            )
        if not getattr(model.tokenizer, "is_fast", False):
            raise EmbeddingError(f"the tokenizer of {self._spec.name} does not tell where its tokens lie in a text")
        model.max_seq_length = min(self._spec.max_tokens, model.max_seq_length or self._spec.max_tokens)

    def _encode(self, model: "SentenceTransformer", pieces: Sequence[_Piece], prompt: str) -> Vectors:
        vectors = np.empty((len(pieces), self._spec.dimension), dtype=np.float32)
        for batch in _form_batches([piece.tokens for piece in pieces], self._token_budget):
            try:
                vectors[batch] = model.encode(
                    [pieces[index].text for index in batch],
                    prompt=prompt,
                    batch_size=len(batch),
                    show_progress_bar=False,
                )
            except RuntimeError as error:  # torch's own errors, out of memory among them
                raise EmbeddingError(
                    f"the model {self._spec.name} failed on a batch of {len(batch)}: {error}"
                ) from error
        return vectors


def _form_batches(lengths: Sequence[int], token_budget: int) -> Iterator[list[int]]:
    """Positions in batches of similar length, longest first, each within the budget once padded to its longest."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > token_budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _cut_texts(model: "SentenceTransformer", texts: Sequence[str], prompt: str) -> Iterator[_Piece]:
    """The passages of all texts, in order; most texts are one."""
    for start in range(0, len(texts), _TEXTS_TOKENIZED_TOGETHER):
        group = texts[start : start + _TEXTS_TOKENIZED_TOGETHER]
        encoded = _tokenize(model, [prompt + text for text in group], with_offsets=True)
        for index, text in enumerate(group):
            tokens = len(encoded["input_ids"][index])
            if tokens <= _count_room(model):
                yield _Piece(text, tokens, start + index)
            else:
                offsets = _locate_tokens(encoded, index, len(prompt))
                yield from _cut_text(model, text, offsets, owner=start + index, prompt=prompt)


def _locate_tokens(encoded: Any, index: int, prompt_length: int) -> list[tuple[int, int]]:
    """The characters of each token of a text, without special tokens and the prompt's."""
    return [
        (max(start - prompt_length, 0), end - prompt_length)
        for (start, end), special in zip(
            encoded["offset_mapping"][index], encoded["special_tokens_mask"][index], strict=True
        )
        if not special and end > prompt_length
    ]


def _cut_text(
    model: "SentenceTransformer", text: str, offsets: Sequence[tuple[int, int]], *, owner: int, prompt: str
) -> list[_Piece]:
    """The passages of a text that does not fit.

    A passage is tokenized anew by the model, and can then have more tokens than it had within the text, so the window
    shrinks until every passage fits: what does not fit would be cut off in silence.
    """
    room = _count_room(model)
    window = room - len(_tokenize(model, [prompt])["input_ids"][0])
    while window > 0:
        cuts = cut_text(text, offsets, window)
        lengths = [len(ids) for ids in _tokenize(model, [prompt + cut for cut, _ in cuts])["input_ids"]]
        excess = max(lengths) - room
        if excess <= 0:
            report_gaps([passage for _, passage in cuts], text, owner)
            return [_Piece(cut, length, owner) for (cut, _), length in zip(cuts, lengths, strict=True)]
        window -= excess
    raise UnembeddableText(f"text {owner} cannot be cut into passages of {room} tokens, prompt included")


def _count_room(model: "SentenceTransformer") -> int:
    """Tokens that the model reads at once, special tokens and prompt included."""
    return int(model.max_seq_length or 0)


def _tokenize(model: "SentenceTransformer", texts: list[str], *, with_offsets: bool = False) -> Any:
    return model.tokenizer(
        texts,
        truncation=False,
        padding=False,
        return_offsets_mapping=with_offsets,
        return_special_tokens_mask=with_offsets,
        verbose=False,
    )
