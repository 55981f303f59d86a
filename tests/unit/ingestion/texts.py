"""Texts of made-up words, and the edits that a job board makes to a text on its way."""

import random

_SYLLABLES = [first + second for first in "bdfgklmnprst" for second in "aeiou"]


def write_text(chance: random.Random, *, words: int = 120) -> str:
    """A text of words that repeat as little as those of a vacancy."""
    return " ".join("".join(chance.choices(_SYLLABLES, k=chance.randrange(1, 4))) for _ in range(words))


def edit(text: str, chance: random.Random, *, share: float) -> str:
    """The text with a share of its words replaced, left out or doubled, here and there."""
    words = []
    for word in text.split():
        if chance.random() >= share:
            words.append(word)
        else:
            words += chance.choice([[], [word, word], [chance.choice(_SYLLABLES) + "x"]])
    return " ".join(words)
