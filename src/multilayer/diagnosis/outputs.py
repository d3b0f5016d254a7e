"""Predictions beside targets, summed block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.diagnosis.attainable import Attainable
from multilayer.diagnosis.evidence import Floats, Integers, OutputStatistics
from multilayer.diagnosis.moments import Linear, Moments, scale_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.trace import LayerRecord

__all__ = [
    "OutputSums",
    "TargetSums",
    "are_inputs",
    "class_numbers",
]

_LARGEST_CONFUSION = 1024
_BLOCK = 65_536
_SAME = 0.999


def class_numbers(network: MLP, loss: Loss, y: NDArray[Any]) -> Integers | None:
    """Return the class of each sample where targets are classes: numbers, one column of 0 and 1, or one-hot rows.

    Zeros and ones that a network with unbounded outputs is to fit by another loss than one of probabilities are
    numbers like others.
    """
    if y.ndim == 1:
        return y.astype(np.int64)
    probabilities = np.isfinite(loss.facts.targets.high)
    reach = network.layers[-1].activation.facts.range
    if not probabilities and not (np.isfinite(reach.low) and np.isfinite(reach.high)):
        return None
    if not np.isin(y, (0, 1)).all():
        return None
    if y.shape[1] == 1:
        return y[:, 0].astype(np.int64)
    return y.argmax(axis=1) if (y.sum(axis=1) == 1).all() else None


def are_inputs(y: NDArray[Any], x: NDArray[Any]) -> bool:
    """Return whether each target is the input of the same number but for shift and scale; constant columns aside."""
    if y.shape != x.shape or x.shape[1] < 2:
        return False
    x, y = (array - array.mean(axis=0) for array in (x.astype(np.float64), y.astype(np.float64)))
    size_x, size_y = (np.sqrt((array**2).sum(axis=0)) for array in (x, y))
    varying = (size_x > 0) | (size_y > 0)
    alike = np.abs((x * y).sum(axis=0)) > _SAME * size_x * size_y
    return bool(varying.sum() > 1 and alike[varying].all())


class TargetSums:
    """Correlations with each target, and with the number of the class: a column may hold that."""

    def __init__(
        self, loss: Loss, y: NDArray[Any], units: int, classes: Integers | None, inputs: int
    ) -> None:
        self._loss, self._y, self._units, self._classes = loss, y, units, classes
        first = self._columns(slice(0, 1024))
        self._moments = Moments(first.mean(axis=0))
        self._products = np.zeros((inputs, first.shape[1]))

    def _columns(self, rows: Any) -> Floats:
        y = self._loss.dense(self._y[rows], self._units)
        if self._classes is None or self._units <= 2:
            return y
        return np.concatenate([y, self._classes[rows, np.newaxis]], axis=1, dtype=np.float64)

    def add(self, x: NDArray[Any], rows: Any) -> None:
        """Add samples: differences of the inputs from their shift, and which rows of y belong to them."""
        y = self._moments.add(self._columns(rows))
        self._products += x.T @ y.astype(x.dtype)

    def correlation(self, x: Moments) -> Floats:
        """Return the largest |correlation| of each column; 0 for one that is constant."""
        covariance = self._products / x.count - np.outer(x.offset, self._moments.offset)
        with np.errstate(all="ignore"):
            correlation = np.abs(covariance) / np.sqrt(np.outer(x.variance, self._moments.variance))
        found: Floats = np.minimum(np.nan_to_num(correlation, posinf=0.0).max(axis=1), 1.0)
        return found


@dataclass(eq=False)
class OutputSums:
    """Loss, score and confusion, of the network and of its rivals: a linear model, and the best constant."""

    network: MLP
    loss: Loss
    y: NDArray[Any]
    """All targets, prepared."""
    classes: Integers | None
    linear: Linear | None
    attainable: Attainable | None = None
    _count: int = 0
    _loss: float = 0.0
    _linear: Any = 0.0
    _right: int = 0
    _squares: Any = 0.0
    _target: Any = field(default_factory=lambda: [0.0, 0.0])
    _squashed: bool = True
    _confusion: Integers | None = None

    def __post_init__(self) -> None:
        units = self.network.widths[-1]
        self._shift: Floats = np.zeros(units)
        # A single output that is a probability predicts the class where its weighted sum is above 0.
        last = self.network.layers[-1].activation
        probability = np.isfinite(self.loss.facts.targets.high)
        self._threshold = float(last(np.zeros((1, units)))[0, 0]) if probability and units == 1 else 0.5
        if self.classes is None:
            self._unit = scale_of(self.y)
            self._shift = (self.y[:_BLOCK] / self._unit).mean(axis=0, dtype=np.float64)
        else:
            kinds = max(units, 2)
            if kinds <= _LARGEST_CONFUSION:
                self._confusion = np.zeros((kinds, kinds), np.int64)

    def add(self, last: LayerRecord, x: NDArray[Any], rows: Any) -> None:
        """Add samples: the last layer's record, the inputs, and which rows of y belong to them."""
        y = self.y[rows]
        self._count += len(y)
        self._loss += float(self.loss.values(y, last.a, last.z, last.layer.activation).sum(dtype=np.float64))
        self._squashed = self._squashed and _are_probabilities(last)
        if self.classes is not None:
            self._add_classes(last.z, x, self.classes[rows])
        else:
            self._add_numbers(last.z, x, self.loss.dense(y, last.z.shape[1]))

    def _add_classes(self, z: NDArray[Any], x: NDArray[Any], classes: Integers) -> None:
        predicted = _predicted(z, self._threshold)
        self._right += int(np.count_nonzero(predicted == classes))
        if self._confusion is not None:
            kinds = len(self._confusion)
            both = np.bincount(classes * kinds + predicted, minlength=kinds * kinds)
            self._confusion += both.reshape(kinds, kinds)
        if self.linear is not None:
            self._linear += np.count_nonzero(_predicted(self.linear(x), 0.0) == classes)

    def _add_numbers(self, z: NDArray[Any], x: NDArray[Any], y: Floats) -> None:
        unit = self._unit
        self._squares += ((z / unit - y / unit) ** 2).sum(axis=0, dtype=np.float64)
        from_shift = y / unit - self._shift
        self._target[0] += from_shift.sum(axis=0)
        self._target[1] += (from_shift**2).sum(axis=0)
        if self.linear is not None:
            self._linear += ((self.linear(x) / unit - y / unit) ** 2).sum(axis=0)

    def statistics(self) -> OutputStatistics:
        counts = None if self._confusion is None else self._confusion.sum(axis=1)
        score, linear, constant = self._scores(counts)
        try:
            mismatch = None
            self.loss.check(self.network.layers[-1].activation, self.network.widths[-1])
        except InputError as error:
            mismatch = str(error)
        return OutputStatistics(
            loss=self._loss / self._count,
            constant_loss=_constant_loss(self.loss, self.y, self.network.widths[-1]),
            score=score,
            linear_score=linear,
            constant_score=constant,
            target_counts=counts,
            predicted_counts=None if self._confusion is None else self._confusion.sum(axis=0),
            confusion=self._confusion,
            unreachable=_unreachable(self.network, self.y) if self.classes is None else None,
            probabilities_squashed=self._squashed,
            mismatch=mismatch,
            attainable_score=None if self.attainable is None else self.attainable.score,
            attainable_explained=None if self.attainable is None else self.attainable.explained,
            by_heart_score=self._by_heart(0),
            by_heart_of_start=self._by_heart(1),
            **self._targets(),
        )

    def _by_heart(self, number: int) -> float | None:
        found = () if self.attainable is None else self.attainable.by_heart
        return found[number] if number < len(found) else None

    def _targets(self) -> dict[str, Floats]:
        """Return mean and standard deviation of the targets, where they are numbers."""
        if self.classes is not None:
            return {}
        mean = self._target[0] / self._count
        variance = np.maximum(self._target[1] / self._count - mean**2, 0.0)
        return {
            "target_mean": (mean + self._shift) * self._unit,
            "target_std": np.sqrt(variance) * self._unit,
        }

    def _scores(self, counts: Integers | None) -> tuple[float, float | None, float | None]:
        n = self._count
        if self.classes is not None:
            linear = None if self.linear is None else float(self._linear) / n
            return self._right / n, linear, None if counts is None else float(counts.max()) / n
        total = self._target[1] - self._target[0] ** 2 / n
        return (
            _explained(self._squares, total),
            None if self.linear is None else _explained(self._linear, total),
            0.0,
        )


def _explained(left: Floats, total: Floats) -> float:
    """R^2, as the metric of that name has it."""
    constant = total <= 0.0
    fraction = 1.0 - left / np.where(constant, 1.0, total)
    return float(np.where(constant, np.where(left == 0.0, 1.0, 0.0), fraction).mean())


def _predicted(z: NDArray[Any], threshold: float) -> Integers:
    if z.shape[1] == 1:
        return (z[:, 0] > threshold).astype(np.int64)
    return np.asarray(z.argmax(axis=1), np.int64)


def _are_probabilities(last: LayerRecord) -> bool:
    """Whether the sums that a last squashing activation takes are probabilities themselves."""
    reach = last.layer.activation.facts.range
    if not (np.isfinite(reach.low) and np.isfinite(reach.high)):
        return False
    a = last.a
    if a.shape[1] > 1:
        sums = a.sum(axis=1, dtype=np.float64)
        return bool((a >= 0).all() and (np.abs(sums - 1.0) < 1e-4).all())
    W, b = last.layer.W, last.layer.b
    return (
        W.shape == (1, 1) and W.item() == 1.0 and b.item() == 0.0 and bool((a >= 0).all() and (a <= 1).all())
    )


def _unreachable(network: MLP, y: NDArray[Any]) -> float:
    reach = network.layers[-1].activation.facts.range
    outside = sum(
        int(np.count_nonzero((part < reach.low) | (part > reach.high)))
        for part in (y[at : at + _BLOCK] for at in range(0, len(y), _BLOCK))
    )
    return outside / y.size


def _constant_loss(loss: Loss, y: NDArray[Any], units: int) -> float:
    """Mean loss of the best constant: the mean, which is best for most losses, or a quantile."""
    if y.ndim == 1:
        counts = np.bincount(y, minlength=units)
        each, frequency = loss.dense(np.arange(units), units), counts / counts.sum()
        return float(frequency @ _losses(loss, frequency @ each, each))
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(y), _BLOCK)]
    mean = sum(loss.dense(y[rows], units).sum(axis=0) for rows in blocks) / len(y)
    some = loss.dense(y[:: len(blocks)], units)
    guesses = [mean]
    if not loss.facts.distribution:  # quantiles of probabilities do not sum to 1, and the mean is best
        guesses += [*np.quantile(some, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)]
    sums = [
        sum(float(_losses(loss, g, loss.dense(y[rows], units)).sum()) for rows in blocks) for g in guesses
    ]
    return min(sums) / len(y)


def _losses(loss: Loss, guess: Floats, y: Floats) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray(loss.formula(np.broadcast_to(guess, y.shape), y).sum(axis=1), np.float64)
