"""What the commands that can use a cluster share: its option, and how they show what goes on there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from multilayer._base import strict_json
from multilayer.cli.console import flush, print_note, write_json

if TYPE_CHECKING:
    from multilayer.cluster import WorkerLost
    from multilayer.tables import FitProgress
    from multilayer.training.progress import Advance

__all__ = ["EventsShown", "cluster_option", "events_option", "events_shown"]

cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Share the work with the workers of a Dask scheduler; local:4 starts four processes here.",
)
events_option = click.option(
    "--json", "as_json", is_flag=True, help="Print each event as a line of JSON on standard output."
)


class EventsShown:
    """A bar on a terminal, or lines of JSON."""

    def __init__(self, what: str, as_json: bool, stack: ExitStack) -> None:
        self._what, self._as_json, self._stack = what, as_json, stack
        self._advance: Advance | None = None

    def at(self, done: int, total: int, words: str, event: Any, kind: str = "progress") -> None:
        """Show how far the work is."""
        if self._as_json:
            self._line(kind, event)
            return
        if self._advance is None:
            from multilayer.training.progress import bar  # here, so that no other command imports it

            self._advance = self._stack.enter_context(bar(self._what, total))
        self._advance(done, words, total)

    def of_training(self, event: FitProgress | WorkerLost) -> None:
        """Show an event of `fit_table`."""
        from multilayer.cluster import WorkerLost

        if isinstance(event, WorkerLost):
            self.lost(event)
        else:
            self.at(event.done, event.total, event.sentence, event)

    def end(self, kind: str, event: Any) -> None:
        """Print the last line of JSON."""
        self._line(kind, event)

    def lost(self, event: WorkerLost) -> None:
        """Show that a worker was lost."""
        if self._as_json:
            self._line("worker lost", event)
        else:
            print_note(event.sentence)

    def _line(self, kind: str, event: Any) -> None:
        write_json(strict_json.to_json({"event": kind, **strict_json.plain(event)}))
        flush()


@contextmanager
def events_shown(what: str, as_json: bool) -> Iterator[EventsShown]:
    """Yield what shows the events of some work: in one bar, which begins with the first of them."""
    with ExitStack() as stack:
        yield EventsShown(what, as_json, stack)
