"""What is to be learned of the rows that are looked at: their loss and their targets.

The loss is the recipe's, or the one that belongs to the output activation (`recipe.loss_for`). Rows without
targets get proposed ones: the class that the network itself gives, made certain. What was decided is said in `notes`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer import losses
from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training.samples import targets
from multilayer.web.recipe import loss_for
from multilayer.web.session import State
from multilayer.web.typed import typed

__all__ = ["MOST_ROWS", "Aim", "AimRequest", "aim_of", "losses_for", "with_target"]

MOST_ROWS = 64
"""Rows whose mean is taken at once: each is shown."""


class AimRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which rows, from the `first` on, counted from 0; and the loss, where it is not the recipe's."""

    first: int = 0
    count: int = 1
    loss: str = ""


@dataclass(frozen=True, eq=False)
class Aim:
    """A network, rows, and the mean loss of these rows."""

    network: MLP
    first: int
    """Which row of the session the first one is, from 0."""
    X: NDArray[Any]
    y: NDArray[Any]
    """As `multilayer.gradients` and `multilayer.train` take it."""
    loss: Loss
    proposed: bool
    """Whether the targets are proposed, and not given."""
    notes: tuple[str, ...]

    @property
    def targets(self) -> NDArray[np.float64]:
        """The targets as numbers of shape (rows, outputs)."""
        return self.loss.dense(targets(self.network, self.loss, self.y), self.network.widths[-1])


def losses_for(network: MLP) -> list[str]:
    """Return the names of the losses that fit the outputs of a network, the one that belongs to it first."""
    own, names = _loss(network, "")[0].facts.name, [loss.facts.name for loss in losses.catalogue]
    return sorted(filter(lambda name: _fits(network, name), names), key=lambda name: name != own)


def aim_of(state: State, request: AimRequest) -> Aim:
    """Return what is to be learned of some rows.

    Raises
    ------
    InputError
        Where there are no such rows, or loss and targets do not fit the network.
    """
    first, count, net = request.first, request.count, state.network
    if first < 0 or not 0 < count <= min(MOST_ROWS, len(state.rows.X) - first):
        raise InputError(
            "there is no mean of the rows {first} to {last}; expected up to {most} of the rows 1 to {rows}",
            first=first + 1,
            last=first + count,
            most=MOST_ROWS,
            rows=len(state.rows.X),
        )
    loss, said = _loss(net, request.loss or state.recipe.loss or "")
    X = state.rows.X[first : first + count]
    y, more = _targets(state, loss, slice(first, first + count))
    aim = Aim(net, first, X, y, loss, state.rows.y is None, (*said, *more))
    _ = aim.targets  # refuses what does not fit
    return aim


def with_target(state: State, request: AimRequest, text: str) -> State:
    """Return the state with other targets for one row, which were typed; all others stay, or are as proposed."""
    units = state.network.widths[-1]
    aim = aim_of(state, request)
    numbers = typed(text).numbers
    if len(numbers) != units:
        raise InputError(
            "row {row} has {found} targets; expected {units}, one per output",
            row=request.first + 1,
            found=len(numbers),
            units=units,
        )
    every, _ = _targets(state, aim.loss, slice(None))
    dense = aim.loss.dense(targets(state.network, aim.loss, every), units).copy()
    dense[request.first] = [number.value for number in numbers]
    aim.loss.targets(dense, units)
    return replace(state, rows=replace(state.rows, y=dense, origin=None))


def _loss(network: MLP, name: str) -> tuple[Loss, tuple[str, ...]]:
    """Return the loss of this name where it fits the outputs, else their own; and what was decided."""
    activation, units = network.layers[-1].activation, network.widths[-1]
    if name and _fits(network, name):
        return losses.get(name), ()
    found = loss_for(network, np.empty((0, units)))
    found.check(activation, units)
    places = {"loss": found.facts.name, "name": activation.facts.name, "given": name}
    if name:
        return found, (fill("{loss} is taken: {given} does not fit the output activation {name}", **places),)
    if losses.for_activation(activation) is None:
        return found, (fill("{loss} is taken: no loss belongs to the output activation {name}", **places),)
    return found, (fill("{loss} is taken: it belongs to the output activation {name}.", **places),)


def _fits(network: MLP, name: str) -> bool:
    try:
        losses.get(name).check(network.layers[-1].activation, network.widths[-1])
    except InputError:
        return False
    return True


def _targets(state: State, loss: Loss, rows: slice) -> tuple[NDArray[Any], tuple[str, ...]]:
    net, units = state.network, state.network.widths[-1]
    if state.rows.y is None:
        return _proposed(net, loss, state.rows.X[rows]), (
            fill("The rows have no targets: the class that the network gives is proposed as target."),
        )
    y = np.asarray(state.rows.y)[rows]
    if y.ndim == 1 and units > 1 and net.classes is None:
        try:
            loss.targets(y, units)
        except InputError:
            eye = np.eye(units)
            if y.dtype.kind not in "biuf" or not np.isin(y, np.arange(units)).all():
                raise
            note = fill(
                "y holds class numbers: the target is 1 for the output of the class, and 0 for the others"
            )
            return eye[y.astype(np.intp)], (note,)
    return y, ()


def _proposed(network: MLP, loss: Loss, X: NDArray[Any]) -> NDArray[Any]:
    if network.classes is not None:
        return np.asarray(network.classify(X))
    return loss.targets_of_classes(np.asarray(network.classify(X), np.int64), network.widths[-1])
