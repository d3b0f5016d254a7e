"""What can be changed on the page, each as a small message: numbers, activations, units and layers.

What is added changes no output until it is edited. A new unit gets the weights that `multilayer.initialize` would
draw for it (with the number of the unit as the seed), bias 0, and weights 0 to the next layer. A new layer is the
identity: W = I, b = 0. A new input is 0 in every row. Where a layer is taken out, the next one keeps its weights if
it still fits, and gets new ones otherwise (with its number as the seed).
"""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer import initializers
from multilayer._base.errors import InputError
from multilayer._base.random import generator
from multilayer._base.text import quoted
from multilayer.activations import Activation, get, identity
from multilayer.web.draft import Draft, number_of
from multilayer.web.session import State

__all__ = ["Edit", "edited"]


class _Edit(msgspec.Struct, forbid_unknown_fields=True, tag_field="do"):
    @abstractmethod
    def apply(self, draft: Draft) -> None:
        """Change the draft."""


class SetNumber(_Edit, tag="number"):
    """A weight, a bias, an input or a target, as it was typed."""

    cell: str
    text: str
    called: str | None = None
    """What the page calls the cell; its name unless given."""

    def apply(self, draft: Draft) -> None:
        draft.set_number(self.cell, self.text, self.called or self.cell)


class SetActivation(_Edit, tag="activation"):
    """The activation of a layer, by its name, with its usual parameters."""

    layer: int
    name: str

    def apply(self, draft: Draft) -> None:
        n = _index(draft, self.layer)
        draft.activations[n] = get(self.name, among=draft.activations)


class SetParameter(_Edit, tag="parameter"):
    """A parameter of a layer's activation, as it was typed; one for each unit is separated by spaces."""

    layer: int
    name: str
    text: str

    def apply(self, draft: Draft) -> None:
        n = _index(draft, self.layer)
        old = draft.activations[n]
        if self.name not in old.parameter_names():
            raise InputError(
                "{activation} has no parameter {name}", activation=old.facts.name, name=quoted(self.name)
            )
        numbers = [number_of(part, self.name) for part in self.text.split() or [""]]
        value = numbers[0] if len(numbers) == 1 else tuple(numbers)
        draft.activations[n] = dataclasses.replace(old, **{self.name: value})  # type: ignore[type-var]


class AddUnit(_Edit, tag="add_unit"):
    """One more unit at the end of a layer; of layer 0, one more input."""

    layer: int

    def apply(self, draft: Draft) -> None:
        n = _index(draft, self.layer, lowest=0)
        count = draft.widths[n + 1] + 1
        if n < 0:
            draft.X = np.hstack([draft.X, np.zeros((len(draft.X), 1), draft.X.dtype)])
            draft.input_names = _with_name(draft.input_names, count)
            draft.column_names = _with_name(draft.column_names, count)
            W, _ = _drawn(count, draft.widths[1], draft.activations[0], count)
            draft.W[0] = np.vstack([draft.W[0], W[-1:].astype(draft.W[0].dtype)])
            return
        old = draft.W[n]
        draft.check_size(old.size + len(old))
        W, b = _drawn(len(old), count, draft.activations[n], count)
        draft.W[n] = np.hstack([old, W[:, -1:].astype(old.dtype)])
        draft.b[n] = np.append(draft.b[n], b[-1:].astype(old.dtype))
        draft.activations[n] = _for_units(draft.activations[n], lambda values: (*values, values[-1]))
        if n + 1 < len(draft.W):
            after = draft.W[n + 1]
            draft.W[n + 1] = np.vstack([after, np.zeros((1, after.shape[1]), after.dtype)])


class TakeUnit(_Edit, tag="take_unit"):
    """A unit of a layer taken out, the last one unless its number is given; of layer 0, an input."""

    layer: int
    unit: int | None = None

    def apply(self, draft: Draft) -> None:
        n = _index(draft, self.layer, lowest=0)
        width = draft.widths[n + 1]
        unit = width if self.unit is None else self.unit
        if not 1 <= unit <= width:
            raise InputError(
                "layer {layer} has no unit {unit}; it has {width}", layer=n + 1, unit=unit, width=width
            )
        if width == 1:
            raise InputError("a layer needs at least one unit")
        gone = unit - 1
        if n < 0:
            draft.X = np.delete(draft.X, gone, axis=1)
            draft.input_names, draft.column_names = (
                names and names[:gone] + names[gone + 1 :]
                for names in (draft.input_names, draft.column_names)
            )
        else:
            draft.W[n] = np.delete(draft.W[n], gone, axis=1)
            draft.b[n] = np.delete(draft.b[n], gone)
            draft.activations[n] = _for_units(draft.activations[n], lambda v: v[:gone] + v[gone + 1 :])
        if n + 1 < len(draft.W):
            draft.W[n + 1] = np.delete(draft.W[n + 1], gone, axis=0)


class AddLayer(_Edit, tag="add_layer"):
    """A layer behind another one, or behind the inputs (0), as wide as that."""

    after: int

    def apply(self, draft: Draft) -> None:
        n = _index(draft, self.after, lowest=0) + 1
        width, kind = draft.widths[n], draft.W[0].dtype
        draft.check_size(sum(W.size for W in draft.W) + width**2)
        draft.W.insert(n, np.eye(width, dtype=kind))
        draft.b.insert(n, np.zeros(width, kind))
        draft.activations.insert(n, identity)


class TakeLayer(_Edit, tag="take_layer"):
    """A layer taken out."""

    layer: int

    def apply(self, draft: Draft) -> None:
        n = _index(draft, self.layer)
        if len(draft.W) == 1:
            raise InputError("a network needs at least one layer")
        inputs = draft.widths[n]
        for lists in (draft.W, draft.b, draft.activations):
            del lists[n]
        if n < len(draft.W) and len(draft.W[n]) != inputs:
            units, kind = draft.W[n].shape[1], draft.W[n].dtype
            draft.check_size(inputs * units)
            W, b = _drawn(inputs, units, draft.activations[n], n + 1)
            draft.W[n], draft.b[n] = W.astype(kind), b.astype(kind)


Edit = SetNumber | SetActivation | SetParameter | AddUnit | TakeUnit | AddLayer | TakeLayer


def edited(state: State, edits: list[Edit]) -> State:
    """Return the state after all edits; where one of them cannot be, none is made."""
    draft = Draft(state)
    for edit in edits:
        edit.apply(draft)
    return draft.finished()


def _index(draft: Draft, layer: int, lowest: int = 1) -> int:
    if not lowest <= layer <= len(draft.W):
        raise InputError(
            "there is no layer {layer}; the network has {count}", layer=layer, count=len(draft.W)
        )
    return layer - 1


def _drawn(
    inputs: int, units: int, activation: Activation, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return initializers.for_activation(activation)(inputs, units, activation, generator(seed))


def _for_units(
    activation: Activation, change: Callable[[tuple[float, ...]], tuple[float, ...]]
) -> Activation:
    """Return an activation whose parameters that differ from unit to unit are changed."""
    values = {name: getattr(activation, name) for name in activation.parameter_names()}
    changed = {name: change(value) for name, value in values.items() if isinstance(value, tuple)}
    return dataclasses.replace(activation, **changed) if changed else activation  # type: ignore[type-var]


def _with_name(names: tuple[str, ...] | None, count: int) -> tuple[str, ...] | None:
    """Return the names of the inputs with that of one more, which is not among them yet."""
    if names is None:
        return None
    new = f"x{count}"
    while new in names:
        new += "'"
    return (*names, new)
