"""The text of a Python file around its weights and kernels."""

from __future__ import annotations

__all__ = ["ARITHMETIC", "DENSE", "END", "TOP"]

TOP = '''\
"""{origin}

    predict(x)        the outputs of a row x of {inputs} numbers
    self_test()       how many stored outputs come out with other bits
    python {name}.py 1 2 ...    rows as arguments or in standard input; --self-test

Needs Python 3.11 or newer and nothing else. The bits are those of the network it was written from.
"""

import math
import re
import struct
import sys
from array import array
from math import copysign, ldexp, sqrt
from typing import NamedTuple

INPUT_NAMES = {input_names}
OUTPUT_NAMES = {output_names}
CLASS_NAMES = {class_names}
'''

ARITHMETIC = '''\
_cell = array("f", [0.0])


def f32(x: float) -> float:
    """Return the nearest float32."""
    _cell[0] = x
    return _cell[0]


def fma32(x: float, y: float, z: float) -> float:
    """Return x y + z of float32 numbers, rounded once.

    The product is exact and the sum s is rounded to float64; rounding that again is right unless s lies midway between
    two float32 numbers, where what the first rounding dropped decides.
    """
    product = x * y
    s = product + z
    rounded = f32(s)
    if rounded == s:
        return rounded
    other = 2.0 * s - rounded  # the other neighbour, if s is midway
    if f32(other) != other:
        return rounded
    t = s - product
    dropped = (product - (s - t)) + (z - t)
    if dropped == 0.0:
        return rounded
    return f32(s * (1.0 + 2.0**-52 if (dropped > 0.0) == (s > 0.0) else 1.0 - 2.0**-52))


def fma64(x: float, y: float, z: float) -> float:
    """Return x y + z of float64 numbers, rounded once: as a fraction of whole numbers, which Python divides exactly."""
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)) or x == 0.0 or y == 0.0:
        return x * y + z
    x_top, x_bottom = x.as_integer_ratio()
    y_top, y_bottom = y.as_integer_ratio()
    z_top, z_bottom = z.as_integer_ratio()
    bottom = x_bottom * y_bottom
    top = x_top * y_top * z_bottom + z_top * bottom
    try:
        return top / (bottom * z_bottom)
    except OverflowError:
        return math.inf if top > 0 else -math.inf
'''

DENSE = '''\
def dense(x: list[float], W: array, b: array) -> list[float]:
    """Return x W + b: for each unit one chain of multiply-adds over the inputs, from the bias; + 0 makes +0 of -0."""
    units = len(b)
    sums = []
    for j in range(units):
        s = b[j]
        for xk, w in zip(x, W[j::units]):
            s = {fma}(xk, w, s)
        sums.append(s + 0.0)
    return sums
'''

END = (
    DENSE
    + '''

def predict(x) -> list[float]:
    """Return the outputs of one row of numbers."""
    if len(x) != {inputs}:
        raise ValueError(f"a row has {{len(x)}} numbers; expected {inputs}")
    z = [{real}(value) for value in x]
{layers}
    return z


def classify(y: list[float]) -> int:
    """Return the class of outputs, an index of CLASS_NAMES or of the outputs; -1 if one of them is nan."""
    if any(math.isnan(value) for value in y):
        return -1
    return {found}


TEST_X = array("{code}", [
{test_x},
])
TEST_Y = array("{code}", [
{test_y},
])


def self_test() -> int:
    """Return how many stored outputs come out with other bits."""
    wrong = 0
    for r in range({test_rows}):
        y = predict(TEST_X[r * {inputs} : (r + 1) * {inputs}])
        for found, expected in zip(y, TEST_Y[r * {units} : (r + 1) * {units}]):
            same = struct.pack("<d", found) == struct.pack("<d", expected)
            wrong += not same and not (math.isnan(found) and math.isnan(expected))
    return wrong


def main(words: list[str]) -> int:
    if words == ["--self-test"]:
        wrong = self_test()
        print(wrong, "of {test_count} outputs have other bits")
        return wrong != 0
    if not words:
        words = [word for word in re.split(r"[\\s,]+", sys.stdin.read()) if word]
    try:
        numbers = [float(word) for word in words]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if len(numbers) % {inputs} != 0:
        print("give {inputs} numbers for each row", file=sys.stderr)
        return 2
    for start in range(0, len(numbers), {inputs}):
        y = predict(numbers[start : start + {inputs}])
        line = [f"{{value:{format}}}" for value in y]
        if CLASS_NAMES:
            c = classify(y)
            name = CLASS_NAMES[c] if c >= 0 else "nan"
            line.append("".join(character if character.isprintable() else "?" for character in name))
        print(*line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
'''
)
