"""Which reader takes which file, and how archives are opened, by the ending of the name."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from ingestion.sources.archives import Archive, iterate_tar, iterate_tar_gzip, iterate_zip
from ingestion.sources.csv_file import read_csv
from ingestion.sources.feeds import read_feed
from ingestion.sources.html_file import read_html
from ingestion.sources.json_file import read_json
from ingestion.sources.jsonl import read_jsonl
from ingestion.sources.old_word import OLD_WORD
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
    **dict.fromkeys((".xml", ".rss", ".atom"), read_feed),
    **{suffix: make_reader(suffix) for suffix in EXTRACTORS},
    # A page may hold vacancies for machines to read beside its text.
    **dict.fromkeys((".html", ".htm"), read_html),
}
ARCHIVES: Mapping[str, Archive] = {
    ".tar": iterate_tar,
    ".tar.gz": iterate_tar_gzip,
    ".tgz": iterate_tar_gzip,
    ".zip": iterate_zip,
}
GZIP = ".gz"
KNOWN_TYPES = f"{', '.join(sorted(set(READERS) - {OLD_WORD}))}, each also with {GZIP}; archives {', '.join(ARCHIVES)}"


def find_reader(name: str) -> Reader | None:
    """The reader for a file of this name, None where its type is unknown."""
    return READERS.get(PurePosixPath(name.lower()).suffix)


def find_archive(name: str) -> Archive | None:
    """What opens an archive of this name, None where it is none."""
    lower = name.lower()
    return next((archive for suffix, archive in ARCHIVES.items() if lower.endswith(suffix)), None)
