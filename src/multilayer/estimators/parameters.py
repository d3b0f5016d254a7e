"""The constructor parameters that both estimators share, and what scikit-learn accepts for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from multilayer.activations import Activation
from multilayer.optimizers import Optimizer, Schedule
from multilayer.training.checkpoint import Checkpoint

__all__ = ["ActivationLike", "Parameters"]

ActivationLike = str | Activation


@dataclass(eq=False, repr=False, kw_only=True)
class Parameters:
    """Fields, in scikit-learn's order and with its defaults, and behind them those that multilayer adds.

    `MLPClassifier` and `MLPRegressor` say what each one means.
    """

    solver: Literal["adam", "sgd", "lbfgs"] = "adam"
    alpha: float = 0.0001
    batch_size: int | Literal["auto"] = "auto"
    learning_rate: Any = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    verbose: bool | int = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: float = 10
    max_fun: int = 15000

    output_activation: ActivationLike | None = None
    dropout: float | Sequence[float] = 0.0
    optimizer: Any = None
    callbacks: Sequence[Callable[[Any], object]] | None = None
    checkpoint: Any = None

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [str, Activation, list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"}), Schedule],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "output_activation": [str, Activation, None],
        "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
        "optimizer": [Optimizer, None],
        "callbacks": ["array-like", callable, None],
        "checkpoint": [str, PathLike, Checkpoint, None],
    }
