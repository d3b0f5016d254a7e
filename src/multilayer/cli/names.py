"""`multilayer names`: what can be given by name to `fit`, to `initialize` and in files."""

from __future__ import annotations

from typing import Any

import click

from multilayer._base.errors import InputError
from multilayer._base.names import Entry
from multilayer._base.table import Table
from multilayer._base.text import fill, near_matches, quoted
from multilayer._base.translation import N_, translated
from multilayer.cli.console import json_option, print_text, write_json
from multilayer.io import to_json

__all__ = ["names"]

_KINDS = (
    N_("activations"),
    N_("losses"),
    N_("metrics"),
    N_("optimizers"),
    N_("schedules"),
    N_("initializers"),
)
_NOTES = {
    "losses": N_(
        "Each loss is summed over outputs (a mean, where the formula divides by their number), then averaged "
        "over samples."
    )
}


@click.command()
@click.argument(
    "kind",
    required=False,
    shell_complete=lambda ctx, param, incomplete: [kind for kind in _KINDS if kind.startswith(incomplete)],
)
@json_option
def names(kind: str | None, as_json: bool) -> None:
    """List losses, optimizers, metrics and so on by name.

    KIND is one of activations, losses, metrics, optimizers, schedules and initializers (default: all).
    """
    if kind is not None and kind not in _KINDS:
        raise InputError(
            "there are no names of {kind}; {near}", kind=quoted(kind), near=near_matches(kind, _KINDS)
        )
    listed = {each: entries for each, entries in _entries().items() if kind in {None, each}}
    if as_json:
        write_json(to_json({each: list(map(_described, entries)) for each, entries in listed.items()}))
        return
    for each, entries in listed.items():
        notes = [f"  {fill(_NOTES[each])}"] if each in _NOTES else []
        print_text("\n".join([translated(each), _table(entries).text(), *notes, ""]))


def _entries() -> dict[str, tuple[Entry[Any], ...]]:
    # Here, so that no other command imports what training needs.
    from multilayer.activations.table import registry as activations
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


def _table(entries: tuple[Entry[Any], ...]) -> Table:
    rows = tuple((entry.name, ", ".join(entry.aliases), translated(entry.about)) for entry in entries)
    return Table(rows=rows, left=frozenset({0, 1, 2}))
