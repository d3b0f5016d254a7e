"""A question of the page and its answer, however they travel: over HTTP, or through the kernel of a notebook."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.language import in_language, languages
from multilayer._base.text import fill
from multilayer.web.endpoint import Endpoint
from multilayer.web.session import Session
from multilayer.web.views import VIEWS

__all__ = ["ENDPOINTS", "Reply", "answered"]

ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for view in VIEWS for endpoint in view.ENDPOINTS)


class Reply(NamedTuple):
    """What goes back to the page: 200 with an `Answer` or bytes, 400 with the reason of a refusal."""

    status: int
    media_type: str
    body: bytes


class Answer(msgspec.Struct):
    """What the page gets: the revision of the session, and the answer of the endpoint."""

    revision: int
    answer: Any


def answered(session: Session, endpoint: Endpoint, body: bytes, code: str) -> Reply:
    """Return the answer to what the page has sent, in the language of this code, if there is such a language."""
    with in_language(code if code in languages() else session.language or "en"):
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
        return Reply(200, "application/octet-stream", found)
    return Reply(200, "application/json", msgspec.json.encode(Answer(revision, found)))


def _refused(message: str) -> Reply:
    return Reply(400, "application/json", msgspec.json.encode({"error": message}))
