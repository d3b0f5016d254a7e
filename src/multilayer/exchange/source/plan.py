"""What every target writes of a network: its layers with their kernels, its names, and rows to test it with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.exchange.source.kernels.table import KERNELS, kernel_arguments
from multilayer.exchange.source.languages.dialect import parsed
from multilayer.network.held import network_of
from multilayer.network.mlp import MLP
from multilayer.tables.model import Model

__all__ = ["LayerPlan", "Plan", "digest_of", "identifier", "plan_of"]

Array = NDArray[Any]

_LONGEST_NAME = 40


@dataclass(frozen=True)
class LayerPlan:
    """A layer with the kernel of its activation: a function of kernels/, and its constants behind x."""

    number: int
    W: Array
    b: Array
    kernel: Any
    of_row: bool
    arguments: tuple[Any, ...]

    @property
    def inputs(self) -> int:
        return int(self.W.shape[0])

    @property
    def units(self) -> int:
        return int(self.W.shape[1])

    @property
    def takes_array(self) -> bool:
        """Whether the kernel of a row takes an array to use on the way."""
        return "numbers64" in parsed(self.kernel).parameters.values()

    @property
    def per_unit(self) -> bool:
        """Whether each unit has constants of its own."""
        return bool(self.slopes)

    @property
    def slopes(self) -> dict[str, Array]:
        """The constants that each unit has of its own, by the names of their arrays."""
        return {
            f"c{self.number}_{i}": argument
            for i, argument in enumerate(self.arguments)
            if isinstance(argument, np.ndarray)
        }

    def constants(self, place: str, literal: Callable[[float, str], str]) -> str:
        """Return the arguments of the kernel behind the first, at a place of the arrays; with leading commas."""
        return "".join(
            f", c{self.number}_{i}[{place}]"
            if isinstance(argument, np.ndarray)
            else f", {literal(argument, 'f64')}"
            for i, argument in enumerate(self.arguments)
        )


@dataclass(frozen=True)
class Plan:
    """A network that can be written as source."""

    name: str
    network: MLP
    real: str
    """f32 or f64"""
    layers: tuple[LayerPlan, ...]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    class_names: tuple[str, ...]
    """The labels as text, two for a single output unit; empty without labels."""
    threshold: float
    """Of a single output unit: the second class is above it."""
    rows: Array
    outputs: Array
    """Rows to test with, and what the network makes of them."""

    @property
    def inputs(self) -> int:
        return self.layers[0].inputs

    @property
    def units(self) -> int:
        return self.layers[-1].units

    @property
    def widest(self) -> int:
        return max(layer.units for layer in self.layers)

    @property
    def origin(self) -> tuple[str, ...]:
        """Return lines on what the source was made of, of ASCII; nothing in them was written by a user."""
        widths = "-".join(map(str, self.network.widths))
        activations = ", ".join(layer.activation.facts.name for layer in self.network.layers)
        return (
            f"Written by multilayer {version('multilayer')}.",
            f"Network {widths} ({activations}), {self.network.dtype}; sha256 of W(1), b(1), W(2), ...:",
            digest_of(self.layers),
        )


def digest_of(layers: Iterable[LayerPlan]) -> str:
    """Return the sha256 of all W and b."""
    return hashlib.sha256(b"".join(layer.W.tobytes() + layer.b.tobytes() for layer in layers)).hexdigest()


def identifier(name: str) -> str:
    """Return a name as an identifier of C, Python and JavaScript: letters, digits and underscores of ASCII.

    >>> identifier("iris-2024.v2"), identifier("2-4-3")
    ('iris_2024_v2', 'network_2_4_3')

    Raises
    ------
    InputError
        For a name without any letter or digit of ASCII, and for one that is too long.
    """
    made = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    if not made or len(made) > _LONGEST_NAME:
        raise InputError(
            "the name {name} does not make an identifier; give one of 1 to "
            "{longest_name} letters and digits of ASCII, as name='iris'",
            name=one_line(repr(name), 60),
            longest_name=_LONGEST_NAME,
        )
    return f"network_{made}" if made[0].isdigit() else made


def plan_of(model: Any, name: str) -> Plan:
    """Return what to write of a network, a trained one or a fitted estimator.

    Raises
    ------
    InputError
        For a model of a table, for an activation without a kernel, for weights that are not finite, and where there is
        no native core, whose numbers the source has.
    """
    if isinstance(model, Model):
        raise InputError(
            "a model of a table is written as C, Python, JavaScript and HTML; write it so, or one of its networks, "
            "model.networks[0], which takes encoded inputs (model.encoder)"
        )
    network = network_of(model)
    if backend.info().backend != "native":
        raise InputError(
            "source has the bits of the native core, and this install has none to test it with; "
            "see `multilayer info` for the reason"
        )
    layers = tuple(_layer(number, layer) for number, layer in enumerate(network.layers, 1))
    rows = _test_rows(network)
    with np.errstate(all="ignore"):
        limit = float(network.layers[-1].activation(np.zeros(1, network.dtype))[0])
    widths = network.widths
    return Plan(
        identifier(name),
        network,
        "f32" if network.dtype == np.float32 else "f64",
        layers,
        network.input_names or tuple(f"x{i + 1}" for i in range(widths[0])),
        network.output_names or tuple(f"y{i + 1}" for i in range(widths[-1])),
        tuple(map(str, network.classes or ())),
        limit,
        rows,
        network(rows),
    )


def _layer(number: int, layer: Any) -> LayerPlan:
    kernel = KERNELS.get(type(layer.activation))
    if kernel is None:
        raise InputError(
            "layer {number}: activation {name} is not in the catalogue, so there is no "
            "source for it; give the layer one of multilayer.activations",
            number=number,
            name=one_line(layer.activation.facts.name, 60),
        )
    if not (np.isfinite(layer.W).all() and np.isfinite(layer.b).all()):
        raise InputError(
            "layer {number}: W or b holds nan or infinity; source is written of finite weights", number=number
        )
    dtype = layer.dtype
    function = kernel.float32 if dtype == np.float32 else kernel.float64
    return LayerPlan(
        number, layer.W, layer.b, function, kernel.of_row, kernel_arguments(layer.activation, dtype)
    )


def _test_rows(network: MLP) -> Array:
    """Return rows as they come, and some at the ends of what numbers can be."""
    random = np.random.default_rng(0)
    inputs = network.widths[0]
    usual = random.standard_normal((6, inputs)) * np.array([0.01, 0.3, 1.0, 1.0, 3.0, 30.0])[:, np.newaxis]
    tiny = np.finfo(network.dtype).smallest_subnormal
    ends = np.array([0.0, -0.0, tiny, -tiny, 1e30, -1e30], network.dtype)
    last = np.resize(ends, (2, inputs))
    return np.ascontiguousarray(np.concatenate([usual.astype(network.dtype), last]))
