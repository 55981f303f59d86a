"""What happens to every request before it is routed."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.errors import make_problem

_SANE_ID = re.compile(r"[!-~]{1,100}")
# `name`, `name:port`, `[::1]` or `[::1]:port`
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\[\]:/@\s]+)(?::[0-9]{1,5})?", re.ASCII)
# Listening there says nothing about the names of this machine.
_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104
# Paths that hold ids.
_WITH_IDS = ("/v1/", "/resumes/", "/vacancies/")
MAX_BODY_BYTES = 64 * 1024 * 1024


class EncodedPaths:
    """Routes by the path as it was sent, percent-encoded, so that an id may hold a slash (`%2F`).

    Path parameters must then be decoded by the endpoint; `PathId` does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_WITH_IDS) and scope.get("raw_path"):
            scope = {**scope, "path": scope["raw_path"].decode("ascii", "replace")}
        await self._app(scope, receive, send)


class RequestIds:
    """Gives every request an id, the caller's own where it sent a sane one, and returns it in X-Request-ID."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("ascii", "replace")
        request_id = given if _SANE_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [header for header in message["headers"] if header[0].lower() != b"x-request-id"]
                message["headers"] = [*others, (b"x-request-id", request_id.encode())]
            await send(message)

        await self._app(scope, receive, send_with_id)


class BodyLimit:
    """Refuses bodies over MAX_BODY_BYTES with 413, by their announced length or, lacking one, by what arrives."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        received = int(announced) if announced.isdigit() and int(announced) > MAX_BODY_BYTES else 0

        async def receive_counted() -> Message:
            nonlocal received
            # Raised where the body is read, so that the application's own error handlers answer it.
            if received <= MAX_BODY_BYTES:
                message = await receive()
                received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                limit = f"the body is larger than {MAX_BODY_BYTES // 1024 // 1024} MiB"
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit)
            return message

        await self._app(scope, receive_counted, send)


class KnownHosts:
    """Refuses with 400 what is addressed to a host that is none of ours.

    Without it any web page that a user of this machine opens could read the API, by pointing its own name here (DNS
    rebinding).
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "*" in self._names:
            await self._app(scope, receive, send)
            return
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(given) == 1 and read_host(given[0]) in self._names:
            await self._app(scope, receive, send)
            return
        named = f"the host {given[0][:200]!r}" if given else "a request without Host"
        detail = f"{named} is not served here; COUNTERPART_ALLOWED_HOSTS names the hosts that are"
        await make_problem(Request(scope), HTTPStatus.BAD_REQUEST, detail)(scope, receive, send)


def read_host(text: str) -> str | None:
    """The name in a Host header, lower-case and without the port; None where it is not one."""
    found = _HOST.fullmatch(text.strip().lower())
    return found["name"] if found else None


def list_hosts(allowed: str, listening: str) -> frozenset[str]:
    """The names that may be asked for: those allowed (separated by commas), and the address listened on."""
    names: Iterable[str] = (name.strip() for name in allowed.split(","))
    if listening not in _ANY_ADDRESS:
        names = (*names, listening)
    bracketed = (f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name for name in names)
    return frozenset(host for name in bracketed if (host := read_host(name)))
