"""More epochs, and no end where nothing seems to improve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.optimizers import LBFGS

__all__ = ["patience"]

_TIMES = 10


def _variants(setup: Setup) -> Iterator[Variant | NotApplicable]:
    epochs = _TIMES * setup.epochs
    if isinstance(setup.optimizer, LBFGS):
        optimizer = replace(
            setup.optimizer, tolerance=0.0, max_evaluations=_TIMES * setup.optimizer.max_evaluations
        )
        yield Variant(
            f"up to {epochs} iterations, however small the gradient",
            setup.call(
                estimator=f"max_iter={epochs}, tol=0", fit=f"optimizer=LBFGS(tolerance=0), epochs={epochs}"
            ),
            replace(setup, optimizer=optimizer, epochs=epochs),
        )
        return
    stops = setup.stopping is not None
    yield Variant(
        f"{epochs} epochs{', without a stop at a plateau' if stops else ''}",
        setup.call(
            estimator=f"max_iter={epochs}, n_iter_no_change=np.inf",
            fit=f"epochs={epochs}{', stopping=None' if stops else ''}",
        ),
        replace(setup, stopping=None, held_out=None, metrics=(), epochs=epochs),
    )


patience = Remedy("patience", _variants)
