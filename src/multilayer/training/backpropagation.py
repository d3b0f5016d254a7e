"""Backpropagation: the gradient of the mean loss with respect to every number of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import losses
from multilayer._base.table import Table, matrix_table, numbered, sample_table, to_html, to_text
from multilayer._base.text import fill
from multilayer.activations import Activation
from multilayer.losses import Loss
from multilayer.network import MLP, Dense, LayerRecord, Trace
from multilayer.network.dense import samples_of
from multilayer.network.held import network_of
from multilayer.training.data import arrays, mean_of, mean_weights

__all__ = ["Gradients", "LayerGradient", "backward", "gradients", "mean_da", "mean_loss"]


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """The gradient of one number with respect to all that a layer holds and sees.

    da has the shape of a, dW of W, db of b, dx of x; dx is None where it was not asked for.
    """

    layer: Dense
    da: NDArray[Any]
    dW: NDArray[Any]
    db: NDArray[Any]
    dx: NDArray[Any] | None


def backward(
    records: Sequence[LayerRecord],
    da: NDArray[Any],
    *,
    masks: Sequence[NDArray[Any] | None] = (),
    inputs: bool = True,
) -> Iterator[LayerGradient]:
    """Yield a gradient per layer, from the last to the first.

    Parameters
    ----------
    records : sequence of LayerRecord
        A trace of samples, of shape (samples, inputs).
    da : array, shape (samples, units)
        The gradient with respect to the last weighted sums. From dz it is `activation.vjp(a, z, dz)`.
    masks : sequence of array or None
        What dropout multiplied the z of each layer by on its way to the next.
    inputs : bool
        Whether the first layer's dx is wanted too.
    """
    for n in range(len(records) - 1, -1, -1):
        record = records[n]
        with np.errstate(all="ignore"):
            dx = da @ record.layer.W.T if n or inputs else None
            yield LayerGradient(record.layer, da, record.x.T @ da, da.sum(axis=0), dx)
            if n and dx is not None:
                mask = masks[n - 1] if masks else None
                before = records[n - 1]
                da = before.layer.activation.vjp(before.a, before.z, dx if mask is None else dx * mask)


def mean_loss(
    loss: Loss,
    y: NDArray[Any],
    a: NDArray[Any],
    z: NDArray[Any],
    activation: Activation,
    fractions: NDArray[np.float64],
) -> float:
    """Return the mean loss of samples, given each one's fraction of the mean, and a and z of the last layer."""
    return mean_of(loss.values(y, a, z, activation), fractions)


def mean_da(
    loss: Loss,
    y: NDArray[Any],
    a: NDArray[Any],
    z: NDArray[Any],
    activation: Activation,
    fractions: NDArray[np.float64],
) -> NDArray[Any]:
    """Return the gradient of the same mean with respect to a."""
    da = loss.da(y, a, z, activation)
    with np.errstate(all="ignore"):
        return np.asarray(da * fractions[:, np.newaxis].astype(da.dtype))


@dataclass(frozen=True, eq=False, repr=False)
class Gradients(Sequence[LayerGradient]):
    """The gradients layer by layer, with the loss and the trace they belong to; prints every number by its name.

    `gradients[0].dW` is the gradient with respect to W(1), `gradients[0].dx` that with respect to the input.
    """

    layers: tuple[LayerGradient, ...]
    loss: float
    """The mean loss of the samples."""
    trace: Trace

    @overload
    def __getitem__(self, index: int) -> LayerGradient: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LayerGradient, ...]: ...
    def __getitem__(self, index: int | slice) -> LayerGradient | tuple[LayerGradient, ...]:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        return to_text(self._tables())

    def _repr_html_(self) -> str:
        return to_html(self._tables())

    def _tables(self, digits: int = 6) -> Iterator[Table]:
        """The loss, then da, dW and db of every layer in the order in which they are found, and dx."""
        samples = len(self.trace[0].x)
        yield Table(
            fill(
                "loss = {loss}, the mean of {samples} samples",
                loss=f"{self.loss:.{digits}g}",
                samples=samples,
            )
        )
        for n in range(len(self), 0, -1):
            gradient = self[n - 1]
            yield sample_table(f"da({n})", gradient.da, numbered("da_", gradient.db.size), digits)
            yield from _weights(n, gradient, digits)
        dx = self[0].dx
        if dx is not None:
            yield sample_table("dx", dx, numbered("dx_", dx.shape[1]), digits)


def _weights(n: int, gradient: LayerGradient, digits: int) -> Iterator[Table]:
    dW, db = gradient.dW, gradient.db
    comma = "," if max(dW.shape) > 9 else ""
    source = "x" if n == 1 else f"z({n - 1})"
    yield matrix_table(
        f"dW({n}) = {source}^T da({n})  {dW.shape}",
        dW.shape,
        lambda i, j: f"dw_{i + 1}{comma}{j + 1}({n}) = {dW[i, j]:.{digits}g}",
    )
    yield matrix_table(
        fill("db({n}) = sum of da({n}) over samples  {shape}", n=n, shape=db.shape),
        (1, db.size),
        lambda _, j: f"db_{j + 1}({n}) = {db[j]:.{digits}g}",
    )


def gradients(
    network: MLP, x: ArrayLike, y: ArrayLike, loss: Loss | str, *, sample_weight: ArrayLike | None = None
) -> Gradients:
    r"""Return the gradient of the mean loss L with respect to every W, b, a and x.

    With rows as samples, and h the activation of layer n,

    .. math::
        da^{(n)} = (da^{(n+1)} W^{(n+1)T}) \odot h'(a^{(n)}), \quad
        dW^{(n)} = z^{(n-1)T} da^{(n)}, \quad db^{(n)} = \sum_i da_i^{(n)}

    Parameters
    ----------
    network : MLP, or what holds one
    x : array_like, shape (samples, inputs) or (inputs,)
    y : array_like, shape (samples, units) or (samples,)
        Targets as `fit` takes them.
    loss : Loss or str
    sample_weight : array_like, shape (samples,), optional
        The weight of each sample in the mean.

    Returns
    -------
    Gradients
        One `LayerGradient` per layer, the first layer first.

    Raises
    ------
    InputError
        When x, y or the weights do not fit the network, or the loss does not fit its output.

    Examples
    --------
    >>> from multilayer import MLP, Dense
    >>> net = MLP([Dense([[0.5], [-0.5]], [0.0], "sigmoid")])
    >>> float(gradients(net, [[1, 1]], [1], "binary_cross_entropy")[0].db[0])
    -0.5
    """
    network = network_of(network)
    loss = losses.get(loss)
    loss.check(network.layers[-1].activation, network.widths[-1])
    samples = np.atleast_2d(samples_of(x, network.widths[0], network.input_names))
    data = arrays(network, loss, samples, y, sample_weight)
    trace = network.trace(data.X[: data.rows])
    fractions, _ = mean_weights(data.weights, data.rows)
    last = (trace[-1].a, trace[-1].z, trace[-1].layer.activation)
    da = mean_da(loss, data.y, *last, fractions)
    return Gradients(tuple(backward(trace, da))[::-1], mean_loss(loss, data.y, *last, fractions), trace)
