"""A progress bar on a terminal or in a notebook, and silence elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any, Protocol

from multilayer._base.text import printable
from multilayer.training.events import Epoch, Step

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

__all__ = ["Advance", "bar", "progress_bar", "write_line"]

Show = Callable[[Step | Epoch], None]
_NOTEBOOK_WIDTH = 100
_SECONDS_BETWEEN = 0.1
"""Between two updates of a notebook's output."""


class Advance(Protocol):
    """Shows how much is done, and words beside it."""

    def __call__(self, done: float, description: str, total: float | None = None) -> None:
        """Show it; of another total, where one is given."""


@contextmanager
def progress_bar(epochs: int, show: bool | None = None, rows: int | None = None) -> Iterator[Show]:
    """Show epochs, time left, loss, metrics and learning rate; by default where `bar` does.

    With the rows of an epoch, rows are counted instead. Yields a function to be called with every event.
    """
    each = 1 if rows is None else rows
    with bar("epoch" if rows is None else "row", each * epochs, show) as advance:
        yield _Shown(advance, each, show)


class _Shown:
    """Takes the events of a training, as a callback does."""

    def __init__(self, advance: Advance, each: int, show: bool | None) -> None:
        self._advance, self._each, self._show = advance, each, show

    def __call__(self, event: Step | Epoch) -> None:
        self._advance(self._each * _completed(event), describe(event))

    def worker_lost(self, event: Any) -> None:
        write_line(event.sentence, self._show)


def write_line(text: str, show: bool | None) -> None:
    """Write a line on stderr, above a bar that is there, unless nothing is to be shown."""
    if show is not False and sys.stderr is not None:
        sys.stderr.write(f"{printable(text)}\n")


@contextmanager
def bar(
    what: str, total: float, show: bool | None = None, console: Console | None = None
) -> Iterator[Advance]:
    """Show how much of `total` is done, on stderr; by default where that is a terminal, and in notebooks.

    Where a line is short, the number done, the total and the time left stay, and the description is cut.
    """
    if show is False:
        yield _silent
        return
    from rich.console import Console

    console = console or Console(stderr=True)
    if console.is_jupyter:
        yield _in_notebook(what, total)
    elif show or console.is_terminal:
        with _progress(what, console) as progress:
            yield _advancing(progress, total)
    else:
        yield _silent


def _progress(what: str, console: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column
    from rich.text import Text

    class Description(ProgressColumn):
        """What may be cut, and is no markup."""

        def render(self, task: Task) -> Text:
            return Text(task.description, no_wrap=True, overflow="ellipsis")

    return Progress(
        TextColumn(what, markup=False, table_column=Column(no_wrap=True)),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        BarColumn(max(8, min(40, console.width // 6))),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
        Description(),
        console=console,
        redirect_stdout=sys.stdout is not None
        and sys.stdout.isatty(),  # lines that are printed go above the bar, but into a file as they are
    )


def _advancing(progress: Progress, total: float) -> Advance:
    task = progress.add_task("", total=total)

    def advance(done: float, description: str, total: float | None = None) -> None:
        progress.update(task, completed=done, total=total, description=printable(description))

    return advance


def _in_notebook(what: str, total: float) -> Advance:
    """Show the line as an output that is replaced; rich itself would need ipywidgets, which are often not there."""
    from IPython.display import display
    from rich.console import Console

    console = Console(file=StringIO(), width=_NOTEBOOK_WIDTH, force_jupyter=False)
    progress = _progress(what, console)
    update = _advancing(progress, total)
    shown = display({"text/plain": ""}, raw=True, display_id=True)
    last, whole = -math.inf, total

    def advance(done: float, description: str, total: float | None = None) -> None:
        nonlocal last, whole
        whole = whole if total is None else total
        update(done, description, whole)
        if done < whole and time.monotonic() - last < _SECONDS_BETWEEN:
            return
        last = time.monotonic()
        with console.capture() as line:
            console.print(progress.get_renderable())
        shown.update({"text/plain": line.get().rstrip()}, raw=True)

    return advance


def describe(event: Step | Epoch) -> str:
    """Return an event in words: loss, validation loss, metrics, learning rate."""
    parts = {"loss": event.loss}
    if isinstance(event, Epoch):
        if event.validation_loss is not None:
            parts["validation"] = event.validation_loss
        parts |= event.metrics
    parts["rate"] = event.learning_rate
    return "  ".join(f"{name} {value:.4g}" for name, value in parts.items())


def _silent(done: float, description: str, total: float | None = None) -> None:
    pass


def _completed(event: Step | Epoch) -> float:
    if isinstance(event, Epoch):
        return event.epoch
    return event.epoch - 1 + (event.batch / event.batches if event.batches else 0.0)
