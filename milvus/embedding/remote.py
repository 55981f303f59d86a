"""Embedding by a server that speaks the OpenAI embeddings protocol: Text Embeddings Inference, infinity, vLLM."""

import math
import random
import re
import time
from collections.abc import Sequence
from typing import Any

import httpx
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

_ATTEMPTS = 5
_LONGEST_PAUSE = 30.0
_RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
# What a server answers when it is the input that it cannot take.
_REFUSED_STATUSES = frozenset({400, 413, 422})
_SPECIAL_TOKENS = 2
# Real tokenizers give about 4.5 letters a token in English and 3 to 4 in other languages of theirs.
_TOKEN = re.compile(r"[a-zA-Z]{1,3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\d|[^\W\d_a-zA-Z]{1,2}|[^\w\s]|_")
_TOKEN_OF_ENGLISH_MODEL = re.compile(r"[a-zA-Z]{1,3}|\S")


class RemoteEmbedder:
    """Embeds over HTTP; prompts are put before the texts here, so the server needs no settings for them.

    The server's tokenizer is not known here, so lengths are estimated, on the safe side: a token is three letters from
    a to z, or two other letters, or one digit, sign, or Chinese, Japanese or Korean character; where the model knows
    only English, each letter beyond a to z is one. So passages are somewhat shorter than the model could read.

    A busy or failing server (408, 429, 5xx, no answer) is asked again, up to five times, `pause` seconds apart at first
    and twice as long each time, or as long as its Retry-After says.
    """

    def __init__(
        self,
        url: str,
        *,
        spec: ModelSpec,
        api_key: str | None = None,
        timeout: float = 60.0,
        batch_size: int = 32,
        pause: float = 0.5,
    ) -> None:
        """`url` is the server's base, such as http://127.0.0.1:8080/v1; the protocol's path is added to it."""
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self._url = httpx.URL(url if url.rstrip("/").endswith("/embeddings") else f"{url.rstrip('/')}/embeddings")
        self._spec = spec
        self._api_key = api_key
        self._batch_size = batch_size
        self._pause = pause
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=timeout)

    @property
    def identity(self) -> ModelIdentity:
        """The model as the settings name it: which weights the server really holds cannot be asked."""
        return ModelIdentity(
            name=self._spec.name,
            revision=self._spec.revision or "as served",
            dimension=self._spec.dimension,
            document_prompt=self._spec.document_prompt,
            query_prompt=self._spec.query_prompt,
            pooling=name_pooling(self._spec.max_tokens),
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). Raises EmbeddingError."""
        return self._embed(texts, self._spec.document_prompt)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension). Raises EmbeddingError."""
        return self._embed(texts, self._spec.query_prompt)

    def close(self) -> None:
        """Close the connections to the server."""
        self._client.close()

    def _embed(self, texts: Sequence[str], prompt: str) -> Vectors:
        check_texts(texts)
        cuts: list[str] = []
        weights: list[float] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            for cut, tokens in self._cut_text(text, prompt, owner):
                cuts.append(prompt + cut)
                weights.append(tokens)
                owners.append(owner)
        vectors = np.empty((len(cuts), self._spec.dimension), dtype=np.float32)
        # Passages of similar length together, so that the server pads little.
        order = sorted(range(len(cuts)), key=lambda index: -weights[index])
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            vectors[batch] = self._request([cuts[index] for index in batch])
        return pool_passages(scale_to_unit(vectors, owners), weights, owners)

    def _cut_text(self, text: str, prompt: str, owner: int) -> list[tuple[str, int]]:
        """The passages of a text, each with its estimated tokens."""
        pattern = _TOKEN_OF_ENGLISH_MODEL if self._spec.languages == frozenset({"en"}) else _TOKEN
        window = self._spec.max_tokens - _SPECIAL_TOKENS - sum(1 for _ in pattern.finditer(prompt))
        if window < 1:
            raise EmbeddingError(f"the prompt leaves no room for a text in {self._spec.max_tokens} tokens")
        offsets = [match.span() for match in pattern.finditer(text)]
        cuts = cut_text(text, offsets, window)
        report_gaps([passage for _, passage in cuts], text, owner)
        return [(cut, max(passage.tokens, 1)) for cut, passage in cuts]

    def _request(self, texts: list[str]) -> Vectors:
        body = {"model": self._spec.source, "input": texts, "encoding_format": "float"}
        for attempt in range(1, _ATTEMPTS + 1):
            retry_after = None
            if self._client.is_closed:
                raise self._describe("is not asked any more, as it was closed")
            try:
                response = self._client.post(self._url, json=body)
            except httpx.TransportError as error:
                failure = f"did not answer ({type(error).__name__}: {error})"
            else:
                if response.is_success:
                    return self._read_vectors(response, len(texts))
                failure = f"answered {response.status_code}: {response.text[:200]}"
                if response.status_code not in _RETRIED_STATUSES:
                    refused = response.status_code in _REFUSED_STATUSES
                    raise self._describe(failure, UnembeddableText if refused else EmbeddingError)
                retry_after = _read_retry_after(response)
            if attempt < _ATTEMPTS:
                time.sleep(_choose_pause(self._pause, attempt, retry_after))
        raise self._describe(f"{failure} (asked {_ATTEMPTS} times)")

    def _read_vectors(self, response: httpx.Response, count: int) -> Vectors:
        """Vectors in the order of the request, whatever the order of the answer."""
        try:
            data = response.json()["data"]
            rows = {int(item["index"]): item["embedding"] for item in data}
            vectors = [np.asarray(rows[index], dtype=np.float32) for index in range(count)]
        except (ValueError, TypeError, KeyError) as error:
            raise self._describe(f"gave no answer in the embeddings protocol for {count} texts ({error!r})") from error
        for vector in vectors:
            if vector.shape != (self._spec.dimension,):
                raise self._describe(
                    f"gave a vector of shape {vector.shape}, but {self._spec.name} has {self._spec.dimension} numbers"
                )
        return np.stack(vectors)

    def _describe(self, failure: str, kind: type[EmbeddingError] = EmbeddingError) -> EmbeddingError:
        """An error that names the server, and holds neither the key nor a password of the URL."""
        message = f"the embedding server at {self._url.copy_with(userinfo=b'', query=None)} {failure}"
        return kind(message.replace(self._api_key, "***") if self._api_key else message)


def _choose_pause(pause: float, attempt: int, retry_after: float | None) -> float:
    """Seconds to wait: the server's wish, else twice as long each time, varied so that clients spread out."""
    if retry_after is not None:
        return min(retry_after, _LONGEST_PAUSE)
    varied = pause * random.uniform(0.75, 1.25)  # noqa: S311  # spreads load, guards no secret
    return min(varied * 2.0 ** (attempt - 1), _LONGEST_PAUSE)


def _read_retry_after(response: httpx.Response) -> float | None:
    value: Any = response.headers.get("Retry-After", "")
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
