"""The parameters of both estimators: each with its default, its meaning, and what scikit-learn's validation accepts."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from multilayer._base.storage import AnyPath
from multilayer.activations import Activation
from multilayer.losses import Loss
from multilayer.optimizers import Optimizer, Schedule
from multilayer.training.checkpoint_writer import Checkpoint

__all__ = ["COUNT", "FRACTION", "NOT_NEGATIVE", "POSITIVE", "Parameters", "described", "parameter"]

T = TypeVar("T", bound="type[Any]")

_WIDTH = 100
FRACTION = Interval(Real, 0, 1, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
POSITIVE = Interval(Real, 0, None, closed="neither")

_ATTRIBUTES = """\
coefs_, intercepts_ : list of array
    W, of shape (inputs, units), and b of each layer: the arrays of `network_`, read-only. To change one, replace it.
network_ : MLP
    The network itself: to trace, to save, to diagnose.
loss_, loss_curve_, best_loss_ : float, list of float, float or None
    Loss of the last epoch, of each epoch, of the best epoch (None with early stopping).
validation_scores_, best_validation_score_ : list of float, float
    Score of the validation samples after each epoch; None without any.
validation_loss_curve_ : list of float
    Their loss.
n_iter_, t_ : int
    Epochs, and samples seen.
n_layers_, n_outputs_, out_activation_
    Layers with the input layer, output units, name of the output activation.
n_features_in_, feature_names_in_
    Columns of X, and their names where it has some."""


def parameter(default: Any, meaning: str, *accepted: Any, positional: bool = False) -> Any:
    """Declare a parameter: its default, its meaning for the docstring, and what validation accepts."""
    return dataclasses.field(
        default=default, kw_only=not positional, metadata={"meaning": meaning, "accepted": list(accepted)}
    )


def described(cls: T) -> T:
    """Give an estimator scikit-learn's constraints and its docstring, both made of its fields.

    `{parameters}` and `{attributes}` in the docstring are replaced.
    """
    fields = {field.name: field for field in dataclasses.fields(cls)}
    cls._parameter_constraints = {name: field.metadata["accepted"] for name, field in fields.items()}
    if cls.__doc__ is not None:  # as under python -OO
        parameters = "\n".join(_documented(fields[name]) for name in inspect.signature(cls).parameters)
        text = inspect.cleandoc(cls.__doc__)
        cls.__doc__ = text.replace("{parameters}", parameters).replace("{attributes}", _ATTRIBUTES)
    return cls


def _documented(field: dataclasses.Field[Any]) -> str:
    meaning = textwrap.fill(field.metadata["meaning"], _WIDTH, break_on_hyphens=False)
    return f"{field.name} : {field.type}, default={field.default!r}\n{textwrap.indent(meaning, ' ' * 4)}"


@dataclass(eq=False, repr=False, kw_only=True)
class Parameters:
    """Fields in scikit-learn's order and with its defaults; those that multilayer adds come after them."""

    loss: str | Loss = parameter(
        "squared_error",
        '"squared_error", "poisson", or one of `multilayer.losses`: "huber", Quantile(0.9), and so on.',
        str,
        Loss,
        positional=True,
    )
    hidden_layer_sizes: int | Sequence[int] = parameter(
        (100,), "Units of each hidden layer.", "array-like", COUNT, positional=True
    )
    activation: str | Activation | Sequence[str | Activation] = parameter(
        "relu",
        "Activation of all hidden layers, or one for each: any of `multilayer.activations`, or a user-defined one.",
        str,
        Activation,
        list,
        tuple,
        positional=True,
    )
    solver: Literal["adam", "sgd", "lbfgs"] = parameter(
        "adam",
        "Adam, gradient descent with momentum, or L-BFGS over all samples at once.",
        StrOptions({"lbfgs", "sgd", "adam"}),
    )
    alpha: float = parameter(
        0.0001,
        "Strength of the L2 penalty on weights; it is divided by the number of samples of a batch.",
        NOT_NEGATIVE,
    )
    batch_size: int | Literal["auto"] = parameter(
        "auto", 'Samples per step; "auto" is min(200, n_samples).', StrOptions({"auto"}), COUNT
    )
    learning_rate: Literal["constant", "invscaling", "adaptive"] | Schedule = parameter(
        "constant",
        'How the learning rate changes. The names are for "sgd": by 1 / t^power_t, or by a fifth whenever training '
        "stalls. A `multilayer.optimizers.Schedule` is for every optimizer.",
        StrOptions({"constant", "invscaling", "adaptive"}),
        Schedule,
    )
    learning_rate_init: float = parameter(0.001, "The initial learning rate.", POSITIVE)
    power_t: float = parameter(0.5, 'The exponent of "invscaling".', NOT_NEGATIVE)
    max_iter: int = parameter(200, "Maximum number of epochs; of iterations of L-BFGS.", COUNT)
    shuffle: bool = parameter(True, "Whether each epoch has its own order of the samples.", "boolean")
    random_state: int | np.random.RandomState | None = parameter(
        None,
        "Source of initial weights, orders and splits. The same one draws the same numbers as in scikit-learn.",
        "random_state",
    )
    tol: float = parameter(
        1e-4,
        "The smallest change that counts as an improvement. L-BFGS ends when no gradient is larger.",
        NOT_NEGATIVE,
    )
    verbose: bool | int = parameter(
        False,
        "Whether to print the loss of each epoch, and to show a progress bar on a terminal and in a notebook.",
        "verbose",
    )
    warm_start: bool = parameter(False, "Whether `fit` continues from the present weights.", "boolean")
    momentum: float = parameter(0.9, 'Momentum of "sgd".', Interval(Real, 0, 1, closed="both"))
    nesterovs_momentum: bool = parameter(True, "Whether it is Nesterov's momentum.", "boolean")
    early_stopping: bool = parameter(
        False,
        "Whether to score held-out samples, stop when the score no longer improves, and keep the best weights. They "
        "are a fraction of X, or the `validation_data` of `fit`.",
        "boolean",
    )
    validation_fraction: float = parameter(0.1, "That fraction.", FRACTION)
    beta_1: float = parameter(0.9, 'Decay rate of the mean of gradients, for "adam".', FRACTION)
    beta_2: float = parameter(0.999, 'Decay rate of the mean of squared gradients, for "adam".', FRACTION)
    epsilon: float = parameter(1e-8, 'Added to the denominator, for "adam".', POSITIVE)
    n_iter_no_change: float = parameter(
        10, "Epochs without improvement before training ends.", COUNT, Options(Real, {np.inf})
    )
    max_fun: int = parameter(15000, 'Maximum number of evaluations, for "lbfgs".', COUNT)

    output_activation: str | Activation | None = parameter(
        None,
        "Activation of the output layer. None fits it to targets and loss: softmax or sigmoid for a classifier, "
        'exponential for "poisson", else the identity.',
        str,
        Activation,
        None,
    )
    dropout: float | Sequence[float] = parameter(
        0.0,
        "Fraction of the units that each step drops at random: in all hidden layers, or one number for each.",
        FRACTION,
        list,
        tuple,
    )
    optimizer: Optimizer | None = parameter(
        None,
        "Any of `multilayer.optimizers` in place of `solver`, with its own learning rate: "
        "AdamW(0.001, weight_decay=0.01), for example.",
        Optimizer,
        None,
    )
    callbacks: Callable[[Any], object] | Sequence[Callable[[Any], object]] | None = parameter(
        None,
        "Each is called with a `multilayer.training.Epoch` after every epoch; one that returns True ends training.",
        "array-like",
        callable,
        None,
    )
    checkpoint: AnyPath | Checkpoint | None = parameter(
        None,
        "A file to which `fit` saves its state after each epoch. If it exists already, `fit` resumes from it.",
        str,
        PathLike,
        Checkpoint,
        None,
    )

    _parameter_constraints: ClassVar[dict[str, list[Any]]]
