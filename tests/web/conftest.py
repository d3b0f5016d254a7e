"""A studio for the tests of the page, in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from multilayer.web import Studio
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session, State

pytest.register_assert_rewrite("tests.web.page")
from tests.web.page import Shown  # noqa: E402  (its assertions are explained, too)


@pytest.fixture
def seed_session() -> Session:
    """Return a session of the tutorial's network."""
    return Session(PRESETS["seed"].make())


@pytest.fixture
def show(chromium: Any) -> Iterator[Callable[..., Shown]]:
    """Return a function that opens a studio of a state, or of a preset's name, in a browser.

    At the end no page may have had an error, a message on the console, or asked another origin for anything.
    """
    with ExitStack() as stack:
        opened: list[Shown] = []

        def open_studio(state: State | str = "seed", **context: Any) -> Shown:
            given = PRESETS[state].make() if isinstance(state, str) else state
            studio = stack.enter_context(Studio(Session(given)))
            page = stack.enter_context(chromium.new_context(**{"locale": "en", **context})).new_page()
            opened.append(Shown(studio, page))
            return opened[-1].entered()

        yield open_studio
        for shown in opened:
            shown.assert_clean()
