"""Cutting long texts into overlapping passages, and pooling the passages' vectors."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus.embedding.passages import (
    LONGEST_TEXT,
    Passage,
    check_texts,
    choose_overlap,
    covers_all,
    cut_text,
    find_heading,
    name_pooling,
    pool_passages,
    scale_to_unit,
    split_passages,
)
from milvus.errors import EmbeddingError

WORDS = re.compile(r"\S+")


def find_offsets(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in WORDS.finditer(text)]


def split_words(text: str, window: int, overlap: int, **options: int) -> list[str]:
    passages = split_passages(text, find_offsets(text), window, overlap, **options)
    return [text[passage.start : passage.end] for passage in passages]


def test_text_that_fits_is_one_passage_unchanged() -> None:
    text = "  A nurse, with spaces around.\n"
    assert split_words(text, window=5, overlap=1) == [text]


def test_long_text_gives_overlapping_passages() -> None:
    assert split_words("one two three four five six seven", window=4, overlap=1) == [
        "one two three four ",
        "four five six seven",
    ]


def test_last_passage_is_as_long_as_the_others() -> None:
    text = " ".join(f"w{number}" for number in range(101))
    passages = split_passages(text, find_offsets(text), 50, 0)
    assert len(passages) == 3
    assert {passage.tokens for passage in passages} == {34}


def test_passages_begin_at_words_where_words_begin_within_the_overlap() -> None:
    text = "senior developer responsible for infrastructure"
    syllables = [(start, min(start + 2, len(text))) for start in range(0, len(text), 2)]
    starts = [passage.start for passage in split_passages(text, syllables, 12, 6)]
    assert starts[0] == 0
    assert all(text[start - 1].isspace() or text[start].isspace() for start in starts[1:])


def test_text_without_spaces_is_cut_where_the_window_ends() -> None:
    text = "我们正在寻找一名高级软件工程师"
    assert split_passages(text, [(i, i + 1) for i in range(len(text))], 8, 1) == [
        Passage(0, 8, 8),
        Passage(7, 15, 8),
    ]


def test_text_over_the_limit_is_sampled_from_start_to_end() -> None:
    text = " ".join(f"{number:04}" for number in range(1000))
    passages = split_passages(text, find_offsets(text), 10, 2, limit=5)
    assert len(passages) == 5
    assert not covers_all(passages)
    assert passages[0].start == 0
    assert passages[-1].end == len(text)
    gaps = [right.start - left.end for left, right in pairwise(passages)]
    assert max(gaps) - min(gaps) <= 10


def test_text_at_the_limit_is_covered() -> None:
    text = " ".join(f"w{number}" for number in range(42))
    passages = split_passages(text, find_offsets(text), 10, 2, limit=5)
    assert len(passages) == 5
    assert covers_all(passages)


@pytest.mark.parametrize("overlap", [-1, 10, 11])
def test_overlap_outside_the_window_is_refused(overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        split_passages("a b", [(0, 1), (2, 3)], 10, overlap)


@st.composite
def draw_tokenized_texts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    """A text and tokens in order that may leave gaps, touch, or share characters, as real tokenizers' do."""
    text = draw(st.text(alphabet="ab я中 \n", min_size=1, max_size=300))
    starts = sorted(draw(st.lists(st.integers(0, len(text) - 1), max_size=300)))
    lengths = draw(st.lists(st.integers(1, 4), min_size=len(starts), max_size=len(starts)))
    return text, [(start, min(start + length, len(text))) for start, length in zip(starts, lengths, strict=True)]


@given(tokenized=draw_tokenized_texts(), window=st.integers(1, 40), data=st.data())
def test_every_character_is_in_a_passage_and_none_is_longer_than_the_window(
    tokenized: tuple[str, list[tuple[int, int]]], window: int, data: st.DataObject
) -> None:
    text, offsets = tokenized
    overlap = data.draw(st.integers(0, window - 1))
    passages = split_passages(text, offsets, window, overlap, limit=10_000)
    covered = {position for passage in passages for position in range(passage.start, passage.end)}
    assert covered == set(range(len(text)))
    assert covers_all(passages)
    assert all(0 < passage.tokens <= window for passage in passages) or not offsets
    assert [passage.start for passage in passages] == sorted(passage.start for passage in passages)


@given(tokens=st.integers(1, 500), window=st.integers(2, 60), limit=st.integers(1, 12))
def test_passages_never_outnumber_the_limit(tokens: int, window: int, limit: int) -> None:
    text = "x " * tokens
    passages = split_passages(text, find_offsets(text), window, window // 8, limit=limit)
    assert len(passages) <= limit
    assert passages[0].start == 0
    assert passages[-1].end == len(text) or limit == 1


def cut_words(text: str, window: int) -> list[str]:
    return [cut for cut, _ in cut_text(text, find_offsets(text), window)]


def test_passages_after_the_first_are_headed_by_the_first_line() -> None:
    body = " ".join(f"w{number}" for number in range(30))
    first, *others = cut_words(f"Nurse\n{body}", 16)
    assert first.startswith("Nurse\nw0 ")
    assert len(others) == 2
    assert all(cut.startswith("Nurse\nw") for cut in others)


def test_headed_passages_are_no_longer_than_the_window() -> None:
    text = "Night nurse\n" + " ".join(f"w{number}" for number in range(200))
    assert max(len(cut.split()) for cut in cut_words(text, 16)) <= 16


def test_text_that_fits_is_embedded_as_it_is() -> None:
    assert cut_words("Nurse\nin a hospital", 4) == ["Nurse\nin a hospital"]


def test_heading_is_the_first_line_that_says_something() -> None:
    text = "\n  Night nurse \n\nin a hospital"
    assert find_heading(text, find_offsets(text), 4) == ("Night nurse", 2)


def test_heading_of_a_long_first_line_is_its_beginning() -> None:
    text = "I have worked as a nurse for ten years"
    assert find_heading(text, find_offsets(text), 3) == ("I have worked", 3)


def test_overlap_is_an_eighth_of_the_window() -> None:
    assert choose_overlap(256) == 32
    assert choose_overlap(7) == 0


def test_pooling_name_tells_window_and_overlap() -> None:
    assert name_pooling(256) == "mean of headed passages, window 256, overlap 32"


def test_pooled_vector_leans_to_the_heavier_passage() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 1]], dtype=np.float32)
    pooled = pool_passages(vectors, [300, 100, 50], [0, 0, 1])
    np.testing.assert_allclose(pooled, np.array([[0.9487, 0.3162], [0, 1]]), atol=1e-4)
    assert pooled.dtype == np.float32


def test_single_passage_keeps_its_vector() -> None:
    vectors = np.array([[0.6, 0.8]], dtype=np.float32)
    np.testing.assert_array_equal(pool_passages(vectors, [17], [0]), vectors)


def test_no_passages_give_no_vectors() -> None:
    assert pool_passages(np.zeros((0, 5), dtype=np.float32), [], []).shape == (0, 5)


def test_passages_that_cancel_out_are_an_error() -> None:
    vectors = np.array([[1, 0], [1, 0], [-1, 0]], dtype=np.float32)
    with pytest.raises(EmbeddingError, match="text 1"):
        pool_passages(vectors, [1, 1, 1], [0, 1, 1])


@pytest.mark.parametrize("broken", [np.nan, np.inf, 0.0])
def test_unusable_vector_is_an_error_that_names_the_text(broken: float) -> None:
    vectors = np.array([[1.0, 0.0], [broken, 0.0]])
    with pytest.raises(EmbeddingError, match="text 1"):
        scale_to_unit(vectors)
    with pytest.raises(EmbeddingError, match="text 7"):
        scale_to_unit(vectors, owners=[6, 7])


@pytest.mark.parametrize("blank", ["", "  \n", "\u3000"])
def test_blank_text_is_an_error_that_names_its_position(blank: str) -> None:
    with pytest.raises(EmbeddingError, match="text 2 of 3 is empty"):
        check_texts(["a", "b", blank])


def test_huge_text_is_an_error_and_not_cut_off() -> None:
    with pytest.raises(EmbeddingError, match="at most"):
        check_texts(["a" * (LONGEST_TEXT + 1)])
