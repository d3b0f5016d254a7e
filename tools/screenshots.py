"""Make the pictures of the studio in docs/images: `python -m tools.screenshots` (extra `browser`, and Chromium)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from multilayer.web import Studio
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def _see(page: Any) -> None:
    page.wait_for_selector('[data-cell="z(2)[1,1]"]')


def _learn(page: Any) -> None:
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(8000)


def _check(page: Any) -> None:
    page.fill("textarea", "[0.6 1.33]")
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_timeout(1500)


SHOTS: dict[str, tuple[str, str, int, Callable[[Any], None]]] = {
    "studio-see": ("seed", "see", 820, _see),
    "studio-learn": ("xor", "learn", 1180, _learn),
    "studio-check": ("book", "check", 820, _check),
}
"""File: preset, view, height, and what is done there first."""


def main() -> None:
    """Write every picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (preset, view, height, prepare) in SHOTS.items():
            with Studio(Session(PRESETS[preset].make())) as studio:
                context = browser.new_context(locale="en", viewport={"width": 1200, "height": height})
                page = context.new_page()
                page.goto(studio.url)
                page.click(f'nav a[href="#view={view}"]')
                prepare(page)
                page.screenshot(path=IMAGES / f"{name}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
