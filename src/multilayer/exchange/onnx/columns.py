"""Columns on their way through a graph, and what an operator of them is given.

Features are kept in arrays of objects of the shape of a sample: so operators of shapes are those of NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import both, quoted
from multilayer.exchange.onnx.graph import Node

__all__ = ["MOST_FEATURES", "Features", "Given", "array_of", "check_count"]

Features: TypeAlias = NDArray[Any]
"""Of the shape of a sample, without the axis of samples."""
MOST_FEATURES = 2**19
"""Of all operators together."""


def array_of(features: list[Any], shape: tuple[int, ...]) -> Features:
    """Return features as an array of objects of this shape."""
    made = np.empty(len(features), object)
    made[:] = features
    return made.reshape(shape)


def check_count(count: int) -> None:
    """Refuse so many features as no table has, before there is memory taken for them."""
    if count > MOST_FEATURES:
        raise InputError("it makes more columns than a table has, {most:,} at most", most=MOST_FEATURES)


@dataclass(frozen=True, eq=False)
class Given:
    """A node, with the features and the constants that are its inputs."""

    node: Node
    known: Mapping[str, Features]
    constants: Mapping[str, NDArray[Any]]

    @property
    def features(self) -> Features:
        """The one input that is no constant."""
        names = [name for name in self.node.inputs if name in self.known]
        if len(names) != 1:
            raise InputError(
                "it joins {names}; expected columns side by side (Concat)", names=both(map(quoted, names))
            )
        return self.known[names[0]]

    def constant(self, place: int) -> NDArray[Any]:
        """Return an input that has to be a constant."""
        name = self.node.inputs[place] if place < len(self.node.inputs) else ""
        if name not in self.constants:
            raise InputError("its input {place} is no constant", place=place + 1)
        return self.constants[name]

    def axis(self, default: int) -> int:
        """Return the axis of the features, without that of samples."""
        axis: int = self.node.attribute("axis", default)
        return axis - 1 if axis > 0 else axis
