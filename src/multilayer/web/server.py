"""The server: a socket of this machine alone, in a thread of its own or until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from typing import Any, Self

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill
from multilayer.web.session import Session

__all__ = ["Studio", "run", "serve"]

_HOST = "127.0.0.1"
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""Variables of which one is set where there is a browser with windows."""


class Studio:
    """A studio that runs: `url` is its address, with the token that opens it; `close()` ends it.

    Parameters
    ----------
    session : Session
        What it shows.
    port : int
        A free port; 0 takes any.
    """

    def __init__(self, session: Session, port: int = 0) -> None:
        try:
            import uvicorn

            from multilayer.web.app import application
        except ImportError as error:
            if error.name not in ("uvicorn", "starlette"):
                raise
            raise MissingExtraError("the studio", error.name, "studio") from None
        self.session = session
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        token = secrets.token_urlsafe(24)
        self.url = f"http://{_HOST}:{self.port}/#token={token}"
        self._guard = application(session, self.port, token)
        config = uvicorn.Config(
            self._guard,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._ended = threading.Event()  # a thread's join() that is interrupted takes the thread for ended
        threading.Thread(target=self._run, name="multilayer studio", daemon=True).start()
        while not self._server.started and not self._ended.is_set():
            time.sleep(0.002)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def address_for_one_visit(self) -> str:
        """Return an address that opens it once, for a browser to be started with."""
        return f"http://{_HOST}:{self.port}/#token={self._guard.one_visit()}"

    def wait(self) -> None:
        """Wait until the studio ends; Ctrl-C ends it, and so does SIGTERM where this is the main thread."""
        with contextlib.suppress(KeyboardInterrupt), _terminating():
            while not self._ended.wait(0.2):
                pass
        self.close()

    def close(self) -> None:
        """End the studio and what runs in it."""
        self.session.closed.set()
        self._server.should_exit = True
        self._ended.wait(5)
        if self.session.runner is not None:
            self.session.runner.pause()
        self._socket.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._ended.set()


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201  (at once: its reader is waiting)


def serve(
    session: Session, port: int = 0, *, browser: bool = True, say: Callable[[str], Any] = _print
) -> Studio:
    """Start a studio, say its address, and open a browser there where asked and possible."""
    running = Studio(session, port)
    say(fill("The studio runs at {url}", url=running.url))
    if browser and not _opened(running.address_for_one_visit()):
        say(fill("There is no browser to open it here; copy the address into one on this machine."))
    return running


def run(
    session: Session, port: int = 0, *, browser: bool = True, say: Callable[[str], Any] = _print
) -> Studio:
    """Run a studio as `serve` does until it is ended, and return what it was."""
    running = serve(session, port, browser=browser, say=say)
    say(fill("Ctrl-C ends it."))
    running.wait()
    say(fill("The studio has ended."))
    return running


@contextlib.contextmanager
def _terminating() -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt, where this thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _opened(url: str) -> bool:
    """Open a browser with windows of its own; one in the terminal would take the terminal away."""
    try:
        windows = sys.platform in ("win32", "darwin") or any(map(os.environ.get, _DISPLAYS))
        return windows and webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError(
            "port {port} cannot be used ({reason}); give another one, or none for any free port",
            port=port,
            reason=getattr(error, "strerror", None) or error,
        ) from None
    return listening
