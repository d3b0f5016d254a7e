"""The studio as a widget of a notebook: the page's own modules, with the kernel in the place of the server.

anywidget carries messages in Jupyter and its like, without an extension to be installed. What it runs is
`static/widget.js`; that asks for the page's modules, so there is one copy of them. No port is opened.
"""

from __future__ import annotations

from typing import Any

import anywidget
import msgspec
import traitlets

from multilayer.network import MLP
from multilayer.web.answers import ENDPOINTS, Reply, answered
from multilayer.web.app import STATIC
from multilayer.web.session import Session

__all__ = ["VIEWS", "StudioWidget"]

VIEWS = ("see", "check", "back", "planes", "activations")
"""What a notebook can show; the others need the page's address, or its stream of events."""

_TEXTS = (".js", ".css", ".json")
_BY_PATH = {f"/api/{endpoint.name}": endpoint for endpoint in ENDPOINTS}


class StudioWidget(anywidget.AnyWidget):
    """A studio in a cell of a notebook; `network` is what it shows, with the changes that were made there."""

    _esm = STATIC / "widget.js"
    view = traitlets.Unicode().tag(sync=True)
    views = traitlets.List(traitlets.Unicode(), list(VIEWS)).tag(sync=True)

    def __init__(self, session: Session, view: str) -> None:
        self.session = session
        super().__init__(view=view)
        self.on_msg(self._asked)

    @property
    def network(self) -> MLP:
        """The network, as it is shown at present."""
        return self.session.state.network

    def _asked(self, _: Any, question: dict[str, Any], __: Any) -> None:
        reply = self._reply(question["path"], question["body"].encode(), question["language"])
        head = {"status": reply.status, "media_type": reply.media_type, "revision": self.session.revision}
        self.send({"id": question["id"], **head}, [reply.body])

    def _reply(self, path: str, body: bytes, language: str) -> Reply:
        if path in _BY_PATH:
            return answered(self.session, _BY_PATH[path], body, language)
        files = page_files()
        if path == "/files":
            return Reply(200, "application/json", msgspec.json.encode(files))
        if path in files:
            return Reply(200, "text/plain", files[path].encode())
        return Reply(404, "text/plain", path.encode())


def page_files() -> dict[str, str]:
    """Return the modules, styles and words of the page by their paths."""
    return {
        f"/static/{path.relative_to(STATIC).as_posix()}": path.read_text(encoding="utf-8")
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in _TEXTS
    }
