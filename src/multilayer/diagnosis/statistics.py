"""The pass over the data: everything that is measured of a network, in memory that does not grow with the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import MissingExtraError
from multilayer._base.random import Random
from multilayer.diagnosis.baseline import Linear, fitted
from multilayer.diagnosis.evidence import Evidence, InputStatistics, LayerStatistics, TrainingRecord
from multilayer.diagnosis.initial_statistics import initial_statistics
from multilayer.diagnosis.layer_accumulator import DUPLICATE, GradientSums, LayerAccumulator
from multilayer.diagnosis.moments import Moments, PairSums, likely_pairs, scale_of
from multilayer.diagnosis.not_finite import Place, first_in_records, first_in_weights, whole
from multilayer.diagnosis.output_sums import OutputSums, class_numbers
from multilayer.diagnosis.reconstruction import REASON, are_inputs
from multilayer.diagnosis.side_by_side import Run, side_by_side
from multilayer.diagnosis.target_sums import TargetSums
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.trace import LayerRecord, forward
from multilayer.training import backward
from multilayer.training.data import Rows

__all__ = ["Sources", "measure"]

_LOOK = 2048
"""Samples of the first look."""
_BLOCK_NUMBERS = 4_194_304
"""Numbers of the widest layer in a block: products want many rows, and threads that seldom wait for each other."""


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


def measure(sources: Sources, rng: Random, *, block: int | None = None, baseline: bool = True) -> Evidence:
    """Return the evidence: a first look at up to 2048 samples, then one pass over all of them.

    The first look tells where numbers lie, which units may be copies of each other, and what a linear model makes of
    the data; the pass measures. Samples that lead to numbers that are not finite are left out of all statistics but
    the place of the first one.
    """
    network, rows = sources.network, sources.X.shape[0]
    step = block or max(64, _BLOCK_NUMBERS // max(network.shape))
    with np.errstate(all="ignore"):
        found = _first_look(sources, rng)
        if found is None:
            return _nothing_finite(sources)
        look, chosen = found
        with side_by_side(rows * sum(network.shape)) as run:
            sums = _Pass(sources, look, chosen, baseline, run)
            for start in range(0, rows, step):
                sums.add(slice(start, min(start + step, rows)))
        return sums.evidence(*initial_statistics(_start(sources), look[0].x, rng))


def _first_look(sources: Sources, rng: Random) -> tuple[Sequence[LayerRecord], NDArray[np.intp]] | None:
    """Return records of some samples that come through, and their numbers: random ones, or else the first there are."""
    network, X, rows = sources.network, sources.X, sources.X.shape[0]
    some = np.arange(rows) if rows <= _LOOK else np.sort(rng.choice(rows, _LOOK, replace=False))
    others = (np.arange(at, min(at + _LOOK, rows)) for at in range(0, rows, _LOOK))
    for chosen in chain([some], others):
        records = tuple(forward(network.layers, _read(X, chosen, network)))
        kept = whole(records)
        if kept.any():
            return _rows_of(records, kept), chosen[kept]
    return None


def _start(sources: Sources) -> MLP | None:
    """The network before training: as it was told, or as it is where training has not begun."""
    start, history = sources.course.start, sources.course.history
    if start is not None:
        return start if start.shape == sources.network.shape else None
    return sources.network if history is not None and not len(history) else None


class _Pass:
    def __init__(
        self,
        sources: Sources,
        look: Sequence[LayerRecord],
        chosen: NDArray[np.intp],
        baseline: bool,
        run: Run,
    ) -> None:
        self._run = run
        self.sources, self.missing, self.samples = sources, dict(sources.missing), 0
        network, x = sources.network, look[0].x
        self.place: Place | None = first_in_weights(network)
        self.layers = [LayerAccumulator(record) for record in look]
        self.scale = scale_of(x)
        scaled = x / self.scale
        self.x = Moments(scaled.mean(axis=0, dtype=np.float64).astype(x.dtype))
        self.x_pairs = PairSums(likely_pairs(scaled))
        self.targets: TargetSums | None = None
        self.outputs: OutputSums | None = None
        self.gradients: list[GradientSums] = []
        if sources.y is not None and sources.loss is not None:
            classes = class_numbers(network, sources.loss, sources.y)
            copied = classes is None and are_inputs(
                sources.loss.dense(sources.y[chosen], network.shape[-1]), x
            )
            if copied:
                self.missing["linear"] = f"no linear model was fitted: {REASON}, which it would copy"
            else:
                self.targets = TargetSums(sources.loss, sources.y, network.shape[-1], classes, x.shape[1])
            linear = self._linear(x, chosen, classes) if baseline and not copied else None
            self.outputs = OutputSums(network, sources.loss, sources.y, classes, linear)
            self.gradients = [GradientSums(layer) for layer in network.layers]

    def _linear(self, x: NDArray[Any], chosen: NDArray[np.intp], classes: Any) -> Linear | None:
        sources = self.sources
        assert sources.y is not None and sources.loss is not None  # noqa: S101, PT018
        y = sources.loss.dense(sources.y[chosen], sources.network.shape[-1])
        try:
            linear = fitted(x, y, None if classes is None else classes[chosen])
        except MissingExtraError as error:
            self.missing["linear"] = f"no linear model was fitted: {error}"
            return None
        if linear is None:
            self.missing["linear"] = "no linear model was fitted: its weights are not finite; scale X and y"
        return linear

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
        self._run([partial(self._ends, records, chosen), *layers, *self._back(records, chosen)])

    def _ends(self, records: Sequence[LayerRecord], chosen: Any) -> None:
        """Add what goes in and what comes out."""
        x = records[0].x if (self.scale == 1.0).all() else records[0].x / self.scale
        x = self.x.add(x)
        self.x_pairs.add(x)
        if self.targets is not None:
            self.targets.add(x, chosen)
        if self.outputs is not None:
            self.outputs.add(records[-1], records[0].x, chosen)

    def _back(self, records: Sequence[LayerRecord], rows: Any) -> list[Callable[[], None]]:
        """Go back through the layers, and return what adds their gradients."""
        loss, y, last = self.sources.loss, self.sources.y, records[-1]
        if loss is None or y is None:
            return []
        da = loss.da(y[rows], last.a, last.z, last.layer.activation)
        layers = backward(records, da, inputs=False)
        return [
            partial(sums.add, layer) for sums, layer in zip(reversed(self.gradients), layers, strict=True)
        ]

    def _note(self, place: Place | None) -> None:
        if place is not None and (self.place is None or place < self.place):
            self.place = place

    def evidence(
        self, start: tuple[LayerStatistics, ...] | None, reference: tuple[LayerStatistics, ...] | None
    ) -> Evidence:
        sources, x, scale = self.sources, self.x, self.scale.astype(np.float64)
        correlation = None if self.targets is None else self.targets.largest(x)
        return Evidence(
            network=sources.network,
            samples=self.samples,
            inputs=InputStatistics(
                x.mean * scale,
                np.sqrt(x.variance) * scale,
                x.least * scale,
                x.largest * scale,
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


def _nothing_finite(sources: Sources) -> Evidence:
    """Evidence where no sample comes through: the place of the first number, and no statistics."""
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
