"""Readers: files of every kind in, documents and rejections out."""

from ingestion.sources.files import read_path
from ingestion.sources.port import Reader, Rejection, SourceFile, SourceRow
from ingestion.sources.uploads import read_upload

__all__ = ["Reader", "Rejection", "SourceFile", "SourceRow", "read_path", "read_upload"]
