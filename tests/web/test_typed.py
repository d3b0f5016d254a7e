"""Numbers are read however they were typed, with the digits that were given."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer._base.errors import InputError
from multilayer.web.typed import typed


def values(text):
    return [[number.value for number in row] for row in typed(text).rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[0.6 1.33]", [[0.6, 1.33]]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("np.array([[0.1, 0.2],\n       [0.3, 0.4]], dtype=float32)", [[0.1, 0.2], [0.3, 0.4]]),
        ("tensor([0.5160, 1.2140], device='cuda:0')", [[0.516, 1.214]]),
        ("x;y\n1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("0.1\t0.2\r\n0.3\t0.4", [[0.1, 0.2], [0.3, 0.4]]),
        ("a1 = 0.3\na2: 1/4", [[0.3], [0.25]]),
        ("W(1)[1,2] = -3", [[-3]]),
        ("\u22120.5 \uff11", [[-0.5, 1]]),
        ("| 1 | 2 |", [[1, 2]]),
        (".5 1. +2 1e-3 -inf", [[0.5, 1, 2, 0.001, -math.inf]]),
    ],
)
def test_layouts(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("0,25 0,5", True, [[0.25, 0.5]]),
        ("0,25", True, [[0.25]]),
        ("[0,6 1,33]", True, [[0.6, 1.33]]),
        ("[1,2]", False, [[1, 2]]),
        ("1,2,3", False, [[1, 2, 3]]),
        ("1, 2", False, [[1, 2]]),
        ("0.5,2", False, [[0.5, 2]]),
    ],
)
def test_a_comma_is_decided_by_one_rule(text, decimal, expected):
    assert typed(text).decimal_comma is decimal
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "unit", "digits"),
    [
        ("1.330", 0.001, 4),
        ("0.05", 0.01, 1),
        ("12", 1, 2),
        ("1.2e-3", 1e-4, 2),
        ("1/3", 0, None),
        ("0.00", 0.01, None),
    ],
)
def test_digits_as_given(text, unit, digits):
    (number,) = typed(text).numbers
    assert (number.unit, number.digits) == (unit, digits)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no numbers"),
        ("hello", "there are no numbers"),
        ("0.5 abc", "'abc' is not a number"),
        ("1/0", "divides by zero"),
        ("1e999", "too large"),
        ("[1 2 ... 9]", "left out"),
        ("1 " * 200_000, "more than 200,000 characters"),
    ],
)
def test_refusals(text, message):
    with pytest.raises(InputError, match=message):
        typed(text)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(width=32), min_size=2, max_size=2), min_size=1, max_size=3))
def test_numpy_text_comes_back(rows):
    array = np.array(rows, np.float32)
    for text in (str(array), repr(array), str(array.tolist())):
        assert typed(text).shape == array.shape
    assert np.array_equal(typed(str(array.tolist())).values.reshape(array.shape), array, equal_nan=True)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(InputError):
        assert typed(text).numbers
