"""What keeps pages safe in a browser: headers, and proof that a form was sent by one of our pages.

A form is taken from our own origin only, which browsers state with every POST (`Sec-Fetch-Site`, and `Origin` where a
page is not served over TLS); a request that states neither is no browser's form, and programs have the API. What
changes something also carries a random token that equals a cookie's ("double submit"), should a proxy in between drop
or rewrite those headers. The token is not signed: a signature protects against a neighboring site that can set our
cookie, and such a site is not our origin. So there is no secret to keep, nothing to share between processes, and a
restart spoils no open page.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated

from fastapi import Form, HTTPException, Request
from starlette.responses import Response

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the field's name
TOKEN_COOKIE = "counterpart_csrf"  # noqa: S105 - the cookie's name
_YEAR = 365 * 24 * 3600
_MAX_TOKEN = 200

# Without a referrer policy that knows our own origin, browsers send `Origin: null` with our own forms.
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Language, Cookie",
    }
)


def refuse_other_origins(request: Request) -> None:
    """Raise 403 unless a browser says that the form came from our own origin."""
    site = request.headers.get("sec-fetch-site")
    sender = request.headers.get("origin", "").partition("://")[2]
    is_ours = site in {"same-origin", "none"} if site else bool(sender) and sender == request.headers.get("host")
    if not is_ours:
        raise HTTPException(HTTPStatus.FORBIDDEN, "this form was not sent from a page of this site")


def refuse_forgery(
    request: Request, token: Annotated[str, Form(alias=TOKEN_FIELD, max_length=_MAX_TOKEN)] = ""
) -> None:
    """Raise 403 unless a form that changes something came from one of our own pages, in this browser."""
    refuse_other_origins(request)
    expected = request.cookies.get(TOKEN_COOKIE, "")
    if not expected or not secrets.compare_digest(token.encode(), expected.encode()):
        raise HTTPException(HTTPStatus.FORBIDDEN, "this form is too old, or cookies are blocked; open the page again")


def find_token(request: Request) -> str:
    """The token for the forms of an answer: the browser's own, or a new one."""
    return request.cookies.get(TOKEN_COOKIE) or secrets.token_urlsafe(24)


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Set a cookie for a year that scripts cannot read and other sites cannot send with their forms."""
    is_secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="lax", secure=is_secure)
