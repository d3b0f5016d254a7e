"""What readers and writers of formats exchange: what was asked for, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import Table
from multilayer._base.text import fill, one_line
from multilayer.activations import Activation, Identity, get
from multilayer.activations.table import describe
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label
from multilayer.tables import Columns, Model

if TYPE_CHECKING:
    from multilayer.exchange.proof import Proof

__all__ = [
    "Asked",
    "Imported",
    "ModelProver",
    "Origin",
    "Program",
    "Runner",
    "Target",
    "layer_table",
    "with_output",
]

Runner = Callable[[NDArray[Any]], NDArray[Any]]
"""What computes the outputs of samples, of shape (samples, inputs), by another program."""
Program = Callable[[], tuple[Runner, str] | None]
ModelProver = Callable[[Model, Path, Columns | None], "Proof | None"]
"""What compares a model of a table with a file of it, on rows that are given or made; None where nothing runs it."""

_MOST_LAYERS = 40


@dataclass(frozen=True)
class Asked:
    """What the user adds to a file that does not have everything."""

    hidden: tuple[str | Activation, ...] = ()
    """Activations, for files of weights alone: one for all hidden layers, or one each."""
    output: str | Activation | None = None
    """The activation of the last layer, where the file ends in weighted sums."""
    classes: tuple[Label, ...] | None = None
    inputs: tuple[str, ...] | None = None


Origin = dict[str, str]
"""Who made a file, when, of what, and how far its numbers are from the source's."""


@dataclass(frozen=True, eq=False)
class Target:
    """What a writer is told beside the network."""

    stem: str
    """The name of the file without its suffix."""
    origin: Origin = field(default_factory=dict)
    samples: NDArray[Any] | None = None
    """Rows that the user gave."""

    @property
    def docstring(self) -> str:
        """The origin as the end of the docstring of a module of Python, a line for each part; "" without one."""
        lines = [
            f"{key}: {value}".encode("unicode_escape").decode("ascii").replace('"', '\\"')
            for key, value in self.origin.items()
        ]
        return "\n".join(["", *lines, ""]) if lines else ""

    def check_module(self) -> None:
        """Refuse a stem that is no name of a module of Python."""
        if not self.stem.isidentifier():
            raise InputError(
                "{stem!r} is no name of a module of Python; use letters, digits and underscores",
                stem=self.stem,
            )


@dataclass(frozen=True, eq=False, repr=False)
class Imported:
    """A network that was read, and how.

    Attributes
    ----------
    network : MLP or Model
        A `multilayer.tables.Model` where the file has the preparation of columns, too.
    format : str
    notes : tuple of str
        What was folded, left out or decided, each in a sentence.
    origin : mapping
        What the file says of who made it.
    program : function, optional
        Returns what computes the outputs as the other program does, and its name; None where it is not installed.
    proof : function, optional
        For a model of a table: compares it with the other program, on rows that are given or, for None, made; None
        where that program is not installed.
    """

    network: MLP | Model
    format: str
    notes: tuple[str, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)
    program: Program | None = None
    proof: Callable[[Columns | None], Proof | None] | None = None

    def __repr__(self) -> str:
        return "\n".join([repr(self.network), *(f"- {note}" for note in self.notes)])


def with_output(imported: Imported, asked: Asked) -> Imported:
    """Return the network with the output, classes and names that the user asked for.

    The outputs of a network that ends in weighted sums are quantities, unless its file or the user says otherwise; a
    note says so.

    Raises
    ------
    InputError
        For another output than the one that the file has.
    """
    network, notes, program = imported.network, list(imported.notes), imported.program
    if not isinstance(network, MLP):
        if asked.output is not None or asked.classes is not None:
            raise InputError(
                "a model of a table has its own output and classes; leave out output= and classes="
            )
        return imported
    last = network.layers[-1]
    if asked.output is not None:
        output = get(asked.output)
        if not isinstance(last.activation, Identity) and output != last.activation:
            raise InputError(
                "output={name}: the file has the output {facts_name} already; leave it out",
                name=output.facts.name,
                facts_name=last.activation.facts.name,
            )
        if output != last.activation:
            program = None if program is None else _then(program, output)
            notes.append(fill("the output {output} was asked for", output=output.facts.name))
            last = Dense(last.W, last.b, output)
    classes = network.classes if asked.classes is None else asked.classes
    if isinstance(last.activation, Identity) and asked.output is None and classes is None and last.units > 1:
        notes.append(
            fill(
                "the outputs are weighted sums and are taken as quantities; where they are logits of classes, add "
                "--output softmax (output='softmax' in Python), or sigmoid where several classes may hold"
            )
        )
    names = network.input_names if asked.inputs is None else asked.inputs
    made = MLP([*network.layers[:-1], last], classes=classes, inputs=names)
    return replace(imported, network=made, notes=tuple(notes), program=program)


def _then(program: Program, output: Activation) -> Program:
    """Return a program with an activation behind it."""

    def both() -> tuple[Runner, str] | None:
        found = program()
        return None if found is None else (lambda x: np.asarray(output(found[0](x))), found[1])

    return both


def layer_table(network: MLP, caption: str = "") -> Table:
    """Return a row for each layer: inputs, units, activation with its parameters."""
    rows = [
        (str(number), str(layer.inputs), str(layer.units), _activation(layer.activation))
        for number, layer in enumerate(network.layers, 1)
    ]
    if len(rows) > _MOST_LAYERS:
        rows[_MOST_LAYERS // 2 : -_MOST_LAYERS // 2] = [("…", "", "", "")]
    heads = (fill("layer"), fill("inputs"), fill("units"), fill("activation"))
    return Table(caption, heads, tuple(rows), frozenset({3}))


def _activation(activation: Activation) -> str:
    described = describe(activation)
    if isinstance(described, str):
        return described
    name, *parameters = (
        f"{value}" if key == "name" else f"{key} {value}" for key, value in described.items()
    )
    return one_line(f"{name} ({', '.join(parameters)})", 60)
