"""Training: what it is to be, its commands, and the stream of its events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from multilayer import initializers
from multilayer._base.errors import InputError
from multilayer._base.language import in_language, languages
from multilayer._base.text import one_line
from multilayer.network.initialized import initialize as new_network
from multilayer.network.mlp import MLP
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.feed import Feed, Status, status_of
from multilayer.web.plane import PlaneRequest
from multilayer.web.recipe import loss_for
from multilayer.web.runner import runner_of
from multilayer.web.session import Session
from multilayer.web.settings import Field, fields_of, with_setting

__all__ = ["ENDPOINTS", "routes"]

_FRAME = 1 / 16
"""Seconds between messages. A page is to paint 15 a second; one more is sent, since some come too late for that."""
_ALIVE = 15.0
"""Seconds after which a line without content shows that a page is still there."""

Action = Literal["status", "play", "pause", "batch", "epoch", "seek", "beside"]


class TrainRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A command, and what it needs: the epoch to go to, 0 being the start; the rate of a training beside this one."""

    action: Action = "status"
    epoch: int = 0
    learning_rate: float = 0.0
    speed: Annotated[float, Meta(gt=0)] | None = None
    """Epochs per second at most."""
    digits: int | None = 6


def train(session: Session, request: TrainRequest) -> Status:
    """Do what is asked, and return where training stands; the stream of events brings the rest."""
    runner = runner_of(session)
    actions: dict[Action, Callable[[], None]] = {
        "status": lambda: None,
        "play": lambda: runner.play(request.speed),
        "pause": runner.pause,
        "batch": runner.batch,
        "epoch": runner.epoch,
        "seek": lambda: runner.seek(request.epoch),
        "beside": lambda: runner.beside(request.learning_rate, request.speed),
    }
    actions[request.action]()
    return status_of(session, runner, request.digits)


class Choices(msgspec.Struct):
    """The recipe as a form, how weights can begin, and what keeps it from being trained; "" for nothing."""

    fields: list[Field]
    initializers: tuple[str, ...]
    refused: str


def choices(session: Session, _: Nothing) -> Choices:
    """Return the recipe and what it can be made of."""
    state, refused, own = session.state, "", ""
    try:
        own = loss_for(state.network, state.rows.y).facts.name
    except InputError as error:
        refused = str(error)
    try:
        state.recipe.config(state.network, state.rows.y).check(state.network)
        refused = ""
    except InputError as error:
        refused = str(error)
    return Choices(fields_of(state.recipe, own), initializers.names(), refused)


class SettingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A field of the form, and what was chosen or typed."""

    name: str
    value: str | bool
    of_optimizer: bool = False


def set_recipe(session: Session, request: SettingRequest) -> Choices:
    """Take another setting; one that does not fit is refused."""
    state = session.state
    wanted = request.name, request.of_optimizer
    fields = fields_of(state.recipe, "")
    field = next((each for each in fields if (each.name, each.of_optimizer) == wanted), None)
    if field is None:
        raise InputError("a training has no setting {name}", name=one_line(repr(request.name), 40))
    recipe = with_setting(state.recipe, field, request.value)
    recipe.config(state.network, state.rows.y).check(state.network)
    if recipe != state.recipe:
        session.change(replace(state, recipe=recipe))
    return choices(session, Nothing())


class InitializeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A seed, and how weights are drawn; None: as fits each activation."""

    seed: Annotated[int, Meta(ge=0, le=2**53)] = 0
    initializer: str | None = None


def initialize(session: Session, request: InitializeRequest) -> Status:
    """Draw new weights for the same layers."""

    def drawn(network: MLP) -> MLP:
        *hidden, output = (layer.activation for layer in network.layers)
        return new_network(
            network.widths,
            hidden,
            output,
            initializer=request.initializer,
            dtype=network.dtype,
            classes=network.classes,
            inputs=network.input_names,
            rng=request.seed,
        )

    session.change_network(drawn)
    return status_of(session, runner_of(session))


def _messages(session: Session, feed: Feed, code: str) -> bytes:
    """Return the events of what is new; none where the session is in use for long: the next frame has them."""
    if not session.lock.acquire(timeout=_FRAME):
        return b""
    try:
        with in_language(code):
            return b"".join(
                b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(message))
                for name, message in feed.messages()
            )
    finally:
        session.lock.release()


def next_due(due: float, now: float) -> float:
    """Return when the next message is due, `now` being past `due`: on time after a late one, if not after several."""
    return max(due + _FRAME, now - _FRAME)


def routes(session: Session) -> list[Route]:
    """Return the stream of events: `GET /api/events?digits=6&lang=en&plane={"first":0,"second":1}`."""
    runner = runner_of(session)

    async def stream(feed: Feed, code: str) -> AsyncIterator[bytes]:
        silent, due = 0.0, time.monotonic()
        runner.joined()
        try:
            yield b"retry: 2000\n\n"
            while not session.closed.is_set():
                if messages := await run_in_threadpool(_messages, session, feed, code):
                    silent = 0.0
                    yield messages
                if silent >= _ALIVE:
                    silent = 0.0
                    yield b":\n\n"
                silent += _FRAME
                due = next_due(due, time.monotonic())
                await asyncio.sleep(due - time.monotonic())
        finally:
            runner.left()

    async def events(request: Request) -> Response:
        given = request.query_params.get("digits", "6")
        digits = int(given) if given.isdecimal() and 0 < int(given[:3]) <= 20 else None
        code = request.query_params.get("lang", "")
        code = code if code in languages() else session.language or "en"
        try:
            given = request.query_params.get("plane", "null")
            plane = msgspec.json.decode(given, type=PlaneRequest | None)
        except (msgspec.DecodeError, RecursionError):
            plane = None
        feed = Feed(session, runner, digits, plane)
        return StreamingResponse(stream(feed, code), media_type="text/event-stream")

    return [Route("/api/events", events)]


ENDPOINTS = (
    Endpoint("train", TrainRequest, train),
    Endpoint("recipe", Nothing, choices),
    Endpoint("set_recipe", SettingRequest, set_recipe),
    Endpoint("initialize", InitializeRequest, initialize),
)
