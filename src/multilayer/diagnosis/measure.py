"""The pass over the data: everything that is measured of a network, in memory that does not grow with the samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import MissingExtraError
from multilayer._base.random import Random
from multilayer._base.text import fill
from multilayer.diagnosis import not_finite
from multilayer.diagnosis.attainable import attainable
from multilayer.diagnosis.evidence import (
    DUPLICATE,
    Caller,
    Evidence,
    InputStatistics,
    Integers,
    Layers,
    TrainingRecord,
)
from multilayer.diagnosis.layers import GradientAccumulator, LayerAccumulator, drawn, initial_statistics
from multilayer.diagnosis.moments import Linear, Moments, PairSums, fitted, likely_pairs, scale_of
from multilayer.diagnosis.outputs import OutputSums, TargetSums, are_inputs, class_numbers
from multilayer.diagnosis.tasks import Run, in_threads
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.network.trace import LayerRecord, forward
from multilayer.training import backward
from multilayer.training.samples import Rows

__all__ = ["Sources", "measure"]

_FIRST = 2048
"""Samples that are read first."""
_BLOCK_NUMBERS = 4_194_304
"""Numbers of the widest layer in a block: products want many rows, and threads that seldom wait for each other."""
_LARGER = 2.0
"""Times the usual size of the weights at the start."""


@dataclass(frozen=True, eq=False)
class Sources:
    """What is measured: a network, samples, and with a loss their targets as it prepares them."""

    network: MLP
    X: Rows
    y: NDArray[Any] | None
    loss: Loss | None
    course: TrainingRecord
    missing: dict[str, str]
    notes: tuple[str, ...] = ()
    caller: Caller = "fit"

    def evidence(self, **measured: Any) -> Evidence:
        """Return the evidence: what is known, and what was measured."""
        return Evidence(
            network=self.network,
            loss=self.loss,
            course=self.course,
            notes=self.notes,
            caller=self.caller,
            **measured,
        )


def measure(sources: Sources, rng: Random, *, block: int | None = None, baseline: bool = True) -> Evidence:
    """Return the evidence: up to 2048 samples are read first, then all of them in one pass.

    The first samples show the range of the numbers and which units may be copies of each other, and a linear model
    is fitted to them; the pass measures. Samples that lead to numbers that are not finite are left out of everything
    but the place of the first one.
    """
    network, rows = sources.network, sources.X.shape[0]
    step = block or max(64, _BLOCK_NUMBERS // max(network.widths))
    with np.errstate(all="ignore"):
        found = _first_samples(sources, rng)
        if found is None:
            return _nothing_finite(sources)
        first, chosen = found
        with in_threads(rows * sum(network.widths)) as run:
            sums = _Pass(sources, first, chosen, baseline, run)
            for start in range(0, rows, step):
                sums.add(slice(start, min(start + step, rows)))
        return sums.evidence(*initial_statistics(_start(sources), first[0].x, rng))


def _first_samples(sources: Sources, rng: Random) -> tuple[Sequence[LayerRecord], NDArray[np.intp]] | None:
    """Return records of some samples with finite numbers only, and their rows: random ones, or else the first."""
    network, X, rows = sources.network, sources.X, sources.X.shape[0]
    some = np.arange(rows) if rows <= _FIRST else np.sort(rng.choice(rows, _FIRST, replace=False))
    others = (np.arange(at, min(at + _FIRST, rows)) for at in range(0, rows, _FIRST))
    for chosen in chain([some], others):
        records = tuple(forward(network.layers, _read(X, chosen, network)))
        kept = not_finite.whole(records)
        if kept.any():
            return not_finite.rows_of(records, kept), chosen[kept]
    return None


def _start(sources: Sources) -> MLP | None:
    """The network before training: as it was given, or as it is where training has not begun."""
    start, history = sources.course.start, sources.course.history
    if start is not None:
        return start if start.widths == sources.network.widths else None
    return sources.network if history is not None and not len(history) else None


def _starts(sources: Sources) -> tuple[Sequence[Dense], ...]:
    """Return the layers of a network of this shape with drawn weights, and of the start where its weights are larger.

    Of smaller ones the tangent kernel says nothing: such a network changes in training from what it is at the start.
    """
    usual, start = drawn(sources.network, np.random.default_rng(0)), _start(sources)
    if start is None or not any(map(_are_larger, start.layers, usual)):
        return (usual,)
    return usual, start.layers


def _are_larger(layer: Dense, other: Dense) -> bool:
    """Whether the weights of a layer are by far larger than those of another one."""
    size, of_other = (float(np.sqrt((one.W.astype(np.float64) ** 2).mean())) for one in (layer, other))
    return size > _LARGER * of_other


class _Pass:
    """What is added up block by block."""

    def __init__(
        self,
        sources: Sources,
        first: Sequence[LayerRecord],
        chosen: NDArray[np.intp],
        baseline: bool,
        run: Run,
    ) -> None:
        self._run = run
        self.sources, self.missing, self.samples = sources, dict(sources.missing), 0
        network, x = sources.network, first[0].x
        self.first, self.chosen = x, chosen
        self.place: not_finite.Place | None = not_finite.first_in_weights(network)
        self.layers = [LayerAccumulator(record) for record in first]
        self.scale = scale_of(x)
        scaled = x / self.scale
        self.x = Moments(scaled.mean(axis=0, dtype=np.float64).astype(x.dtype))
        self.x_pairs = PairSums(likely_pairs(scaled))
        self.targets: TargetSums | None = None
        self.outputs: OutputSums | None = None
        self.gradients: list[GradientAccumulator] = []
        if sources.y is not None and sources.loss is not None:
            self._prepare(sources.y, sources.loss, x, chosen, baseline)

    def _prepare(
        self, y: NDArray[Any], loss: Loss, x: NDArray[Any], chosen: NDArray[np.intp], baseline: bool
    ) -> None:
        """Prepare what compares outputs with targets; x are the samples `chosen`, to which a linear model is fitted."""
        network = self.sources.network
        classes, some = class_numbers(network, loss, y), loss.dense(y[chosen], network.widths[-1])
        linear, reach = None, None
        if classes is None and are_inputs(some, x):
            self.missing["linear"] = fill(
                "no linear model was fitted: the targets are the inputs themselves, which it would copy"
            )
        else:
            self.targets = TargetSums(loss, y, network.widths[-1], classes, x.shape[1])
            if baseline:
                few = None if classes is None else classes[chosen]
                fits_all = sum(layer.W.size for layer in network.layers) >= len(y)
                starts = _starts(self.sources) if fits_all else ()
                reach, linear = attainable(x, some, few, *starts), self._linear(x, some, few)
        self.outputs = OutputSums(network, loss, y, classes, linear, reach)
        self.gradients = [GradientAccumulator(layer) for layer in network.layers]

    def _linear(self, x: NDArray[Any], y: NDArray[Any], classes: Integers | None) -> Linear | None:
        try:
            linear = fitted(x, y, classes)
        except MissingExtraError as error:
            self.missing["linear"] = fill("no linear model was fitted: {reason}", reason=error)
            return None
        if linear is None:
            self.missing["linear"] = fill(
                "no linear model was fitted: its weights are not finite; scale X and y"
            )
        return linear

    def add(self, rows: slice) -> None:
        sources = self.sources
        records: Sequence[LayerRecord] = tuple(
            forward(sources.network.layers, _read(sources.X, rows, sources.network))
        )
        chosen: Any = rows
        if not not_finite.sums_are_finite(records):
            self._note(not_finite.first_in_records(records, rows.start))
            kept = not_finite.whole(records)
            if not kept.any():
                return
            records, chosen = not_finite.rows_of(records, kept), rows.start + np.flatnonzero(kept)
        self.samples += len(records[0].x)
        layers = [partial(sums.add, record) for sums, record in zip(self.layers, records, strict=True)]
        self._run([partial(self._ends, records, chosen), *layers, *self._back(records, chosen)])

    def _ends(self, records: Sequence[LayerRecord], chosen: Any) -> None:
        """Add inputs and outputs."""
        x = records[0].x if (self.scale == 1.0).all() else records[0].x / self.scale
        x = self.x.add(x)
        self.x_pairs.add(x)
        if self.targets is not None:
            self.targets.add(x, chosen)
        if self.outputs is not None:
            self.outputs.add(records[-1], records[0].x, chosen)

    def _back(self, records: Sequence[LayerRecord], rows: Any) -> list[Callable[[], None]]:
        """Go back through the layers, and return the tasks that add their gradients."""
        loss, y, last = self.sources.loss, self.sources.y, records[-1]
        if loss is None or y is None:
            return []
        da = loss.da(y[rows], last.a, last.z, last.layer.activation)
        layers = backward(records, da, inputs=False)
        return [
            partial(sums.add, layer) for sums, layer in zip(reversed(self.gradients), layers, strict=True)
        ]

    def _note(self, place: not_finite.Place | None) -> None:
        if place is not None and (self.place is None or place < self.place):
            self.place = place

    def _without(self, columns: NDArray[np.bool_]) -> float | None:
        """Return the score on the samples read first, with the values of these columns taken from other samples."""
        network, whole = self.sources.network, self.outputs
        if whole is None or not columns.any():
            return None
        x = self.first.copy()
        x[:, columns] = x[np.random.default_rng(0).permutation(len(x))][:, columns]
        classes = None if whole.classes is None else whole.classes[self.chosen]
        sums = OutputSums(network, whole.loss, whole.y[self.chosen], classes, None)
        *_, last = forward(network.layers, x)
        sums.add(last, x, slice(None))
        return sums.statistics().score

    def evidence(self, start: Layers | None, reference: Layers | None) -> Evidence:
        x, scale = self.x, self.scale.astype(np.float64)
        correlation = None if self.targets is None else self.targets.correlation(x)
        return self.sources.evidence(
            samples=self.samples,
            inputs=InputStatistics(
                x.mean * scale,
                np.sqrt(x.variance) * scale,
                x.minimum * scale,
                x.maximum * scale,
                self.x_pairs.beyond(DUPLICATE, x),
                correlation,
                None if correlation is None else self._without(correlation > DUPLICATE),
            ),
            layers=tuple(layer.statistics for layer in self.layers),
            outputs=None if self.outputs is None else self.outputs.statistics(),
            gradients=tuple(g.statistics(self.samples) for g in self.gradients) if self.gradients else None,
            not_finite=None if self.place is None else self.place.named,
            start=start,
            reference=reference,
            missing=self.missing,
        )


def _nothing_finite(sources: Sources) -> Evidence:
    """Evidence where no sample passes: the place of the first number that is not finite, and no statistics."""
    network, X = sources.network, sources.X
    blocks = (_read(X, slice(at, at + _FIRST), network) for at in range(0, X.shape[0], _FIRST))
    place = not_finite.first_of_all(network, blocks)
    empty = np.full(network.widths[0], np.nan)
    return sources.evidence(
        samples=0,
        inputs=InputStatistics(empty, empty, empty, empty, (), None),
        layers=(),
        outputs=None,
        gradients=None,
        not_finite=None if place is None else place.named,
        missing=sources.missing,
    )


def _read(X: Rows, rows: Any, network: MLP) -> NDArray[Any]:
    return np.ascontiguousarray(X[rows], dtype=network.dtype)
