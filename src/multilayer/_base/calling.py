"""Calls with a wrong keyword: refused with a near match, in the words that every other mistake has."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from multilayer._base.errors import InputError
from multilayer._base.text import near_matches, quoted

__all__ = ["with_known_options"]

_ELSEWHERE = {
    **dict.fromkeys(("learning_rate", "lr", "learning_rate_init"), ("optimizer", "optimizer=Adam(0.01)")),
    **dict.fromkeys(("momentum", "nesterov"), ("optimizer", "optimizer=SGD(0.01, momentum=0.9)")),
    **dict.fromkeys(("alpha", "weight_penalty", "regularization"), ("l2", "l2=")),
    **dict.fromkeys(("patience", "early_stopping"), ("stopping", "stopping=EarlyStopping(patience=10)")),
    **dict.fromkeys(("max_iter", "n_iter", "iterations"), ("epochs", "epochs=")),
    **dict.fromkeys(("batch", "bs"), ("batch_size", "batch_size=")),
    **dict.fromkeys(
        ("val", "X_val", "y_val", "validation_data", "eval_set"), ("validation", "validation=(X, y)")
    ),
    **dict.fromkeys(("validation_split", "validation_fraction"), ("validation", "validation=0.1")),
    **dict.fromkeys(("solver", "optim"), ("optimizer", "optimizer=")),
    **dict.fromkeys(("criterion", "objective", "loss_fn"), ("loss", "loss=")),
    **dict.fromkeys(("scheduler", "lr_scheduler"), ("schedule", "schedule=")),
    **dict.fromkeys(("seed", "random_state", "random_seed", "generator"), ("rng", "rng=")),
    **dict.fromkeys(("verbose", "show_progress", "tqdm"), ("progress", "progress=True")),
    **dict.fromkeys(("activation", "activations"), ("hidden", "hidden=")),
    **dict.fromkeys(("output_activation", "out_activation"), ("output", "output=")),
    **dict.fromkeys(
        ("layers", "sizes", "hidden_layer_sizes", "layer_sizes"), ("widths", "widths=(inputs, ..., outputs)")
    ),
    **dict.fromkeys(("init", "weights_init", "kernel_initializer"), ("initializer", "initializer=")),
}
"""What an option is called elsewhere: the option here, and how it is written."""

P = ParamSpec("P")
R = TypeVar("R")


def with_known_options(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse keywords that the signature of a function does not have, and name those that it needs.

    >>> @with_known_options
    ... def wait(*, seconds): ...
    >>> wait(second=1)
    Traceback (most recent call last):
    multilayer._base.errors.InputError: wait: no option is called 'second'; did you mean 'seconds'?
    """
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    known = [name for name in known if name != "self"]
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        for option in options:
            if option not in known:
                here, written = _ELSEWHERE.get(option, ("", ""))
                is_here = here in known and f"{option}s" not in known
                hint = (
                    f"it is {written} here"
                    if is_here
                    else near_matches(option, known, f"help({function.__name__}) lists them")
                )
                raise InputError(f"{function.__name__}: no option is called {quoted(option)}; {hint}")
        for option in needed:
            if option not in options:
                raise InputError(f"{function.__name__} needs the option {option}=")
        return function(*arguments, **options)

    return call
