"""Signatures: they tell how alike texts are, and bands find the pairs that are."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.minhash import (
    LEAST_SHINGLES,
    PERMUTATIONS,
    SHINGLE_WORDS,
    decode_signatures,
    encode_signature,
    estimate_jaccard,
    hash_bands,
    hash_shingles,
    make_signature,
)
from tests.unit.ingestion.texts import edit, write_text


def jaccard(one: str, other: str) -> float:
    first, second = set(hash_shingles(one).tolist()), set(hash_shingles(other).tolist())
    return len(first & second) / len(first | second)


def estimate(one: str, other: str) -> float:
    first, second = make_signature(one), make_signature(other)
    assert first is not None
    assert second is not None
    return float(estimate_jaccard(first, second[np.newaxis])[0])


def test_the_estimate_is_close_to_the_true_jaccard_index() -> None:
    chance = random.Random(1)
    errors = []
    for _ in range(200):
        text = write_text(chance, words=chance.randrange(80, 400))
        other = edit(text, chance, share=chance.uniform(0, 0.2))
        errors.append(estimate(text, other) - jaccard(text, other))
    assert np.abs(errors).max() < 4 * np.sqrt(0.25 / PERMUTATIONS)
    assert abs(np.mean(errors)) < 0.01


def test_bands_find_nearly_every_pair_that_is_alike_and_few_that_are_not() -> None:
    chance = random.Random(2)
    found = {True: [], False: []}  # type: dict[bool, list[bool]]
    while min(map(len, found.values())) < 200:
        text = write_text(chance, words=200)
        other = edit(text, chance, share=chance.choice([0.02, 0.2]))
        share = jaccard(text, other)
        if share >= 0.8 or share < 0.4:
            first, second = (make_signature(one) for one in (text, other))
            assert first is not None
            assert second is not None
            bands = hash_bands(np.stack([first, second]))
            found[share >= 0.8].append(bool((bands[0] == bands[1]).any()))
    assert np.mean(found[True]) > 0.99
    assert np.mean(found[False]) < 0.1


def test_shingles_are_the_distinct_runs_of_words() -> None:
    words = " ".join(f"word{number}" for number in range(50))
    assert len(hash_shingles(words)) == 50 - SHINGLE_WORDS + 1
    assert len(hash_shingles(" ".join(["again"] * 50))) == 1
    assert len(hash_shingles("two words")) == len(hash_shingles("")) == 0


def test_case_punctuation_and_spacing_do_not_matter() -> None:
    text = write_text(random.Random(3), words=60)
    shouted = "  " + text.upper().replace(" ", ",\n - ") + "!"
    assert estimate(text, shouted) == 1


def test_the_order_of_words_matters() -> None:
    words = write_text(random.Random(4), words=100).split()
    assert estimate(" ".join(words), " ".join(reversed(words))) < 0.3


def test_a_text_without_spaces_is_cut_into_characters() -> None:
    text = "病棟で夜勤をする看護師を探しています。経験は問いません。研修があります。"
    assert len(hash_shingles(text)) > LEAST_SHINGLES
    assert estimate(text, text.replace("夜勤", "日勤")) > 0.6


@pytest.mark.parametrize("text", ["", "Night nurse wanted", "! ? \n", "\ud800", "again " * 1000])
def test_a_text_that_says_too_little_has_no_signature(text: str) -> None:
    assert make_signature(text) is None


def test_a_text_of_any_length_is_signed_a_part_at_a_time() -> None:
    chance = random.Random(5)
    text = " ".join(f"{chance.randrange(10**9)}" for _ in range(20_000))
    assert estimate(text, text + " and a few more words") > 0.95


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    first, second = make_signature(one), make_signature(other)
    if first is not None and second is not None:
        assert 0 <= float(estimate_jaccard(first, second[np.newaxis])[0]) <= 1


def test_a_signature_comes_back_from_its_bytes() -> None:
    signed = [make_signature(write_text(random.Random(seed), words=50)) for seed in range(3)]
    encoded = [encode_signature(one) for one in signed if one is not None]
    assert {len(one) for one in encoded} == {4 * PERMUTATIONS}
    assert (decode_signatures(encoded) == np.stack([one for one in signed if one is not None])).all()
    assert decode_signatures([]).shape == (0, PERMUTATIONS)
