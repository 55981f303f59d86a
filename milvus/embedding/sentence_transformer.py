"""Embedding in this process, with a sentence-transformers model on a CPU or a GPU."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from milvus.embedding.turns import Turns
from milvus.errors import EmbeddingError, UnembeddableText

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_TOKENS_PER_TEXT = 256
_TEXTS_TOKENIZED_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class _Piece:
    """What goes into the model at once: a passage's text, its length with prompt, and the text it belongs to."""

    text: str
    tokens: int
    owner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Access:
    """A loaded model, for the texts of one call: every use of tokenizer and network waits for its turn."""

    model: "SentenceTransformer"
    turns: Turns
    urgent: bool
    prompt: str

    @property
    def room(self) -> int:
        """Tokens that the model reads at once, special tokens and prompt included."""
        return int(self.model.max_seq_length or 0)

    def tokenize(self, texts: list[str], *, with_offsets: bool = False) -> Any:
        """The tokens of texts, each with the prompt before it."""
        with self.turns.take(urgent=self.urgent):
            return self.model.tokenizer(
                [self.prompt + text for text in texts],
                truncation=False,
                padding=False,
                return_offsets_mapping=with_offsets,
                return_special_tokens_mask=with_offsets,
                verbose=False,
            )

    def encode(self, texts: list[str]) -> Any:
        """The vectors of one batch."""
        with self.turns.take(urgent=self.urgent):
            return self.model.encode(texts, prompt=self.prompt, batch_size=len(texts), show_progress_bar=False)


class SentenceTransformerEmbedder:
    """Embeds with a model of the catalog, of a local folder or of the Hugging Face hub.

    The weights load at the first use. Texts longer than the model reads are embedded as passages. One batch holds as
    many pieces as fit `batch_size` * 256 tokens, padding included, sorted by length: so memory is bounded, whatever the
    texts. Calls from several threads take turns, batch by batch, as one inference already uses every core; queries go
    before documents.
    """

    def __init__(self, spec: ModelSpec, *, device: str = "auto", precision: str = "auto", batch_size: int = 32) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self._spec = spec
        self._device = device
        self._precision = precision
        self._token_budget = batch_size * _TOKENS_PER_TEXT
        self._turns = Turns()
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
        return self._embed(texts, self._spec.document_prompt, urgent=False)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). Raises ModelNotFound, EmbeddingError."""
        with self._turns.hurry():
            return self._embed(texts, self._spec.query_prompt, urgent=True)

    def close(self) -> None:
        """Drop the weights; they would load again at the next use."""
        if self._model is not None:
            from milvus.embedding.torch_runtime import give_back_memory

            self._model = None
            gc.collect()  # a model refers to itself
            give_back_memory()

    def _embed(self, texts: Sequence[str], prompt: str, *, urgent: bool) -> Vectors:
        check_texts(texts)
        if not texts:
            return np.zeros((0, self._spec.dimension), dtype=np.float32)
        with self._turns.take(urgent=urgent):
            model = self._load()
        access = _Access(model=model, turns=self._turns, urgent=urgent, prompt=prompt)
        pieces = list(_cut_texts(access, texts))
        vectors = self._encode(access, pieces)
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

    def _encode(self, access: _Access, pieces: Sequence[_Piece]) -> Vectors:
        from milvus.embedding.torch_runtime import give_back_memory

        vectors = np.empty((len(pieces), self._spec.dimension), dtype=np.float32)
        for batch in form_batches([piece.tokens for piece in pieces], self._token_budget):
            try:
                vectors[batch] = access.encode([pieces[index].text for index in batch])
            except RuntimeError as error:  # torch's own errors, out of memory among them
                raise EmbeddingError(
                    f"the model {self._spec.name} failed on a batch of {len(batch)}: {error}"
                ) from error
            give_back_memory()
        return vectors


def form_batches(lengths: Sequence[int], token_budget: int) -> Iterator[list[int]]:
    """Positions in batches of similar length, longest first, each within the budget once padded to its longest."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > token_budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _cut_texts(access: _Access, texts: Sequence[str]) -> Iterator[_Piece]:
    """The passages of all texts, in order; most texts are one."""
    for start in range(0, len(texts), _TEXTS_TOKENIZED_TOGETHER):
        group = texts[start : start + _TEXTS_TOKENIZED_TOGETHER]
        encoded = access.tokenize(list(group), with_offsets=True)
        for index, text in enumerate(group):
            tokens = len(encoded["input_ids"][index])
            if tokens <= access.room:
                yield _Piece(text, tokens, start + index)
            else:
                offsets = _locate_tokens(encoded, index, len(access.prompt))
                yield from _cut_text(access, text, offsets, owner=start + index)


def _locate_tokens(encoded: Any, index: int, prompt_length: int) -> list[tuple[int, int]]:
    """The characters of each token of a text, without special tokens and the prompt's."""
    return [
        (max(start - prompt_length, 0), end - prompt_length)
        for (start, end), special in zip(
            encoded["offset_mapping"][index], encoded["special_tokens_mask"][index], strict=True
        )
        if not special and end > prompt_length
    ]


def _cut_text(access: _Access, text: str, offsets: Sequence[tuple[int, int]], *, owner: int) -> list[_Piece]:
    """The passages of a text that does not fit.

    A passage is tokenized anew by the model, and can then have more tokens than it had within the text, so the window
    shrinks until every passage fits: what does not fit would be cut off in silence.
    """
    room = access.room
    window = room - len(access.tokenize([""])["input_ids"][0])
    while window > 0:
        cuts = cut_text(text, offsets, window)
        lengths = [len(ids) for ids in access.tokenize([cut for cut, _ in cuts])["input_ids"]]
        excess = max(lengths) - room
        if excess <= 0:
            report_gaps([passage for _, passage in cuts], text, owner)
            return [_Piece(cut, length, owner) for (cut, _), length in zip(cuts, lengths, strict=True)]
        window -= excess
    raise UnembeddableText(f"text {owner} cannot be cut into passages of {room} tokens, prompt included")
