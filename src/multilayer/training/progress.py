"""A progress bar on a terminal, and silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from multilayer.training.events import Epoch, Step

__all__ = ["progress_bar"]

Tell = Callable[[Step | Epoch], None]


@contextmanager
def progress_bar(epochs: int, show: bool | None = None) -> Iterator[Tell]:
    """Show epochs, loss, metrics, learning rate and time left on stderr; unless told, where that is a terminal.

    Yields a function to be called with every event.
    """
    if not (sys.stderr.isatty() if show is None else show):
        yield lambda event: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("", total=epochs)

        def tell(event: Step | Epoch) -> None:
            bar.update(task, completed=_completed(event), description=describe(event))

        yield tell


def describe(event: Step | Epoch) -> str:
    """Return what the bar says of an event: loss, validation loss, metrics, learning rate."""
    parts = {"loss": event.loss}
    if isinstance(event, Epoch):
        if event.validation_loss is not None:
            parts["validation"] = event.validation_loss
        parts |= event.metrics
    parts["rate"] = event.learning_rate
    return "  ".join(f"{name} {value:.4g}" for name, value in parts.items())


def _completed(event: Step | Epoch) -> float:
    if isinstance(event, Epoch):
        return event.epoch
    return event.epoch - 1 + (event.batch / event.batches if event.batches else 0.0)
