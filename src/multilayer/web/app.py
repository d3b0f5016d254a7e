"""The application: static files, the token's exchange for a cookie, and a route for each endpoint of each view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.language import in_language, languages
from multilayer._base.text import fill
from multilayer.web.endpoint import Endpoint
from multilayer.web.guard import Guard
from multilayer.web.session import Session
from multilayer.web.views import VIEWS

__all__ = ["ENDPOINTS", "STATIC", "application"]

STATIC = Path(__file__).parent / "static"

ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for view in VIEWS for endpoint in view.ENDPOINTS)


class Answer(msgspec.Struct):
    """What the page gets: the revision of the session, and the answer of the endpoint."""

    revision: int
    answer: Any


def application(session: Session, port: int, token: str) -> Guard:
    """Return the guarded application of a session."""
    guard: Guard

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def enter(request: Request) -> Response:
        body = await _body(request)
        if body is None or not guard.admits(body.decode("utf-8", "replace")):
            return PlainTextResponse("open the address that the studio printed when it started\n", 403)
        response = Response(status_code=204)
        response.set_cookie(guard.cookie, guard.ticket, httponly=True, samesite="strict")
        return response

    routes = [
        Route("/", page),
        Route("/api/enter", enter, methods=["POST"]),
        *(_route(session, endpoint) for endpoint in ENDPOINTS),
        *(route for view in VIEWS for route in getattr(view, "routes", lambda _: ())(session)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    guard = Guard(Starlette(routes=routes), port, token)
    return guard


def _route(session: Session, endpoint: Endpoint) -> Route:
    def answer(body: bytes, code: str) -> Response:
        with in_language(code if code in languages() else session.language or "en"):
            return answered(body)

    def answered(body: bytes) -> Response:
        try:
            request = endpoint.decode(body)
            with session.lock:
                found = endpoint.answer(session, request)
                revision = session.revision
        except (InputError, MissingExtraError) as error:
            return _refused(str(error))
        except MemoryError:
            return _refused(fill("there is not enough memory for this; take a smaller network or fewer rows"))
        if isinstance(found, bytes):
            return Response(found, media_type="application/octet-stream")
        return Response(msgspec.json.encode(Answer(revision, found)), media_type="application/json")

    async def handle(request: Request) -> Response:
        body = await _body(request)
        if body is None:  # half a request is none: its defaults are not what was asked for
            return PlainTextResponse("the request did not arrive whole\n", 413)
        return await run_in_threadpool(answer, body, request.headers.get("x-language", ""))

    return Route(f"/api/{endpoint.name}", handle, methods=["POST"])


async def _body(request: Request) -> bytes | None:
    """Return the body; None where the guard cut it off, or the page has gone."""
    try:
        return await request.body()
    except ClientDisconnect:
        return None


def _refused(message: str) -> Response:
    return Response(msgspec.json.encode({"error": message}), 400, media_type="application/json")
