"""A learning rate ten times as high, and as low."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.optimizers import LBFGS, Optimizer

__all__ = ["rate"]


def _variants(setup: Setup) -> Iterator[Variant | NotApplicable]:
    optimizer = setup.optimizer
    if isinstance(optimizer, LBFGS):
        yield NotApplicable("another learning rate", "L-BFGS has none")
        return
    for word, factor in (("ten times as high", 10.0), ("a tenth", 0.1)):
        # By way of its decimal digits: 0.001 * 10 is 0.01 then.
        other = float(f"{optimizer.learning_rate * factor:.6g}")
        yield Variant(
            f"learning rate {other:g}, {word}",
            setup.call(
                estimator=f"learning_rate_init={other:g}",
                fit=f"optimizer={type(optimizer).__name__}({other:g})",
            ),
            replace(setup, optimizer=_with_rate(optimizer, other)),
        )


def _with_rate(optimizer: Optimizer, rate: float) -> Optimizer:
    changed: Optimizer = replace(optimizer, learning_rate=rate)  # type: ignore[type-var]
    return changed


rate = Remedy("rate", _variants)
