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

__all__ = ["robust", "robust_of_indicator", "robust_of_sorted"]


def robust(values: Numbers) -> tuple[float, float]:
    """Return center and scale of numbers without gaps, at least one.

    >>> robust(np.array([1.0, 2.0, 3.0, 4.0, 5.0])), robust(np.array([0.0, 0.0, 0.0, 0.0, 5.0]))
    ((3.0, 0.5), (0.0, 0.4))
    """
    return robust_of_sorted(np.sort(values))


def robust_of_sorted(values: Numbers) -> tuple[float, float]:
    """Return the same of numbers in ascending order."""
    low, center, high = (_quantile(values, share) for share in (0.25, 0.5, 0.75))
    return center, _scale(low, high, float(values[0]), float(values[-1]))


def _quantile(values: Numbers, share: float) -> float:
    """Return a quantile on a line between two neighbours, computed from the nearer one, as `np.quantile` does."""
    place = share * (len(values) - 1)
    below = int(place)
    low, high = float(values[below]), float(values[min(below + 1, len(values) - 1)])
    left = place - below
    return low + (high - low) * left if left < 0.5 else high - (high - low) * (1.0 - left)


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
