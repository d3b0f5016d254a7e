"""How far a result is from the exact one, in units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.reference.activations import Exact

__all__ = ["ulp_error", "ulp_of"]


def ulp_of(magnitude: Any, kind: Any) -> np.ndarray:
    """Return the distance between floats of type `kind` around |magnitude|, as float64.

    For subnormals and zero it is the smallest subnormal; from overflow on it is that of the largest number.
    """
    limits = np.finfo(kind)
    size = np.clip(
        np.abs(np.asarray(magnitude, np.float64)), float(limits.smallest_normal), float(limits.max)
    )
    return np.ldexp(1.0, np.frexp(size)[1] - 1 - limits.nmant)


def ulp_error(computed: np.ndarray, exact: Exact, scale: np.ndarray | None = None) -> np.ndarray:
    """Return |computed - exact| in ulps of the exact result, in the type of `computed`.

    nan counts as equal to nan, and infinitely far from anything else. Infinity counts as the number that
    would follow the largest one, so that overflow one step early is an error of one ulp, and an infinity in
    place of an ordinary number is an enormous one. With `scale` the unit is the ulp of that number instead.
    """
    kind = computed.dtype
    with np.errstate(all="ignore"):
        limit = np.longdouble(np.finfo(kind).max)
        beyond = limit + np.longdouble(ulp_of(limit, kind))
        found = np.clip(computed.astype(np.longdouble), -beyond, beyond)
        expected = np.clip(exact.nearest.astype(np.longdouble), -beyond, beyond)
        unit = ulp_of(exact.nearest if scale is None else scale, kind)
        # Beyond the largest number every result rounds to infinity, and nothing is lost.
        rest = np.where(
            np.abs(expected) == beyond, 0.0, exact.rest * (ulp_of(exact.nearest, np.float64) / unit)
        )
        error = np.abs((found - expected) / unit - rest).astype(np.float64)
    same = (np.isnan(computed) & np.isnan(exact.nearest)) | (
        np.isinf(computed) & (np.abs(expected) == beyond)
    )
    error[same] = 0.0
    error[np.isnan(error)] = np.inf
    return error
