"""Polite fetching of files over HTTP: bounded in time, size and attempts, and only from addresses that may be asked."""

import email.utils
import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpcore

from ingestion.addresses import Resolve, Target, check_addresses, parse_url, resolve_host
from ingestion.errors import FetchFailed, FetchRefused

USER_AGENT = "Counterpart (imports vacancies and resumes)"
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_VALIDATOR = 1_000
_UNPACK_BYTES = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """What a fetch may cost. `max_bytes` counts what is sent, `max_unpacked_bytes` what is written to disk."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 1800.0
    max_bytes: int = 1024**3
    max_unpacked_bytes: int = 4 * 1024**3
    attempts: int = 4
    first_pause: float = 1.0
    longest_pause: float = 120.0
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that came whole. `url` is where it came from in the end, for messages; `name` the last part of its path.

    `etag` and `last_modified` are the server's, to be sent with the next fetch.
    """

    path: Path
    url: str
    name: str
    media_type: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what was fetched last is still what it has."""


class Fetcher:
    """Fetches files, one at a time from each host.

    `clock` gives monotonic seconds. `pause` waits so many seconds and returns something true where the fetch is to end;
    an Event's `wait` does. `resolve` gives the addresses of a name.
    """

    def __init__(
        self,
        rules: FetchRules,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Any] = time.sleep,
        resolve: Resolve = resolve_host,
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._pause = pause
        self._resolve = resolve
        self._turns: dict[str, threading.Lock] = {}
        self._turns_guard = threading.Lock()

    def fetch(
        self, url: str, folder: Path, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched | NotModified:
        """Fetch a URL into a new file of the folder; `etag` and `last_modified` as the last Fetched gave them.

        Raises FetchRefused where our rules forbid it, FetchFailed where server or network fail until the attempts,
        or the time, are used up. Then nothing is left in the folder.
        """
        deadline = self._clock() + self._rules.total_seconds
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        path = folder / "download"
        attempt = 1
        while True:
            try:
                return self._follow(url, path, headers=headers, deadline=deadline)
            except (FetchFailed, FetchRefused) as error:
                path.unlink(missing_ok=True)
                wait = self._choose_pause(error, attempt)
                if wait is None or self._clock() + wait >= deadline:
                    raise
            if self._pause(wait):
                raise FetchFailed(f"{parse_url(url).shown}: the fetch was stopped")
            attempt += 1

    def _choose_pause(self, error: FetchFailed | FetchRefused, attempt: int) -> float | None:
        """Seconds before the next attempt; None where there is to be none."""
        if isinstance(error, FetchRefused) or not error.passing or attempt >= self._rules.attempts:
            return None
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards no secret
        wait = max(self._rules.first_pause * 2 ** (attempt - 1) * spread, error.retry_after or 0.0)
        return wait if wait <= self._rules.longest_pause else None

    def _follow(self, url: str, path: Path, *, headers: dict[str, str], deadline: float) -> Fetched | NotModified:
        """The answer at the end of the redirects, each of which is checked like the first URL."""
        asked = parse_url(url)
        target = asked
        for _ in range(_MAX_REDIRECTS + 1):
            shown = asked.shown if target == asked else f"{asked.shown} (redirected to {target.shown})"
            with self._take_turn(target.host, deadline, shown), self._ask(target, headers, deadline, shown) as answer:
                if answer.status == HTTPStatus.NOT_MODIFIED and _is_conditional(headers):
                    return NotModified()
                if answer.status not in _REDIRECTS:
                    return self._receive(answer, path, target=target, shown=shown)
                location = _find_header(answer, "location")
                if location is None:
                    raise FetchFailed(f"{shown}: answered {answer.status} without a location")
            target = _follow_location(target, location, shown)
        raise FetchRefused(f"{asked.shown}: redirects more than {_MAX_REDIRECTS} times")

    @contextmanager
    def _take_turn(self, host: str, deadline: float, shown: str) -> Iterator[None]:
        """Wait until no other thread asks this host."""
        with self._turns_guard:
            turn = self._turns.setdefault(host, threading.Lock())
        if not turn.acquire(timeout=max(deadline - self._clock(), 0)):
            raise FetchFailed(f"{shown}: other fetches from this host took all the time there was")
        try:
            yield
        finally:
            turn.release()

    @contextmanager
    def _ask(self, target: Target, headers: dict[str, str], deadline: float, shown: str) -> Iterator[httpcore.Response]:
        rules = self._rules
        timeouts = {"connect": rules.connect_seconds, "read": rules.read_seconds, "write": rules.read_seconds}
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.target)
        network = _CheckedNetwork(self._resolve, _Deadline(deadline, self._clock), allow_private=rules.allow_private)
        try:
            with (
                httpcore.ConnectionPool(network_backend=network, max_connections=1) as pool,
                pool.stream(
                    "GET",
                    url,
                    headers=[*headers.items(), ("Host", target.authority)],
                    extensions={"timeout": timeouts},
                ) as answer,
            ):
                yield answer
        except FetchRefused as error:
            raise FetchRefused(f"{shown}: {str(error).removeprefix(f'{shown}: ')}") from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            if self._clock() >= deadline:
                raise FetchFailed(f"{shown}: took longer than {rules.total_seconds:g} s") from None
            raise FetchFailed(f"{shown}: {_explain(error)}", passing=_find_certificate_error(error) is None) from None

    def _receive(self, answer: httpcore.Response, path: Path, *, target: Target, shown: str) -> Fetched:
        if answer.status != HTTPStatus.OK:
            raise FetchFailed(
                f"{shown}: answered {_name_status(answer.status)}",
                passing=answer.status in _PASSING,
                retry_after=_read_retry_after(_find_header(answer, "retry-after")),
            )
        self._save(answer, path, shown)
        return Fetched(
            path=path,
            url=target.shown,
            name=target.target.partition("?")[0].rpartition("/")[2],
            media_type=(_find_header(answer, "content-type") or "").partition(";")[0].strip().lower(),
            etag=_find_validator(answer, "etag"),
            last_modified=_find_validator(answer, "last-modified"),
        )

    def _save(self, answer: httpcore.Response, path: Path, shown: str) -> None:
        packing = (_find_header(answer, "content-encoding") or "identity").strip().lower()
        if packing not in {"identity", "gzip", "x-gzip"}:
            raise FetchFailed(f"{shown}: is sent packed as {packing[:40]}, which was not asked for")
        chunks = self._count(answer.iter_stream(), self._rules.max_bytes, shown)
        if packing != "identity":
            chunks = self._count(_unpack(chunks), self._rules.max_unpacked_bytes, shown)
        try:
            with path.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
        except (zlib.error, EOFError) as error:
            raise FetchFailed(f"{shown}: was cut off or damaged on the way ({error})", passing=True) from None
        except OSError as error:
            raise FetchFailed(f"{shown}: cannot be written to {path.parent} ({error.strerror})") from None

    def _count(self, chunks: Iterable[bytes], limit: int, shown: str) -> Iterator[bytes]:
        total = 0
        for chunk in chunks:
            total += len(chunk)
            if total > limit:
                raise FetchRefused(f"{shown}: is larger than {limit:,} bytes")
            if self._pause(0):
                raise FetchFailed(f"{shown}: the fetch was stopped")
            yield chunk


@dataclass(frozen=True, slots=True)
class _Deadline:
    """The moment by which all is over, however slowly the other side speaks."""

    moment: float
    clock: Callable[[], float]

    def shorten(self, timeout: float | None) -> float:
        left = self.moment - self.clock()
        if left <= 0:
            raise httpcore.ReadTimeout("out of time")
        return left if timeout is None else min(timeout, left)


class _CheckedNetwork(httpcore.NetworkBackend):
    """Resolves a name once, checks every address, and connects to one of those that were checked.

    The layers above keep the name, so TLS verifies it and a name that resolves anew to something else gains nothing.
    """

    def __init__(self, resolve: Resolve, deadline: _Deadline, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._deadline = deadline
        self._allow_private = allow_private
        self._network = httpcore.SyncBackend()

    def connect_tcp(  # noqa: PLR0917 - the library's own signature
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved ({error})") from None
        check_addresses(addresses, allow_private=self._allow_private)
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses:
            try:
                stream = self._network.connect_tcp(
                    address, port, self._deadline.shorten(timeout), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends with the deadline, so that a byte now and then does not keep it open."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.shorten(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.shorten(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.shorten(timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _unpack(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip holds, in portions, so that a bomb meets the limit before it fills the memory.

    Raises zlib.error for what is not gzip, EOFError where it ends too early.
    """
    inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in chunks:
        data = chunk
        while data:
            if inner.eof:  # another member follows
                inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield inner.decompress(data, _UNPACK_BYTES)
            data = inner.unconsumed_tail or inner.unused_data
    yield inner.flush()
    if not inner.eof:
        raise EOFError("the packed data end too early")


def _is_conditional(headers: dict[str, str]) -> bool:
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def _follow_location(before: Target, location: str, shown: str) -> Target:
    try:
        after = parse_url(urljoin(f"{before.scheme}://{before.authority}{before.target}", location))
    except ValueError:
        raise FetchFailed(f"{shown}: redirects to what is not a URL") from None
    if before.scheme == "https" and after.scheme != "https":
        raise FetchRefused(f"{shown}: redirects from https to {after.shown}, which is not encrypted")
    return after


def _find_header(answer: httpcore.Response, name: str) -> str | None:
    for key, value in answer.headers:
        if key.lower() == name.encode("ascii"):
            try:
                return value.decode("utf-8")
            except UnicodeDecodeError:
                return value.decode("latin-1")
    return None


def _find_validator(answer: httpcore.Response, name: str) -> str | None:
    """A header that is sent back with the next request; None where it could not be."""
    value = _find_header(answer, name)
    return value if value and value.isascii() and len(value) <= _MAX_VALIDATOR else None


def _read_retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header: a number, or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        moment = email.utils.parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, OverflowError):
        return None


def _name_status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _find_certificate_error(error: Exception) -> ssl.SSLCertVerificationError | None:
    """What was wrong with the certificate; the library hands the error below on as its own error's argument."""
    below = error.args[0] if error.args else None
    return below if isinstance(below, ssl.SSLCertVerificationError) else None


def _explain(error: Exception) -> str:
    if certificate_error := _find_certificate_error(error):
        return f"its certificate cannot be verified ({certificate_error.verify_message})"
    if isinstance(error, httpcore.ConnectTimeout):
        return "does not answer"
    if isinstance(error, httpcore.TimeoutException):
        return "went silent"
    if isinstance(error, httpcore.ProtocolError):
        return f"was cut off, or is not HTTP ({error})"
    return f"cannot be reached ({error})" if isinstance(error, httpcore.ConnectError) else f"was cut off ({error})"
