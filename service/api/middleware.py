"""What happens to every request before it is routed."""

import re
from http import HTTPStatus
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SANE_ID = re.compile(r"[!-~]{1,100}")
MAX_BODY_BYTES = 64 * 1024 * 1024


class EncodedPaths:
    """Routes by the path as it was sent, percent-encoded, so that an id may hold a slash (`%2F`).

    Path parameters must then be decoded by the endpoint; `PathId` does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/v1/") and scope.get("raw_path"):
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
