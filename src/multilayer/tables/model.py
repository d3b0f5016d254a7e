"""A model: from a table to predictions, with all that stands between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.activations import Identity, Softmax, softmax
from multilayer.network import MLP, Dense
from multilayer.tables.calibration import Calibration
from multilayer.tables.columns import Columns
from multilayer.tables.conform import conform
from multilayer.tables.conformal import Conformal
from multilayer.tables.encoder import Encoder
from multilayer.tables.frames import columns_of
from multilayer.tables.target import Target

__all__ = ["Model"]

_BLOCK = 8192
"""Rows that are predicted at a time: memory does not grow with the table."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """Columns of a table -> encoder -> x -> networks -> y -> target: classes or quantities.

    The probability of a class is the mean over the networks of softmax(a / T), mixed as in `Calibration`: a are the
    weighted sums of the last layer, T is the temperature of the calibration, 1 without one. A predicted quantity is the
    mean of their outputs, unscaled, within the range of training. Rows have the same bits alone and in any batch.

    Parameters
    ----------
    encoder : Encoder
    networks : sequence of MLP
        Each takes the encoder's inputs. For classification it ends in softmax, a unit for each class; for regression in
        one unit with the identity. They are given the names of inputs and classes.
    target : Target
    calibration : Calibration, optional
    intervals : Conformal, optional
    record : mapping, optional
        What is worth keeping of the training, as JSON can hold it.

    A table is `Columns`, a data frame, a mapping from names to arrays, or, as one row, a mapping from names to values.
    Columns are found by name; others are left out.

    Raises
    ------
    InputError
        When the parts do not fit each other.
    """

    encoder: Encoder
    networks: tuple[MLP, ...]
    target: Target
    calibration: Calibration | None = None
    intervals: Conformal | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, network in enumerate(self.networks, 1):
            _check(network, self.encoder, self.target, fill("network {number}", number=number))
        if not self.networks:
            raise InputError("a model needs at least one network; got none")
        classes = self.target.classes or None
        named = (MLP(one.layers, classes=classes, inputs=self.encoder.names) for one in self.networks)
        object.__setattr__(self, "networks", tuple(named))

    def __call__(self, table: Any) -> NDArray[Any]:
        """Return what `predict_proba` returns for classes, and what `predict` returns for quantities.

        float64 of shape (rows, classes) or (rows,); for a mapping of single values, (classes,) or ().

        Raises
        ------
        InputError
            When a column is missing, or is of another kind.
        """
        columns, single = _columns_of(table)
        y = self._outputs(columns)
        found: NDArray[Any] = y[0] if single else y
        return found

    def predict(self, table: Any) -> Any:
        """Return the class of each row, the most probable one and the first of equals, or its quantity.

        Classes have their own type: an array of integers where they are integers. For a single row, one of them.
        """
        y = self(table)
        if self.target.task == "classification":
            y = self.target.decode(y.argmax(axis=-1))
        return y.item() if y.ndim == 0 else y

    def predict_proba(self, table: Any) -> NDArray[np.float64]:
        """Return the probability of each class, float64 of shape (rows, classes), classes as in `target.classes`.

        Raises
        ------
        InputError
            For a model of a quantity.
        """
        self._require("classification", fill("probabilities of classes"))
        return self(table)

    def predict_interval(self, table: Any, coverage: float = 0.9) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return low and high of each row, of shape (rows,): the quantity is between with the probability `coverage`.

        Raises
        ------
        InputError
            For a model of classes, and for one without intervals.
        """
        self._require("regression", fill("intervals"))
        columns, single = _columns_of(table)
        low, high = self._known().interval(self._outputs(columns), coverage)
        return (low[0], high[0]) if single else (low, high)

    def predict_set(self, table: Any, coverage: float = 0.9) -> NDArray[np.bool_]:
        """Return which classes are in the set of each row, (rows, classes), which holds its class with `coverage`.

        Raises
        ------
        InputError
            For a model of a quantity, and for one without sets.
        """
        self._require("classification", fill("sets of classes"))
        columns, single = _columns_of(table)
        found = self._known().sets(self._outputs(columns), coverage)
        return found[0] if single else found

    def _require(self, task: str, what: str) -> None:
        if self.target.task != task:
            raise InputError(
                f"{what} are for {task}; this model is of {self.target.task}, of {quoted(self.target.name)}"
            )

    def _known(self) -> Conformal:
        if self.intervals is None:
            raise InputError(
                "this model does not know how far it is off, as no rows were held out for that; train it with "
                "multilayer.tables.fit_table"
            )
        return self.intervals

    def _outputs(self, columns: Columns) -> NDArray[np.float64]:
        """Return probabilities (rows, classes), or quantities (rows,)."""
        blocks = list(self._blocks(columns))
        if blocks:
            return np.concatenate(blocks)
        return np.empty((0, len(self.target.classes)) if self.target.classes else (0,))

    def _blocks(self, columns: Columns) -> Iterator[NDArray[np.float64]]:
        columns = conform(columns, self.encoder.schema)
        room = np.empty((min(_BLOCK, columns.rows), self.encoder.width), np.float32)
        for start in range(0, columns.rows, _BLOCK):
            block = columns.take(slice(start, start + _BLOCK))
            yield self._of_inputs(self.encoder(block, room[: block.rows]))

    def _of_inputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        total = sum(self._member(network, x) for network in self._heads)
        mean: NDArray[np.float64] = total / len(self.networks)
        return mean if self.target.task == "classification" else self.target.decode(mean)

    def _member(self, network: MLP, x: NDArray[np.float32]) -> Any:
        a = network(x).astype(np.float64)
        if self.target.task == "regression":
            return a[:, 0]
        return softmax(a) if self.calibration is None else self.calibration.apply(a)

    @cached_property
    def _heads(self) -> tuple[MLP, ...]:
        """The networks with the weighted sums of the last layer as outputs."""
        return tuple(
            MLP([*network.layers[:-1], Dense(network.layers[-1].W, network.layers[-1].b)])
            for network in self.networks
        )


def _check(network: MLP, encoder: Encoder, target: Target, where: str) -> None:
    if network.widths[0] != encoder.width or network.widths[-1] != target.outputs:
        raise InputError(
            f"{where}: expected {encoder.width} inputs and {target.outputs} outputs, found {network.widths[0]} "
            f"and {network.widths[-1]}"
        )
    wanted, name = (Softmax, "softmax") if target.task == "classification" else (Identity, "identity")
    found = network.layers[-1].activation
    if not isinstance(found, wanted):
        raise InputError(f"{where}: expected the output activation {name}, found {found.facts.name}")


def _columns_of(table: Any) -> tuple[Columns, bool]:
    """Return a table as columns, and whether it was a single row: a mapping from names to single values."""
    if isinstance(table, Mapping) and table and all(_is_single(value) for value in table.values()):
        return columns_of({name: [value] for name, value in table.items()}), True
    return columns_of(table), False


def _is_single(value: Any) -> bool:
    return isinstance(value, str) or np.ndim(value) == 0
