"""Calibrated probabilities: one temperature for all logits, and how far probabilities are from what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer.training.temperature import inverse_temperature, softmax

__all__ = ["Calibration", "calibration_error"]

Array = NDArray[np.float64]

_BINS = 15
_ROWS_OF_A_BIN = 20


@dataclass(frozen=True)
class Calibration:
    """Logits to probabilities: p = (n softmax(logits / T) + 1 / classes) / (n + 1).

    T makes the probabilities of held-out rows as likely as one factor on the logits can. The share 1 / (n + 1) of the
    uniform distribution, as in Laplace's rule of succession, keeps a class that n held-out rows never showed to be
    possible from having probability 0: one surprise would cost an infinite log-loss.

    Parameters
    ----------
    temperature : float
        T, greater than 0. Above 1 the logits were overconfident.
    rows : int
        n, the held-out rows that T was fitted on; 0 gives the uniform distribution.

    References
    ----------
    Guo, C., Pleiss, G., Sun, Y., Weinberger, K. Q.: On calibration of modern neural networks. ICML 2017.
    Berta, E., Holzmüller, D., Jordan, M. I., Bach, F.: Rethinking early stopping: refine, then calibrate. 2025.

    Examples
    --------
    >>> calibration = Calibration.fit([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [0.0, 4.0]], [0, 0, 1, 1])
    >>> round(calibration.temperature, 3)  # right in 3 of 4: log 3 = 4 / T
    3.641
    >>> calibration.apply([[4.0, 0.0]]).round(2)
    array([[0.7, 0.3]])
    """

    temperature: float = setting(above=0.0)
    rows: int = setting(minimum=0, integer=True)

    def __post_init__(self) -> None:
        check_settings(self)

    @classmethod
    def fit(cls, logits: ArrayLike, y: ArrayLike) -> Calibration:
        """Return the calibration with the least log-loss of held-out rows.

        Parameters
        ----------
        logits : array-like, shape (rows, classes)
            Of rows that the network was not trained on.
        y : array-like of int, shape (rows,)
            The class number of each row.

        Raises
        ------
        InputError
            When there is no row, a logit is not finite, or y does not fit.
        """
        given, numbers = _checked(logits, y, "logits")
        mean = float(given[np.arange(len(numbers)), numbers].mean())
        return cls(1 / inverse_temperature(given, mean), len(given))

    def apply(self, logits: ArrayLike) -> Array:
        """Return the probabilities, float64, of shape (..., classes)."""
        scaled = np.asarray(logits, np.float64) / self.temperature
        return np.asarray((self.rows * softmax(scaled) + 1 / scaled.shape[-1]) / (self.rows + 1))


def calibration_error(probabilities: ArrayLike, y: ArrayLike, bins: int | None = None) -> float:
    """Return the expected calibration error, of bins that hold the same number of rows.

    Rows are sorted by confidence, the probability of the most probable class, and cut into bins of equal size, to one
    row. The error is the mean over rows of abs(accuracy of the row's bin - mean confidence of the row's bin). Rows of
    the same confidence count as right in their common share, so that their order does not matter.

    Parameters
    ----------
    probabilities : array-like, shape (rows, classes)
    y : array-like of int, shape (rows,)
        The class numbers.
    bins : int, optional
        15 unless given, fewer where a bin would have less than 20 rows. With few rows in a bin, even perfect
        probabilities have an error: about 0.8 sqrt(p (1 - p) / rows of a bin).

    References
    ----------
    Naeini, M. P., Cooper, G. F., Hauskrecht, M.: Obtaining well calibrated probabilities using Bayesian binning. AAAI
    2015. Bins of equal mass: Nixon, J. et al.: Measuring calibration in deep learning. CVPR workshops 2019.

    Examples
    --------
    >>> round(calibration_error([[0.9, 0.1], [0.9, 0.1]], [0, 1], bins=1), 3)
    0.4
    """
    p, numbers = _checked(probabilities, y, "probabilities")
    confidence = p.max(axis=1)
    _, place, count = np.unique(confidence, return_inverse=True, return_counts=True)
    right = np.bincount(place, p.argmax(axis=1) == numbers) / count
    order = np.argsort(confidence, kind="stable")
    gaps = (confidence - right[place])[order]
    if bins is None:
        bins = min(_BINS, max(1, len(p) // _ROWS_OF_A_BIN))
    return float(sum(abs(gap.sum()) for gap in np.array_split(gaps, bins)) / len(p))


def _checked(values: ArrayLike, y: ArrayLike, name: str) -> tuple[Array, NDArray[Any]]:
    array, numbers = np.asarray(values, np.float64), np.asarray(y)
    if array.ndim != 2 or not array.size:
        raise InputError(
            "{name} has shape {shape}; expected (rows, classes), with a row or more",
            name=name,
            shape=array.shape,
        )
    if not np.isfinite(array).all():
        raise InputError("{name} holds nan or an infinity; expected finite numbers", name=name)
    if numbers.shape != array.shape[:1] or numbers.dtype.kind not in "iu":
        raise InputError(
            "y has shape {shape} and type {dtype}; expected a class number for each of "
            "the {rows} rows of {name}",
            shape=numbers.shape,
            dtype=numbers.dtype,
            rows=len(array),
            name=name,
        )
    if numbers.min() < 0 or numbers.max() >= array.shape[1]:
        raise InputError(
            "y has class numbers from {min} to {max}; {name} has classes 0 to {last}",
            min=numbers.min(),
            max=numbers.max(),
            name=name,
            last=array.shape[1] - 1,
        )
    return array, numbers
