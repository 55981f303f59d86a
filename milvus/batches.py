"""Ids and rows in portions that one message to the engine holds."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from milvus.aliases import VECTOR
from milvus.schema import is_storable_id

WRITE_ROWS = 1000
_WRITE_BYTES = 16 * 2**20


def cut_ids(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    """Distinct ids in chunks, without those that no row can have."""
    remaining = iter(dict.fromkeys(id for id in ids if is_storable_id(id)))
    while chunk := list(islice(remaining, size)):
        yield chunk


def cut_batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in batches small enough for one message to the engine."""
    batch: list[dict[str, Any]] = []
    weight = 0
    for row in rows:
        size = 4 * len(row["text"]) + 4 * len(row[VECTOR]) + 4096
        if batch and (len(batch) == WRITE_ROWS or weight + size > _WRITE_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(row)
        weight += size
    if batch:
        yield batch
