"""What every embedder keeps to."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from milvus.embedding import Embedder
from milvus.errors import EmbeddingError

TOLERANCE = 2e-5
TEXTS = [
    "Night nurse",
    "Senior developer of payment services: Python, Go, PostgreSQL, five years of experience with a team of nine people",
    "Повар в Казани, опыт работы пять лет",
    "a",
    "Welder\nShip hulls, argon, certificate of the fourth grade.\n" * 4,
    "Inżynier, 数据工程师, مهندس",
]
LONG_TEXT = "Driver of heavy trucks\n" + " ".join(f"Route {number} at night with a trailer." for number in range(60))


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    for vectors in (embedder.embed_documents([]), embedder.embed_queries([])):
        assert vectors.shape == (0, embedder.identity.dimension)
        assert vectors.dtype == np.float32


def test_vectors_are_unit_rows_in_float32(embedder: Embedder) -> None:
    for vectors in (embedder.embed_documents([*TEXTS, LONG_TEXT]), embedder.embed_queries([*TEXTS, LONG_TEXT])):
        assert vectors.shape == (len(TEXTS) + 1, embedder.identity.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_same_texts_give_the_same_vectors_again(embedder: Embedder) -> None:
    np.testing.assert_array_equal(embedder.embed_documents(TEXTS), embedder.embed_documents(TEXTS))


def test_different_texts_have_different_vectors(embedder: Embedder) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert np.max(vectors @ vectors.T - 2 * np.eye(len(TEXTS))) < 0.999


def test_vector_does_not_depend_on_the_other_texts_or_their_order(embedder: Embedder) -> None:
    texts = [*TEXTS, LONG_TEXT]
    together = embedder.embed_documents(texts)
    alone = np.concatenate([embedder.embed_documents([text]) for text in texts])
    backwards = embedder.embed_documents(texts[::-1])[::-1]
    np.testing.assert_allclose(alone, together, atol=TOLERANCE)
    np.testing.assert_allclose(backwards, together, atol=TOLERANCE)


def test_equal_texts_have_equal_vectors(embedder: Embedder) -> None:
    first, *_, last = embedder.embed_documents([TEXTS[1], *TEXTS, TEXTS[1]])
    np.testing.assert_allclose(first, last, atol=TOLERANCE)


def test_query_and_document_vectors_differ_where_the_prompts_do(embedder: Embedder) -> None:
    difference = np.abs(embedder.embed_queries(TEXTS) - embedder.embed_documents(TEXTS)).max()
    if embedder.identity.query_prompt == embedder.identity.document_prompt:
        assert difference < TOLERANCE
    else:
        assert difference > 0.01


def test_last_words_of_a_long_text_count(embedder: Embedder) -> None:
    long, changed = embedder.embed_documents([LONG_TEXT, LONG_TEXT + " Pastry cook in a hotel."])
    assert np.abs(long - changed).max() > 20 * TOLERANCE
    assert long @ changed > 0.9


@pytest.mark.parametrize("blank", ["", " \n\t"])
def test_blank_text_is_an_error_that_names_its_position(embedder: Embedder, blank: str) -> None:
    with pytest.raises(EmbeddingError, match="text 1 of 2"):
        embedder.embed_documents(["Nurse", blank])
    with pytest.raises(EmbeddingError, match="text 0 of 1"):
        embedder.embed_queries([blank])


def test_several_threads_get_the_right_vectors(embedder: Embedder) -> None:
    expected = embedder.embed_documents(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda text: embedder.embed_documents([text])[0], TEXTS * 3))
    np.testing.assert_allclose(results, np.tile(expected, (3, 1)), atol=TOLERANCE)


def test_identity_is_stable_and_names_the_model(embedder: Embedder) -> None:
    assert embedder.identity == embedder.identity
    assert embedder.identity.name
    assert embedder.identity.revision
    assert embedder.identity.pooling
