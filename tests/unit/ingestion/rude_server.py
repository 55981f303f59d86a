"""An HTTP server that answers whatever a test tells it to, byte by byte."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, threading.Event], None]


def answer(
    body: bytes = b"", *, status: str = "200 OK", length: int | None = None, headers: tuple[str, ...] = ()
) -> Answer:
    """An answer with a Content-Length, the right one unless another is given."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def send(content: bytes) -> Answer:
    """These bytes, and the end of the connection."""
    return lambda connection, _: connection.sendall(content)


def send_then_hang(content: bytes) -> Answer:
    """These bytes, and then nothing, with the connection held open."""

    def run(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(content)
        closing.wait(60)

    return run


def send_forever(head: bytes, portion: bytes) -> Answer:
    """These bytes, and then the portion again and again until the other side hangs up."""

    def run(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(head)
        while not closing.is_set():
            connection.sendall(portion)

    return run


@dataclass
class RudeServer:
    """What it answers next, path by path (the last answer of a path is kept), and what it was asked."""

    port: int
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@contextmanager
def run_rude_server(tls: ssl.SSLContext | None = None) -> Iterator[RudeServer]:
    """A server on a free port of the loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RudeServer(listener.getsockname()[1])
    closing = threading.Event()
    guard = threading.Lock()

    def serve(connection: socket.socket) -> None:
        try:
            with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
                request = b""
                while b"\r\n\r\n" not in request and (part := stream.recv(65536)):
                    request += part
                if not request:
                    return
                with guard:
                    server.requests.append(request.decode())
                    answers = server.answers[request.split(b" ")[1].decode()]
                    chosen = answers.pop(0) if len(answers) > 1 else answers[0]
                chosen(stream, closing)
        except OSError:
            pass  # the client hung up, which is what some answers are about
        finally:
            connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        closing.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
