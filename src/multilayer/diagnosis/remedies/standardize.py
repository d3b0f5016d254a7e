"""Inputs of mean 0 and standard deviation 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.setup import Setup

__all__ = ["standardize"]


def _variants(setup: Setup) -> Iterator[Variant | NotApplicable]:
    change = "standardized inputs"
    if setup.standardized or setup.standardize:
        yield NotApplicable(change, "every column of X has mean 0 and standard deviation 1 already")
        return
    call = setup.call(
        estimator=f"make_pipeline(StandardScaler(), {setup.estimator}(...))",
        fit="fit(network, (X - X.mean(axis=0)) / X.std(axis=0), y, ...)",
    )
    yield Variant(change, call, replace(setup, standardize=True))


standardize = Remedy("standardize", _variants)
