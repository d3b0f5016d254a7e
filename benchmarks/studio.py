"""The studio's budgets, measured in Debian's Chromium: how soon it answers, follows an edit, and paints a training."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np

import multilayer
from benchmarks.options import only_option, store_option
from benchmarks.stored import store as store_results
from multilayer.web import Studio
from multilayer.web.presets import PRESETS
from multilayer.web.runner import runner_of
from multilayer.web.session import Rows, Session, State

__all__ = ["studio"]

_STATIC = Path(multilayer.__file__).parent / "web" / "static"

# In a fresh interpreter: seconds from multilayer to the first answer, and megabytes that serving the page adds.
_START = """
import time, urllib.request
import multilayer
def resident():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
before, start = resident(), time.perf_counter()
net = multilayer.initialize((2, 4, 3), "tanh", "sigmoid", rng=0)
with multilayer.studio(net, browser=False, wait=False) as running:
    urllib.request.urlopen(running.url.partition("#")[0]).read()
    print()
    print(time.perf_counter() - start, resident() - before)
"""

# Types into the first weight, and waits until the last output has followed. Enter comes when what was typed is drawn.
_EDIT = """async (number) => {
    const first = document.querySelector('input[data-cell="W(1)[1,1]"]');
    const last = [...document.querySelectorAll('[data-cell^="z(3)["]')].at(-1);
    const before = last.textContent;
    first.focus();
    first.value = String(number);
    first.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise((done) => requestIdleCallback(done));
    const start = performance.now();
    first.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    for (;;) {
        const now = [...document.querySelectorAll('[data-cell^="z(3)["]')].at(-1);
        if (now && now.textContent !== before) return performance.now() - start;
        if (performance.now() - start > 5000) return 5000;
        await new Promise((done) => setTimeout(done, 1));
    }
}"""

# Counts the pictures of 100 x 100 points that are painted.
_COUNT_PAINTED = """() => {
    window.painted = 0;
    const put = OffscreenCanvasRenderingContext2D.prototype.putImageData;
    OffscreenCanvasRenderingContext2D.prototype.putImageData = function (image, ...where) {
        window.painted += image.width === 100 && image.height === 100;
        return put.call(this, image, ...where);
    };
}"""


@dataclass(frozen=True)
class Figure:
    """A budget, and what was measured."""

    name: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        return f"{self.name:<58} {self.value:>8.3g} {self.unit:<3} {word} {self.goal:g}{'' if self.met else '  MISSED'}"


@contextmanager
def _page(state: State) -> Iterator[tuple[Studio, Any, float]]:
    """Yield a studio of a state, its page, and the seconds until the page showed numbers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, Studio(Session(state)) as running:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(locale="en").new_page()
        start = time.perf_counter()
        page.goto(running.url)
        page.wait_for_selector("[data-cell]")
        yield running, page, time.perf_counter() - start
        browser.close()


def start() -> Iterator[Figure]:
    """Measure how soon the server answers, and what it adds to the memory of a process."""
    found = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True)
        found.append([float(number) for number in done.stdout.split("\n")[-2].split()])
    seconds, megabytes = np.median(found, axis=0)
    yield Figure("from the import of multilayer to the first answer", seconds, "s", 0.5)
    yield Figure("memory that the server adds to multilayer", megabytes, "MB", 60)


def usable() -> Iterator[Figure]:
    """Measure how soon the page shows numbers."""
    seconds = []
    for _ in range(5):
        with _page(PRESETS["seed"].make()) as (_, _, found):
            seconds.append(found)
    yield Figure("from the address to a page with numbers", float(np.median(seconds)), "s", 1)


def edits() -> Iterator[Figure]:
    """Measure how soon the last cell follows an edit of the first one."""
    widths = (50, 100, 100, 10)
    net = multilayer.initialize(widths, "tanh", "softmax", dtype=float, rng=0)
    X = np.random.default_rng(0).standard_normal((200, widths[0]))
    with _page(State(net, Rows(X))) as (_, page, _):
        page.wait_for_selector('[data-cell^="z(3)["]')
        times = [page.evaluate(_EDIT, 0.5 + number / 7) for number in range(45)][5:]
    yield Figure(
        "an edit in 50-100-100-10 to the last cell, 95 of 100", float(np.percentile(times, 95)), "ms", 100
    )


def training() -> Iterator[Figure]:
    """Measure epochs per second with a page that paints the boundary, beside `fit` alone; and frames per second."""
    state = PRESETS["spirals"].make()
    net, rows, recipe = state.network, state.rows, state.recipe
    config = replace(recipe.config(net, rows.y), epochs=400)
    begun = time.perf_counter()
    multilayer.fit(net, rows.X, rows.y, config=config, rng=0)
    epochs = min(100_000, int(400 * 8 / (time.perf_counter() - begun)))
    alone, together, frames = [], [], []
    for _ in range(3):
        begun = time.perf_counter()
        multilayer.fit(net, rows.X, rows.y, config=replace(config, epochs=epochs), rng=0)
        alone.append(epochs / (time.perf_counter() - begun))
        rate, painted = _live(state, epochs)
        together.append(rate)
        frames.append(painted)
    share = float(np.median(together) / np.median(alone))
    yield Figure("epochs per second of a painted training, beside fit", 100 * share, "%", 90, at_least=True)
    yield Figure("boundaries of 100 x 100 painted", float(np.median(frames)), "/s", 15, at_least=True)


def _live(state: State, epochs: int) -> tuple[float, float]:
    """Return epochs and painted boundaries per second of a training that a page shows."""
    recipe = msgspec.structs.replace(state.recipe, epochs=epochs)
    with _page(replace(state, recipe=recipe)) as (running, page, _):
        page.click('nav a[href="#view=learn"]')
        page.wait_for_selector("button.play:not(:disabled)")
        page.select_option(".controls select", "all")  # as fast as it goes
        runner = runner_of(running.session)
        page.evaluate(_COUNT_PAINTED)
        page.wait_for_timeout(1000)
        before = page.evaluate("painted")
        begun = time.perf_counter()
        page.click("button.play")
        while not runner.course or runner.course.progress.epoch < epochs:
            time.sleep(0.02)  # not by Playwright, which would take its part of the processors
        seconds = time.perf_counter() - begun
        return epochs / seconds, (page.evaluate("painted") - before) / seconds


def sizes() -> Iterator[Figure]:
    """Measure what the page weighs."""
    files = [path for path in _STATIC.rglob("*") if path.suffix in {".js", ".css", ".html", ".svg"}]
    vendored = [path for path in files if "vendor" in path.parts]
    packed = sum(len(gzip.compress(path.read_bytes(), 9)) for path in vendored)
    own = sum(path.stat().st_size for path in files if path not in vendored)
    yield Figure("vendored code, packed", packed / 1000, "kB", 40)
    yield Figure("own code", own / 1000, "kB", 150)


MEASURES: tuple[Callable[[], Iterator[Figure]], ...] = (start, usable, edits, training, sizes)


@click.command()
@only_option
@store_option
def studio(only: str, store: bool) -> None:
    """The studio's budgets; needs the extra `browser`, and Chromium."""
    if store and only:
        raise click.UsageError("--store replaces all figures of a benchmark; leave out --only")
    found = []
    for measure in MEASURES:
        if only in measure.__name__:
            for figure in measure():
                print(figure, flush=True)
                found.append(figure)
    if store:
        store_results("studio", [], figures=[asdict(figure) for figure in found])
