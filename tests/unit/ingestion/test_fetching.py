"""Fetching from servers that answer badly, slowly, too much or not at all."""

import gzip
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion.errors import FetchFailed, FetchRefused
from ingestion.fetching import Fetched, Fetcher, FetchRules, NotModified
from tests.unit.ingestion.rude_server import (
    RudeServer,
    answer,
    run_rude_server,
    send,
    send_forever,
    send_then_hang,
)

BODY = b'[{"id": "1", "title": "Welder"}]'


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with run_rude_server() as running:
        yield running


@dataclass
class Time:
    """A clock that goes on by `step` whenever it is asked, and that remembers the pauses instead of making them."""

    step: float = 0.0
    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> float:
        self.now += self.step
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.pauses += [seconds] if seconds else []


def make_fetcher(time: Time, **rules: object) -> Fetcher:
    chosen = {"allow_private": True, "read_seconds": 5.0, "total_seconds": 1000.0, "attempts": 1} | rules
    return Fetcher(FetchRules(**chosen), clock=time.clock, pause=time.pause)


def fetch(server: RudeServer, folder: Path, path: str = "/jobs.json", **rules: object) -> Fetched | NotModified:
    return make_fetcher(Time(), **rules).fetch(server.url(path), folder)


def check_failure(server: RudeServer, folder: Path, *words: str, **rules: object) -> None:
    """The fetch fails in words that name the URL, and leaves nothing behind."""
    with pytest.raises((FetchFailed, FetchRefused)) as failure:
        fetch(server, folder, **rules)
    for word in (f"http://127.0.0.1:{server.port}/jobs.json", *words):
        assert word in str(failure.value)
    assert list(folder.iterdir()) == []


def test_file_is_fetched_with_what_the_server_says_of_it(server: RudeServer, tmp_path: Path) -> None:
    headers = ('ETag: "v1"', "Last-Modified: Mon, 05 Oct 2026 10:00:00 GMT", "Content-Type: Application/JSON; a=b")
    server.answers["/a/jobs.json?key=1"] = [answer(BODY, headers=headers)]
    fetched = fetch(server, tmp_path, "/a/jobs.json?key=1")

    assert isinstance(fetched, Fetched)
    assert fetched.path.read_bytes() == BODY
    assert (fetched.name, fetched.media_type, fetched.etag) == ("jobs.json", "application/json", '"v1"')
    assert fetched.last_modified == "Mon, 05 Oct 2026 10:00:00 GMT"
    assert fetched.url == server.url("/a/jobs.json?...")
    assert "Counterpart" in server.requests[0]


def test_what_is_remembered_is_sent_and_304_means_unchanged(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [send(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')]
    last = "Mon, 05 Oct 2026 10:00:00 GMT"
    found = make_fetcher(Time()).fetch(server.url("/jobs.json"), tmp_path, etag='"v1"', last_modified=last)

    assert found == NotModified()
    assert 'if-none-match: "v1"\r\n' in server.requests[0].lower()
    assert f"If-Modified-Since: {last}\r\n" in server.requests[0]


def test_gzip_is_unpacked_member_by_member(server: RudeServer, tmp_path: Path) -> None:
    packed = gzip.compress(BODY) + gzip.compress(b"\n") + gzip.compress(BODY)
    server.answers["/jobs.json"] = [answer(packed, headers=("Content-Encoding: gzip",))]
    fetched = fetch(server, tmp_path)
    assert isinstance(fetched, Fetched)
    assert fetched.path.read_bytes() == BODY + b"\n" + BODY


def test_silence_before_the_headers_is_a_failure(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [send_then_hang(b"HTTP/1.1 200 OK\r\nContent-")]
    check_failure(server, tmp_path, "went silent", read_seconds=0.1)


def test_silence_within_the_body_is_a_failure(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [send_then_hang(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{")]
    check_failure(server, tmp_path, "went silent", read_seconds=0.1)


def test_headers_byte_by_byte_end_with_the_total_time(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [send_forever(b"HTTP/1.1 200 OK\r\n", b"x")]
    with pytest.raises(FetchFailed, match="took longer than 60 s"):
        make_fetcher(Time(step=20), total_seconds=60).fetch(server.url("/jobs.json"), tmp_path)


def test_body_without_end_ends_with_the_total_time(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [send_forever(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x" * 100)]
    with pytest.raises(FetchFailed, match="took longer than 60 s"):
        make_fetcher(Time(step=5), total_seconds=60).fetch(server.url("/jobs.json"), tmp_path)


def test_body_without_end_ends_with_the_size_limit(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [send_forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000)]
    check_failure(server, tmp_path, "larger than 500,000 bytes", max_bytes=500_000)


def test_gzip_bomb_ends_with_the_size_limit(server: RudeServer, tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    server.answers["/jobs.json"] = [answer(bomb, headers=("Content-Encoding: gzip",))]
    check_failure(server, tmp_path, "larger than 2,000,000 bytes", max_unpacked_bytes=2_000_000)


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + BODY + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)[:-9],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"",
        b"SSH-2.0-server\r\n",
    ],
    ids=["length", "chunks", "gzip", "not gzip", "headers", "nothing", "not HTTP"],
)
def test_cut_off_answer_is_a_failure(server: RudeServer, tmp_path: Path, content: bytes) -> None:
    server.answers["/jobs.json"] = [send(content)]
    check_failure(server, tmp_path, "cut off")


def test_encoding_that_was_not_asked_for_is_a_failure(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(BODY, headers=("Content-Encoding: br",))]
    check_failure(server, tmp_path, "packed as br")


@pytest.mark.parametrize("status", ["404 Gone fishing", "401 No", "204 Empty", "206 Part", "304 Not asked"])
def test_other_status_is_a_failure_at_once(server: RudeServer, tmp_path: Path, status: str) -> None:
    server.answers["/jobs.json"] = [answer(status=status)]
    check_failure(server, tmp_path, f"answered {status[:3]}", attempts=4)
    assert len(server.requests) == 1


def test_failing_server_is_asked_again_with_growing_pauses(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [
        answer(status="500 Oops"),
        send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n["),
        answer(status="503 Busy"),
        answer(BODY),
    ]
    time = Time()
    fetched = make_fetcher(time, attempts=4).fetch(server.url("/jobs.json"), tmp_path)

    assert isinstance(fetched, Fetched)
    assert fetched.path.read_bytes() == BODY
    assert [round(pause, 3) for pause in time.pauses] == [
        pytest.approx(1, abs=0.5),
        pytest.approx(2, abs=1),
        pytest.approx(4, abs=2),
    ]


def test_attempts_are_bounded(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(status="500 Oops")]
    check_failure(server, tmp_path, "500", attempts=3)
    assert len(server.requests) == 3


def test_retry_after_is_waited_for(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(status="429 Slow down", headers=("Retry-After: 40",)), answer(BODY)]
    time = Time()
    make_fetcher(time, attempts=2).fetch(server.url("/jobs.json"), tmp_path)
    assert time.pauses == [40]


@pytest.mark.parametrize("wait", ["86400", "Fri, 31 Dec 2100 23:59:59 GMT", "9" * 400])
def test_long_retry_after_is_told_and_not_waited_for(server: RudeServer, tmp_path: Path, wait: str) -> None:
    server.answers["/jobs.json"] = [answer(status="429 Slow down", headers=(f"Retry-After: {wait}",))]
    time = Time()
    with pytest.raises(FetchFailed, match="429") as failure:
        make_fetcher(time, attempts=4).fetch(server.url("/jobs.json"), tmp_path)
    assert failure.value.retry_after is not None
    assert failure.value.retry_after >= 86_400
    assert time.pauses == []


def test_retry_after_that_says_nothing_is_ignored(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [
        answer(status="503 Busy", headers=("Retry-After: soon",)),
        answer(status="503 Busy", headers=("Retry-After: Mon, 05 Oct 2015 10:00:00 GMT",)),
        answer(BODY),
    ]
    time = Time()
    make_fetcher(time, attempts=3).fetch(server.url("/jobs.json"), tmp_path)
    assert len(time.pauses) == 2


def test_redirects_are_followed(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(status="302 Found", headers=("Location: /b/../c/new.csv?x=1",))]
    server.answers["/c/new.csv?x=1"] = [answer(b"id,title\n1,Welder\n")]
    fetched = fetch(server, tmp_path)
    assert isinstance(fetched, Fetched)
    assert (fetched.name, fetched.url) == ("new.csv", server.url("/c/new.csv?..."))


def test_location_in_raw_utf8_is_followed(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(status="302 Found", headers=("Location: /вакансии.json",))]
    server.answers["/%D0%B2%D0%B0%D0%BA%D0%B0%D0%BD%D1%81%D0%B8%D0%B8.json"] = [answer(BODY)]
    assert isinstance(fetch(server, tmp_path), Fetched)


@pytest.mark.parametrize("etag", ['"é"', '"' + "x" * 2000 + '"'])
def test_etag_that_cannot_be_sent_back_is_not_remembered(server: RudeServer, tmp_path: Path, etag: str) -> None:
    server.answers["/jobs.json"] = [answer(BODY, headers=(f"ETag: {etag}",))]
    fetched = fetch(server, tmp_path)
    assert isinstance(fetched, Fetched)
    assert fetched.etag is None


def test_redirects_in_a_circle_end(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(status="301 Moved", headers=("Location: /jobs.json",))]
    check_failure(server, tmp_path, "redirects more than 5 times", attempts=4)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("location", "word"),
    [
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ("http://[::ffff:169.254.169.254]/", "never"),
        ("file:///etc/passwd", "only http and https"),
        ("http://user:geheim@example.com/", "user name"),
        ("http://2130706433/", "usual notation"),
        ("http://[", "not a URL"),
    ],
)
def test_every_redirect_is_checked(server: RudeServer, tmp_path: Path, location: str, word: str) -> None:
    server.answers["/jobs.json"] = [answer(status="302 Found", headers=(f"Location: {location}",))]
    with pytest.raises((FetchRefused, FetchFailed), match=word) as refusal:
        fetch(server, tmp_path)
    assert "geheim" not in str(refusal.value)


def resolve_to(addresses: list[str], asked: list[str]) -> Fetcher:
    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return addresses

    return Fetcher(FetchRules(attempts=1, connect_seconds=5), resolve=resolve)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_name_of_a_private_address_is_refused(server: RudeServer, tmp_path: Path, addresses: list[str]) -> None:
    with pytest.raises(FetchRefused, match="private network") as refusal:
        resolve_to(addresses, []).fetch(server.url("/jobs.json", host="jobs.example"), tmp_path)
    assert f"http://jobs.example:{server.port}/jobs.json" in str(refusal.value)
    assert server.requests == []


def test_loopback_itself_is_refused_by_default(server: RudeServer, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused, match="COUNTERPART_ALLOW_PRIVATE_SOURCES"):
        Fetcher(FetchRules()).fetch(server.url("/jobs.json", host="localhost"), tmp_path)
    assert server.requests == []


def test_name_is_resolved_once_and_the_checked_address_is_connected_to(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(BODY)]
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    fetcher = Fetcher(FetchRules(allow_private=True), resolve=resolve)
    fetcher.fetch(server.url("/jobs.json", host="jobs.example"), tmp_path)
    assert asked == ["jobs.example"]
    assert f"Host: jobs.example:{server.port}\r\n" in server.requests[0]


def test_name_that_does_not_resolve_is_a_failure(tmp_path: Path) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(FetchFailed, match=r"jobs\.example cannot be resolved"):
        Fetcher(FetchRules(attempts=1), resolve=resolve).fetch("http://jobs.example/a.json", tmp_path)


def test_server_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    with run_rude_server() as gone:
        url = gone.url("/jobs.json")
    with pytest.raises(FetchFailed, match="cannot be reached"):
        make_fetcher(Time()).fetch(url, tmp_path)


def test_one_host_is_asked_by_one_thread_at_a_time(server: RudeServer, tmp_path: Path) -> None:
    alone = threading.Lock()
    meeting = threading.Event()

    def look_around(connection: socket.socket, closing: threading.Event) -> None:
        if not alone.acquire(blocking=False):
            meeting.set()
            return
        meeting.wait(0.05)  # time for another thread to come, if any can
        alone.release()
        answer(b"x" * 200_000)(connection, closing)

    server.answers["/jobs.json"] = [look_around]
    fetcher = make_fetcher(Time())
    folders = [tmp_path / str(number) for number in range(4)]

    def run(folder: Path) -> None:
        folder.mkdir()
        fetcher.fetch(server.url("/jobs.json"), folder)

    threads = [threading.Thread(target=run, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((folder / "download").stat().st_size == 200_000 for folder in folders)
    assert len(server.requests) == 4
    assert not meeting.is_set()


def test_stop_ends_the_pauses(server: RudeServer, tmp_path: Path) -> None:
    server.answers["/jobs.json"] = [answer(status="503 Busy")]
    stop = threading.Event()
    stop.set()
    fetcher = Fetcher(FetchRules(allow_private=True, attempts=4, first_pause=1000), pause=stop.wait)
    with pytest.raises(FetchFailed):
        fetcher.fetch(server.url("/jobs.json"), tmp_path)
    assert len(server.requests) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of jobs.example, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=jobs.example"]
    command += ["-addext", "subjectAltName=DNS:jobs.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def tls_server(certificate: tuple[Path, Path]) -> Iterator[RudeServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with run_rude_server(context) as running:
        running.answers["/jobs.json"] = [answer(BODY)]
        yield running


def fetch_over_tls(server: RudeServer, host: str, folder: Path) -> Fetched | NotModified:
    fetcher = Fetcher(FetchRules(allow_private=True, attempts=3), resolve=lambda *_: ["127.0.0.1"])
    return fetcher.fetch(server.url("/jobs.json", host=host, scheme="https"), folder)


def test_certificate_is_verified_for_the_name_and_not_the_address(
    tls_server: RudeServer, certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert isinstance(fetch_over_tls(tls_server, "jobs.example", tmp_path), Fetched)
    with pytest.raises(FetchFailed, match="certificate cannot be verified"):
        fetch_over_tls(tls_server, "other.example", tmp_path)


def test_unknown_certificate_is_a_failure_at_once(tls_server: RudeServer, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="certificate cannot be verified"):
        fetch_over_tls(tls_server, "jobs.example", tmp_path)


def test_redirect_from_https_to_http_is_refused(
    tls_server: RudeServer, certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    tls_server.answers["/jobs.json"] = [answer(status="302 Found", headers=("Location: http://jobs.example/",))]
    with pytest.raises(FetchRefused, match="not encrypted"):
        fetch_over_tls(tls_server, "jobs.example", tmp_path)
