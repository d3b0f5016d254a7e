"""The robust scale with smooth clip, as RealMLP has it.

z = (x - median) / (q75 - q25), then z / sqrt(1 + (z / 3)^2). Where the quartiles are equal, z = 2 (x - median) /
(max - min); a constant has scale 0.

References
----------
- D. Holzmüller, L. Grinsztajn, I. Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular
  data", NeurIPS 2024.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.tables.transforms.transform import Numbers

__all__ = ["robust", "robust_of_indicator"]


def robust(values: Numbers) -> tuple[float, float]:
    """Return center and scale of numbers without gaps, at least one.

    >>> robust(np.array([1.0, 2.0, 3.0, 4.0, 5.0])), robust(np.array([0.0, 0.0, 0.0, 0.0, 5.0]))
    ((3.0, 0.5), (0.0, 0.4))
    """
    low, center, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return center, _scale(low, high, float(values.min()), float(values.max()))


def robust_of_indicator(zeros: int, ones: int) -> tuple[float, float]:
    """Return center and scale of so many zeros and ones."""
    low, center, high = (_quantile_of_indicator(zeros, ones, share) for share in (0.25, 0.5, 0.75))
    return center, _scale(low, high, 0.0 if zeros else 1.0, 1.0 if ones else 0.0)


def _scale(low: float, high: float, minimum: float, maximum: float) -> float:
    """Return one over the distance of the quartiles, else two over the range, 0 where that is no number."""
    for distance, width in ((high / 2.0 - low / 2.0, 0.5), (maximum / 2.0 - minimum / 2.0, 1.0)):
        if distance > 0.0 and math.isfinite(width / distance):  # halves, as a range may overflow
            return width / distance
    return 0.0


def _quantile_of_indicator(zeros: int, ones: int, share: float) -> float:
    place = share * (zeros + ones - 1)
    below, above = math.floor(place) >= zeros, math.ceil(place) >= zeros
    return below + (place - math.floor(place)) * (above - below)
