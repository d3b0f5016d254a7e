"""Every number of one forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import to_html, to_text
from multilayer.network.dense import Dense

if TYPE_CHECKING:
    from multilayer.network.difference import TraceDifference

__all__ = ["LayerRecord", "Trace", "forward"]


@dataclass(frozen=True, eq=False)
class LayerRecord:
    """What one layer did: its input x, the weighted sums a = x W + b, the outputs z = h(a).

    Arrays have shape (samples, inputs) and (samples, units), or lack the first axis for a single sample.
    """

    layer: Dense
    x: NDArray[Any]
    a: NDArray[Any]
    z: NDArray[Any]


def forward(
    layers: Sequence[Dense],
    x: NDArray[Any],
    dropout: Callable[[NDArray[Any]], NDArray[Any]] = lambda z: z,
) -> Iterator[LayerRecord]:
    """Yield a record per layer, in order. This is the one forward loop; between layers training has its dropout."""
    for layer in layers:
        a = layer.weighted_sums(x)
        z = layer.activation(a)
        yield LayerRecord(layer, x, a, z)
        x = dropout(z)


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Sequence[LayerRecord]):
    """The records of a forward pass, layer by layer; prints every number by its name.

    `trace[0].a` is a(1), `trace[-1].z` the network's output y.
    """

    records: tuple[LayerRecord, ...]
    input_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> LayerRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LayerRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> LayerRecord | tuple[LayerRecord, ...]:
        return self.records[index]

    def __len__(self) -> int:
        return len(self.records)

    __array_ufunc__ = None
    """Arrays leave it to `__rsub__` what they are to a trace."""

    def __sub__(self, before: Trace) -> TraceDifference:
        """Return what changed from `before` to this: of every x, W, b, a and z, printable."""
        from multilayer.network.difference import TraceDifference

        if not isinstance(before, Trace):
            raise InputError(f"a trace is compared with another trace; got {type(before).__name__}")
        return TraceDifference(self, before)

    def __rsub__(self, after: Any) -> TraceDifference:
        raise InputError(f"a trace is compared with another trace; got {type(after).__name__}")

    def __repr__(self) -> str:
        from multilayer.network.view import tables_of

        return to_text(tables_of(self))

    def _repr_html_(self) -> str:
        from multilayer.network.view import tables_of

        return to_html(tables_of(self))
