"""`multilayer activations --measure`: measured properties, as a card, a table, JSON or a page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from rich.progress import BarColumn, Progress, TextColumn

from multilayer._base import storage
from multilayer._base.storage import shown
from multilayer.activations import Activation
from multilayer.cli.console import messages, say, tell, write_bytes
from multilayer.io import to_json
from multilayer.measure import Properties, comparison, document, measure
from multilayer.network.view import to_text

__all__ = ["show_measured"]


def show_measured(
    chosen: Sequence[Activation], *, quick: bool, as_json: bool, html: str | None, card: bool
) -> None:
    """Measure, and print a card or a table; or JSON; or write one HTML page."""
    if html is not None:
        from multilayer.plots.figures import style
        from multilayer.reports.properties import properties_page

        # What would fail in the end fails before a minute of measuring.
        storage.check_writable(html)
        with style():
            pass
    found = _measured(chosen, quick, partly=not (as_json or html or card))
    partial = len(found) < len(chosen)
    if html is not None:
        storage.write(html, properties_page(found))
        tell(f"wrote {len(found)} activations to {shown(html)}")
    if as_json:
        write_bytes(to_json(document(found)))
    elif html is None:
        say(repr(found[0]) if card else _table(found))
    if partial:
        messages().print(f"interrupted: {len(found)} of {len(chosen)} activations were measured")
        raise KeyboardInterrupt


def _measured(chosen: Sequence[Activation], quick: bool, *, partly: bool) -> list[Properties]:
    """Measure all; or, when interrupted, return those that are measured whole, if that is of use and there are any."""
    console = messages()
    shape = (
        TextColumn("measuring {task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*shape, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(chosen))

        def measured(activation: Activation) -> Properties:
            def tell(title: str) -> None:
                progress.update(task, description=f"{activation.facts.name}: {title}")

            found = measure(activation, quick=quick, tell=tell)
            progress.advance(task)
            return found

        found: list[Properties] = []
        try:
            for activation in chosen:
                found.append(measured(activation))  # noqa: PERF401  (what is there is kept)
        except KeyboardInterrupt:
            if not (partly and found):
                raise
        return found


def _table(found: Sequence[Properties]) -> str:
    # Where there is no terminal, nor COLUMNS, lines are as long as they are.
    width = shutil.get_terminal_size((10_000, 24)).columns
    return to_text(comparison(found, width)) + "\n\nmultilayer activations NAME --measure  shows one in full"
