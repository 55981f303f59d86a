"""A TCP forwarder between a client and a server, which can cut, refuse and stall what goes through it."""

import socket
import threading
from contextlib import suppress
from enum import StrEnum

_CHUNK = 65_536
_RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # linger on, for no time: closing sends RST, as a broken network does


class Mode(StrEnum):
    """What the proxy does with what comes in."""

    FORWARD = "forward"
    REFUSE = "refuse"
    """Nobody listens."""
    STALL = "stall"
    """Connections are accepted, and nothing ever comes back."""
    CUT_REQUEST = "cut request"
    """Each connection is cut in the middle of the next message to the server."""
    CUT_ANSWER = "cut answer"
    """Each connection is cut in the middle of the next message from the server, which did what it was asked to."""


class Proxy:
    """Listens on a port of the loopback and forwards to another one. Call `close` at the end."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._mode = Mode.FORWARD
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])

    def set_mode(self, mode: Mode) -> None:
        """Behave like this from now on. What had stalled is cut, as nobody may receive it so much later."""
        with self._changed:
            before, self._mode = self._mode, mode
            self._changed.notify_all()
        if mode is Mode.REFUSE:
            _shut(self._listener)
        if before is Mode.REFUSE and mode is not Mode.REFUSE:
            self._listener = self._listen(self.port)
        if mode is Mode.REFUSE or before is Mode.STALL:
            self.drop()

    def drop(self) -> None:
        """Cut all connections at once."""
        with self._changed:
            doomed, self._open = self._open, set()
        for connection in doomed:
            _shut(connection)

    def close(self) -> None:
        """Stop listening and cut everything."""
        _shut(self._listener)
        self.drop()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
                server.settimeout(None)
            except OSError:
                _shut(client)
                continue
            with self._changed:
                self._open |= {client, server}
            for source, sink, cut_in in ((client, server, Mode.CUT_REQUEST), (server, client, Mode.CUT_ANSWER)):
                threading.Thread(target=self._forward, args=(source, sink, cut_in), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, cut_in: Mode) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                with self._changed:
                    self._changed.wait_for(lambda: self._mode is not Mode.STALL or source not in self._open)
                    if source not in self._open:
                        break
                    mode = self._mode
                if mode is cut_in:
                    sink.sendall(data[: len(data) // 2])
                    break
                sink.sendall(data)
        with self._changed:
            self._open -= {source, sink}
        _shut(source)
        _shut(sink)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        connection.close()
