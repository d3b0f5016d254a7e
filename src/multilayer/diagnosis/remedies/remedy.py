"""The remedies: pure functions from the setup of a training to other setups, or to the reason why there is none.

To add one: a function, and an entry of `REMEDIES`. Its name is the name of the remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec

from multilayer._base.errors import MissingExtraError
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import gelu, relu, tanh
from multilayer.diagnosis.remedies.problem import Setup
from multilayer.initializers import Orthogonal, ScikitLearn, for_activation
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.optimizers import LBFGS, Adam, ClipByNorm

__all__ = ["OWN", "REMEDIES", "NotApplicable", "Remedy", "Variant"]

_ACTIVATIONS = (tanh, relu, gelu)
"""Bounded and zero-centred; a rectifier; a smooth one."""
_MORE_EPOCHS = 10
_TINY = 0.01
"""A penalty that no training notices."""
_NARROW, _WIDE = 3, 32


@dataclass(frozen=True)
class Variant:
    """One way to take a remedy."""

    change: str
    """The change in words: "tanh in the hidden layers, in place of sigmoid"."""
    call: str
    """The change in code."""
    setup: Setup


@dataclass(frozen=True)
class NotApplicable:
    """A remedy, or one way to take it, that cannot be tried."""

    change: str
    reason: str


Remedy = Callable[[Setup], Iterable[Variant | NotApplicable]]


def standardize(setup: Setup) -> Iterator[Variant | NotApplicable]:
    """Inputs of mean 0 and standard deviation 1."""
    change = fill("standardized inputs")
    if setup.standardized or setup.standardize:
        yield NotApplicable(change, fill("every column of X has mean 0 and standard deviation 1 already"))
        return
    call = setup.call(
        estimator=f"make_pipeline(StandardScaler(), {setup.estimator}(...))",
        fit="fit(network, (X - X.mean(axis=0)) / X.std(axis=0), y, ...)",
    )
    yield Variant(change, call, replace(setup, standardize=True))


def targets(setup: Setup) -> Iterator[Variant]:
    """Targets of mean 0 and standard deviation 1, where they are numbers of another size."""
    if not setup.targets_scaled and not setup.scale_targets:
        yield Variant(
            fill("standardized targets"),
            setup.call(
                estimator=f"TransformedTargetRegressor({setup.estimator}(...), transformer=StandardScaler())",
                fit="fit(network, X, (y - y.mean(axis=0)) / y.std(axis=0), ...)",
            ),
            replace(setup, scale_targets=True),
        )


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


def rate(setup: Setup) -> Iterator[Variant | NotApplicable]:
    """A learning rate ten times as high, and as low."""
    optimizer = setup.config.optimizer
    if isinstance(optimizer, LBFGS):
        yield NotApplicable(fill("another learning rate"), fill("L-BFGS has none"))
        return
    for template, factor in (
        (N_("learning rate {rate:g}, ten times as high"), 10.0),
        (N_("learning rate {rate:g}, a tenth"), 0.1),
    ):
        # By way of its decimal digits: 0.001 * 10 is 0.01 then.
        other = float(f"{optimizer.learning_rate * factor:.6g}")
        yield Variant(
            fill(template, rate=other),
            setup.call(
                estimator=f"learning_rate_init={other:g}",
                fit=f"optimizer={type(optimizer).__name__}({other:g})",
            ),
            setup.with_config(optimizer=replace(optimizer, learning_rate=other)),  # type: ignore[type-var]
        )


def patience(setup: Setup) -> Iterator[Variant]:
    """More epochs, and no early stopping."""
    optimizer, epochs = setup.config.optimizer, _MORE_EPOCHS * setup.config.epochs
    if isinstance(optimizer, LBFGS):
        evaluations = _MORE_EPOCHS * optimizer.max_evaluations
        yield Variant(
            fill("up to {epochs} iterations, however small the gradient", epochs=epochs),
            setup.call(
                estimator=f"max_iter={epochs}, tol=0", fit=f"optimizer=LBFGS(tolerance=0), epochs={epochs}"
            ),
            setup.with_config(
                optimizer=replace(optimizer, tolerance=0.0, max_evaluations=evaluations), epochs=epochs
            ),
        )
        return
    stops = setup.config.stopping is not None
    yield Variant(
        fill("{epochs} epochs, without early stopping" if stops else "{epochs} epochs", epochs=epochs),
        setup.call(
            estimator=f"max_iter={epochs}, n_iter_no_change=np.inf",
            fit=f"epochs={epochs}{', stopping=None' if stops else ''}",
        ),
        replace(setup, held_out=None).with_config(stopping=None, metrics=(), epochs=epochs),
    )


def solver(setup: Setup) -> Iterator[Variant | NotApplicable]:
    """L-BFGS in place of steps over batches, and the other way round."""
    if isinstance(setup.config.optimizer, LBFGS):
        yield Variant(
            fill("Adam, in place of L-BFGS"),
            setup.call(estimator='solver="adam"', fit="optimizer=Adam()"),
            setup.with_config(optimizer=Adam()),
        )
        return
    change = fill("L-BFGS, in place of {optimizer}", optimizer=type(setup.config.optimizer).__name__)
    if setup.config.dropout_rates(len(setup.network.layers) - 1):
        yield NotApplicable(change, fill("it takes no dropout"))
    elif find_spec("scipy") is None:
        yield NotApplicable(change, str(MissingExtraError("L-BFGS", "SciPy", "lbfgs")))
    else:
        yield Variant(
            change,
            setup.call(estimator='solver="lbfgs"', fit="optimizer=LBFGS()"),
            replace(setup, held_out=None, config=setup.config.full_batch(LBFGS())),
        )


def penalty(setup: Setup) -> Iterator[Variant]:
    """Weights without a penalty, where there is one that is not tiny."""
    if setup.config.shrinkage > _TINY:
        yield Variant(
            fill("no penalty on weights"),
            setup.call(estimator="alpha=0", fit="l2=0, weight_decay=0"),
            replace(setup, config=setup.config.without_shrinkage()),
        )


def width(setup: Setup) -> Iterator[Variant]:
    """Wider hidden layers, where one has next to no units."""
    network = setup.network
    hidden = network.widths[1:-1]
    if not hidden or min(hidden) > _NARROW:
        return
    wider = tuple(max(_WIDE, units) for units in hidden)
    *activations, output = setup.activations
    widths = (network.widths[0], *wider, network.widths[-1])
    # The weights of narrower layers are no start for wider ones.
    drawn = initialize(widths, activations, output, dtype=network.dtype, rng=0)
    yield Variant(
        fill("at least {units} units in every hidden layer", units=_WIDE),
        setup.call(estimator=f"hidden_layer_sizes={wider}", fit=f"initialize({widths}, ...)"),
        replace(setup, network=drawn, keep_weights=False),
    )


def clipping(setup: Setup) -> Iterator[Variant]:
    """Gradients of a norm of 1 at most, where they are not clipped; estimators have no such parameter."""
    config = setup.config
    if setup.estimator is None and config.clip is None and not isinstance(config.optimizer, LBFGS):
        yield Variant(
            fill("gradients clipped to a norm of 1"),
            "clip=ClipByNorm(1.0)",
            setup.with_config(clip=ClipByNorm(1.0)),
        )


OWN: Mapping[str, str] = {
    "unscaled_inputs": "standardize",
    "unscaled_targets": "targets",
    "initialization": "initialization",
    "duplicate_units": "initialization",
    "linear_units": "activation",
    "vanishing_gradients": "activation",
    "collapsed_signal": "activation",
    "dead_units": "initialization",
    "saturated_units": "initialization",
    "exploding_gradients": "clipping",
    "loss_not_finite": "rate",
    "learning_rate_too_high": "rate",
    "learning_rate_too_low": "rate",
    "oscillation": "rate",
    "update_ratio": "rate",
    "undertraining": "patience",
    "plateau_stop": "patience",
    "too_much_penalty": "penalty",
    "too_few_units": "width",
}
"""From a check to the remedy that its advice names first, where there is one."""

REMEDIES: tuple[Remedy, ...] = (
    standardize,
    targets,
    activation,
    initialization,
    rate,
    patience,
    solver,
    penalty,
    width,
    clipping,
)
"""In the order in which they are tried."""
