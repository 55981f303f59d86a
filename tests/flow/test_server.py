"""A real server process: huge bodies, several callers at once, a clean end."""

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.flow.server import Server, start_server

MIB = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = start_server(tmp_path_factory.mktemp("server"))
    yield started
    started.process.terminate()
    started.process.wait(30)


@pytest.mark.parametrize("kind", ["resumes", "vacancies"])
@pytest.mark.parametrize("id_", ["a%2Fb", "50%25", "%F0%9F%91%A9%20x", "%D0%B4%D0%BE%D0%BC", "%2F%2F", "a%252Fb"])
def test_encoded_id_survives_a_real_server(server: Server, kind: str, id_: str) -> None:
    status, _, body = server.request("PUT", f"/v1/{kind}/{id_}?wait=true", {"title": "Cook"})

    assert status == 201, body
    assert server.request("GET", f"/v1/{kind}/{id_}")[0] == 200
    assert server.request("DELETE", f"/v1/{kind}/{id_}?wait=true")[0] == 200


def make_head(path: str, length: str) -> bytes:
    """The head of a POST whose body is a file's form or JSON; `length` is the header that tells how much will come."""
    content_type = "multipart/form-data; boundary=x" if path.endswith("file") else "application/json"
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: {content_type}",
        length,
        "Connection: close",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def read_answer(connection: socket.socket) -> bytes:
    answer = b""
    try:
        while block := connection.recv(65_536):
            answer += block
    except ConnectionResetError:
        pass  # the server is free to hang up on what it refused, once it has answered
    return answer


@pytest.mark.parametrize("path", ["/v1/vacancies/batch", "/v1/vacancies/search", "/v1/vacancies/search/file"])
def test_huge_announced_body_is_refused_before_it_is_sent(server: Server, path: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(make_head(path, f"Content-Length: {200 * MIB}"))
        answer = read_answer(connection)

    assert answer.startswith(b"HTTP/1.1 413"), answer[:500]
    assert b"application/problem+json" in answer
    assert b"64 MiB" in answer
    assert server.request("GET", "/readyz")[0] == 200


@pytest.mark.parametrize("path", ["/v1/vacancies/batch", "/v1/vacancies/search", "/v1/vacancies/search/file"])
def test_huge_chunked_body_is_refused_while_it_arrives(server: Server, path: str) -> None:
    head = make_head(path, "Transfer-Encoding: chunked")
    first = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="cv.txt"\r\n\r\n'
        if path.endswith("file")
        else b"["
    )
    chunk = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head + b"%x\r\n" % len(first) + first + b"\r\n")
        sent = 0
        try:
            for _ in range(200):
                connection.sendall(chunk)
                sent += 1
        except (ConnectionResetError, BrokenPipeError):
            pass
        answer = read_answer(connection)

    assert sent > 60
    # Where the server hung up while we were sending, its answer may be lost on the way; it must live on either way.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413"), answer[:500]
    assert server.request("GET", "/readyz")[0] == 200
    assert resident_mib(server.process.pid) < 1500


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def test_client_that_sends_it_all_sees_the_413(server: Server) -> None:
    """As curl and browsers do: they read the answer only once they have sent the body, or are hung up on."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    body = b"[" + b" " * (65 * MIB) + b"]"
    connection.request("POST", "/v1/vacancies/batch", body, {"content-type": "application/json"})
    answer = connection.getresponse()

    assert answer.status == 413
    assert json.loads(answer.read())["request_id"] == answer.headers["x-request-id"]
    connection.close()


def test_callers_at_once_each_get_their_own_answer(server: Server) -> None:
    def round_trip(number: int) -> bool:
        id_ = f"many-{number}"
        stored = server.request("PUT", f"/v1/resumes/{id_}?wait=true", {"title": f"Cook of dish{number}x"})
        body = {"text": f"cook of dish{number}x", "limit": 1}
        _, headers, answer = server.request("POST", "/v1/resumes/search", body, {"x-request-id": id_})
        found = json.loads(answer)["items"][0]["document"]["id"]
        return stored[0] == 201 and headers["x-request-id"] == id_ and found == id_

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(round_trip, range(48)))


def test_health_answers_while_many_callers_wait(server: Server) -> None:
    """Waiting callers must not use up what answers the others."""
    with ThreadPoolExecutor(60) as pool:
        puts = [
            pool.submit(
                server.request, "PUT", f"/v1/resumes/waiting-{i}?wait=true", {"title": "Cook", "text": "soup " * 2000}
            )
            for i in range(60)
        ]
        started = time.monotonic()
        assert server.request("GET", "/healthz")[0] == 200
        waited = time.monotonic() - started
        assert {put.result()[0] for put in puts} <= {201, 202}  # 202 where too many waited already
    assert waited < 10


def test_long_russian_text_can_be_searched_from_the_page(server: Server) -> None:
    """The page asks for a whole resume; its form must be able to carry as much as it lets people paste."""
    text = "Опытный сварщик ищет работу. " * 650  # 18,850 characters of the 20,000 that the form takes
    status, _, body = server.request("GET", "/?" + urlencode({"text": text}))

    assert status == 200, body[:300]


def test_terminated_server_ends_in_time_and_gives_the_folder_back(tmp_path: Path) -> None:
    first = start_server(tmp_path)
    assert first.request("PUT", "/v1/resumes/kept?wait=true", {"title": "Cook"})[0] == 201
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(20) in {0, -signal.SIGTERM, 128 + signal.SIGTERM}

    second = start_server(tmp_path)
    try:
        found = json.loads(second.request("POST", "/v1/resumes/search", {"text": "cook"})[2])
        assert [item["document"]["id"] for item in found["items"]] == ["kept"]
    finally:
        second.process.send_signal(signal.SIGINT)
        second.process.wait(20)
    assert "Traceback" not in second.log.read_text()
