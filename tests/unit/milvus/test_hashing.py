"""The embedder that needs no model."""

import os
import subprocess
import sys

import numpy as np
import pytest

from milvus.embedding import HashingEmbedder


def find_nearest(query: str, texts: list[str]) -> str:
    embedder = HashingEmbedder()
    return texts[int(np.argmax(embedder.embed_documents(texts) @ embedder.embed_queries([query])[0]))]


def test_similar_texts_have_similar_vectors() -> None:
    texts = ["Night nurse in a care home", "Welder for ship hulls", "Python developer of payment services"]
    assert find_nearest("care home nurses wanted for nights", texts) == texts[0]
    assert find_nearest("developing payments in Python", texts) == texts[2]


def test_case_and_letter_forms_do_not_matter() -> None:
    vectors = HashingEmbedder().embed_documents(["PYTHON DEVELOPER", "python developer", "ｐｙｔｈｏｎ developer"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    np.testing.assert_array_equal(vectors[0], vectors[2])


def test_inflected_words_are_near() -> None:
    cook, cooks, driver = HashingEmbedder(1024).embed_documents(["повар", "повара", "водитель"])
    assert cook @ cooks > 0.15 > abs(cook @ driver)


@pytest.mark.parametrize("text", ["!!!", "—", "\ud800", "🙂"])
def test_text_without_words_has_a_vector(text: str) -> None:
    assert np.linalg.norm(HashingEmbedder().embed_documents([text])[0]) == pytest.approx(1)


def test_vectors_are_the_same_in_another_process() -> None:
    program = (
        "from milvus.embedding import HashingEmbedder;"
        "print(HashingEmbedder(32).embed_documents(['Бариста in Kazan']).tobytes().hex())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "123", "PYTHONIOENCODING": "utf-8"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == HashingEmbedder(32).embed_documents(["Бариста in Kazan"]).tobytes().hex()


def test_dimension_too_small_to_tell_texts_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="dimension"):
        HashingEmbedder(8)
