"""A curve drawn with the dots of braille characters, two columns and four rows of dots a character."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.text import one_line

__all__ = ["curve"]

_SIZE, _END = Limits(minimum=1, maximum=10_000, integer=True), Limits()

# The bit of the dot in column c and row r of a braille character (Unicode block 2800).
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def curve(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    low: float = -4.0,
    high: float = 4.0,
    *,
    width: int = 56,
    height: int = 10,
    braille: bool = True,
) -> str:
    """Draw `function` between `low` and `high` in `width` by `height` characters, axes dotted.

    Without `braille` plain ASCII is drawn, a dot a character. Values that are not finite are left out.
    """
    width, height = _SIZE.checked("width", width), _SIZE.checked("height", height)
    low, high = _END.checked("low", low), _END.checked("high", high)
    if not callable(function) or not low < high:
        raise InputError(
            "a curve is drawn of a function, from low to a larger high; got {function} "
            "from {low:g} to {high:g}",
            function=one_line(repr(function), 60),
            low=low,
            high=high,
        )
    across, down = (2, 4) if braille else (1, 1)
    columns, rows = width * across, height * down
    x = np.linspace(low, high, columns)
    y = np.asarray(function(x), np.float64)
    drawn = y[np.isfinite(y)]
    bottom, top = (min(drawn.min(), 0.0), max(drawn.max(), 0.0)) if drawn.size else (0.0, 1.0)
    if bottom == top:
        top = bottom + 1.0
    ink = np.zeros((rows, columns), bool)
    ink[_row(0.0, bottom, top, rows), :: 2 * across] = True
    if low < 0 < high:
        ink[:: max(2, down // 2), int(np.abs(x).argmin())] = True
    _draw(ink, y, bottom, top)
    lines = _braille(ink) if braille else ["".join("*" if dot else " " for dot in row) for row in ink]
    return _framed(lines, bottom, top, low, high, width)


def _row(value: Any, bottom: float, top: float, rows: int) -> Any:
    return np.rint((top - value) / (top - bottom) * (rows - 1)).astype(int)


def _draw(ink: NDArray[np.bool_], y: NDArray[np.float64], bottom: float, top: float) -> None:
    """Ink every point, and the gap to the next one unless the curve jumps there."""
    rows = ink.shape[0]
    finite = np.isfinite(y)
    levels = _row(np.where(finite, y, 0.0), bottom, top, rows)
    for column, level in enumerate(levels):
        if not finite[column]:
            continue
        ink[level, column] = True
        if column and finite[column - 1] and abs(level - levels[column - 1]) < rows / 3:
            first, last = sorted((level, levels[column - 1]))
            ink[first : last + 1, column] = True


def _braille(ink: NDArray[np.bool_]) -> list[str]:
    height, width = ink.shape[0] // 4, ink.shape[1] // 2
    cells = ink.reshape(height, 4, width, 2)
    codes = 0x2800 + np.einsum("hrwc,rc->hw", cells, _DOTS)
    return ["".join(map(chr, row)) for row in codes]


def _framed(lines: list[str], bottom: float, top: float, low: float, high: float, width: int) -> str:
    labels = [""] * len(lines)
    labels[0], labels[-1] = f"{top:.3g}", f"{bottom:.3g}"
    margin = max(map(len, labels))
    left, right = f"{low:g}", f"{high:g}"
    below = " " * (margin + 2) + left + right.rjust(width - len(left))
    return "\n".join(
        [*(f"{label:>{margin}}  {line}" for label, line in zip(labels, lines, strict=True)), below]
    )
