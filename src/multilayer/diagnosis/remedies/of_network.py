"""Remedies of the network: other activations, weights to start from, widths and depths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer._base.text import fill
from multilayer.activations import Activation, gelu, identity, relu, sigmoid, softmax, tanh
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.variant import NotApplicable, Variant
from multilayer.initializers import Orthogonal, ScikitLearn, for_activation
from multilayer.losses import Loss, binary_cross_entropy, categorical_cross_entropy
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize

__all__ = ["activation", "depth", "initialization", "output", "width"]

_ACTIVATIONS = (tanh, relu, gelu)
"""Bounded and zero-centred; a rectifier; a smooth one."""
_NARROW, _WIDE = 3, 32
_DEEP = 2
"""Hidden layers of a network that is not deep."""


def activation(setup: Setup) -> Iterator[Variant | NotApplicable]:
    """Another activation in the hidden layers."""
    *hidden, last = setup.network.layers
    if not hidden:
        yield NotApplicable(fill("another activation"), fill("there is no hidden layer"))
        return
    present = list(dict.fromkeys(layer.activation for layer in hidden))
    for candidate in _ACTIVATIONS:
        if present == [candidate]:
            continue
        name = candidate.facts.name
        layers = [*(Dense(layer.W, layer.b, candidate) for layer in hidden), last]
        as_in_scikit_learn = isinstance(setup.initializer, ScikitLearn)
        yield Variant(
            fill(
                "{name} in the hidden layers, in place of {present}",
                name=name,
                present=", ".join(activation.facts.name for activation in present),
            ),
            setup.call(estimator=f'activation="{name}"', fit=f'initialize(widths, "{name}", ...)'),
            replace(
                setup,
                network=MLP(layers),
                initializer=ScikitLearn(candidate) if as_in_scikit_learn else setup.initializer,
            ),
        )


def output(setup: Setup) -> Iterator[Variant]:
    """The output activation that belongs to the loss, and for classes the loss that belongs to them."""
    *hidden, last = setup.network.layers
    for found, loss in _fitting(setup):
        if isinstance(last.activation, type(found)) and loss == setup.config.loss:
            continue
        name = found.facts.name
        yield Variant(
            fill("the output activation {name} with the loss {loss}", name=name, loss=loss.facts.name),
            setup.call(
                estimator=f'output_activation="{name}"',
                fit=f'initialize(..., output="{name}"), loss="{loss.facts.name}"',
            ),
            replace(setup, network=MLP([*hidden, Dense(last.W, last.b, found)])).with_config(loss=loss),
        )


def _fitting(setup: Setup) -> Iterator[tuple[Activation, Loss]]:
    loss, units = setup.config.loss, setup.network.widths[-1]
    probabilities: dict[Activation, Loss] = {
        softmax: categorical_cross_entropy,
        sigmoid: binary_cross_entropy,
    }
    own = next((h for h in probabilities if isinstance(h, loss.fused_activations)), None)
    if own is not None:
        yield own, loss
    elif setup.facts.classes:
        found = sigmoid if units == 1 else softmax
        yield found, probabilities[found]
    elif not loss.fused_activations:
        yield identity, loss


def initialization(setup: Setup) -> Iterator[Variant | NotApplicable]:
    """Other initial weights."""
    if setup.initializer is None and not setup.keep_weights:
        yield NotApplicable(
            fill("initial weights chosen for each activation"), fill("the network was initialized that way")
        )
    else:
        kinds = dict.fromkeys(type(for_activation(h)).__name__ for h in setup.activations)
        yield Variant(
            fill("initial weights chosen for each activation ({kinds})", kinds=", ".join(kinds)),
            "fit(initialize(widths, hidden, output), X, y, ...)",
            replace(setup, initializer=None, keep_weights=False),
        )
    if setup.initializer != Orthogonal():
        yield Variant(
            fill("orthogonal initial weights"),
            'fit(initialize(widths, hidden, output, initializer="orthogonal"), X, y, ...)',
            replace(setup, initializer=Orthogonal(), keep_weights=False),
        )


def width(setup: Setup) -> Iterator[Variant]:
    """Wider hidden layers, where one has next to no units."""
    hidden = setup.network.widths[1:-1]
    if not hidden or min(hidden) > _NARROW:
        return
    wider = tuple(max(_WIDE, units) for units in hidden)
    change = fill("at least {units} units in every hidden layer", units=_WIDE)
    yield _redrawn(setup, change, wider)


def depth(setup: Setup) -> Iterator[Variant]:
    """One hidden layer, where there are more than two."""
    hidden = setup.network.widths[1:-1]
    if len(hidden) > _DEEP:
        units = max(_WIDE, *hidden)
        change = fill(
            "one hidden layer of {units} units, in place of {layers}", units=units, layers=len(hidden)
        )
        yield _redrawn(setup, change, (units,))


def _redrawn(setup: Setup, change: str, hidden: tuple[int, ...]) -> Variant:
    """Return a network of other hidden layers; weights of other widths are no start for it."""
    *activations, last = setup.activations
    widths = (setup.network.widths[0], *hidden, setup.network.widths[-1])
    drawn = initialize(widths, activations[: len(hidden)], last, dtype=setup.network.dtype, rng=0)
    return Variant(
        change,
        setup.call(estimator=f"hidden_layer_sizes={hidden}", fit=f"initialize({widths}, ...)"),
        replace(setup, network=drawn, keep_weights=False),
    )
