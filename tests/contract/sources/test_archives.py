"""gzip and tar: streamed, never unpacked to disk, bounded, and truthful about damage."""

import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from ingestion.sources import archives, streams
from ingestion.sources.streams import MAX_DOCUMENT_BYTES
from tests.contract.sources.examples import ROWS, read, read_bytes, write_jsonl, write_tar

MANY = write_jsonl([{**ROWS[0], "id": str(number), "text": os.urandom(200).hex()} for number in range(500)])


def test_truncated_gzip_gives_the_rows_before_the_cut_and_names_it(tmp_path: Path) -> None:
    packed = gzip.compress(MANY)
    rows, [rejection] = read_bytes(tmp_path, "jobs.jsonl.gz", packed[: len(packed) // 2])
    assert 150 < len(rows) < 350
    assert [row.document.id for row in rows] == [str(number) for number in range(len(rows))]
    assert rejection.location.endswith("jobs.jsonl.gz")
    assert rejection.reason == f"truncated after row {len(rows)}"


def test_truncated_csv_gzip_gives_the_rows_before_the_cut(tmp_path: Path) -> None:
    lines = "".join(f"{number},Baker,{os.urandom(100).hex()}\n" for number in range(2_000))
    packed = gzip.compress(f"id,title,company\n{lines}".encode())
    rows, rejected = read_bytes(tmp_path, "jobs.csv.gz", packed[: len(packed) // 2])
    assert len(rows) > 700
    assert rejected[-1].reason.startswith("truncated after row")


def test_damaged_checksum_is_told_after_the_rows(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(MANY))
    packed[-8] ^= 0xFF
    rows, [rejection] = read_bytes(tmp_path, "jobs.jsonl.gz", bytes(packed))
    assert len(rows) == 500
    assert "CRC" in rejection.reason
    assert rejection.reason.endswith("after row 500")


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz"])
def test_members_are_read_by_their_own_type(suffix: str, tmp_path: Path) -> None:
    posting = json.dumps({"@type": "JobPosting", "title": "Baker"}).encode()
    members = {
        "data/7.json": posting,
        "data/jobs.jsonl.gz": gzip.compress(write_jsonl(ROWS)),
        "cv.txt": b"Baker",
        ".hidden.txt": b"x",
        "photo.bmp": b"BM",
        "more.tar": write_tar({"a.txt": b"x"}),
    }
    archive = write_tar(members)
    content = archive if suffix == ".tar" else gzip.compress(archive)
    rows, rejected = read_bytes(tmp_path, f"all{suffix}", content)
    assert [row.document.id for row in rows] == ["7", ROWS[0]["id"], ROWS[1]["id"], "cv.txt"]
    assert rows[0].location.endswith(f"all{suffix}/data/7.json")
    assert [(one.location.rpartition("/")[2], one.reason[:30]) for one in rejected] == [
        ("photo.bmp", "is of an unknown type; known: "),
        ("more.tar", "is an archive in an archive, w"),
    ]


def test_ids_tell_archives_of_one_folder_apart(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.tar", "b.tar"):
        (tmp_path / "in" / name).write_bytes(write_tar({"cv.txt": b"Baker"}))
    rows, [] = read(tmp_path / "in")
    assert [row.document.id for row in rows] == ["a.tar/cv.txt", "b.tar/cv.txt"]


def test_names_that_point_elsewhere_are_harmless(tmp_path: Path) -> None:
    archive = write_tar({"/etc/cv.txt": b"Baker", "../../cv2.txt": b"Cook", "a/../cv3.txt": b"Cook"})
    before = sorted(tmp_path.rglob("*"))
    rows, [] = read_bytes(tmp_path / "in", "all.tar", archive)
    assert [row.document.id for row in rows] == ["etc/cv.txt", "cv2.txt", "a/cv3.txt"]
    assert sorted(path for path in tmp_path.rglob("*") if "in" not in path.parts) == before


def test_links_in_an_archive_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("cv.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    rows, [rejection] = read_bytes(tmp_path, "all.tar", buffer.getvalue())
    assert rows == []
    assert "is a link" in rejection.reason


@pytest.mark.parametrize("cut", [1_700, 2_048, 2_100, 3_000])
def test_truncated_tar_keeps_the_members_before_the_cut(cut: int, tmp_path: Path) -> None:
    archive = write_tar({"1.txt": b"Baker" * 20, "2.txt": b"Cook" * 20, "3.txt": b"Waiter" * 300})
    rows, rejected = read_bytes(tmp_path, "all.tar", archive[:cut])
    assert [row.document.id for row in rows][:1] == ["1.txt"]
    assert any("truncated" in rejection.reason for rejection in rejected)


def test_damaged_header_is_told_and_not_taken_for_the_end(tmp_path: Path) -> None:
    archive = bytearray(write_tar({"1.txt": b"Baker", "2.txt": b"Cook"}))
    archive[1024:1100] = b"\xff" * 76
    rows, [rejection] = read_bytes(tmp_path, "all.tar", bytes(archive))
    assert [row.document.id for row in rows] == ["1.txt"]
    assert rejection.reason == "damaged after 1.txt"


def test_document_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "cv.txt.gz", gzip.compress(b"a" * (MAX_DOCUMENT_BYTES + 1)))
    assert rows == []
    assert "64 MiB" in rejection.reason


def test_stream_over_the_limit_stops_after_the_rows_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams.LimitedStream.__init__, "__kwdefaults__", {"limit": 128 * 1024, "under": None})
    rows, [rejection] = read_bytes(tmp_path, "jobs.jsonl.gz", gzip.compress(MANY))
    assert 100 < len(rows) < 500
    assert rejection.reason == f"larger than 128 KiB unpacked: stopped after row {len(rows)}"


def test_header_that_claims_a_huge_size_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MAX_HEADER_BYTES", 64 * 1024)
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 1024**3
    rows, [rejection] = read_bytes(tmp_path, "all.tar", header.tobuf() + b"1" * 512 * 1024)
    assert rows == []
    assert "larger than 64 KiB" in rejection.reason
