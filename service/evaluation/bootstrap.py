"""Paired bootstrap: how sure a mean over queries is, and a difference of two means over the same queries.

Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), 13.3 (percentile interval); T. Sakai,
"Evaluating evaluation metrics based on the bootstrap", SIGIR 2006 (queries as the units drawn).
"""

from dataclasses import dataclass

import numpy as np

from service.evaluation.metrics import Floats

RESAMPLES = 10_000
LEAST_QUERIES = 5
"""With fewer there are too few different resamples for an interval to say anything, and no difference is marked."""
_BLOCK = 500
_ALPHA = 5.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float


def draw_means(values: Floats, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """Means over resampled queries, shape (resamples, rows), for `values` of shape (rows, queries).

    All rows see the same draws, which is what makes differences of them paired; the same seed draws the same.
    """
    queries = values.shape[1]
    chance = np.random.default_rng(seed)
    blocks = []
    for start in range(0, resamples, _BLOCK):
        size = min(_BLOCK, resamples - start)
        counts = chance.multinomial(queries, np.full(queries, 1 / queries), size=size)
        blocks.append(counts @ values.T / queries)
    return np.concatenate(blocks)


def estimate(values: Floats, means: Floats) -> Estimate:
    """The mean of `values` with the percentile interval of their resampled `means`."""
    low, high = np.percentile(means, [_ALPHA / 2, 100 - _ALPHA / 2])
    return Estimate(float(values.mean()), float(low), float(high))


def is_significant(difference: Estimate, queries: int) -> bool:
    """Whether the interval of a difference leaves out 0, over enough queries to say so."""
    return queries >= LEAST_QUERIES and (difference.low > 0 or difference.high < 0)
