"""The pass over the data: everything that is measured of a network, in memory that does not grow with the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer.diagnosis.baseline import Linear, fitted
from multilayer.diagnosis.evidence import (
    Course,
    Evidence,
    Floats,
    InputStatistics,
    LayerStatistics,
)
from multilayer.diagnosis.layer_sums import DUPLICATE, GradientSums, LayerSums
from multilayer.diagnosis.moments import Moments, PairSums, likely_pairs
from multilayer.diagnosis.not_finite import Place, first_in_records, first_in_weights, whole
from multilayer.diagnosis.output_sums import OutputSums, class_numbers
from multilayer.errors import MissingExtraError
from multilayer.initializers import for_activation
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.network.trace import LayerRecord, forward
from multilayer.randomness import Random
from multilayer.training import backward
from multilayer.training.steps import Rows

__all__ = ["Sources", "measure"]

_LOOK = 2048
"""Samples of the first look."""
_BLOCK_NUMBERS = 1_048_576
"""Numbers of the widest layer in a block: products want many rows, and sums over them are cheap beside those."""

_MANY_NUMBERS = 4_194_304
"""Numbers that are worth the start of threads."""


@dataclass(frozen=True, eq=False)
class Sources:
    """What is measured: a network, samples, and with a loss their targets as it prepares them."""

    network: MLP
    X: Rows
    y: NDArray[Any] | None
    loss: Loss | None
    course: Course
    missing: dict[str, str]
    notes: tuple[str, ...] = ()


def measure(sources: Sources, rng: Random, *, block: int | None = None, baseline: bool = True) -> Evidence:
    """Return the evidence: a first look at up to 2048 samples, then one pass over all of them.

    Samples that lead to numbers that are not finite are left out of all statistics but the place of the first one.
    """
    network, X, rows = sources.network, sources.X, sources.X.shape[0]
    chosen = np.arange(rows) if rows <= _LOOK else np.sort(rng.choice(rows, _LOOK, replace=False))
    look = [LayerRecord(network.layers[0], *[_read(X, chosen, network)] * 3)]
    with np.errstate(all="ignore"):
        records = tuple(forward(network.layers, look[0].x))
        kept = whole(records)
        missing = dict(sources.missing)
        if not kept.any():
            return _nothing_finite(sources, rng)
        records = _rows_of(records, kept)
        step = block or max(64, _BLOCK_NUMBERS // max(network.shape))
        with _workers(rows * sum(network.shape)) as run:
            pass_ = _Pass(sources, records, chosen[kept], missing, baseline, run)
            for start in range(0, rows, step):
                pass_.add(slice(start, min(start + step, rows)))
        return pass_.evidence(*_beginnings(sources, records[0].x, rng))


_Tasks = Sequence[Callable[[], object]]


@contextmanager
def _workers(numbers: int) -> Iterator[Callable[[_Tasks], None]]:
    """Yield a function that runs tasks side by side, on as many processors as the core may use; few numbers alone.

    NumPy lets go of the interpreter while it works, and each task has sums of its own, so results do not depend on it.
    """

    def alone(tasks: _Tasks) -> None:
        for task in tasks:
            task()

    workers = backend.info().threads
    if workers < 2 or numbers < _MANY_NUMBERS:
        yield alone
        return
    with ThreadPoolExecutor(workers, "multilayer-diagnosis") as pool:

        def together(tasks: _Tasks) -> None:
            # How floating-point errors are treated is part of the context, which threads do not inherit.
            for future in [pool.submit(copy_context().run, task) for task in tasks]:
                future.result()

        yield together


class _Pass:
    def __init__(
        self,
        sources: Sources,
        look: Sequence[LayerRecord],
        chosen: NDArray[np.intp],
        missing: dict[str, str],
        baseline: bool,
        run: Callable[[_Tasks], None],
    ) -> None:
        self._run = run
        self.sources, self.missing, self.samples = sources, missing, 0
        network, x = sources.network, look[0].x
        self.place: Place | None = first_in_weights(network)
        self.layers = [LayerSums(record) for record in look]
        self.x = Moments(x.mean(axis=0, dtype=np.float64).astype(x.dtype))
        self.x_pairs = PairSums(likely_pairs(x))
        self.targets: _Targets | None = None
        self.outputs: OutputSums | None = None
        self.gradients: list[GradientSums] = []
        if sources.y is not None and sources.loss is not None:
            classes = class_numbers(network, sources.loss, sources.y)
            linear = self._linear(x, chosen, classes) if baseline else None
            self.outputs = OutputSums(network, sources.loss, sources.y, classes, linear)
            self.targets = _Targets(sources.loss, sources.y, network.shape[-1], classes, x.shape[1])
            self.gradients = [GradientSums(layer) for layer in network.layers]

    def _linear(self, x: NDArray[Any], chosen: NDArray[np.intp], classes: Any) -> Linear | None:
        sources = self.sources
        assert sources.y is not None and sources.loss is not None  # noqa: S101, PT018
        y = sources.loss.dense(sources.y[chosen], sources.network.shape[-1])
        try:
            return fitted(x, y, None if classes is None else classes[chosen])
        except MissingExtraError as error:
            self.missing["linear"] = f"no linear model was fitted: {error}"
            return None

    def add(self, rows: slice) -> None:
        sources = self.sources
        records: Sequence[LayerRecord] = tuple(
            forward(sources.network.layers, _read(sources.X, rows, sources.network))
        )
        chosen: Any = rows
        if not _sums_are_finite(records):
            self._note(first_in_records(records, rows.start))
            kept = whole(records)
            if not kept.any():
                return
            records, chosen = _rows_of(records, kept), rows.start + np.flatnonzero(kept)
        self.samples += len(records[0].x)
        layers = [partial(sums.add, record) for sums, record in zip(self.layers, records, strict=True)]
        self._run([partial(self._ends, records, chosen), *layers])
        if self.outputs is not None:
            self._back(records, chosen)

    def _ends(self, records: Sequence[LayerRecord], chosen: Any) -> None:
        """Add what goes in and what comes out."""
        x = self.x.add(records[0].x)
        self.x_pairs.add(x)
        if self.outputs is not None and self.targets is not None:
            self.targets.add(x, chosen)
            self.outputs.add(records[-1], records[0].x, chosen)

    def _back(self, records: Sequence[LayerRecord], rows: Any) -> None:
        loss, y, last = self.sources.loss, self.sources.y, records[-1]
        assert loss is not None and y is not None  # noqa: S101, PT018
        da = loss.da(y[rows], last.a, last.z, last.layer.activation)
        layers = backward(records, da, inputs=False)
        for sums, gradient in zip(reversed(self.gradients), layers, strict=True):
            sums.add(gradient)

    def _note(self, place: Place | None) -> None:
        if place is not None and (self.place is None or place < self.place):
            self.place = place

    def evidence(self, start: Any, reference: Any) -> Evidence:
        sources, x = self.sources, self.x
        correlation = None if self.targets is None else self.targets.largest(x)
        return Evidence(
            network=sources.network,
            samples=self.samples,
            inputs=InputStatistics(
                x.mean,
                np.sqrt(x.variance),
                x.least,
                x.largest,
                self.x_pairs.beyond(DUPLICATE, x),
                correlation,
            ),
            layers=tuple(layer.statistics for layer in self.layers),
            outputs=None if self.outputs is None else self.outputs.statistics(),
            gradients=tuple(g.statistics(self.samples) for g in self.gradients) if self.gradients else None,
            not_finite=None if self.place is None else self.place.as_told,
            loss=sources.loss,
            course=sources.course,
            start=start,
            reference=reference,
            missing=self.missing,
            notes=sources.notes,
        )


class _Targets:
    """How each column of X is correlated with the targets, and with the number of the class."""

    def __init__(self, loss: Loss, y: NDArray[Any], units: int, classes: Any, inputs: int) -> None:
        self._loss, self._y, self._units, self._classes = loss, y, units, classes
        first = self._columns(slice(0, _LOOK))
        self._moments = Moments(first.mean(axis=0))
        self._products = np.zeros((inputs, first.shape[1]))

    def _columns(self, rows: Any) -> Floats:
        y = self._loss.dense(self._y[rows], self._units)
        if self._classes is None or self._units <= 2:
            return y
        return np.concatenate([y, self._classes[rows, np.newaxis]], axis=1, dtype=np.float64)

    def add(self, x: NDArray[Any], rows: Any) -> None:
        y = self._moments.add(self._columns(rows))
        self._products += x.T @ y.astype(x.dtype)

    def largest(self, x: Moments) -> Floats:
        covariance = self._products / x.count - np.outer(x.offset, self._moments.offset)
        with np.errstate(all="ignore"):
            correlation = np.abs(covariance) / np.sqrt(np.outer(x.variance, self._moments.variance))
        found: Floats = np.minimum(np.nan_to_num(correlation, posinf=0.0).max(axis=1), 1.0)
        return found


def _beginnings(
    sources: Sources, x: NDArray[Any], rng: Random
) -> tuple[tuple[LayerStatistics, ...] | None, tuple[LayerStatistics, ...] | None]:
    """Return what the network did before training, and what one with the initializers' weights does."""
    start = sources.course.start
    if start is None or start.shape != sources.network.shape:
        return None, None
    drawn = []
    for layer in start.layers:
        W, b = for_activation(layer.activation)(layer.inputs, layer.units, layer.activation, rng)
        drawn.append(Dense(W.astype(start.dtype), b.astype(start.dtype), layer.activation))
    x = x.astype(start.dtype, copy=False)
    return _looked_at(start.layers, x), _looked_at(drawn, x)


def _looked_at(layers: Sequence[Dense], x: NDArray[Any]) -> tuple[LayerStatistics, ...] | None:
    records = tuple(forward(layers, x))
    if not whole(records).all():
        return None
    found = []
    for record in records:
        sums = LayerSums(record)
        sums.add(record)
        found.append(sums.statistics)
    return tuple(found)


def _nothing_finite(sources: Sources, rng: Random) -> Evidence:
    """Evidence where no sample of the first look comes through: the place of the first number, and no statistics."""
    network, X = sources.network, sources.X
    place = first_in_weights(network)
    for start in range(0, X.shape[0], _LOOK):
        rows = slice(start, min(start + _LOOK, X.shape[0]))
        found = first_in_records(tuple(forward(network.layers, _read(X, rows, network))), start)
        place = min((p for p in (place, found) if p is not None), default=None)
    empty = np.full(network.shape[0], np.nan)
    return Evidence(
        network=network,
        samples=0,
        inputs=InputStatistics(empty, empty, empty, empty, (), None),
        layers=(),
        outputs=None,
        gradients=None,
        not_finite=None if place is None else place.as_told,
        loss=sources.loss,
        course=sources.course,
        missing=sources.missing,
        notes=sources.notes,
    )


def _read(X: Rows, rows: Any, network: MLP) -> NDArray[Any]:
    return np.ascontiguousarray(X[rows], dtype=network.dtype)


def _sums_are_finite(records: Sequence[LayerRecord]) -> bool:
    """Sums are finite only if every number is, and are quick; they may overflow, so that `whole` looks closer then."""
    arrays: Iterator[NDArray[Any]] = (array for record in records for array in (record.a, record.z))
    return bool(np.isfinite(records[0].x.sum())) and all(np.isfinite(array.sum()) for array in arrays)


def _rows_of(records: Sequence[LayerRecord], kept: NDArray[np.bool_]) -> tuple[LayerRecord, ...]:
    if kept.all():
        return tuple(records)
    x, found = records[0].x[kept], []
    for record in records:
        found.append(LayerRecord(record.layer, x, record.a[kept], record.z[kept]))
        x = found[-1].z
    return tuple(found)
