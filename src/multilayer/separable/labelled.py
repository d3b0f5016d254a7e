"""Checks samples and their labels before anything is computed from them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import plain_array
from multilayer._base.errors import InputError
from multilayer.separable.frame import Floats

__all__ = ["labelled"]

_SHOWN = 5


def labelled(X: ArrayLike, y: ArrayLike) -> tuple[Floats, tuple[Hashable, ...], NDArray[np.intp]]:
    """Samples (n, d) as float64 without loss, the classes in order, and the class number of each sample."""
    samples = _samples(plain_array("X", X))
    labels = plain_array("y", y)
    if labels.shape != (len(samples),):
        hint = "; flatten it with y.ravel()" if labels.size == len(samples) else ""
        raise InputError(
            f"y: expected one label for each of the {len(samples)} rows of X, shape ({len(samples)},); "
            f"found shape {labels.shape}{hint}"
        )
    if labels.dtype.kind in "fc" and (missing := np.flatnonzero(np.isnan(labels))).size:
        raise InputError(f"y: {_rows(missing)} nan; expected a class label; remove or label such samples")
    try:
        classes, numbers = np.unique(labels, return_inverse=True)
    except TypeError:
        raise InputError(
            "y: labels of kinds that cannot be ordered; use all numbers or all strings"
        ) from None
    return samples, tuple(classes.tolist()), numbers


def _samples(array: NDArray[Any]) -> Floats:
    if array.ndim != 2 or not array.size:
        hint = "; for one column use X.reshape(-1, 1)" if array.ndim == 1 and array.size else ""
        raise InputError(
            f"X: expected shape (samples, columns) with at least one of each; found shape {array.shape}{hint}"
        )
    if array.dtype.kind not in "biufO" or (array.dtype.kind == "O" and _holds_text(array)):
        raise InputError(
            f"X: expected real numbers; found {array.dtype}; convert the columns to numbers first"
        )
    try:
        samples = array.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError("X: expected real numbers; found other objects; convert the columns first") from None
    except OverflowError:
        raise InputError("X: a number is beyond the range of float64; scale its column down") from None
    if (bad := np.flatnonzero(~np.isfinite(samples).all(axis=1))).size:
        raise InputError(f"X: {_rows(bad)} nan or inf; expected finite numbers; remove or fill such rows")
    # The answer is exact for the numbers given, so none may change on the way to float64.
    for row, (given, held) in enumerate(zip(array.tolist(), samples.tolist(), strict=True)):
        if given != held:
            raise InputError(
                f"X: row {row} has a number that float64 cannot hold exactly; round X to float64 first"
            )
    return samples


def _holds_text(array: NDArray[Any]) -> bool:
    return any(isinstance(value, str | bytes) for value in array.flat)


def _rows(indices: NDArray[np.intp]) -> str:
    listed = ", ".join(map(str, indices[:_SHOWN].tolist())) + (", ..." if len(indices) > _SHOWN else "")
    return f"row{'s' if len(indices) > 1 else ''} {listed} {'have' if len(indices) > 1 else 'has'}"
