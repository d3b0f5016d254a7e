"""Numbers as the shortest decimal text that is read back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["decimal", "decimals", "in_lines", "shortest"]


def decimal(value: float, kind: str) -> str:
    """Return a float64 as decimal text; one of kind f32 is rounded to float32 first.

    >>> decimal(0.1, "f64"), decimal(0.1, "f32"), decimal(1.0, "f32")
    ('0.1', '0.10000000149011612', '1.0')
    """
    with np.errstate(all="ignore"):
        return repr(float(np.float32(value)) if kind == "f32" else float(value))


def decimals(values: Iterable[float], kind: str) -> str:
    """Return numbers in lines, separated by commas."""
    return in_lines(decimal(value, kind) for value in values)


def shortest(values: NDArray[Any], not_finite: Mapping[str, str]) -> str:
    """Return an array as the shortest text that one of its type reads back exactly, in lines."""
    texts = (str(value) for value in values.ravel())
    return in_lines(not_finite.get(text, text) for text in texts)


def in_lines(texts: Iterable[str], indent: str = "    ", width: int = 100) -> str:
    """Return texts separated by commas, in lines of some width."""
    lines, line = [], ""
    for text in texts:
        if line and len(indent) + len(line) + len(text) + 2 > width:
            lines.append(f"{indent}{line},")
            line = ""
        line = f"{line}, {text}" if line else text
    return "\n".join([*lines, f"{indent}{line}"])
