"""Where files are put for a Milvus server to read: a shared folder, or a store that speaks S3."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from milvus import FileStore
from milvus.errors import IndexUnavailable

PART = "<?xml version='1.0'?><InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
WHOLE = "<?xml version='1.0'?><CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"


class Bucket:
    """As much of S3 as an upload in parts, an upload at once and a deletion need."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.signed: list[bool] = []

    def put(self, target: str, content: bytes) -> None:
        path, query = urlsplit(target).path, urlsplit(target).query
        if "partNumber=" in query:
            number = int(query.split("partNumber=")[1].split("&")[0])
            self.parts.setdefault(path, {})[number] = content
        else:
            self.objects[path] = content

    def join(self, target: str) -> str:
        path, query = urlsplit(target).path, urlsplit(target).query
        if "uploadId=" not in query:
            return PART
        parts = self.parts.pop(path, {})
        self.objects[path] = b"".join(parts[number] for number in sorted(parts))
        return WHOLE


@pytest.fixture
def bucket() -> Iterator[tuple[Bucket, str]]:
    store = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def read(self) -> bytes:
            store.signed.append("AWS4-HMAC-SHA256" in self.headers.get("Authorization", ""))
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def say(self, status: int, body: str = "") -> None:
            self.send_response(status)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_PUT(self) -> None:
            store.put(self.path, self.read())
            self.say(200)

        def do_POST(self) -> None:
            self.read()
            self.say(200, store.join(self.path))

        def do_HEAD(self) -> None:
            self.read()
            self.say(200 if urlsplit(self.path).path in store.objects else 404)

        def do_GET(self) -> None:
            self.read()
            self.say(200, "<?xml version='1.0'?><ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>")

        def do_DELETE(self) -> None:
            self.read()
            store.objects.pop(urlsplit(self.path).path, None)
            self.say(204)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield store, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "shard.parquet"
    path.write_bytes(b"columns" * 1000)
    return path


def test_folder_takes_a_file_under_its_whole_path(tmp_path: Path, shard: Path) -> None:
    store = FileStore.open(str(tmp_path / "shared"))
    path = store.put(shard, "counterpart/a1/shard.parquet")

    assert path == str(tmp_path / "shared/counterpart/a1/shard.parquet")
    assert Path(path).read_bytes() == shard.read_bytes()
    store.remove(path)
    store.remove(path)
    assert not Path(path).exists()


def test_bucket_takes_a_file_under_its_path_within(bucket: tuple[Bucket, str], shard: Path) -> None:
    held, endpoint = bucket
    store = FileStore.open(
        "s3://a-bucket/loads", endpoint=endpoint, access_key="user", secret_key="password", region="us-east-1"
    )
    path = store.put(shard, "a1/shard.parquet")

    # The server's imports name a file without its bucket.
    assert path == "loads/a1/shard.parquet"
    assert held.objects == {"/a-bucket/loads/a1/shard.parquet": shard.read_bytes()}
    assert all(held.signed)


def test_place_that_cannot_be_written_is_named(tmp_path: Path, shard: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(IndexUnavailable, match=r"shard\.parquet"):
        FileStore.open(str(tmp_path / "file")).put(shard, "shard.parquet")
    with pytest.raises(IndexUnavailable, match="probe"):
        FileStore.open(str(tmp_path / "file")).check()


def test_check_leaves_nothing(tmp_path: Path) -> None:
    FileStore.open(str(tmp_path)).check()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("location", ["relative/folder", "http://host/bucket", "s3://", ""])
def test_location_that_is_none_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        FileStore.open(location)
