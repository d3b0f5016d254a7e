"""Remedies of the training: its rate, its length, its solver, its penalty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec

from multilayer._base.errors import MissingExtraError
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.variant import NotApplicable, Variant
from multilayer.optimizers import LBFGS, Adam, ClipByNorm
from multilayer.training import EarlyStopping

__all__ = ["clipping", "early_stopping", "patience", "penalty", "rate", "shrinkage", "solver"]

_MORE_EPOCHS, _ENOUGH_EPOCHS = 10, 100
"""Times as many as there were; and as many as any training may be given that was all too short."""
_TINY = 0.01
"""A penalty that no training notices."""
_PENALTIES = (1.0, 10.0)
"""As if weights were drawn from a normal distribution of variance 1, or a tenth."""
_HELD_OUT = 0.1


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
    optimizer = setup.config.optimizer
    epochs = max(_MORE_EPOCHS * setup.config.epochs, _ENOUGH_EPOCHS)
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


def shrinkage(setup: Setup) -> Iterator[Variant]:
    """A penalty on weights, where there is none of that size."""
    for l2 in _PENALTIES:
        if setup.config.shrinkage < l2:
            yield Variant(
                fill("an L2 penalty of {l2:g}", l2=l2),
                setup.call(estimator=f"alpha={l2:g}", fit=f"l2={l2:g}"),
                setup.with_config(l2=l2),
            )


def early_stopping(setup: Setup) -> Iterator[Variant]:
    """Training that ends where samples that are held out no longer gain, with the best weights; not of few samples."""
    if not (setup.held_out or setup.facts.few or isinstance(setup.config.optimizer, LBFGS)):
        yield Variant(
            fill("early stopping on a tenth of the samples"),
            setup.call(estimator="early_stopping=True", fit="stopping=EarlyStopping(), validation=0.1"),
            replace(setup, held_out=_HELD_OUT).with_config(stopping=EarlyStopping()),
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
