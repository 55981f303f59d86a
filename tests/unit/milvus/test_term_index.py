"""The index of terms by itself."""

import random
from pathlib import Path

from milvus.term_index import TermIndex


def test_of_equal_scores_the_first_are_the_same_however_many_are_wanted(tmp_path: Path) -> None:
    index = TermIndex(tmp_path / "terms")
    ids = [f"{number:02}" for number in range(60)]
    for id in random.Random(0).sample(ids, 60):  # each in a segment of its own, or merged with others
        index.upsert({id: ["nurse", "night"] if id < "20" else ["nurse"]})
    whole = index.rank(["night", "nurse"], limit=100)
    assert [id for _, id in whole] == ids
    for limit in range(1, 61):
        assert index.rank(["night", "nurse"], limit=limit) == whole[:limit]
