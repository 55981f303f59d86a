"""One pair of documents written in every format, so that one contract holds for all of them."""

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pyarrow as pa
import pyarrow.parquet as pq
from fpdf import FPDF

from ingestion.sources import Rejection, SourceRow, read_path
from milvus import Kind

ROWS: tuple[Mapping[str, Any], ...] = (
    {"id": "v/1 🌍", "title": "Baker", "text": "Bakes rye bread at night.", "company": "Old Mill"},
    {"id": "v-2", "title": "Пекарь", "text": "Печёт хлеб, ночные смены.", "company": "Старая мельница"},
)
BROKEN: Mapping[str, Any] = {"id": "v-3", "title": "x" * 600, "text": "Fine", "company": "Old Mill"}


@dataclass(frozen=True, slots=True)
class Format:
    """A file type: how rows are written in it."""

    suffix: str
    write: Callable[[Iterable[Mapping[str, Any]]], bytes]


def write_jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def write_json(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return json.dumps(list(rows), ensure_ascii=False).encode()


def write_csv(rows: Iterable[Mapping[str, Any]], delimiter: str = ",") -> bytes:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def write_tsv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return write_csv(rows, "\t")


def write_parquet(rows: Iterable[Mapping[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), buffer)
    return buffer.getvalue()


def write_postings(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return json.dumps(
        [
            {
                "@type": "JobPosting",
                "identifier": row["id"],
                "title": row["title"],
                "description": row["text"],
                "hiringOrganization": {"name": row["company"]},
            }
            for row in rows
        ]
    ).encode()


TABLES = (
    Format("jobs.jsonl", write_jsonl),
    Format("jobs.ndjson", write_jsonl),
    Format("jobs.json", write_json),
    Format("postings.json", write_postings),
    Format("jobs.csv", write_csv),
    Format("jobs.tsv", write_tsv),
    Format("jobs.parquet", write_parquet),
    *(
        Format(f"{name}.gz", lambda rows, write=write: gzip.compress(write(rows)))  # type: ignore[misc]
        for name, write in (("jobs.jsonl", write_jsonl), ("jobs.csv", write_csv), ("jobs.parquet", write_parquet))
    ),
)


def write_pdf(text: str) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.multi_cell(0, 8, text)
    return bytes(pdf.output())


def write_docx(*paragraphs: str, table: tuple[tuple[str, ...], ...] = ()) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        cells = document.add_table(rows=len(table), cols=len(table[0]))
        for row, values in zip(cells.rows, table, strict=True):
            for cell, value in zip(row.cells, values, strict=True):
                cell.text = value
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_tar(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def write_zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(path: Path, *, kind: Kind | None = None, **mapping: str) -> tuple[list[SourceRow], list[Rejection]]:
    """The rows and the rejections of a path."""
    items = list(read_path(path, kind=kind, mapping=mapping))
    return [item for item in items if isinstance(item, SourceRow)], [
        item for item in items if isinstance(item, Rejection)
    ]


def read_bytes(folder: Path, name: str, content: bytes, **options: Any) -> tuple[list[SourceRow], list[Rejection]]:
    """The rows and the rejections of a file of this content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return read(path, **options)
