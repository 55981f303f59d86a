"""What an example of a JSON format is, and how one is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.documents import AnyDocument
from ingestion.sources import SourceRow
from tests.contract.sources.examples import read_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An object of a format, the fields of its document, and the names of it that no field takes."""

    name: str
    content: Mapping[str, Any]
    document: Mapping[str, Any]
    ignored: tuple[str, ...] = ()


def read_object(folder: Path, content: object, name: str = "one.json") -> SourceRow:
    """The one row of a file that is this object."""
    [row], [] = read_bytes(folder, name, json.dumps(content).encode())
    return row


def read_document(folder: Path, content: object) -> AnyDocument:
    """The document of a file that is this object."""
    return read_object(folder, content).document
