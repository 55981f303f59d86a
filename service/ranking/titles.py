"""How near two titles are by their words, where no embedding says it better."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from ingestion.mentions import fold

Analyzer = Callable[[str], Sequence[str]]
"""Cuts a text into the tokens that words are compared by."""

SAME_TOKEN = 0.9
_MAX_TOKENS = 20
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
# "Senior (m/f/d)", "Enfermero/a", "Generalista de RR. HH. (h/m)", "ученик(-ца)".
_GENDER = re.compile(
    r"\((?:[mfdwхжhмn]/){1,3}[mfdwхжhмx]\)|(?<=\w)/(?:a|as|ra|ora|e)(?!\w)|\(-?(?:а|ца|ка|a)\)", re.IGNORECASE
)
_STOP_WORDS = frozenset(
    "of the a an in for and to de del la el en para y e с по в на и для к".split()  # noqa: SIM905  # as long as a table
)
_RANKS = {
    word: rank
    for rank, words in enumerate(
        (
            "intern trainee стажер стажёр практикант becario becaria apprentice ученик",
            "junior jr младший начинающий entry graduate assistant помощник ayudante auxiliar",
            "middle mid intermediate semi semisenior ssr",
            "senior sr старший experienced experto",
            "lead principal staff head chief ведущий главный руководитель начальник director директор jefe jefa líder",
        )
    )
    for word in words.split()
}
_RANK_STEP = 0.15


def split_words(text: str) -> list[str]:
    """The words of a text in lower case without accents."""
    return [fold(word) for word in _WORD.findall(text)]


def compare_titles(first: str, second: str, analyze: Analyzer = split_words) -> float | None:
    """Similarity in [0, 1], symmetric; None where a title has no telling word.

    The soft Dice coefficient of their tokens: each token counts with the best Jaro-Winkler similarity to a token of the
    other title, if that is at least SAME_TOKEN. Words of rank ("junior", "главный") are not compared as words: each
    step between the ranks takes 15 % off, where both titles state one.
    """
    first_tokens, first_rank = _read_title(first, analyze)
    second_tokens, second_rank = _read_title(second, analyze)
    if not first_tokens or not second_tokens:
        return None
    shared = _count_shared(first_tokens, second_tokens) + _count_shared(second_tokens, first_tokens)
    overlap = shared / (len(first_tokens) + len(second_tokens))
    steps = abs(first_rank - second_rank) if first_rank is not None and second_rank is not None else 0
    return overlap * max(0.0, 1 - _RANK_STEP * steps)


@lru_cache(maxsize=4_096)
def _read_title(title: str, analyze: Analyzer) -> tuple[tuple[str, ...], int | None]:
    words = split_words(_GENDER.sub(" ", title[:500]))
    ranks = [_RANKS[word] for word in words if word in _RANKS]
    rest = " ".join(word for word in words if word not in _RANKS and word not in _STOP_WORDS)
    tokens = tuple(dict.fromkeys(analyze(rest)))[:_MAX_TOKENS]
    return tokens, max(ranks, default=None)


def _count_shared(tokens: Iterable[str], others: Sequence[str]) -> float:
    best = (max(jaro_winkler(token, other) for other in others) for token in tokens)
    return sum(similarity for similarity in best if similarity >= SAME_TOKEN)


@lru_cache(maxsize=65_536)
def jaro_winkler(first: str, second: str) -> float:
    """Jaro-Winkler similarity in [0, 1], symmetric (Winkler 1990), with the usual prefix weight of 0.1."""
    if first == second:
        return 1.0
    jaro = _jaro(*sorted((first, second)))
    prefix = 0
    for left, right in zip(first[:4], second[:4], strict=False):
        if left != right:
            break
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro)


def _jaro(first: str, second: str) -> float:
    reach = max(len(first), len(second)) // 2 - 1
    taken = [False] * len(second)
    matched: list[str] = []
    for position, letter in enumerate(first):
        for other in range(max(0, position - reach), min(len(second), position + reach + 1)):
            if not taken[other] and second[other] == letter:
                taken[other] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    mirrored = [letter for letter, hit in zip(second, taken, strict=True) if hit]
    swaps = sum(left != right for left, right in zip(matched, mirrored, strict=True)) / 2
    count = len(matched)
    return (count / len(first) + count / len(second) + (count - swaps) / count) / 3
