"""What separability refuses, in one line each."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest

from multilayer import InputError, MissingExtraError, separability
from multilayer.separable.exact import decide
from multilayer.separable.problem import SeparationProblem
from multilayer.separable.samples import Frame

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([1, 2], [0, 1], r"X: expected shape \(samples, columns\).*found shape \(2,\).*reshape"),
        (np.empty((0, 2)), [], r"X: expected shape.*found shape \(0, 2\)"),
        (np.empty((2, 0)), [0, 1], r"found shape \(2, 0\)"),
        ([[1, 2], [3]], [0, 1], "X has rows of different lengths"),
        ([["1", "2"]], [0], "X: expected real numbers; found <U1"),
        ([[None, 2]], [0], "X: row 0 has nan or inf"),
        ([["a", 2.5, None]], [0], "X: expected real numbers"),
        ([[1j]], [0], "X: expected real numbers; found complex128"),
        ([[1], [math.nan], [math.inf]], [0, 1, 0], "X: rows 1, 2 have nan or inf"),
        ([[1], [-math.inf]], [0, 1], "X: row 1 has nan or inf"),
        ([[2**53 + 1], [0]], [0, 1], "X: row 0 has a number that float64 cannot hold exactly"),
        ([[Fraction(1, 3)], [0]], [0, 1], "X: row 0 has a number that float64 cannot hold exactly"),
        ([[10**400], [0]], [0, 1], "X: a number is beyond the range of float64"),
        ([[1], [2]], [0], r"y: expected one label for each of the 2 rows of X.*found shape \(1,\)"),
        ([[1], [2]], [[0], [1]], r"y: expected one label.*flatten it with y.ravel\(\)"),
        ([[1], [2]], [0, math.nan], "y: row 1 has nan"),
        ([[1], [2]], np.array([0, "a"], dtype=object), "y: labels of kinds that cannot be ordered"),
    ],
)
def test_mistakes(X, y, message):
    with pytest.raises(InputError, match=message) as caught:
        separability(X, y)
    assert "\n" not in str(caught.value)


def test_limit_is_named():
    X, y = [[1.0], [1 + 2.0**-52], [1 + 2.0**-51], [0.0]], [1, 0, 0, 1]
    rows = tuple(np.flatnonzero(np.array(y) == k) for k in range(2))
    problem = SeparationProblem(Frame.of(np.array(X)), rows)
    with pytest.raises(InputError, match="undecided after 1 exact steps"):
        decide(problem, [], 1)


def test_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(MissingExtraError, match=r"separability needs SciPy.*multilayer\[separability\]"):
        separability(XOR, [0, 1, 1, 0])
    assert separability(XOR, [0] * 4)
