"""What the tests do with an open page: read its cells by name, and collect what should not have happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

from multilayer.web import Studio
from multilayer.web.cells import Block, cell_name
from multilayer.web.session import Session

__all__ = ["Shown", "texts_of"]

_PATIENCE = 30_000
"""Milliseconds after which what has not come is taken for missing; a loaded machine is slow."""
_CELLS = """() => Object.fromEntries([...document.querySelectorAll("[data-cell]")].map(
    (cell) => [cell.dataset.cell, cell.value ?? cell.textContent.trim()]))"""

_DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"""


class Shown:
    """A studio in a browser: its session, its page, and what went wrong on it."""

    def __init__(self, studio: Studio, page: Any) -> None:
        self.studio, self.page = studio, page
        self.trouble: list[str] = []
        self._asked, self._answered = 0, 0
        page.set_default_timeout(_PATIENCE)
        origin = f"http://127.0.0.1:{studio.port}"

        def asked(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != origin:
                self.trouble.append(f"a request to {request.url}")
            self._asked += not is_stream(request)

        def answered(request: Any) -> None:
            self._answered += not is_stream(request)

        def is_stream(request: Any) -> bool:
            return "/api/events" in request.url

        page.on("request", asked)
        page.on("requestfinished", answered)
        page.on("requestfailed", answered)
        page.on("pageerror", lambda error: self.trouble.append(f"an error: {error}"))
        page.on("console", lambda message: self.trouble.append(f"on the console: {message.text}"))

    @property
    def session(self) -> Session:
        return self.studio.session

    def entered(self) -> Self:
        self.page.goto(self.studio.url)
        self.page.wait_for_selector("main h1")
        return self.settled()

    def view(self, name: str) -> Self:
        """Go to another view by its tab."""
        self.page.click(f'nav a[href="#view={name}"]')
        self.page.wait_for_selector(f'nav a[href="#view={name}"][aria-current]')
        self.page.wait_for_selector("main h1")
        return self.settled()

    def settled(self) -> Self:
        """Wait until all that the page has asked for is there and drawn, and nothing more is asked."""
        end = time.monotonic() + _PATIENCE / 1000
        quiet = False
        while not quiet and time.monotonic() < end:
            asked, pending = self._asked, self._asked - self._answered
            self.page.evaluate(_DRAWN)
            quiet = not pending and asked == self._asked == self._answered
        assert quiet, f"{self._asked - self._answered} requests are not answered"
        return self

    def cells(self) -> dict[str, str]:
        """Return the text of every named cell on the page."""
        found: dict[str, str] = self.page.evaluate(_CELLS)
        return found

    def wait_for_cells(self, expected: dict[str, str]) -> None:
        """Wait until the page shows these cells; fail with the first that differs."""
        try:
            self.page.wait_for_function(
                "(wanted) => { const has = (" + _CELLS + ")(); "
                "return Object.entries(wanted).every(([name, text]) => has[name] === text); }",
                arg=expected,
            )
        except Exception:
            found = self.cells()
            assert {name: found.get(name) for name in expected} == expected
            raise

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of the session."""
        end = time.monotonic() + _PATIENCE / 1000
        while time.monotonic() < end:
            if holds():
                return
            self.page.wait_for_timeout(25)
        raise AssertionError("the session has not changed as expected")

    @contextmanager
    def held(self, name: str, most: int | None = None) -> Iterator[list[Any]]:
        """Hold what is asked of an endpoint, or the first few such requests, until the end of the block."""
        held: list[Any] = []
        where = f"**/api/{name}"

        def hold(route: Any) -> None:  # Playwright marks what it is given, and cannot mark a built-in method
            held.append(route)

        self.page.route(where, hold, times=most)
        yield held
        self.page.unroute(where)  # which lets go what was held

    def assert_accessible(self) -> None:
        """Assert that axe finds nothing against WCAG 2.2, levels A and AA."""
        from axe_playwright_python.base import AXE_SCRIPT

        self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(
            """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})"""
        )
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []

    def assert_fits(self) -> None:
        """Assert that the page does not scroll sideways."""
        wide = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide[0] <= wide[1]

    def assert_clean(self) -> None:
        """Assert that nothing went wrong that a user would not see: errors, console, foreign requests.

        An answer of 400 is a refusal that the page shows; the browser notes it on the console all the same.
        """
        assert [each for each in self.trouble if "status of 400" not in each] == []


def texts_of(block: Block) -> dict[str, str]:
    """Return the texts of a block by the names of its cells."""
    return {cell_name(block, i, j): text for i, row in enumerate(block.cells) for j, text in enumerate(row)}
