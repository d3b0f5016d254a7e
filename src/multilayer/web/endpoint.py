"""What the page can ask for: a name, what it sends, and a function of the session that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.web.session import Session

__all__ = ["Endpoint", "Nothing"]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A request without content."""


@dataclass(frozen=True)
class Endpoint:
    """`POST /api/NAME`: JSON of the type `request` in, JSON or bytes out.

    `answer` runs in a thread and holds the session's lock. A user's mistake is an `InputError`; then nothing has
    changed.
    """

    name: str
    request: type[msgspec.Struct]
    answer: Callable[[Session, Any], Any]

    def decode(self, body: bytes) -> msgspec.Struct:
        """Return what the page has sent, checked."""
        try:
            return msgspec.json.decode(body or b"{}", type=self.request)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputError(
                "the request {name} is malformed: {error}", name=self.name, error=one_line(str(error))
            ) from None
