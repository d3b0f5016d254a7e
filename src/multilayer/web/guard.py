"""Who may ask: a layer around the application that refuses whatever does not come from the studio's own page.

Other pages in the same browser can send requests to any port of the machine. So the name of the host must be the
machine's own (against DNS rebinding), the origin this server's own (against requests of other pages), and whatever is
not a static file needs the cookie that the page got for its token. The defaults are to refuse. Another page may lead to
the studio's own page by a link, and see nothing of it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from multilayer._base.language import in_language, language_of_request
from multilayer._base.text import fill
from multilayer._base.translation import N_

__all__ = ["HEADERS", "MAX_BODY", "MAX_SECONDS", "Guard"]

MAX_BODY = 8 * 2**20
"""Bytes of a request."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}

MAX_SECONDS = 30
"""For the body of a request to arrive."""

_LONGEST_LENGTH = 20
_STRANGE = N_("the request comes from another page")

Headers = dict[bytes, list[bytes]]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """An ASGI application around another one, which hears only of requests that may be made."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self.app, self.token = app, token
        self.cookie = f"multilayer_{port}"  # cookies do not tell ports apart
        self.ticket = secrets.token_urlsafe(32)
        """What the cookie holds."""
        self._visits: set[str] = set()
        self._hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost", "[::1]")}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = _gathered(scope)
        status, reason = self._refusal(scope, headers)
        with in_language(_language(headers)):
            if status:
                await _refuse(send, status, fill(reason, most=MAX_BODY))
            else:
                await self.app(scope, _limited(receive), _with_headers(send))

    def admits(self, token: str) -> bool:
        """Whether a token is the one of the address that was printed, or one for a visit, which is used up by it."""
        if token in self._visits:
            self._visits.discard(token)
            return True
        return secrets.compare_digest(token.encode(), self.token.encode())

    def one_visit(self) -> str:
        """Return a token that is good once, for the command line of a browser, which others on the machine can see."""
        token = secrets.token_urlsafe(24)
        self._visits.add(token)
        return token

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str]:
        """Return the status and the template of the reason why a request is refused, or 0."""
        hosts, origins = headers.get(b"host", []), headers.get(b"origin", [])
        sites = headers.get(b"sec-fetch-site", [])
        path, is_post = scope["path"], scope["method"] == "POST"
        needs_cookie = path not in ("/", "/api/enter") and not path.startswith("/static/")
        length = headers.get(b"content-length", [b"0"])[0]
        is_link = path == "/" and not is_post and headers.get(b"sec-fetch-dest") == [b"document"]
        refusals = (
            (len(hosts) != 1 or hosts[0].lower() not in self._hosts, 403, N_("the host is not this machine")),
            (
                not is_post and scope["method"] not in ("GET", "HEAD"),
                403,
                N_("only GET and POST are answered"),
            ),
            (is_post and not origins, 403, N_("the request names no origin")),
            (len(origins) > 1 or not self._origins.issuperset(origins), 403, _STRANGE),
            (not is_link and not {b"same-origin", b"none"}.issuperset(sites), 403, _STRANGE),
            (
                needs_cookie and not self._has_cookie(headers),
                403,
                N_("open the address that the studio printed"),
            ),
            (
                not length.isdigit() or len(length) > _LONGEST_LENGTH or int(length) > MAX_BODY,
                413,
                N_("a request has at most {most:,} bytes"),
            ),
        )
        return next(((status, reason) for refused, status, reason in refusals if refused), (0, ""))

    def _has_cookie(self, headers: Headers) -> bool:
        given = SimpleCookie()
        try:
            given.load("; ".join(value.decode("latin-1") for value in headers.get(b"cookie", [])))
        except CookieError:
            return False
        return self.cookie in given and secrets.compare_digest(
            given[self.cookie].value.encode(), self.ticket.encode()
        )


def _gathered(scope: Scope) -> Headers:
    """Return all values of each header by its name in lower case."""
    found: Headers = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def _language(headers: Headers) -> str:
    """Return the language of the page, or else of the browser."""
    given = [*headers.get(b"x-language", []), *headers.get(b"accept-language", [])]
    return language_of_request(b",".join(given).decode("latin-1"))


def _limited(receive: Receive) -> Receive:
    """Return `receive`, which ends where a body grows beyond the limit or is too long on its way."""
    taken, whole = 0, False
    late = time.monotonic() + MAX_SECONDS

    async def limited() -> MutableMapping[str, Any]:
        nonlocal taken, whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout(late - time.monotonic()):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        taken += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        return {"type": "http.disconnect"} if taken > MAX_BODY else message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_encoded(HEADERS)]
        await send(message)

    return sending


async def _refuse(send: Send, status: int, reason: str) -> None:
    headers = _encoded({"content-type": "text/plain; charset=utf-8", **HEADERS})
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
