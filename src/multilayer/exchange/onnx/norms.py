"""Norms of rows as plain operators: some inputs of a model of a table over their norm, in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from multilayer.exchange.onnx.emitter import Emitter
from multilayer.tables.row_norm import RowNorm

__all__ = ["over_norm"]


def over_norm(emitter: Emitter, x: str, norm: RowNorm, width: int) -> str:
    """Return x with some inputs over their norm."""
    o = emitter.o

    def double(value: float) -> str:
        return emitter.constant(np.float64(value), keep=True)

    def whole(values: Sequence[int]) -> str:
        return emitter.constant(np.array(values, np.int64))

    wide = emitter.cast(x, "float64")
    group = wide if len(norm.places) == width else o("Gather", wide, whole(norm.places), axis=1)
    total = _NORMS[norm.norm](o, group, whole([1]))
    stays = o("LessOrEqual", o("Abs", total), double(norm.least))
    divided = emitter.cast(o("Div", wide, o("Where", stays, double(1.0), total)), "float32")
    chosen = np.isin(np.arange(width), norm.places)
    return divided if chosen.all() else o("Where", emitter.constant(chosen[np.newaxis]), divided, x)


_NORMS: dict[str, Callable[[Callable[..., str], str, str], str]] = {
    "l1": lambda o, x, axis: o("ReduceSum", o("Abs", x), axis, keepdims=1),
    "l2": lambda o, x, axis: o("Sqrt", o("ReduceSum", o("Mul", x, x), axis, keepdims=1)),
    "max": lambda o, x, axis: o("ReduceMax", o("Abs", x), axis, keepdims=1),
    "largest": lambda o, x, axis: o("ReduceMax", x, axis, keepdims=1),
}
