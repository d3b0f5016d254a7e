"""What one layer does over all samples, summed block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.diagnosis.evidence import GradientStatistics, Histogram, LayerStatistics
from multilayer.diagnosis.moments import Counts, Moments, PairSums, likely_pairs
from multilayer.diagnosis.sensitivity import sensitivity
from multilayer.network.dense import Dense
from multilayer.network.trace import LayerRecord
from multilayer.training import LayerGradient

__all__ = ["DUPLICATE", "GradientSums", "LayerSums"]

DUPLICATE = 0.999
"""|correlation| beyond which two units, or two columns, say the same."""
_GRADIENT_RANGE, _GRADIENT_BINS = (-16.0, 4.0), 80


class LayerSums:
    """One layer; a first look at some samples tells where numbers lie, and which units may be alike."""

    def __init__(self, look: LayerRecord) -> None:
        self.layer: Dense = look.layer
        kind = look.a.dtype
        self.a = Moments(look.a.mean(axis=0, dtype=np.float64).astype(kind))
        self.z = Moments(look.z.mean(axis=0, dtype=np.float64).astype(kind))
        self._pairs = PairSums(likely_pairs(look.z))
        self._products = np.zeros(look.layer.units)
        self._a_counts, self._z_counts = Counts(look.a), Counts(look.z)
        self._sensitivity = sensitivity(look.layer.activation)
        self._threshold = None if self._sensitivity is None else self._sensitivity.threshold.astype(kind)
        self._active = np.zeros(look.layer.units, np.int64)
        self._saturated = np.zeros(look.layer.units, np.int64)

    def add(self, record: LayerRecord) -> None:
        """Add the samples of a record."""
        a, z = self.a.add(record.a), self.z.add(record.z)
        self._products += np.einsum("ij,ij->j", a, z)
        self._pairs.add(z)
        self._a_counts.add(record.a)
        self._z_counts.add(record.z)
        if self._threshold is not None:
            slope: NDArray[Any] = np.abs(record.layer.activation.derivative(record.a))
            self._active += np.count_nonzero(slope, axis=0)
            self._saturated += np.count_nonzero(slope < self._threshold, axis=0)

    @property
    def statistics(self) -> LayerStatistics:
        a, z = self.a, self.z
        with np.errstate(all="ignore"):
            straight = a.covariance(self._products, z) ** 2 / (a.variance * z.variance)
        constant = (a.variance == 0.0) | (z.variance == 0.0)
        known = self._sensitivity is not None
        return LayerStatistics(
            layer=self.layer,
            samples=a.count,
            mean_a=a.mean,
            variance_a=a.variance,
            mean_z=z.mean,
            variance_z=z.variance,
            mean_square_z=z.variance + z.mean**2,
            least_z=z.least,
            largest_z=z.largest,
            active=self._active if known else None,
            saturated=self._saturated if known else None,
            linearity=np.where(constant, np.nan, np.minimum(straight, 1.0)),
            duplicates=self._pairs.beyond(DUPLICATE, z),
            a=self._a_counts.histogram,
            z=self._z_counts.histogram,
        )


class GradientSums:
    """The gradient in one layer: `da` comes sample by sample, not divided by their number."""

    def __init__(self, layer: Dense) -> None:
        self._W = layer.W
        self._dW = np.zeros(layer.W.shape)
        self._squares = np.zeros(layer.units)
        self._zeros = np.zeros(layer.units, np.int64)

    def add(self, gradient: LayerGradient) -> None:
        """Add the samples of a block."""
        self._dW += gradient.dW
        self._squares += np.einsum("ij,ij->j", gradient.da, gradient.da, dtype=np.float64)
        self._zeros += len(gradient.da) - np.count_nonzero(gradient.da, axis=0)

    def statistics(self, samples: int) -> GradientStatistics:
        dW = np.abs(self._dW) / samples
        with np.errstate(divide="ignore"):
            sizes = np.clip(np.log10(dW), *_GRADIENT_RANGE)
        counts, edges = np.histogram(sizes, _GRADIENT_BINS, _GRADIENT_RANGE)
        return GradientStatistics(
            norm_W=float(np.linalg.norm(self._W.astype(np.float64))),
            norm_dW=float(np.linalg.norm(dW)),
            dW=Histogram(edges, counts.astype(np.int64)),
            rms_da=np.sqrt(self._squares / samples),
            zero_da=self._zeros / samples,
        )
