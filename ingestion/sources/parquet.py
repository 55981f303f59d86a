"""Parquet tables, read by row groups."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.sources.objects import FoundObject, read_objects
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.streams import read_whole
from ingestion.sources.validation import reject

_BATCH_ROWS = 500


def read_parquet(file: SourceFile) -> Iterator[SourceRow | Rejection]:
    """Every row; lists and objects of columns are kept as such. Rows are counted from 1."""
    return read_objects(file, _find_objects(file))


def _find_objects(file: SourceFile) -> Iterator[FoundObject | Rejection]:
    with file.open() as stream:
        row = 0
        try:
            for batch in pq.ParquetFile(_make_seekable(stream)).iter_batches(batch_size=_BATCH_ROWS):
                for content in batch.to_pylist():
                    row += 1
                    yield FoundObject(f"{file.name}:{row}", content)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            after = f" after row {row}" if row else ""
            yield reject(file.name, f"is not Parquet that can be read{after}: {str(error).splitlines()[0][:200]}")


def _make_seekable(stream: BinaryIO) -> BinaryIO:
    """The table's index stands at its end, so what cannot be rewound is read whole. Raises TooLarge."""
    return stream if stream.seekable() else io.BytesIO(read_whole(stream))
