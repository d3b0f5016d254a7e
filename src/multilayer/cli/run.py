"""`multilayer run`: samples through a network."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from multilayer.cli.console import JsonOption, NetworkArgument, busy, say, tell, write_bytes
from multilayer.files import load
from multilayer.network import MLP, Trace
from multilayer.network.view import Block, blocks_of, to_text
from multilayer.tables import read_samples, result_object, to_json, write_results

__all__ = ["run"]


def run(
    network: NetworkArgument,
    samples: Annotated[
        str, typer.Argument(metavar="SAMPLES", help="A CSV file, a row a sample; - is stdin.")
    ],
    trace: Annotated[bool, typer.Option("--trace", help="Show x, W, b, a and z of every layer.")] = False,
    as_json: JsonOption = False,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a .csv or .json file.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="For a single output unit: class 1 above this; h(0) unless given.")
    ] = None,
    digits: Annotated[int, typer.Option(min=1, max=17, help="Significant digits on the terminal.")] = 6,
) -> None:
    """Compute the outputs and the class of every sample, and with --trace every number on the way."""
    net = load(network)
    with busy(f"reading {samples}"):
        table = read_samples(samples, net.layers[0].inputs, net.inputs)
    if table.ignored:
        tell(f"columns not used by the network: {', '.join(table.ignored)}")
    traced = net.trace(table.X) if trace else None
    y = net(table.X) if traced is None else traced[-1].z
    classes = net.classes_of(y, threshold)
    if output is not None:
        write_results(output, net, y, classes, traced)
        tell(f"wrote {len(y)} samples to {output}")
    elif as_json:
        write_bytes(to_json(result_object(net, y, classes, traced)))
    else:
        _print(net, traced, y, classes, digits)


def _print(net: MLP, traced: Trace | None, y: NDArray[Any], classes: NDArray[Any], digits: int) -> None:
    if traced is not None:
        say(to_text(blocks_of(traced, digits)) + "\n")
    names = net.output_names or tuple(f"y_{unit}" for unit in range(1, y.shape[1] + 1))
    rows = tuple(
        (str(number), (*(f"{value:.{digits}g}" for value in row), str(label)))
        for number, (row, label) in enumerate(zip(y, classes, strict=True), 1)
    )
    say(to_text([Block(f"y and class  {np.shape(y)}", (*names, "class"), rows)]))
