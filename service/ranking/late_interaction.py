"""Late interaction: two documents compared sentence by sentence rather than by one vector each."""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]


def late_interaction(query: Rows, document: Rows, *, symmetric: bool = False) -> float:
    """The mean, over the rows of `query`, of the greatest cosine similarity to a row of `document`, in [-1, 1].

    This is MaxSim (Khattab and Zaharia, ColBERT, SIGIR 2020) with sentences for tokens, and the mean for their sum, so
    that queries of any length compare. With `symmetric` it is the mean of both ways, and the order of the arguments
    does not matter. Rows are unit vectors; shapes (n, d) and (m, d). Raises ValueError for empty or unlike shapes, and
    for values that are not finite.
    """
    similarities = compare_rows(query, document)
    if not similarities.size:
        raise ValueError("late interaction needs at least one sentence on each side")
    forward = float(similarities.max(axis=1).mean())
    if not symmetric:
        return forward
    return (forward + float(similarities.max(axis=0).mean())) / 2


def compare_rows(first: Rows, second: Rows) -> npt.NDArray[np.float64]:
    """The cosine similarities of all unit rows of one array to all of another, shape (n, m), within [-1, 1].

    Raises ValueError for unlike shapes and for values that are not finite.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"vectors of shapes {first.shape} and {second.shape} cannot be compared")
    if not np.isfinite(first).all() or not np.isfinite(second).all():
        raise ValueError("a vector holds a value that is not finite")
    # Not by matrix product: its rounding depends on which side comes first, and swapped sides must give the same.
    products: npt.NDArray[np.float64] = np.einsum("id,jd->ij", first.astype(np.float64), second.astype(np.float64))
    return products.clip(-1.0, 1.0)
