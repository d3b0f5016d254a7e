"""The way back as steps: loss, dz, h'(a), da, dW and db, dx; each with its formula, its words and its numbers.

All numbers are those of `multilayer.gradients` and of the activations and losses themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer.activations import AlongAxis
from multilayer.network import LayerRecord
from multilayer.training import Gradients, gradients
from multilayer.training.samples import targets
from multilayer.web.aim import Aim
from multilayer.web.cells import Block, Window, block

__all__ = ["BackStep", "Backward", "before", "steps_of"]


class BackStep(msgspec.Struct):
    """One step: what is computed of what."""

    kind: str
    """loss, dz, slope, da, weights or dx."""
    layer: int
    title: str
    formula: str
    about: list[str]
    blocks: list[Block]
    given: int = 0
    """So many blocks are what it starts from; the others are computed."""


@dataclass(frozen=True, eq=False)
class Backward:
    """The gradients of an aim, and what stands between them."""

    aim: Aim

    @cached_property
    def gradients(self) -> Gradients:
        return gradients(self.aim.network, self.aim.X, self.aim.y, self.aim.loss)

    @property
    def rows(self) -> int:
        return len(self.aim.X)

    @property
    def layers(self) -> int:
        return len(self.aim.network.layers)

    def record(self, n: int) -> LayerRecord:
        """What layer n, from 1, did on the way forward."""
        return self.gradients.trace[n - 1]

    @property
    def is_fused(self) -> bool:
        """Whether loss and output activation are one function of the last a."""
        return isinstance(self.record(self.layers).layer.activation, self.aim.loss.fused_activations)

    def is_elementwise(self, n: int) -> bool:
        """Whether each z of layer n depends on one a."""
        return not isinstance(self.record(n).layer.activation, AlongAxis)

    @property
    def losses(self) -> NDArray[Any]:
        """The loss of each row."""
        last = self.record(self.layers)
        return self.aim.loss.values(self._y, last.a, last.z, last.layer.activation)

    def dz(self, n: int) -> NDArray[Any] | None:
        """The gradient with respect to z(n); for n = 0 to x, and None where the loss is not a function of z alone."""
        if n < self.layers:
            return self.gradients[n].dx
        have, need = self.record(n).layer.activation.facts.range, self.aim.loss.facts.outputs
        if have.low < need.low or have.high > need.high:
            return None
        dz = self.aim.loss.dz(self._y, self.record(n).z)
        with np.errstate(all="ignore"):
            return np.asarray(dz * dz.dtype.type(1.0 / self.rows))

    def slope(self, n: int) -> NDArray[Any]:
        """h'(a(n)), and where h is not elementwise a Jacobian for each row."""
        return np.asarray(self.record(n).layer.activation.derivative(self.record(n).a))

    @property
    def _y(self) -> NDArray[Any]:
        return targets(self.aim.network, self.aim.loss, self.aim.y)


@dataclass(frozen=True)
class _Blocks:
    """How arrays of an aim become blocks: with the numbers of its rows."""

    first: int
    digits: int | None
    window: Window

    def rows(self, name: str, array: NDArray[Any], *, of_inputs: bool = False) -> Block:
        """Return an array with a row per sample; of units, or of what goes into them."""
        column = self.window.row if of_inputs else self.window.column
        columns = self.window.rows if of_inputs else self.window.columns
        found = block(
            name,
            array,
            self.digits,
            rows=[str(self.first + i + 1) for i in range(len(array))],
            window=Window(0, column, len(array), columns).within(array),
        )
        return msgspec.structs.replace(found, first=(self.first + 1, found.first[1]))

    def vector(self, name: str, array: NDArray[Any]) -> Block:
        return block(name, array, self.digits, window=self.window.within(array))

    def matrix(self, name: str, array: NDArray[Any]) -> Block:
        return block(name, array, self.digits, window=self.window.within(array))


def steps_of(back: Backward, digits: int | None, window: Window) -> Iterator[BackStep]:
    """Yield the steps from the loss to dx."""
    blocks, last = _Blocks(back.aim.first, digits, window), back.layers
    yield _loss(back, blocks)
    for n in range(last, 0, -1):
        dz = back.dz(n)
        if n == last and dz is not None:
            yield _last_dz(back, blocks, dz)
        if n < last or not back.is_fused:
            yield _slope(back, blocks, n)
        yield _da(back, blocks, n)
        yield _weights(back, blocks, n)
        yield _dx(back, blocks, n)


def _loss(back: Backward, blocks: _Blocks) -> BackStep:
    names = [fill("row {row}", row=back.aim.first + i + 1) for i in range(back.rows)]
    per_row = msgspec.structs.replace(
        block("loss", back.losses, blocks.digits, columns=names, window=Window(columns=back.rows)),
        first=(1, back.aim.first + 1),
    )
    return BackStep(
        "loss",
        back.layers,
        fill("The loss"),
        fill(
            "loss = {formula}, summed over the outputs",
            formula=back.aim.loss.facts.formula.replace("sum_i ", ""),
        ),
        [fill("How far the outputs z are from the targets y: one number for each row.")],
        [
            blocks.rows("target", back.aim.targets),
            blocks.rows(f"z({back.layers})", back.record(back.layers).z),
            per_row,
        ],
        given=2,
    )


def _mean(back: Backward, formula: str) -> str:
    return formula if back.rows == 1 else f"1/{back.rows} · ({formula})"


def _last_dz(back: Backward, blocks: _Blocks, dz: NDArray[Any]) -> BackStep:
    n = back.layers
    about = fill("How much the loss grows where an output grows.")
    if back.rows > 1:
        about = fill(
            "How much the mean loss grows where an output grows: each of {rows} rows has its part of it.",
            rows=back.rows,
        )
    formula = f"dz({n}) = {_mean(back, back.aim.loss.facts.derivative)}"
    return BackStep("dz", n, f"dz({n})", formula, [about], [blocks.rows(f"dz({n})", dz)])


def _slope(back: Backward, blocks: _Blocks, n: int) -> BackStep:
    facts, slope = back.record(n).layer.activation.facts, back.slope(n)
    a, title = blocks.rows(f"a({n})", back.record(n).a), f"h'(a({n}))"
    if back.is_elementwise(n):
        about = fill("The slope of {name} at each a: how much z grows where a grows.", name=facts.name)
        if not facts.trainable:
            about = fill(
                "The slope of {name} is 0 wherever it exists: no gradient gets past it.", name=facts.name
            )
        shown = [a, blocks.rows(f"h'({n})", slope)]
        return BackStep("slope", n, title, f"{title} = {facts.derivative}", [about], shown, given=1)
    about = fill(
        "Each output of {name} depends on every a of its row, so there is one matrix of slopes for each row: "
        "dh_i/da_j stands in row i and column j. This is that of row {row}.",
        name=facts.name,
        row=back.aim.first + 1,
    )
    return BackStep(
        "slope", n, title, facts.derivative, [about], [a, blocks.matrix(f"J({n})", slope[0])], given=1
    )


def _da(back: Backward, blocks: _Blocks, n: int) -> BackStep:
    loss, activation = back.aim.loss.facts, back.record(n).layer.activation.facts
    if n == back.layers and back.is_fused:
        formula = f"da({n}) = {_mean(back, loss.fused_derivative)}"
        places = {"loss": loss.name, "activation": activation.name}
        about = [
            fill(
                "{loss} and {activation} are taken together, as one function of a: its slope is short, and keeps its "
                "digits where {activation} is flat.",
                **places,
            )
        ]
        if back.dz(n) is not None:
            about.append(fill("dz times the slope of {activation} is the same number.", **places))
    elif back.is_elementwise(n):
        formula = f"da({n}) = dz({n}) · h'(a({n}))"
        about = [fill("The error of each z times the slope there is the error of its a.")]
    else:
        formula = f"da({n})_j = sum_i dz({n})_i · dh_i/da_j"
        about = [
            fill(
                "Each a moves all outputs of its row, so its error is the sum over them: dz times the matrix."
            )
        ]
    return BackStep("da", n, f"da({n})", formula, about, [blocks.rows(f"da({n})", back.gradients[n - 1].da)])


def _weights(back: Backward, blocks: _Blocks, n: int) -> BackStep:
    source, found = before(n), back.gradients[n - 1]
    formula = fill(
        "dW({n}) = {before}^T da({n}), db({n}) = the sum of da({n}) over the rows", n=n, before=source
    )
    about = fill(
        "What came in through each weight, times the error behind it; the parts of all rows are added."
    )
    shown = [
        blocks.rows(source, back.record(n).x, of_inputs=True),
        blocks.matrix(f"dW({n})", found.dW),
        blocks.vector(f"db({n})", found.db),
    ]
    return BackStep(
        "weights", n, fill("dW({layer}) and db({layer})", layer=n), formula, [about], shown, given=1
    )


def _dx(back: Backward, blocks: _Blocks, n: int) -> BackStep:
    name, dx = f"dz({n - 1})" if n > 1 else "dx", back.dz(n - 1)
    about = fill(
        "The error goes back along every weight that {before} went forward on, and the parts are added.",
        before=before(n),
    )
    shown = [blocks.matrix(f"W({n})", back.record(n).layer.W)]
    if dx is not None:
        shown.append(blocks.rows(name, dx, of_inputs=True))
    return BackStep("dx", n, name, f"{name} = da({n}) W({n})^T", [about], shown, given=1)


def before(n: int) -> str:
    """The name of what goes into layer n."""
    return f"z({n - 1})" if n > 1 else "x"
