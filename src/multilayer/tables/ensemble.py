"""The mean prediction of several networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.activations import Identity, Softmax, softmax
from multilayer.network import MLP, Dense
from multilayer.tables.calibration import Calibration
from multilayer.tables.columns import Columns
from multilayer.tables.conform import conform
from multilayer.tables.encoder import Encoder
from multilayer.tables.target import Target

__all__ = ["Ensemble", "check_networks"]

_LEAST_ROWS, _MOST_ROWS, _NUMBERS = 256, 16_384, 2**23
"""Rows that are encoded and predicted at a time, and how many numbers they may have: only predictions take memory."""

_LAST = {"classification": (Softmax, "softmax"), "regression": (Identity, "identity")}


def check_networks(networks: Sequence[MLP], encoder: Encoder, target: Target) -> None:
    """Refuse networks that do not take the inputs of this encoder, or do not give the outputs of this target."""
    if not networks:
        raise InputError("a model needs at least one network; got none")
    kind, name = _LAST[target.task]
    for number, network in enumerate(networks, 1):
        inputs, *_, outputs = network.widths
        if inputs != encoder.width or outputs != target.outputs:
            raise InputError(
                "network {number}: expected {width} inputs and {outputs} outputs, found "
                "{found_inputs} and {found_outputs}",
                number=number,
                width=encoder.width,
                outputs=target.outputs,
                found_inputs=inputs,
                found_outputs=outputs,
            )
        last = network.layers[-1].activation
        if not isinstance(last, kind):
            raise InputError(
                "network {number}: expected the output activation {name}, found {found}",
                number=number,
                name=name,
                found=last.facts.name,
            )


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The mean of networks: of their probabilities, or of their outputs, unscaled."""

    encoder: Encoder
    networks: tuple[MLP, ...]
    target: Target
    calibration: Calibration | None

    def __call__(self, columns: Columns) -> NDArray[np.float64]:
        """Return probabilities (rows, classes), or quantities (rows,)."""
        columns = conform(columns, self.encoder.schema)
        classes = len(self.target.classes)
        y = np.empty((columns.rows, classes) if classes else columns.rows)
        step = min(_MOST_ROWS, max(_LEAST_ROWS, _NUMBERS // self.encoder.width))
        x = np.empty((min(step, columns.rows), self.encoder.width), np.float32)
        for start in range(0, columns.rows, step):
            block = columns.take(slice(start, start + step))
            y[start : start + step] = self.of_inputs(self.encoder(block, x[: block.rows]))
        return y

    def of_inputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the same of encoded rows."""
        mean: NDArray[np.float64] = sum(self._member(network, x) for network in self._heads) / len(
            self._heads
        )
        return mean if self.target.task == "classification" else self.target.decode(mean)

    def _member(self, network: MLP, x: NDArray[np.float32]) -> Any:
        a = network(x).astype(np.float64)
        if self.target.task == "regression":
            return a[:, 0]
        return softmax(a) if self.calibration is None else self.calibration.apply(a)

    @cached_property
    def _heads(self) -> tuple[MLP, ...]:
        """The networks with the weighted sums of their last layers as outputs."""
        lasts = (network.layers[-1] for network in self.networks)
        return tuple(
            MLP([*network.layers[:-1], Dense(last.W, last.b)])
            for network, last in zip(self.networks, lasts, strict=True)
        )
