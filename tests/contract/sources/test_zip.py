"""ZIP archives: members under harmless names, each bounded, all together bounded, and no damage that spreads."""

import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from ingestion.sources import archives, streams
from tests.contract.sources.examples import ROWS, read, read_bytes, write_docx, write_jsonl, write_tar, write_zip

POSTING = json.dumps({"@type": "JobPosting", "title": "Baker"}).encode()


def test_members_are_read_by_their_own_type(tmp_path: Path) -> None:
    members = {
        "data/7.json": POSTING,
        "data/jobs.jsonl": write_jsonl(ROWS),
        "cv.txt": b"Baker",
        "cv.docx": write_docx("Cook"),
        "empty/": b"",
        ".hidden.txt": b"x",
        "a/.hidden/cv.txt": b"x",
        "__MACOSX/._cv.txt": b"x",
        "photo.bmp": b"BM",
        "more.zip": write_zip({"a.txt": b"x"}),
        "more.tar": write_tar({"a.txt": b"x"}),
    }
    rows, rejected = read_bytes(tmp_path, "all.ZIP", write_zip(members))
    assert [row.document.id for row in rows] == ["7", ROWS[0]["id"], ROWS[1]["id"], "cv.txt", "cv.docx"]
    assert rows[0].location.endswith("all.ZIP/data/7.json")
    assert [(one.location.rpartition("/")[2], one.reason[:30]) for one in rejected] == [
        ("photo.bmp", "is of an unknown type; known: "),
        ("more.zip", "is an archive in an archive, w"),
        ("more.tar", "is an archive in an archive, w"),
    ]


def test_ids_tell_archives_of_one_folder_apart(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.zip", "b.zip"):
        (tmp_path / "in" / name).write_bytes(write_zip({"cv.txt": b"Baker"}))
    rows, [] = read(tmp_path / "in")
    assert [row.document.id for row in rows] == ["a.zip/cv.txt", "b.zip/cv.txt"]


def test_names_that_point_elsewhere_are_harmless(tmp_path: Path) -> None:
    members = {"/etc/cv.txt": b"a", "../../cv2.txt": b"b", "a/../cv3.txt": b"c", "..\\b\\cv4.txt": b"d"}
    rows, [] = read_bytes(tmp_path / "in", "all.zip", write_zip(members))
    assert [row.document.id for row in rows] == ["etc/cv.txt", "cv2.txt", "a/cv3.txt", "b/cv4.txt"]
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "all.zip"]


def test_member_with_the_name_of_an_earlier_one_is_refused(tmp_path: Path) -> None:
    content = write_zip({"cv.txt": b"Baker", "cw.txt": b"Cook"}).replace(b"cw.txt", b"cv.txt")
    [row], [rejection] = read_bytes(tmp_path, "all.zip", content)
    assert row.document.text == "Baker"
    assert rejection.reason == "has the name of an earlier member"


@pytest.mark.parametrize(
    ("written", "encoding", "name"),
    [
        ("Резюме повара.txt", "cp866", "Резюме повара.txt"),
        ("Резюме повара.txt", "utf-8", "Резюме повара.txt"),
        ("résumé.txt", "cp437", "résumé.txt"),
    ],
)
def test_names_of_old_archivers_are_read(written: str, encoding: str, name: str, tmp_path: Path) -> None:
    plain = "x" * len(written.encode(encoding))
    content = write_zip({plain: b"Baker"}).replace(plain.encode(), written.encode(encoding))
    [row], [] = read_bytes(tmp_path, "all.zip", content)
    assert row.document.id == name


def test_links_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("cv.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
    rows, [rejection] = read_bytes(tmp_path, "all.zip", buffer.getvalue())
    assert rows == []
    assert "is a link" in rejection.reason


def mark(content: bytes, *, flags: int = 0, method: int | None = None) -> bytes:
    """A ZIP of one member with these flags and this method in both of its headers."""
    marked = bytearray(content)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = marked.index(signature) + place
        marked[start] |= flags
        if method is not None:
            marked[start + 2] = method
    return bytes(marked)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (mark(write_zip({"cv.txt": b"Baker"}), flags=1), "is encrypted: pack it without a password"),
        (mark(write_zip({"cv.txt": b"Baker"}), method=99), "compression method is not supported"),
        (write_zip({"cv.txt": b"Baker"}).replace(b"cv.txt", b"cw.txt", 1), "damaged"),
    ],
)
def test_member_that_cannot_be_opened_is_named(content: bytes, reason: str, tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "all.zip", content)
    assert rows == []
    assert rejection.location.endswith("all.zip/cv.txt")
    assert reason in rejection.reason


def test_member_with_a_wrong_checksum_costs_no_other(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (("1.txt", b"Baker"), ("2.txt", b"Cook of soups"), ("3.txt", b"Waiter")):
            archive.writestr(name, content)
    rows, [rejection] = read_bytes(tmp_path, "all.zip", buffer.getvalue().replace(b"Cook of", b"Cock of"))
    assert [row.document.id for row in rows] == ["1.txt", "3.txt"]
    assert rejection.location.endswith("all.zip/2.txt")
    assert "Bad CRC-32" in rejection.reason


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_member_is_told_whatever_packed_it(method: int, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("cv.txt", os.urandom(4_000).hex())
    content = bytearray(buffer.getvalue())
    content[1_000:1_100] = bytes(100)
    rows, rejected = read_bytes(tmp_path, "all.zip", bytes(content))
    assert rows == []
    assert len(rejected) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "is a PNG image, not a ZIP archive"),
        (b"Dear sir", "is not a ZIP archive"),
        (write_zip({"cv.txt": b"Baker"})[:-30], "is a damaged or truncated ZIP archive"),
        (write_zip({"cv.txt": b"Baker"})[:40], "is a damaged or truncated ZIP archive"),
        (write_docx("Baker"), "is an Office document"),
    ],
)
def test_what_is_no_archive_is_one_rejection(content: bytes, reason: str, tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "all.zip", content)
    assert rows == []
    assert reason in rejection.reason


def test_archive_without_members_holds_no_files(tmp_path: Path) -> None:
    rows, [rejection] = read_bytes(tmp_path, "all.zip", write_zip({}))
    assert rows == []
    assert rejection.reason == "holds no files"


def test_members_together_unpack_to_a_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 250_000)
    members = {f"{number}.txt": b"bread " * 15_000 for number in range(5)}
    rows, rejected = read_bytes(tmp_path, "all.zip", write_zip(members))
    assert [row.document.id for row in rows] == ["0.txt", "1.txt"]
    assert rejected[-1].location.endswith("all.zip")
    assert "in all" in rejected[-1].reason
    assert len(rejected) < 4


def test_one_member_unpacks_to_a_bounded_size(tmp_path: Path) -> None:
    content = write_zip({"bomb.txt": b"a" * (streams.MAX_DOCUMENT_BYTES + 1), "cv.txt": b"Baker"})
    [row], [rejection] = read_bytes(tmp_path, "all.zip", content)
    assert row.document.id == "cv.txt"
    assert "larger than 64 MiB" in rejection.reason


def test_directory_of_absurd_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MAX_DIRECTORY_BYTES", 128 * 1024)
    content = write_zip({f"{number:0200}.txt": b"" for number in range(1_000)})
    rows, [rejection] = read_bytes(tmp_path, "all.zip", content)
    assert rows == []
    assert "its directory is larger than 128 KiB" in rejection.reason
