"""`multilayer activations`: the catalogue as a table, or one activation as a card; with --measure, measured."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from multilayer._base import storage
from multilayer._base.errors import InputError
from multilayer._base.storage import shown
from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer._base.width import aligned
from multilayer.activations import Activation, AlongAxis, catalogue, curves_of, get
from multilayer.cli.console import json_option, path, print_note, print_text, unicode_out, write_json
from multilayer.io import to_json

if TYPE_CHECKING:
    from multilayer.measure import Properties

__all__ = ["activations"]


@click.command()
@click.argument(
    "name",
    required=False,
    shell_complete=lambda ctx, param, incomplete: [
        activation.facts.name for activation in catalogue if activation.facts.name.startswith(incomplete)
    ],
)
@json_option
@click.option(
    "--measure", is_flag=True, help="Measure saturation, the gradient through depth, cost and more."
)
@click.option("--quick", is_flag=True, help="With --measure: take seconds, with wider error bounds.")
@click.option(
    "--html", metavar="FILE", type=path, help="With --measure: write a page with pictures (extra plot)."
)
def activations(name: str | None, as_json: bool, measure: bool, quick: bool, html: str | None) -> None:
    """List activation functions, or show one of them.

    NAME is a name or alias of an activation. It is shown with its formulas, range, kinks, parameters and curve.
    """
    chosen = catalogue if name is None else (get(name),)
    if not measure and (quick or html is not None):
        option = "--quick" if html is None else "--html"
        raise InputError("{option} needs --measure", option=option)
    if measure:
        _show_measured(chosen, quick=quick, as_json=as_json, html=html, card=name is not None)
    elif as_json:
        described = [_described(activation) for activation in chosen]
        write_json(to_json(described if name is None else described[0]))
    elif name is None:
        _print_table()
    else:
        _print_card(chosen[0])


def _described(activation: Activation) -> dict[str, Any]:
    facts = activation.facts
    parameters = {name: getattr(activation, name) for name in activation.parameter_names()}
    return asdict(facts) | {"range": asdict(facts.range), "parameters": parameters}


def _print_table() -> None:
    rows = tuple((act.facts.name, str(act.facts.range), act.facts.formula) for act in catalogue)
    print_text(Table(rows=rows, left=frozenset({0, 1, 2})).text(indent=""))
    print_text("\n" + fill("multilayer activations NAME  shows one with its derivative and curve"))


def _print_card(activation: Activation) -> None:
    from multilayer.plots import curve  # for a card only

    facts = activation.facts
    parameters = ", ".join(f"{key} = {value}" for key, value in _described(activation)["parameters"].items())
    card = {
        N_("name"): facts.name,
        N_("also called"): ", ".join(facts.aliases),
        "h(a)": facts.formula,
        "h'(a)": facts.derivative,
        N_("parameters"): parameters,
        N_("range"): str(facts.range),
        N_("kinks"): ", ".join(f"a = {kink:g}" for kink in facts.kinks) or fill("none"),
        N_("trainable"): "" if facts.trainable else fill("no: the derivative carries no signal"),
        "ONNX": facts.onnx or fill("no operator computes exactly this"),
        N_("source"): facts.source,
    }
    for heading, text in card.items():
        if text:
            print_text(aligned(translated(heading), 12, left=True) + text)
    for heading, function in zip(("h(a)", "h'(a)"), curves_of(activation), strict=True):
        if isinstance(activation, AlongAxis):
            heading = fill("{function} of the first unit, over the row (a, 0)", function=heading)  # noqa: PLW2901
        print_text(f"\n{heading}\n{curve(function, braille=unicode_out())}")


def _show_measured(
    chosen: Sequence[Activation], *, quick: bool, as_json: bool, html: str | None, card: bool
) -> None:
    """Measure, and print a card, a table or JSON, or write a page."""
    # Here and below: no other command imports what training needs.
    from multilayer.measure import document

    if html is not None:
        from multilayer.reports import check_ready
        from multilayer.reports.activations import properties_page

        check_ready(html)  # before a minute of measuring
    found = _measured(chosen, quick, partly=not (as_json or html or card))
    if html is not None:
        storage.write(html, properties_page(found))
        print_note(fill("wrote {count} activations to {file}", count=len(found), file=shown(html)))
    if as_json:
        write_json(to_json(document(found)))
    elif html is None:
        print_text(repr(found[0]) if card else _measured_table(found))
    if len(found) < len(chosen):
        print_note(
            fill(
                "interrupted: {count} of {total} activations were measured",
                count=len(found),
                total=len(chosen),
            )
        )
        raise KeyboardInterrupt


def _measured(chosen: Sequence[Activation], quick: bool, *, partly: bool) -> list[Properties]:
    """Measure all; or `partly`, where interrupted, return those that were measured, if there are any."""
    from multilayer.measure import measure
    from multilayer.training.progress import bar

    found: list[Properties] = []
    with bar(fill("measuring"), len(chosen)) as advance:
        try:
            for activation in chosen:
                name = activation.facts.name

                def tell(title: str, name: str = name) -> None:
                    advance(len(found), f"{name}: {title}")

                found.append(measure(activation, quick=quick, progress=tell))
        except KeyboardInterrupt:
            if not (partly and found):
                raise
    return found


def _measured_table(found: Sequence[Properties]) -> str:
    from multilayer._base.table import to_text
    from multilayer.measure import comparison

    # Without a terminal and without COLUMNS, lines are as long as they need to be.
    width = shutil.get_terminal_size((10_000, 24)).columns
    hint = fill("multilayer activations NAME --measure  shows one in full")
    return f"{to_text(comparison(found, width))}\n\n{hint}"
