"""Remedies of the data: columns and targets of another size, columns left out, classes that weigh the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from multilayer._base.text import fill
from multilayer.diagnosis.phrases import numbers
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.variant import NotApplicable, Variant
from multilayer.network import MLP, Dense

__all__ = ["balance", "leak", "standardize", "targets"]


def standardize(setup: Setup) -> Iterator[Variant | NotApplicable]:
    """Inputs of mean 0 and standard deviation 1."""
    change = fill("standardized inputs")
    if setup.facts.standardized or setup.standardize:
        yield NotApplicable(change, fill("every column of X has mean 0 and standard deviation 1 already"))
        return
    call = setup.call(
        estimator=f"make_pipeline(StandardScaler(), {setup.estimator}(...))",
        fit="fit(network, (X - X.mean(axis=0)) / X.std(axis=0), y, ...)",
    )
    yield Variant(change, call, replace(setup, standardize=True))


def targets(setup: Setup) -> Iterator[Variant]:
    """Targets of mean 0 and standard deviation 1, where they are numbers of another size."""
    if not setup.facts.targets_scaled and not setup.scale_targets:
        yield Variant(
            fill("standardized targets"),
            setup.call(
                estimator=f"TransformedTargetRegressor({setup.estimator}(...), transformer=StandardScaler())",
                fit="fit(network, X, (y - y.mean(axis=0)) / y.std(axis=0), ...)",
            ),
            replace(setup, scale_targets=True),
        )


def leak(setup: Setup) -> Iterator[Variant]:
    """Inputs without the columns that are copies of a target."""
    columns, first = setup.facts.leaks, setup.network.layers[0]
    if not columns or setup.dropped or len(columns) == first.inputs:
        return
    narrower = Dense(np.delete(first.W, columns, axis=0), first.b, first.activation)
    yield Variant(
        fill("X without the columns {columns}", columns=numbers([column + 1 for column in columns])),
        f"np.delete(X, {list(columns)}, axis=1)",
        replace(setup, network=MLP([narrower, *setup.network.layers[1:]]), dropped=columns),
    )


def balance(setup: Setup) -> Iterator[Variant]:
    """Classes that all weigh the same, where one is rare."""
    if setup.facts.imbalanced and not setup.balanced:
        yield Variant(
            fill("classes weighted equally"),
            setup.call(
                estimator='sample_weight=compute_sample_weight("balanced", y)', fit='class_weight="balanced"'
            ),
            replace(setup, balanced=True),
        )
