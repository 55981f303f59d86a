"""The embedding server's client: what it sends, and how it meets a server's failures."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from milvus.embedding import HashingEmbedder
from milvus.embedding.remote import RemoteEmbedder
from milvus.errors import EmbeddingError
from tests.contract.embedding.conftest import REMOTE_SPEC
from tests.contract.embedding.server import EmbeddingServer

KEY = "sk-very-secret"
PROMPTED = replace(REMOTE_SPEC, document_prompt="passage: ", query_prompt="query: ")


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as running:
        yield running


def connect(server: EmbeddingServer, **options: Any) -> RemoteEmbedder:
    settings: dict[str, Any] = {"spec": REMOTE_SPEC, "api_key": KEY, "timeout": 5.0, "pause": 0.01, **options}
    return RemoteEmbedder(settings.pop("url", server.url), **settings)


def test_request_follows_the_protocol(server: EmbeddingServer) -> None:
    connect(server).embed_documents(["Nurse"])
    assert server.paths == ["/v1/embeddings"]
    assert server.authorizations == [f"Bearer {KEY}"]
    assert server.requests == [{"model": "counterpart/hashed", "input": ["Nurse"], "encoding_format": "float"}]


def test_no_key_sends_no_authorization(server: EmbeddingServer) -> None:
    connect(server, api_key=None).embed_documents(["Nurse"])
    assert server.authorizations == [None]


@pytest.mark.parametrize("suffix", ["", "/", "/embeddings", "/embeddings/"])
def test_url_is_taken_with_or_without_the_path(server: EmbeddingServer, suffix: str) -> None:
    connect(server, url=server.url + suffix).embed_documents(["Nurse"])
    assert server.paths[0].rstrip("/") == "/v1/embeddings"


def test_prompts_are_put_before_texts_and_before_each_passage(server: EmbeddingServer) -> None:
    embedder = connect(server, spec=PROMPTED)
    embedder.embed_queries(["Nurse"])
    embedder.embed_documents(["Cook\n" + "of many dishes " * 40])
    queries, *documents = (text for request in server.requests for text in request["input"])
    assert queries == "query: Nurse"
    assert len(documents) > 1
    assert all(text.startswith("passage: Cook\n") for text in documents)


def test_batches_hold_at_most_batch_size_texts(server: EmbeddingServer) -> None:
    connect(server, batch_size=4).embed_documents([f"Nurse {number}" for number in range(10)])
    assert [len(request["input"]) for request in server.requests] == [4, 4, 2]


def test_order_of_the_answer_does_not_matter(server: EmbeddingServer) -> None:
    server.shuffled = True
    texts = ["Nurse", "Cook", "Driver of a night bus"]
    np.testing.assert_allclose(
        connect(server).embed_documents(texts), HashingEmbedder(64).embed_documents(texts), atol=1e-6
    )


def test_long_text_is_sent_whole_in_passages_of_estimated_length(server: EmbeddingServer) -> None:
    text = " ".join(f"word{number}" for number in range(100))
    connect(server).embed_documents([text])
    sent = [passage for request in server.requests for passage in request["input"]]
    assert all(f"word{number}" in " ".join(sent).split() for number in range(100))
    # 48 tokens of at least one letter, two of them special.
    assert all(len(passage) <= 46 * 3 for passage in sent)


def test_letters_that_an_english_model_does_not_know_count_one_token_each(server: EmbeddingServer) -> None:
    text = "повар " * 30
    connect(server).embed_documents([text])
    multilingual = len(server.requests[0]["input"])
    connect(server, spec=replace(REMOTE_SPEC, languages=frozenset({"en"}))).embed_documents([text])
    assert len(server.requests[1]["input"]) > multilingual


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_server_is_asked_again(server: EmbeddingServer, status: int) -> None:
    server.failures.extend([(status, {"Retry-After": "0"}, "busy"), (status, {}, "busy")])
    assert connect(server).embed_documents(["Nurse"]).shape == (1, 64)
    assert len(server.requests) == 3


def test_server_that_fails_for_ever_is_an_error_that_says_how(server: EmbeddingServer) -> None:
    server.fails_forever = 500
    with pytest.raises(EmbeddingError, match=r"127\.0\.0\.1.*answered 500: out of order \(asked 5 times\)"):
        connect(server).embed_documents(["Nurse"])
    assert len(server.requests) == 5


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
def test_refusal_is_an_error_at_once(server: EmbeddingServer, status: int) -> None:
    server.fails_forever = status
    with pytest.raises(EmbeddingError, match=f"answered {status}"):
        connect(server).embed_documents(["Nurse"])
    assert len(server.requests) == 1


def test_slow_server_is_an_error_that_says_so(server: EmbeddingServer) -> None:
    server.delay = 0.3
    with pytest.raises(EmbeddingError, match=r"did not answer \(ReadTimeout"):
        connect(server, timeout=0.05).embed_documents(["Nurse"])
    assert len(server.requests) == 5


def test_absent_server_is_an_error_that_says_so() -> None:
    with EmbeddingServer() as gone:
        url = gone.url
    embedder = RemoteEmbedder(url, spec=REMOTE_SPEC, pause=0.01)
    with pytest.raises(EmbeddingError, match=r"did not answer \(ConnectError"):
        embedder.embed_documents(["Nurse"])


def test_vectors_of_another_dimension_are_an_error(server: EmbeddingServer) -> None:
    server.dimension = 32
    with pytest.raises(EmbeddingError, match=r"\(32,\).*hashed has 64"):
        connect(server).embed_documents(["Nurse"])


@pytest.mark.parametrize(
    "spoiled",
    [
        {"data": []},
        {"data": None},
        {"data": [{"index": 5, "embedding": [0.0] * 64}]},
        {"data": [{"index": 0, "embedding": ["a"] * 64}]},
        {"data": [{"index": 0, "embedding": "AAAA"}]},
        {"data": [7]},
    ],
)
def test_answer_outside_the_protocol_is_an_error(server: EmbeddingServer, spoiled: dict[str, Any]) -> None:
    server.spoiled = spoiled
    with pytest.raises(EmbeddingError, match="the embedding server at"):
        connect(server).embed_documents(["Nurse"])


def test_answer_that_is_no_json_is_an_error(server: EmbeddingServer) -> None:
    server.failures.append((200, {}, "<html>Welcome</html>"))
    with pytest.raises(EmbeddingError, match="no answer in the embeddings protocol"):
        connect(server).embed_documents(["Nurse"])


@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_unusable_vector_is_an_error_that_names_the_text(server: EmbeddingServer, value: float) -> None:
    good = HashingEmbedder(64).embed_documents(["Nurse"])[0].tolist()
    server.spoiled = {"data": [{"index": 0, "embedding": good}, {"index": 1, "embedding": [value] * 64}]}
    with pytest.raises(EmbeddingError, match="text 1"):
        connect(server).embed_documents(["Nurse", "Cook"])


def test_error_holds_neither_key_nor_password(server: EmbeddingServer) -> None:
    server.failures.append((401, {}, f"no such key: {KEY}"))
    with pytest.raises(EmbeddingError) as caught:
        connect(server, url=server.url.replace("//", "//user:hunter2@")).embed_documents(["Nurse"])
    assert "no such key: ***" in str(caught.value)
    assert KEY not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_prompt_as_long_as_the_model_is_an_error(server: EmbeddingServer) -> None:
    with pytest.raises(EmbeddingError, match="prompt"):
        connect(server, spec=replace(REMOTE_SPEC, document_prompt="word " * 60)).embed_documents(["Nurse"])
