"""Which new topics are topics of the last run: those that share their documents keep the id."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment

LEAST_SHARED = 0.25
"""A topic stays the same where the documents of old and new, those that both runs saw, overlap so far (Jaccard)."""


def match_topics(former: Mapping[str, int | None], fresh: Mapping[str, int | None]) -> dict[int, int]:
    """The former topic of each new topic that goes on from one; every topic is matched once at most.

    Both map documents to their topics, None for no topic. A document that only one of them has does not count, so that
    topics do not change for what comes and goes. Of all pairings this is the one with the greatest sum of Jaccard
    similarities.
    """
    both = sorted(former.keys() & fresh.keys())
    shared = Counter((former[id_], fresh[id_]) for id_ in both)
    sizes_before, sizes_now = (Counter(topics[id_] for id_ in both) for topics in (former, fresh))
    before, now = (
        sorted(one for one in sizes_before if one is not None),
        sorted(one for one in sizes_now if one is not None),
    )
    overlap = np.zeros((len(before), len(now)))
    for row, old in enumerate(before):
        for column, new in enumerate(now):
            common = shared[old, new]
            overlap[row, column] = common / (sizes_before[old] + sizes_now[new] - common)
    overlap[overlap < LEAST_SHARED] = 0.0
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return {now[column]: before[row] for row, column in zip(rows, columns, strict=True) if overlap[row, column] > 0}
