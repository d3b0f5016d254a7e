"""`multilayer run`: samples through a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from multilayer._base.storage import check_not_read
from multilayer._base.table import Table, numbered, to_text
from multilayer._base.text import fill, one_line
from multilayer.cli.console import (
    header_option,
    json_option,
    network_argument,
    path,
    print_note,
    print_text,
    samples_argument,
    show_status,
    write_json,
)
from multilayer.cli.samples import samples_for
from multilayer.io import Meaning, load, meaning_of, result_json, write_results
from multilayer.io.results import Carried
from multilayer.network import MLP
from multilayer.network.trace import tables_of

__all__ = ["run"]

_CARRIED, _LONGEST_CELL = 6, 40
"""How many columns that are passed on a terminal shows, and how wide."""


@click.command()
@network_argument
@samples_argument
@click.option("--trace", is_flag=True, help="Show x, W, b, a and z of every layer.")
@json_option
@click.option("-o", "--output", metavar="FILE", type=path, help="Write to a .csv or .json file.")
@click.option(
    "--threshold",
    type=float,
    metavar="NUMBER",
    help="For one output unit: class 1 above this value (default: the output for a weighted sum of 0).",
)
@header_option
@click.option(
    "--digits",
    type=click.IntRange(1, 17),
    default=6,
    metavar="NUMBER",
    show_default=True,
    help="Significant digits on the terminal.",
)
def run(
    network: str,
    samples: str,
    trace: bool,
    as_json: bool,
    output: str | None,
    threshold: float | None,
    header: bool | None,
    digits: int,
) -> None:
    """Compute the outputs and classes of samples.

    NETWORK is a .json or .safetensors file. SAMPLES is a CSV, Parquet, Arrow or JSON lines file with one sample per
    row, or - for CSV on standard input. Columns that the network does not use, such as ids, are passed on to the
    results.
    """
    if output is not None:
        check_not_read(output, network, samples)
    net = load(network)
    with show_status(fill("reading {samples}", samples=samples)):
        table = samples_for(net, samples, header=header)
    traced = net.trace(table.X) if trace else None
    y = net(table.X) if traced is None else traced[-1].z
    meaning = Meaning.CLASSES if threshold is not None else meaning_of(net)
    classes = None if meaning is Meaning.QUANTITIES else net.classify_outputs(y, threshold)
    certain = classes if meaning is Meaning.CLASSES else None
    carried = table.others
    if output is not None:
        # In JSON the index of the largest output has a place of its own; a CSV column would be read as the class.
        into_csv = output.lower().endswith(".csv")
        write_results(output, net, y, certain if into_csv else classes, traced, carried)
    for note in table.notes:
        print_note(note)
    if carried:
        names = ", ".join(name for name, _ in carried)
        print_note(fill("columns not used by the network, passed on: {columns}", columns=names))
    if output is not None:
        print_note(fill("wrote {count} samples to {file}", count=len(y), file=output))
    elif as_json:
        write_json(result_json(net, y, classes, traced, carried))
    else:
        if traced is not None:
            print_text(to_text(tables_of(traced, digits)) + "\n")
        heading, answers = _answers(net, meaning, y, classes, threshold)
        print_text(_table(net, heading, y, answers, carried, digits).text())


def _answers(
    net: MLP, meaning: Meaning, y: NDArray[Any], classes: NDArray[Any] | None, threshold: float | None
) -> tuple[str, dict[str, Sequence[str]]]:
    """Return the heading of the results, with the numbering of classes, and the column beside the outputs."""
    if classes is None:
        return "y", {}
    if meaning is Meaning.EACH:
        names = numbered("y_", y.shape[1])
        return fill("y and the largest output"), {fill("largest"): [names[place] for place in classes]}
    if y.shape[1] == 1:
        limit = net.layers[-1].activation(np.zeros(1, net.dtype))[0] if threshold is None else threshold
        above = 1 if net.classes is None else one_line(str(net.classes[1]), _LONGEST_CELL)
        heading = fill("y and class ({above} where y_1 is above {limit:g})", above=above, limit=limit)
    elif net.classes is None:
        heading = fill("y and class, numbered from 0: y_1 is class 0")
    else:
        heading = fill("y and class")
    return heading, {fill("class"): [str(label) for label in classes]}


def _table(
    net: MLP, heading: str, y: NDArray[Any], answers: dict[str, Sequence[str]], carried: Carried, digits: int
) -> Table:
    left, more = carried[:_CARRIED], ("…",) if len(carried) > _CARRIED else ()
    names = net.output_names or numbered("y_", y.shape[1])
    rows = []
    for number, row in enumerate(y):
        cells = (one_line(column[number], _LONGEST_CELL) for _, column in left)
        values = (f"{value:.{digits}g}" for value in row)
        rows.append(
            (str(number + 1), *cells, *more, *values, *(column[number] for column in answers.values()))
        )
    columns = ("", *(one_line(name, _LONGEST_CELL) for name, _ in left), *more, *names, *answers)
    return Table(f"{heading}  {np.shape(y)}", columns, tuple(rows))
