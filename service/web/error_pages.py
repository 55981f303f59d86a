"""Errors as pages: a browser that asked for a page gets one in place of a problem document."""

import json

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.errors import PROBLEM_TYPE, answer_unforeseen
from service.web.languages import translatable
from service.web.rendering import render

_API = ("/v1/", "/docs", "/openapi.json", "/metrics")
EXPLANATIONS = {
    400: translatable("The address cannot be understood."),
    403: translatable("This was not sent from one of our pages."),
    404: translatable("There is nothing under this address."),
    405: translatable("This address is not for that."),
    413: translatable("That is too large."),
    422: translatable("That cannot be done as asked."),
    503: translatable("A part of the system does not answer. Try again in a moment."),
    507: translatable("There is no room left to store anything."),
}
UNFORESEEN = translatable("Something went wrong on our side.")


class ErrorPages:
    """Turns problem documents into pages for whoever accepts HTML, but for those of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _wants_page(Request(scope)):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _render_problem(Request(scope), json.loads(body))(scope, receive, send)

        try:
            await self._app(scope, receive, send_page)
        except Exception as error:
            # The framework answers what nobody foresaw outside of every middleware, so not with a page.
            if start is not None:
                raise
            problem = answer_unforeseen(Request(scope), error)
            await _render_problem(Request(scope), json.loads(bytes(problem.body)))(scope, receive, send)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_API)


def _is_problem(message: Message) -> bool:
    return any(name.lower() == b"content-type" and PROBLEM_TYPE.encode() in value for name, value in message["headers"])


def _render_problem(request: Request, problem: dict[str, object]) -> ASGIApp:
    status = int(str(problem["status"]))
    context = {"problem": problem, "explanation": EXPLANATIONS.get(status, UNFORESEEN)}
    return render(request, "error.html", context, status=status)
