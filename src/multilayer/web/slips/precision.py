"""Whether numbers are those that were given, to the digits that were given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.web.typed import Typed

__all__ = ["Given"]

_ROUNDING = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 2e-6}
"""Of the largest number of an array: what another order of additions may change, by type."""
_SINGLE = 2e-6
"""The same of a calculation in float32."""
_SINGLE_DIGITS = 8
"""Significant digits from which on a number shows that it is one of float32."""


@dataclass(frozen=True, eq=False)
class Given:
    """Numbers in the shape of the array that they are meant to be, with the unit of the last digit of each."""

    values: NDArray[np.float64]
    units: NDArray[np.float64]
    digits: tuple[int | None, ...]
    dtype: np.dtype[Any]
    """Of the network."""
    turned: bool = False
    """Whether they were given column by column."""

    @staticmethod
    def of(given: Typed, shape: tuple[int, ...], dtype: np.dtype[Any], *, turned: bool = False) -> Given:
        """Return the numbers row by row, or with `turned` column by column."""
        numbers = given.numbers

        def laid_out(values: list[float]) -> NDArray[np.float64]:
            array = np.array(values)
            return array.reshape(shape[::-1]).T if turned else array.reshape(shape)

        values, units = ([getattr(number, name) for number in numbers] for name in ("value", "unit"))
        return Given(
            laid_out(values), laid_out(units), tuple(number.digits for number in numbers), dtype, turned
        )

    def fits(self, array: NDArray[Any], units: float = 0.5) -> NDArray[np.bool_]:
        """Return where a number of the array, rounded to the digits given, is the one given.

        `units` is how far it may be away, in units of the last digit.
        """
        exact = array.astype(np.float64)
        finite = exact[np.isfinite(exact)]
        rounding = _ROUNDING[self.dtype] * (np.abs(finite).max() if finite.size else 0.0)
        with np.errstate(invalid="ignore"):
            near = np.abs(self.values - exact) <= units * (1.0 + 1e-9) * self.units + rounding
        found: NDArray[np.bool_] = near | (self.values == exact) | (np.isnan(self.values) & np.isnan(exact))
        return found

    def agree(self, array: NDArray[Any]) -> bool:
        """Whether all of them do."""
        return bool(self.fits(array).all())

    def is_cut_off(self, array: NDArray[Any]) -> bool:
        """Whether each is the one of the array with its further digits left out."""
        return bool(
            self.fits(array, 1.0).all() and (np.abs(self.values) <= np.abs(array) * (1.0 + 1e-12)).all()
        )

    def is_single(self, array: NDArray[Any]) -> bool:
        """Whether all are numbers of float32, and near those of the array."""
        finite = np.isfinite(self.values)
        shown = [float(str(np.float32(value))) == value for value in self.values[finite]]
        many = max((digits or 0 for digits in self.digits), default=0) >= _SINGLE_DIGITS
        with np.errstate(invalid="ignore"):
            near = np.abs(self.values - array) <= _SINGLE * np.abs(array[np.isfinite(array)]).max(initial=0.0)
        return many and all(shown) and bool((near | ~finite).all())

    @property
    def right_digits(self) -> int | None:
        """The fewest digits that a number was given with, apart from zeros and fractions; None where there are none."""
        return min((digits for digits in self.digits if digits), default=None)
