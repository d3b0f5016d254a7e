"""The network: layers in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, entries
from multilayer._base.names import with_known_options
from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_, translated
from multilayer.activations import Activation
from multilayer.network.collapse import collapsed_layers
from multilayer.network.dense import Dense, check_chain, float_type, samples_in, samples_of
from multilayer.network.labels import Label, array_of_labels, distinct
from multilayer.network.summary import Summary, summary_of
from multilayer.network.trace import Trace, forward

__all__ = ["MLP"]

_ELSEWHERE = {
    **dict.fromkeys(
        ("predict", "predict_proba", "forward"), N_("net(X) has the outputs, net.classify(X) the classes")
    ),
    **dict.fromkeys(("fit", "train"), N_("write multilayer.fit(net, X, y, loss=...)")),
    **dict.fromkeys(
        ("weights", "get_weights", "parameters", "state_dict", "coefs_", "intercepts_"),
        N_("they are net.layers[0].W, net.layers[0].b and so on"),
    ),
    "save": N_("write multilayer.save(net, path)"),
}
"""What users of other libraries look for here."""


@dataclass(frozen=True, eq=False, init=False, repr=False)
class MLP:
    """A multilayer perceptron from given weights: z(n) = h(z(n-1) W(n) + b(n)), z(0) = x, y the last z.

    Parameters
    ----------
    layers : iterable of Dense
        At least one; each takes as many inputs as the layer before has units, and all have one dtype.
    classes : sequence of str, int, float or bool, optional
        Labels: one per output unit, or two (below and above the threshold) for a single output unit. `classify`
        returns them, and targets y of one axis are labels then (see `multilayer.network.labels`).
    inputs : sequence of str, optional
        Names of the inputs, one each, kept as `input_names`. Columns of a data frame are taken by name (see
        `multilayer._base.arrays`).

    A network cannot be changed. Networks are equal, and have the same hash, when every bit of them is equal.

    Raises
    ------
    InputError
        When layers, names or labels do not fit each other.

    Examples
    --------
    >>> net = MLP([Dense([[1, 1], [1, 1]], [-0.5, -1.5], "step"), Dense([[1], [-1]], [-0.5], "step")])
    >>> net
    MLP(2-2-1, step step, float64)
    >>> net([[0, 0], [0, 1], [1, 0], [1, 1]]).ravel()
    array([0., 1., 1., 0.])
    >>> net.classify([0, 1])
    1
    """

    layers: tuple[Dense, ...]
    classes: tuple[Label, ...] | None
    input_names: tuple[str, ...] | None

    def __init__(
        self,
        layers: Iterable[Dense],
        *,
        classes: Sequence[Label] | None = None,
        inputs: Sequence[str] | None = None,
    ) -> None:
        given = entries(layers)
        if given is None:
            raise InputError(
                "layers must be Dense layers in a list; got {layers}", layers=one_line(repr(layers), 60)
            )
        layers = given
        check_chain(layers)
        units = layers[-1].units
        object.__setattr__(self, "layers", layers)
        count = 2 if units == 1 else units
        object.__setattr__(self, "classes", distinct("classes", classes, count, str | int | float))
        object.__setattr__(self, "input_names", distinct("inputs", inputs, layers[0].inputs, str))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type everything is computed in: float32 or float64."""
        return self.layers[0].dtype

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of inputs, and of units in every layer, as (2, 4, 3)."""
        return (self.layers[0].inputs, *(layer.units for layer in self.layers))

    def __call__(self, x: ArrayLike) -> NDArray[Any]:
        """Return the output y: shape (units,) for one sample (inputs,), else (samples, units).

        x is converted to the network's dtype; the columns of a data frame are taken by name where inputs have names
        (see `multilayer._base.arrays`). nan and infinities pass through as arithmetic has them.
        """
        run = self._compiled
        if run is not None:
            try:
                return run(x)
            except (TypeError, ValueError):
                plain = samples_of(x, self.layers[0].inputs, self.input_names)  # raises
                if plain is x:
                    raise
            return run(plain)
        for record in forward(self.layers, self._samples(x)):
            y = record.z
        return y

    def compile(self) -> MLP:
        """Pack the weights for the native core now, not at the first call, and return the network itself."""
        _ = self._compiled
        return self

    @cached_property
    def _compiled(self) -> Callable[[ArrayLike], NDArray[Any]] | None:
        return backend.compile_network(self.layers)

    def trace(self, x: ArrayLike) -> Trace:
        """Return x, a and z of every layer, bit for bit the numbers that `net(x)` goes through."""
        return Trace(tuple(forward(self.layers, self._samples(x))), self.input_names, self.output_names)

    def classify(self, x: ArrayLike, threshold: float | None = None) -> Any:
        """Return the class of each sample: the label of the largest output, the first of equals.

        Without labels a class is the index of the output unit, from 0. A single output unit means class 1 where its
        output is above `threshold`, class 0 elsewhere. The default threshold is h(0), so that the sign of the weighted
        sum decides (1/2 for sigmoid, 0 for tanh, identity and step).

        Raises
        ------
        InputError
            When an output is nan, so that there is no largest one.
        """
        return self.classify_outputs(self(x), threshold)

    def classify_outputs(self, y: NDArray[Any], threshold: float | None = None) -> Any:
        """Return the class of each sample as `classify` does, from outputs y that `net(x)` returned."""
        threshold = _THRESHOLD.checked("threshold", threshold)
        bad = np.flatnonzero(np.isnan(y).any(axis=-1))
        if bad.size:
            raise InputError(
                "sample {sample} has an output that is nan, so no class; look at net.trace(x) for its origin"
                if y.ndim == 2
                else "the sample has an output that is nan, so no class; look at net.trace(x) for its origin",
                sample=bad[0] + 1,
            )
        if y.shape[-1] > 1:
            if threshold is not None:
                raise InputError(
                    "a threshold is for a single output unit; this network has {outputs}", outputs=y.shape[-1]
                )
            index = y.argmax(axis=-1)
        else:
            limit = self.layers[-1].activation(np.zeros(1, self.dtype))[0] if threshold is None else threshold
            index = (y[..., 0] > limit).astype(np.intp)
        found = index if self.classes is None else array_of_labels(self.classes)[index]
        return found if y.ndim == 2 else found.item() if isinstance(found, np.generic) else found

    @property
    def output_names(self) -> tuple[str, ...] | None:
        """The labels as text, where there is one per output unit."""
        return tuple(map(str, self.classes)) if self.classes and self.layers[-1].units > 1 else None

    def summary(self) -> Summary:
        """Return the size of every layer and of the whole: shapes, weights, biases, bytes; printable."""
        return summary_of(self.layers)

    def collapse(self) -> MLP:
        """Return the same function with every layer that ends in the identity joined to the next one.

        Without a non-linear activation between them, layers are one layer: W = W(1) W(2) and b = b(1) W(2) + b(2).
        Products are summed in extended precision and rounded once; `multilayer.network.equality` shows in exact
        arithmetic what that rounding changed.
        """
        return self._with(collapsed_layers(self.layers))

    def astype(self, dtype: DTypeLike) -> MLP:
        """Return the network with weights rounded to `dtype` (float32 or float64)."""
        kind = float_type(dtype)
        layers = [
            Dense(layer.W.astype(kind), layer.b.astype(kind), layer.activation) for layer in self.layers
        ]
        return self._with(layers)

    @with_known_options
    def with_layer(
        self,
        number: int,
        *,
        W: ArrayLike | None = None,
        b: ArrayLike | None = None,
        activation: Activation | str | None = None,
    ) -> MLP:
        """Return the network with other weights, biases or activation in layer `number`, from 1 as in W(1).

        What is not given stays. `after.trace(x) - before.trace(x)` shows what that changes.

        Examples
        --------
        >>> net = MLP([Dense([[1.0], [2.0]], [0.5])])
        >>> W = net.layers[0].W.copy()
        >>> W[1, 0] = 3.0
        >>> net.with_layer(1, W=W)([1, 1])
        array([4.5])

        Raises
        ------
        InputError
            When there is no such layer, or a shape does not fit the layer or its neighbours.
        """
        whole = isinstance(number, Integral) and not isinstance(number, bool)
        if not whole or number not in range(1, len(self.layers) + 1):
            raise InputError(
                "there is no layer {number}; this network has layers 1 to {layers}",
                number=one_line(repr(number), 40),
                layers=len(self.layers),
            )
        old = self.layers[number - 1]
        new = Dense(
            old.W if W is None else W,
            old.b if b is None else b,
            old.activation if activation is None else activation,
        )
        layers = list(self.layers)
        with np.errstate(over="ignore"):
            layers[number - 1] = Dense(new.W.astype(self.dtype), new.b.astype(self.dtype), new.activation)
        return self._with(layers)

    if not TYPE_CHECKING:  # which would take any name for known

        def __getattr__(self, name: str) -> Any:
            hint = translated(_ELSEWHERE.get(name, ""))
            message = fill(
                "'MLP' object has no attribute {name!r}; {hint}"
                if hint
                else "'MLP' object has no attribute {name!r}",
                name=name,
                hint=hint,
            )
            raise AttributeError(message, name=name, obj=self)

    def _with(self, layers: Iterable[Dense]) -> MLP:
        return MLP(layers, classes=self.classes, inputs=self.input_names)

    def _samples(self, x: ArrayLike) -> NDArray[Any]:
        return samples_in(self.dtype, samples_of(x, self.layers[0].inputs, self.input_names))

    def _content(self) -> tuple[Any, ...]:
        # 1, 1.0 and True are equal, but not the same label.
        return self.layers, self.classes, tuple(map(type, self.classes or ())), self.input_names

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if isinstance(other, MLP) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._content())

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(MLP, classes=self.classes, inputs=self.input_names), (self.layers,)

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.widths))
        activations = " ".join(layer.activation.facts.name for layer in self.layers)
        return f"MLP({widths}, {activations}, {self.dtype})"


_THRESHOLD = Limits(optional=True)
