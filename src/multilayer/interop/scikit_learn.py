"""Scikit-learn's MLPs, and estimators with their parameters: what parameters and attributes mean here.

Models are recognized by their attributes; scikit-learn is not imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import losses
from multilayer._base.arrays import plain_array
from multilayer._base.data_frames import numbers
from multilayer._base.errors import InputError
from multilayer._base.translation import N_, translated
from multilayer.activations import Activation, get, identity
from multilayer.initializers import ScikitLearn
from multilayer.interop.containers import input_names
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label, class_numbers, labels_of
from multilayer.optimizers import LBFGS, SGD, Adam, Adaptive, Constant, InverseScaling, Optimizer, Schedule
from multilayer.training import EarlyStopping, History, Metric, TrainConfig, metrics
from multilayer.training.events import Stopped

__all__ = [
    "config_of",
    "has_parameters",
    "hidden_activations",
    "hidden_widths",
    "history_of",
    "initial_weights",
    "initializer_of",
    "loss_of",
    "metric_of",
    "network_of",
    "score_name",
    "stopped_of",
    "targets_of",
]

_AUTO_BATCH_SIZE = 200


def has_parameters(model: Any) -> bool:
    """Whether a model has the parameters of scikit-learn's MLPs, fitted or not."""
    return all(hasattr(model, name) for name in ("hidden_layer_sizes", "activation", "solver"))


def network_of(model: Any) -> MLP:
    """Return the network of a fitted MLP of scikit-learn."""
    if not hasattr(model, "coefs_"):
        raise InputError(
            "this {kind} is not fitted, so it has no weights; call fit first", kind=type(model).__name__
        )
    hidden, output = get(model.activation), get(model.out_activation_)
    activations = (*[hidden] * (len(model.coefs_) - 1), output)
    layers = [
        Dense(W, b, activation)
        for W, b, activation in zip(model.coefs_, model.intercepts_, activations, strict=True)
    ]
    return MLP(layers, classes=_classes(model), inputs=input_names(model))


def config_of(model: Any, loss: Loss, metric: Metric) -> TrainConfig:
    """Return the training settings that the parameters of a model describe; early stopping monitors `metric`.

    Raises
    ------
    InputError
        For parameters of our estimators that L-BFGS would ignore.
    """
    optimizer, dropout = _optimizer_of(model), getattr(model, "dropout", 0.0)
    if isinstance(optimizer, LBFGS):
        _refuse_for_lbfgs(model, dropout)
    scored = bool(model.early_stopping) and isinstance(optimizer, Optimizer)
    stopping = EarlyStopping(
        model.n_iter_no_change, float(model.tol), metric.name if scored else "loss", restore_best=scored
    )
    return TrainConfig(
        loss=loss,
        optimizer=optimizer,
        schedule=_schedule_of(model),
        epochs=int(model.max_iter),
        batch_size=_AUTO_BATCH_SIZE if model.batch_size == "auto" else int(model.batch_size),
        shuffle=bool(model.shuffle),
        stopping=stopping if isinstance(optimizer, Optimizer) else None,
        dropout=dropout,
        l2=float(model.alpha),
        metrics=(metric,) if scored else (),
    )


def _refuse_for_lbfgs(model: Any, dropout: Any) -> None:
    for name, given, reason in (
        ("dropout", np.any(dropout), N_("it needs the same objective in every iteration")),
        ("learning_rate", isinstance(model.learning_rate, Schedule), N_("its line search sets the steps")),
        ("checkpoint", getattr(model, "checkpoint", None) is not None, N_("SciPy does not expose its state")),
    ):
        if given:
            raise InputError(
                "solver='lbfgs' takes no {name}={value!r}: {reason}; leave it out, or use solver='adam'",
                name=name,
                value=getattr(model, name),
                reason=translated(reason),
            )


def _optimizer_of(model: Any) -> Optimizer | LBFGS:
    """Return `optimizer` where the model has one, else the meaning of `solver`."""
    given: Optimizer | None = getattr(model, "optimizer", None)
    if given is not None:
        return given
    if model.solver == "lbfgs":
        return LBFGS(float(model.tol), int(model.max_fun))
    rate = float(model.learning_rate_init)
    if model.solver == "sgd":
        return SGD(rate, model.momentum, bool(model.nesterovs_momentum))
    return Adam(rate, model.beta_1, model.beta_2, model.epsilon)


def _schedule_of(model: Any) -> Schedule:
    """Return the schedule of the learning rate; scikit-learn's names are for "sgd" alone."""
    if isinstance(model.learning_rate, Schedule):
        return model.learning_rate
    if model.solver != "sgd" or getattr(model, "optimizer", None) is not None:
        return Constant()
    schedules: dict[str, Schedule] = {
        "constant": Constant(),
        "invscaling": InverseScaling(model.power_t),
        "adaptive": Adaptive(),
    }
    return schedules[model.learning_rate]


def hidden_activations(chosen: str | Activation | Sequence[str | Activation], count: int) -> list[Activation]:
    """Return an activation per hidden layer; `chosen` is one for all, or a sequence of one for each."""
    if isinstance(chosen, str | Activation):
        return [get(chosen)] * count
    if len(chosen) != count:
        raise InputError(
            "activation has {chosen} entries, but hidden_layer_sizes makes {count} "
            "hidden layers; give one for all of them, or one for each",
            chosen=len(chosen),
            count=count,
        )
    return [get(one) for one in chosen]


def hidden_widths(sizes: Any) -> list[int]:
    """Return the units of each hidden layer; `sizes` is one number or any number of them."""
    widths = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if not all(isinstance(width, Integral) and not isinstance(width, bool) for width in widths):
        raise InputError("hidden_layer_sizes must be whole numbers; got {widths}", widths=widths)
    if any(width <= 0 for width in widths):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {widths}.")
    return [int(width) for width in widths]


def initial_weights(
    widths: Sequence[int], chosen: Any, random: np.random.RandomState
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield W and b of each layer, the numbers that scikit-learn draws; `chosen` is the parameter `activation`."""
    hidden = hidden_activations(chosen, len(widths) - 2)
    initializers = (*map(ScikitLearn, hidden), initializer_of(chosen, hidden))
    for (inputs, units), initializer in zip(pairwise(widths), initializers, strict=True):
        yield initializer(inputs, units, initializer.hidden, random)


def initializer_of(chosen: Any, hidden: Sequence[Activation]) -> ScikitLearn:
    """Return scikit-learn's initializer of the output layer, whose bound depends on the last hidden activation.

    Without hidden layers it depends on the parameter `activation`, which is `chosen`, though no layer has it.
    """
    if hidden:
        return ScikitLearn(hidden[-1])
    return ScikitLearn(get(chosen) if isinstance(chosen, str | Activation) else identity)


def score_name(model: Any) -> str:
    """Return the metric that is the model's own score."""
    return "accuracy" if hasattr(model, "classes_") else "r2"


def metric_of(model: Any) -> Metric:
    """Return the score of a fitted MLP of scikit-learn: for several labels at once, how often all of them are right."""
    if score_name(model) == "accuracy" and _classes(model) is None:
        return Metric("accuracy", _all_labels_right)
    return metrics.get(score_name(model))


def loss_of(model: Any) -> Loss:
    """Return the loss that a fitted MLP of scikit-learn minimized."""
    if not hasattr(model, "classes_"):
        return losses.get(model.loss)
    return losses.categorical_cross_entropy if _is_exclusive(model) else losses.binary_cross_entropy


def targets_of(model: Any, y: Any) -> NDArray[Any]:
    """Return class numbers for several classes, else a column per output."""
    given = plain_array("y", y)
    if given.ndim == 2 and given.shape[1] == 1:
        given = given[:, 0]
    if not hasattr(model, "classes_") or given.ndim != 1:
        return numbers("y", y).reshape(len(given), -1)
    classes = class_numbers(np.asarray(model.classes_).tolist(), given, whose="model")
    return classes if _is_exclusive(model) else (classes == 1)[:, np.newaxis]


def history_of(model: Any) -> History | None:
    """Return the curves of a fit; None where there are none, as after L-BFGS."""
    curve = getattr(model, "loss_curve_", None)
    if not curve:
        return None
    scores = getattr(model, "validation_scores_", None)
    return History(
        tuple(map(float, curve)),
        tuple(map(float, getattr(model, "validation_loss_curve_", None) or ())),
        {score_name(model): tuple(map(float, scores))} if scores else {},
    )


def stopped_of(model: Any) -> Stopped | None:
    """Return why a fit ended, where its attributes show it."""
    if model.n_iter_ >= model.max_iter:
        return "epochs"
    waited = getattr(model, "_no_improvement_count", 0)
    return "plateau" if isinstance(_optimizer_of(model), LBFGS) or waited > model.n_iter_no_change else None


def _all_labels_right(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    return float(np.average(((z > 0.5) == (y > 0.5)).all(axis=1), weights=weights))


def _is_exclusive(model: Any) -> bool:
    return bool(model.out_activation_ == "softmax")


def _classes(model: Any) -> Sequence[Label] | None:
    """Return the labels where each sample has one of them; with several labels at once each output is on its own."""
    labels = getattr(model, "classes_", ())
    exclusive = _is_exclusive(model) or (model.n_outputs_ == 1 and len(labels) == 2)
    return labels_of(labels) if exclusive else None
