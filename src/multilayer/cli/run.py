"""`multilayer run`: samples through a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from multilayer._base.text import one_line
from multilayer.cli.console import HeaderOption, JsonOption, NetworkArgument, busy, say, tell, write_bytes
from multilayer.io import Meaning, load, meaning_of, read_samples, result_object, to_json, write_results
from multilayer.io.results import Carried
from multilayer.network import MLP
from multilayer.network.view import Block, blocks_of, numbered, to_text

__all__ = ["run"]

_CARRIED, _LONGEST_CELL = 6, 40
"""Columns that are passed on, and their width, as far as a terminal shows them."""


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
    header: HeaderOption = None,
    digits: Annotated[int, typer.Option(min=1, max=17, help="Significant digits on the terminal.")] = 6,
) -> None:
    """Compute the outputs and the class of every sample, and with --trace every number on the way.

    Columns that the network does not take, such as ids, are passed on to the results.
    """
    net = load(network)
    with busy(f"reading {samples}"):
        table = read_samples(samples, net.layers[0].inputs, net.inputs, header=header, carry=True)
    traced = net.trace(table.X) if trace else None
    y = net(table.X) if traced is None else traced[-1].z
    meaning = Meaning.CLASSES if threshold is not None else meaning_of(net)
    classes = None if meaning is Meaning.QUANTITIES else net.classes_of(y, threshold)
    certain = classes if meaning is Meaning.CLASSES else None
    carried = [(column.name, column.cells) for column in table.others]
    if output is not None:
        # JSON can hold the largest of outputs for what it is; a column of a CSV file would pass for the class.
        into_csv = output.lower().endswith(".csv")
        write_results(output, net, y, certain if into_csv else classes, traced, carried)
    for note in table.notes:
        tell(note)
    if table.ignored:
        tell(f"columns not used by the network, passed on: {', '.join(table.ignored)}")
    if output is not None:
        tell(f"wrote {len(y)} samples to {output}")
    elif as_json:
        write_bytes(to_json(result_object(net, y, classes, traced, carried)))
    else:
        if traced is not None:
            say(to_text(blocks_of(traced, digits)) + "\n")
        heading, answers = _answers(net, meaning, y, classes, threshold)
        say(to_text([_block(net, heading, y, answers, carried, digits)]))


def _answers(
    net: MLP, meaning: Meaning, y: NDArray[Any], classes: NDArray[Any] | None, threshold: float | None
) -> tuple[str, dict[str, Sequence[str]]]:
    """Return the heading of the results, which says how classes are numbered, and the column beside the outputs."""
    if classes is None:
        return "y", {}
    if meaning is Meaning.EACH:
        names = numbered("y_", y.shape[1])
        return "y, and which is largest", {"largest": [names[place] for place in classes]}
    heading = "y and class"
    if net.classes is None and y.shape[1] > 1:
        heading += ", numbered from 0: y_1 is class 0"
    elif y.shape[1] == 1:
        limit = net.layers[-1].activation(np.zeros(1, net.dtype))[0] if threshold is None else threshold
        above = 1 if net.classes is None else one_line(str(net.classes[1]), _LONGEST_CELL)
        heading += f" ({above} where y_1 is above {limit:g})"
    return heading, {"class": [str(label) for label in classes]}


def _block(
    net: MLP,
    heading: str,
    y: NDArray[Any],
    answers: dict[str, Sequence[str]],
    carried: Carried,
    digits: int,
) -> Block:
    left, more = carried[:_CARRIED], ("…",) if len(carried) > _CARRIED else ()
    names = net.output_names or numbered("y_", y.shape[1])
    rows = []
    for number, row in enumerate(y):
        cells = (one_line(column[number], _LONGEST_CELL) for _, column in left)
        values = (f"{value:.{digits}g}" for value in row)
        rows.append(
            (str(number + 1), (*cells, *more, *values, *(column[number] for column in answers.values())))
        )
    columns = (*(one_line(name, _LONGEST_CELL) for name, _ in left), *more, *names, *answers)
    return Block(f"{heading}  {np.shape(y)}", columns, tuple(rows))
