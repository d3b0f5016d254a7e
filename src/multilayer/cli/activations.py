"""`multilayer activations`: the catalogue as a table, or one activation as a card."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.activations import Activation, AlongAxis, catalogue, get
from multilayer.cli.console import JsonOption, say, unicode_out, write_bytes
from multilayer.io import to_json
from multilayer.plots import curve

__all__ = ["activations"]


def activations(
    name: Annotated[str | None, typer.Argument(help="One of them, by any of its names.")] = None,
    as_json: JsonOption = False,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Measure properties: gradient through depth, cost, and the like."),
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="With --measure: a few seconds, and wider bands.")
    ] = False,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="With --measure: write one page with pictures."),
    ] = None,
) -> None:
    """List the activation functions, or show one: formulas, range, kinks, parameters and its curve."""
    chosen = catalogue if name is None else (get(name),)
    if not measure and (quick or html is not None):
        option = "--quick" if html is None else "--html"
        raise InputError(f"{option} belongs to what is measured; add --measure")
    if measure:
        # Training comes with it, which nobody waits for who lists names or runs a network.
        from multilayer.cli.measuring import show_measured

        show_measured(chosen, quick=quick, as_json=as_json, html=html, card=name is not None)
    elif as_json:
        described = [_described(activation) for activation in chosen]
        write_bytes(to_json(described if name is None else described[0]))
    elif name is None:
        _print_table()
    else:
        _print_card(chosen[0])


def _described(activation: Activation) -> dict[str, Any]:
    facts = activation.facts
    parameters = {name: getattr(activation, name) for name in activation.parameter_names()}
    return asdict(facts) | {"range": asdict(facts.range), "parameters": parameters}


def _print_table() -> None:
    rows = [(act.facts.name, str(act.facts.range), act.facts.formula) for act in catalogue]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, interval, formula in rows:
        say(f"{name:<{widths[0]}}  {interval:<{widths[1]}}  {formula}")
    say("\nmultilayer activations NAME  shows one with its derivative and curve")


def _print_card(activation: Activation) -> None:
    facts = activation.facts
    parameters = ", ".join(f"{key} = {value}" for key, value in _described(activation)["parameters"].items())
    card = {
        "name": facts.name,
        "also called": ", ".join(facts.aliases),
        "h(a)": facts.formula,
        "h'(a)": facts.derivative,
        "parameters": parameters,
        "range": str(facts.range),
        "kinks": ", ".join(f"a = {kink:g}" for kink in facts.kinks) or "none",
        "trainable": "" if facts.trainable else "no: the derivative carries no signal",
        "ONNX": facts.onnx or "no operator computes exactly this",
        "source": facts.source,
    }
    for heading, text in card.items():
        if text:
            say(f"{heading:<12}{text}")
    what = " of the first unit, over the row (a, 0)" if isinstance(activation, AlongAxis) else ""
    for heading, function in (("h(a)", _value(activation)), ("h'(a)", _derivative(activation))):
        say(f"\n{heading}{what}\n{curve(function, braille=unicode_out())}")


def _pairs(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([x, np.zeros_like(x)], axis=-1)


def _value(activation: Activation) -> Any:
    if isinstance(activation, AlongAxis):
        return lambda x: activation(_pairs(x))[..., 0]
    return activation


def _derivative(activation: Activation) -> Any:
    if isinstance(activation, AlongAxis):
        return lambda x: activation.derivative(_pairs(x))[..., 0, 0]
    return activation.derivative
