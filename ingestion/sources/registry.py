"""Which reader takes which file, by the ending of its name."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from ingestion.sources.csv_file import read_csv
from ingestion.sources.json_file import read_json
from ingestion.sources.jsonl import read_jsonl
from ingestion.sources.parquet import read_parquet
from ingestion.sources.port import Reader
from ingestion.sources.text_file import EXTRACTORS, make_reader

READERS: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".parquet": read_parquet,
    **{suffix: make_reader(extract) for suffix, extract in EXTRACTORS.items()},
}
GZIP = ".gz"
TAR = ".tar"
TAR_GZIP = (".tar.gz", ".tgz")
KNOWN_TYPES = f"{', '.join(sorted(READERS))}, each also with {GZIP}; archives {', '.join((TAR, *TAR_GZIP))}"


def find_reader(name: str) -> Reader | None:
    """The reader for a file of this name, None where its type is unknown."""
    return READERS.get(PurePosixPath(name.lower()).suffix)
