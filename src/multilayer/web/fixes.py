"""Remedies for the session's training: tried and ranked, and one of them taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.random import generator
from multilayer._base.text import fill
from multilayer.diagnosis import Ranking, Setup, try_fixes
from multilayer.diagnosis.remedies.problem import problem_of
from multilayer.diagnosis.remedies.try_fixes import variants
from multilayer.diagnosis.remedies.variant import Variant
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.web.recipe import targets_of
from multilayer.web.session import Rows, State
from multilayer.web.worker import Stop

__all__ = ["ranked", "with_fix"]

_SEEDS = 3


def ranked(start: MLP, state: State, stop: Stop) -> Ranking:
    """Train from the start with each remedy, several times, and rank them by their gain."""
    rows = state.rows
    return try_fixes(
        _setup(start, state), rows.X, targets_of(rows.y), seeds=_SEEDS, progress=False, stop=stop
    )


def with_fix(start: MLP, state: State, remedy: str, change: str) -> State:
    """Return the start with a remedy: other activations, weights, rows or settings.

    Raises
    ------
    InputError
        When there is no such remedy for this training, or it is one of columns or weights of samples.
    """
    setup = _setup(start, state)
    problem = problem_of(
        setup,
        state.rows.X,
        state.rows.y,
        None,
        None,
        epochs=None,
        samples=len(state.rows.X),
        held_out=None,
        rng=generator(0),
    )
    for name, variant in variants(_known(setup, problem.setup)):
        if name == remedy and isinstance(variant, Variant) and variant.change == change:
            if variant.setup.dropped or variant.setup.balanced:
                raise InputError("the studio does not take this remedy; in Python: {call}", call=variant.call)
            return _taken(variant.setup, state, start)
    raise InputError("this training has no remedy '{change}'; try the remedies again", change=change)


def _setup(start: MLP, state: State) -> Setup:
    recipe = state.recipe
    return Setup(
        network=start,
        config=recipe.config(start, targets_of(state.rows.y)),
        keep_weights=True,
        held_out=recipe.validation,
    )


def _known(setup: Setup, tried: Setup) -> Setup:
    """Return the setup with what was measured of its data."""
    return replace(setup, facts=tried.facts)


def _taken(setup: Setup, state: State, start: MLP) -> State:
    net, rows, recipe = setup.network, state.rows, state.recipe.with_config(setup.config)
    if not setup.keep_weights:
        *hidden, output = setup.activations
        initializer, seed = setup.initializer, recipe.seed
        net = initialize(net.widths, hidden, output, initializer=initializer, dtype=net.dtype, rng=seed)
    if net is not start:
        net = MLP(net.layers, classes=start.classes, inputs=start.input_names)
    rows = standardized(rows) if setup.standardize else rows
    return State(net, with_targets_standardized(rows) if setup.scale_targets else rows, recipe)


def standardized(rows: Rows) -> Rows:
    """Return the rows with columns of mean 0 and standard deviation 1; a constant column is only moved."""
    std = rows.X.std(axis=0, dtype=np.float64)
    X = (rows.X - rows.X.mean(axis=0, dtype=np.float64)) / np.where((std > 0.0) & np.isfinite(std), std, 1.0)
    return replace(rows, X=X, about=fill("{rows}, standardized", rows=rows.about))


def with_targets_standardized(rows: Rows) -> Rows:
    """Return the rows with targets of mean 0 and standard deviation 1."""
    y = np.asarray(rows.y, np.float64)
    std = y.std(axis=0)
    y = (y - y.mean(axis=0)) / np.where((std > 0.0) & np.isfinite(std), std, 1.0)
    return replace(rows, y=y, about=fill("{rows}, targets standardized", rows=rows.about))
