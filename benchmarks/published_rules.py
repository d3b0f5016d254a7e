"""The published rules that watch a training, with the constants that were published: what a diagnosis is compared with.

SageMaker Debugger: "List of Debugger built-in rules", docs.aws.amazon.com/sagemaker/latest/dg,
with the default of every parameter. AutoTrainer: Zhang, X., Zhai, J., Ma, S., Shen, C. (2021). AutoTrainer: An
automatic DNN training problem detection and repair system. ICSE; the constants are those of `monitor.py` in its
repository.

Both watch tensors step by step. Here a step that is saved is the network after an epoch, and gradients are of all
samples. A rule that fires at one of them has fired. Rules about images, profiling and XGBoost have nothing to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import MLP, Dense, Trace, gradients
from multilayer._base.errors import InputError
from multilayer.activations import Sigmoid, Tanh
from tests.diagnosis.scenarios import Subject

__all__ = ["AUTOTRAINER", "SAGEMAKER", "fired"]

Array = NDArray[Any]
_SAVED = 10


@dataclass(frozen=True, eq=False)
class Watched:
    """What rules look at: the networks after chosen epochs, their traces and gradients, and the curves."""

    subject: Subject

    @cached_property
    def networks(self) -> tuple[MLP, ...]:
        """At most ten, the last one among them."""
        all_ = self.subject.networks or (self.subject.network,)
        chosen = np.unique(np.linspace(0, len(all_) - 1, _SAVED).astype(int))
        last = () if self.subject.network is all_[-1] else (self.subject.network,)
        return (*(all_[n] for n in chosen), *last)

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """Every number of the forward passes."""
        with np.errstate(all="ignore"):
            return tuple(network.trace(self.subject.X) for network in self.networks)

    @cached_property
    def gradients(self) -> tuple[tuple[Array, ...], ...]:
        """dW of every layer, where the loss can be taken."""
        found = []
        for network in self.networks:
            try:
                found.append(
                    tuple(
                        layer.dW
                        for layer in gradients(network, self.subject.X, self.subject.y, self.subject.loss)
                    )
                )
            except (
                InputError
            ):  # an output activation that the loss refuses: no training, and nothing to watch
                continue
        return tuple(found)

    @cached_property
    def accuracy(self) -> Array | None:
        """Accuracy after every epoch, for classes."""
        subject = self.subject
        if not subject.loss.endswith("cross_entropy") or not np.isfinite(subject.X).all():
            return None
        with np.errstate(all="ignore"):
            found = [
                _accuracy(network(subject.X), subject.y) for network in subject.networks or (subject.network,)
            ]
        return np.array(found)

    @property
    def loss(self) -> Array:
        history = self.subject.course.history
        return np.array(() if history is None else history.loss)

    @property
    def validation_loss(self) -> Array:
        history = self.subject.course.history
        return np.array(() if history is None else history.validation_loss)


Rule = Callable[[Watched], bool]


def _vanishing_gradient(w: Watched) -> bool:
    """Mean |gradient| below 1e-7."""
    return any(np.abs(g).mean() < 1e-7 for step in w.gradients for g in step)


def _exploding_tensor(w: Watched) -> bool:
    """nan or infinity in any tensor."""
    weights = (a for network in w.networks for layer in network.layers for a in (layer.W, layer.b))
    outputs = (a for trace in w.traces for record in trace for a in (record.a, record.z))
    gradients_ = (g for step in w.gradients for g in step)
    return not all(np.isfinite(a).all() for a in (*weights, *outputs, *gradients_, w.loss))


def _dead_relu(w: Watched) -> bool:
    """More than half of a layer's relu units are active on less than 1 % of the samples."""
    return any(
        (np.mean((record.z > 0).mean(axis=0) < 0.01)) > 0.5 for trace in w.traces for record in _relus(trace)
    )


def _saturated_activation(w: Watched) -> bool:
    """More than half of a layer's units lie between the limits on less than 1 % of the samples."""
    limits = ((Tanh, -9.4999, 9.4999), (Sigmoid, -23.0, 16.99999))
    for trace in w.traces:
        for record in trace[:-1]:
            for kind, low, high in limits:
                if isinstance(record.layer.activation, kind):
                    inside = ((record.a > low) & (record.a < high)).mean(axis=0)
                    if np.mean(inside < 0.01) > 0.5:
                        return True
    return False


def _poor_weight_initialization(w: Watched) -> bool:
    """Of relu inputs: variances of layers more than 10-fold apart, or gradients within 0.001, while the loss stays."""
    inputs = [record.a.var() for record in _relus(w.traces[0])]
    if not inputs or len(w.loss) < 6 or not w.gradients or w.loss[5] < w.loss[0]:
        return False
    apart = len(inputs) > 1 and max(inputs) > 10.0 * min(inputs)
    ranges = [np.subtract(*np.percentile(g, (95, 5))) for g in w.gradients[0]]
    return bool(apart or min(ranges) < 0.001)


def _weight_update_ratio(large: bool) -> Rule:
    """Update over weight above 10, or below 1e-8."""

    def rule(w: Watched) -> bool:
        ratios = [
            float(np.linalg.norm(new.W - old.W) / (np.linalg.norm(old.W) or 1.0))
            for old, new in _consecutive(w.subject)
        ]
        return any(r > 10 for r in ratios) if large else any(r < 1e-8 for r in ratios)

    return rule


def _all_zero(w: Watched) -> bool:
    """All outputs of a layer are 0."""
    return any(not record.z.any() for trace in w.traces for record in trace)


def _unchanged_tensor(w: Watched) -> bool:
    """A weight stays within rtol 1e-5, atol 1e-8 over 3 steps."""
    networks = w.subject.networks
    for first, second, third in zip(networks, networks[1:], networks[2:], strict=False):
        for one, two, three in zip(first.layers, second.layers, third.layers, strict=True):
            if np.allclose(one.W, two.W) and np.allclose(two.W, three.W):
                return True
    return False


def _loss_not_decreasing(w: Watched) -> bool:
    """Less than 0.1 % in 10 steps."""
    loss = w.loss
    return any(loss[n + 10] > loss[n] * 0.999 for n in range(len(loss) - 10))


def _overfit(w: Watched) -> bool:
    """(validation - training) / training above 0.1."""
    if not len(w.validation_loss):
        return False
    return bool((((w.validation_loss - w.loss) / w.loss) > 0.1).any())


def _class_imbalance(w: Watched) -> bool:
    """Classes more than 10-fold apart in 500 labels; or a class of which 70 % are told wrong."""
    y = w.subject.y
    if y.dtype.kind != "i" or len(y) < 500:
        return False
    counts = np.bincount(y)
    return bool(counts.max() > 10 * counts[counts > 0].min())


def _gradient_ratio(w: Watched) -> Iterator[tuple[float, float]]:
    for step in w.gradients:
        first, last = float(np.linalg.norm(step[0])), float(np.linalg.norm(step[-1]))
        yield first, first / last if last else np.inf


def _vanish(w: Watched) -> bool:
    return any(ratio < 1e-3 and first < 1e-4 for first, ratio in _gradient_ratio(w))


def _explode(w: Watched) -> bool:
    return any(ratio > 70 or np.isnan(first) for first, ratio in _gradient_ratio(w)) or bool(
        np.isnan(w.loss).any()
    )


def _dying_relu(w: Watched) -> bool:
    """At least 70 % of the gradient's entries are 0 in a relu layer."""
    for network, step in zip(w.networks, w.gradients, strict=False):
        for layer, g in zip(network.layers, step, strict=True):
            if layer.activation.facts.name == "relu" and (g == 0).mean() >= 0.7:
                return True
    return False


def _oscillate(w: Watched) -> bool:
    """Accuracy swings by 0.03 or more in 20 % of the epochs."""
    accuracy = w.accuracy
    if accuracy is None or len(accuracy) < 5:
        return False
    change = np.diff(accuracy)
    swings = (np.abs(change[1:]) >= 0.03) & (np.sign(change[1:]) != np.sign(change[:-1]))
    return bool(swings.mean() >= 0.2)


def _slow(w: Watched) -> bool:
    """Accuracy gains less than 0.01 and is below 0.6."""
    accuracy = w.accuracy
    return (
        accuracy is not None
        and len(accuracy) > 2
        and bool(accuracy[-1] - accuracy[-2] < 0.01 and accuracy[-1] < 0.6)
    )


SAGEMAKER: Mapping[str, tuple[Rule, tuple[str, ...]]] = {
    "VanishingGradient": (_vanishing_gradient, ("vanishing_gradients",)),
    "ExplodingTensor": (_exploding_tensor, ("not_finite", "loss_not_finite", "exploding_gradients")),
    "DeadRelu": (_dead_relu, ("dead_units",)),
    "SaturatedActivation": (_saturated_activation, ("saturated_units",)),
    "PoorWeightInitialization": (_poor_weight_initialization, ("initialization",)),
    "WeightUpdateRatio large": (_weight_update_ratio(True), ("learning_rate_too_high", "update_ratio")),
    "WeightUpdateRatio small": (_weight_update_ratio(False), ("learning_rate_too_low", "update_ratio")),
    "AllZero": (_all_zero, ("dead_units",)),
    "UnchangedTensor": (_unchanged_tensor, ("learning_rate_too_low", "update_ratio")),
    "LossNotDecreasing": (_loss_not_decreasing, ("undertraining", "learning_rate_too_low")),
    "Overfit": (_overfit, ("overfitting",)),
    "ClassImbalance": (_class_imbalance, ("class_imbalance",)),
}
"""Rules, and the troubles that each names: generously, all that its documentation speaks of."""

AUTOTRAINER: Mapping[str, tuple[Rule, tuple[str, ...]]] = {
    "gradient vanish": (_vanish, ("vanishing_gradients",)),
    "gradient explode": (_explode, ("exploding_gradients", "not_finite", "loss_not_finite")),
    "dying relu": (_dying_relu, ("dead_units",)),
    "oscillating loss": (_oscillate, ("oscillation", "learning_rate_too_high")),
    "slow convergence": (_slow, ("learning_rate_too_low", "undertraining")),
}


def fired(rules: Mapping[str, tuple[Rule, tuple[str, ...]]], subject: Subject) -> dict[str, tuple[str, ...]]:
    """Return the rules that fire on a subject, with the troubles that they name."""
    watched = Watched(subject)
    with np.errstate(all="ignore"):
        return {name: names for name, (rule, names) in rules.items() if rule(watched)}


def _relus(trace: Trace) -> list[Any]:
    return [record for record in trace[:-1] if record.layer.activation.facts.name == "relu"]


def _consecutive(subject: Subject) -> Iterator[tuple[Dense, Dense]]:
    for old, new in zip(subject.networks, subject.networks[1:], strict=False):
        yield from zip(old.layers, new.layers, strict=True)


def _accuracy(z: Array, y: Array) -> float:
    predicted = z.argmax(axis=1) if z.shape[1] > 1 else z[:, 0] > 0.5
    return float((predicted == (y if y.ndim == 1 else y[:, 0])).mean())
