"""The server: a socket of this machine alone, in a thread of its own or until Ctrl-C."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from typing import Any, Self

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill
from multilayer.web.session import Session

__all__ = ["Studio", "serve"]

_HOST = "127.0.0.1"


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
        config = uvicorn.Config(
            application(session, self.port, token),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="multilayer studio", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.002)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self) -> None:
        """Wait until the studio ends; Ctrl-C ends it."""
        with contextlib.suppress(KeyboardInterrupt):
            while self._thread.is_alive():
                self._thread.join(0.2)
        self.close()

    def close(self) -> None:
        """End the studio and what runs in it."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def serve(
    session: Session, port: int = 0, *, browser: bool = True, say: Callable[[str], Any] = print
) -> Studio:
    """Start a studio, say its address, and open a browser there where asked and possible."""
    running = Studio(session, port)
    say(fill("The studio runs at {url}", url=running.url))
    if browser and not _opened(running.url):
        say(fill("There is no browser to open it here; copy the address into one on this machine."))
    return running


def _opened(url: str) -> bool:
    try:
        return webbrowser.open(url)
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
            fill(
                "port {port} cannot be used ({reason}); give another one, or none for any free port",
                port=port,
                reason=getattr(error, "strerror", None) or error,
            )
        ) from None
    return listening
