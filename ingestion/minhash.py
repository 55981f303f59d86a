"""MinHash: a few numbers for each text, by which near-equal texts are found among many and compared at once.

Source: A. Broder, "On the resemblance and containment of documents", 1997. Two texts are as alike as their sets of
shingles (runs of SHINGLE_WORDS words) are: the Jaccard index, shared ones over all. The share of equal places of two
signatures estimates it, with a standard error of sqrt(J (1 - J) / PERMUTATIONS), 0.035 at most near 0.8.
"""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 128
SHINGLE_WORDS = 3
LEAST_SHINGLES = 20
"""Texts of fewer distinct shingles get no signature: so little is said by many without being the same."""

BANDS, ROWS = 20, 6
"""A pair shares a band with a probability of 1 - (1 - J^ROWS)^BANDS: 0.998 at 0.8, 0.91 at 0.7, 0.27 at 0.5."""

Signatures = npt.NDArray[np.uint32]
"""Shape (n, PERMUTATIONS)."""

# Scripts without spaces between words are cut into characters.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W{_UNSPACED}]+")

# Changing the seed, or anything above, makes other signatures: those in the ledger would have to be made anew.
_CHANCE = np.random.Generator(np.random.PCG64(20_261_120))
_FACTORS = _CHANCE.integers(2**63, size=PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFTS = _CHANCE.integers(2**64 - 1, size=PERMUTATIONS, dtype=np.uint64)
_PLACES = _CHANCE.integers(2**63, size=SHINGLE_WORDS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_BAND_FACTORS = _CHANCE.integers(2**63, size=(BANDS, ROWS), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_MOST_AT_ONCE = 4096  # shingles; bounds the memory that one long text takes


def split_words(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return _WORD.findall(text.casefold())


def hash_shingles(text: str) -> npt.NDArray[np.uint64]:
    """The distinct hashes of a text's shingles, sorted."""
    words = np.array([crc32(word.encode("utf-8", "replace")) for word in split_words(text)], dtype=np.uint64)
    count = len(words) - SHINGLE_WORDS + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    mixed = sum(words[place : place + count] * factor for place, factor in enumerate(_PLACES))
    return np.unique(_mix(np.asarray(mixed, dtype=np.uint64)))


def make_signature(text: str) -> Signatures | None:
    """The signature of a text, shape (PERMUTATIONS,); None where it has fewer than LEAST_SHINGLES shingles.

    The permutations are multiply-shift hashes (M. Dietzfelbinger et al., "A reliable randomized algorithm for the
    closest-pair problem", 1997).
    """
    shingles = hash_shingles(text)
    if len(shingles) < LEAST_SHINGLES:
        return None
    least = np.full(PERMUTATIONS, 2**32 - 1, dtype=np.uint32)
    for start in range(0, len(shingles), _MOST_AT_ONCE):
        chunk = shingles[start : start + _MOST_AT_ONCE, np.newaxis]
        hashed = ((chunk * _FACTORS + _SHIFTS) >> np.uint64(32)).astype(np.uint32)
        least = np.minimum(least, hashed.min(axis=0))
    return least


def hash_bands(signatures: Signatures) -> npt.NDArray[np.int64]:
    """The hash of every band of signatures, shape (n, BANDS); which band it is goes into the hash."""
    bands = signatures[:, : BANDS * ROWS].reshape(-1, BANDS, ROWS).astype(np.uint64)
    return _mix((bands * _BAND_FACTORS).sum(axis=2, dtype=np.uint64)).view(np.int64)


def estimate_jaccard(signature: Signatures, others: Signatures) -> npt.NDArray[np.float64]:
    """How alike a text is to others, 0 to 1, shape (n,)."""
    shares: npt.NDArray[np.float64] = (others == signature).mean(axis=1)
    return shares


def encode_signature(signature: Signatures) -> bytes:
    """The bytes of a signature, the same on every machine."""
    return signature.astype("<u4").tobytes()


def decode_signatures(encoded: Sequence[bytes]) -> Signatures:
    """Signatures from their bytes, shape (n, PERMUTATIONS)."""
    return np.frombuffer(b"".join(encoded), dtype="<u4").reshape(-1, PERMUTATIONS).astype(np.uint32)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finalizer of splitmix64 (G. Steele et al., 2014): every bit of the input changes half of the output's."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
