"""The application: static files, the token's exchange for a cookie, and a route for each endpoint of each view."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from multilayer._base.text import fill
from multilayer.web.answers import ENDPOINTS, answered
from multilayer.web.endpoint import Endpoint
from multilayer.web.guard import Guard
from multilayer.web.session import Session
from multilayer.web.views import VIEWS

__all__ = ["STATIC", "application"]

STATIC = Path(__file__).parent / "static"


def application(session: Session, port: int, token: str) -> Guard:
    """Return the guarded application of a session."""
    guard: Guard

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def enter(request: Request) -> Response:
        body = await _body(request)
        if body is None or not guard.admits(body.decode("utf-8", "replace")):
            return PlainTextResponse(fill("open the address that the studio printed") + "\n", 403)
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
    guard = Guard(Starlette(routes=routes, exception_handlers={HTTPException: _nothing}), port, token)
    return guard


def _route(session: Session, endpoint: Endpoint) -> Route:
    async def handle(request: Request) -> Response:
        body = await _body(request)
        if body is None:  # half a request is none: its defaults are not what was asked for
            return PlainTextResponse(fill("the request did not arrive whole") + "\n", 413)
        code = request.headers.get("x-language", "")
        status, media_type, found = await run_in_threadpool(answered, session, endpoint, body, code)
        return Response(found, status, media_type=media_type)

    return Route(f"/api/{endpoint.name}", handle, methods=["POST"])


async def _nothing(_: Request, error: Exception) -> Response:
    """Say that there is no such address, or not for this method."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return PlainTextResponse(fill("there is nothing at this address") + "\n", status)


async def _body(request: Request) -> bytes | None:
    """Return the body; None where the guard cut it off, or the page has gone."""
    try:
        return await request.body()
    except ClientDisconnect:
        return None
