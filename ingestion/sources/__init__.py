"""Readers: files of every kind in, documents and rejections out."""

from ingestion.sources.files import read_path
from ingestion.sources.originals import FILE_FORMATS, ORIGINAL_FORMATS, read_original
from ingestion.sources.port import Original, Reader, Rejection, SourceFile, SourceRow
from ingestion.sources.uploads import read_upload

__all__ = [
    "FILE_FORMATS",
    "ORIGINAL_FORMATS",
    "Original",
    "Reader",
    "Rejection",
    "SourceFile",
    "SourceRow",
    "read_original",
    "read_path",
    "read_upload",
]
