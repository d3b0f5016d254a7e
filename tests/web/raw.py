"""Requests written by hand, as no browser would send them."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass

from multilayer.web import Studio

__all__ = ["Answer", "Client"]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """A client of a studio that has its cookie, unless it is told otherwise."""

    def __init__(self, studio: Studio) -> None:
        self.port = studio.port
        token = studio.url.partition("#token=")[2]
        entered = self.ask("POST", "/api/enter", {"cookie": None}, token.encode())
        assert entered.status == 204
        self.set_cookie = entered.headers["set-cookie"]
        self.cookie = self.set_cookie.partition(";")[0]

    def headers(self) -> dict[str, str]:
        """Return the headers that the page's own requests have."""
        origin = f"127.0.0.1:{self.port}"
        return {"host": origin, "origin": f"http://{origin}", "cookie": getattr(self, "cookie", "")}

    def ask(
        self,
        method: str,
        path: str,
        changed: dict[str, str | None] | None = None,
        body: bytes = b"",
        version: str = "1.1",
    ) -> Answer:
        """Send a request with the page's headers but for those that are changed, or None, and return the answer."""
        headers = {**self.headers(), "connection": "close", **(changed or {})}
        if method == "POST" and not {"content-length", "transfer-encoding"} & headers.keys():
            headers["content-length"] = str(len(body))
        lines = [
            f"{method} {path} HTTP/{version}",
            *(f"{k}: {v}" for k, v in headers.items() if v is not None),
        ]
        return self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def send(self, request: bytes) -> Answer:
        """Send bytes, and return the answer to them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            with contextlib.suppress(ConnectionError):  # an early refusal closes it
                connection.sendall(request)
            received = b""
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65536):
                    received += part
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(": ")[::2] for line in lines)
        return Answer(int(first.split()[1]), {name.lower(): value for name, value in pairs}, body)
