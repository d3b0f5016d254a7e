"""What each view of the page may ask for: a file per view, each with a tuple `ENDPOINTS`.

A view may also have `routes(session)`, for what is not a question and an answer (a stream of events).
"""

from types import ModuleType

from multilayer.web.views import (
    activations,
    back,
    beginnings,
    causes,
    check,
    general,
    keep,
    learn,
    lessons,
    pictures,
    planes,
    see,
    sides,
    update,
)
from multilayer.web.views import open as opening

__all__ = ["VIEWS"]

VIEWS: tuple[ModuleType, ...] = (
    general,
    opening,
    see,
    check,
    back,
    update,
    learn,
    pictures,
    planes,
    causes,
    sides,
    activations,
    beginnings,
    lessons,
    keep,
)
