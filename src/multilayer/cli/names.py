"""`multilayer names`: what can be given by name, to `fit`, to `initialize` and in files."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from multilayer._base.errors import InputError
from multilayer._base.naming import Entry
from multilayer._base.text import near_matches, quoted
from multilayer.cli.console import JsonOption, say, write_bytes
from multilayer.io import to_json

__all__ = ["names"]

_NOTES = {
    "losses": "Each is summed over outputs, which makes a mean where it is divided by them; then the mean over samples."
}


def names(
    kind: Annotated[
        str | None,
        typer.Argument(help="activations, losses, metrics, optimizers, schedules or initializers."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the activations, losses, metrics, optimizers, schedules and initializers that have a name."""
    listed = _listed()
    if kind is not None:
        if kind not in listed:
            raise InputError(f"there are no names of {quoted(kind)}; {near_matches(kind, listed)}")
        listed = {kind: listed[kind]}
    if as_json:
        write_bytes(to_json({heading: list(map(_described, entries)) for heading, entries in listed.items()}))
        return
    for heading, entries in listed.items():
        notes = [f"  {_NOTES[heading]}"] if heading in _NOTES else []
        say("\n".join([heading, *_lines(entries), *notes, ""]))


def _listed() -> dict[str, tuple[Entry[Any], ...]]:
    # Here, so that no other command waits for what training brings.
    from multilayer.activations.catalogue import registry as activations
    from multilayer.initializers import registry as initializers
    from multilayer.losses.table import registry as losses
    from multilayer.optimizers.schedules import registry as schedules
    from multilayer.optimizers.table import registry as optimizers
    from multilayer.training.metrics import registry as metrics

    return {
        "activations": activations.entries,
        "losses": losses.entries,
        "metrics": metrics.entries,
        "optimizers": optimizers.entries,
        "schedules": schedules.entries,
        "initializers": initializers.entries,
    }


def _described(entry: Entry[Any]) -> dict[str, Any]:
    return {"name": entry.name, "aliases": entry.aliases, "means": entry.about}


def _lines(entries: tuple[Entry[Any], ...]) -> list[str]:
    rows = [(entry.name, ", ".join(entry.aliases), entry.about) for entry in entries]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"  {name:<{widths[0]}}  {also:<{widths[1]}}  {means}".rstrip() for name, also, means in rows]
