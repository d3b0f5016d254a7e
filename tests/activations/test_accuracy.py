"""Every digit is right: value and derivative against the definitions, over the whole range."""

import json

import mpmath
import numpy as np
import pytest

from tests.activations.cases import ALONG_AXIS, SETTINGS
from tests.activations.measure_errors import KINDS, LIMITS, TABLE, key, largest_error
from tests.reference.activations import REFERENCES, Exact, evaluate
from tests.reference.arithmetic import slow
from tests.reference.ulp import ulp_error

STORED = json.loads(TABLE.read_text())
# On another processor NumPy takes exp, expm1, log1p and tanh from another library.
OTHER_NUMPY = {np.float32: 0.0, np.float64: 0.5}


@pytest.mark.parametrize("dtype", LIMITS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", SETTINGS, ids=repr)
def test_largest_error_never_grows(activation, kind, dtype):
    error, at = largest_error(activation, dtype, kind)
    name = key(activation, dtype, kind)
    allowed = LIMITS[dtype]
    if name.startswith("numpy/"):
        assert name in STORED, (
            f"{name} is not in {TABLE.name}: run  python -m tests.activations.measure_errors"
        )
        allowed = min(allowed, STORED[name] + OTHER_NUMPY[dtype])
    elif name in STORED:
        allowed = STORED[name]
    assert error <= allowed, (
        f"{name}: {error:.3f} ulp at {at!r}, allowed {allowed}. "
        f"{TABLE.name} may only shrink; it is written by  python -m tests.activations.measure_errors"
    )


def test_every_elementwise_activation_has_a_reference():
    assert {setting.facts.name for setting in SETTINGS} == set(REFERENCES)


@pytest.mark.parametrize("activation", SETTINGS, ids=repr)
def test_both_arithmetics_agree(activation):
    reference = REFERENCES[activation.facts.name]
    parameters = tuple(float(p) for p in activation.parameters)
    x = [-745.0, -38.5, -1.3, -1e-9, 0.0, 0.6, 2.5, 30.0]
    for function in (reference.value, reference.derivative):
        one, other = (evaluate(function, x, parameters, m=m) for m in (slow, evaluate.__defaults__[1]))
        np.testing.assert_array_equal(one.nearest, other.nearest)


def test_ulp_error_counts_floats():
    one = Exact(np.array([1.0]), np.array([0.0]))
    assert ulp_error(np.array([1.0]), one) == 0
    assert ulp_error(np.array([1 + 2.0**-52]), one) == 1
    assert ulp_error(np.array([1 + 2.0**-23], np.float32), one) == 1
    assert ulp_error(np.array([np.nan]), one) == np.inf
    assert ulp_error(np.array([np.inf]), one) > 1e300
    zero = Exact(np.array([0.0]), np.array([0.25]))
    np.testing.assert_array_equal(ulp_error(np.array([5e-324]), zero), 0.75)
    largest = Exact(np.array([np.finfo(float).max]), np.array([0.0]))
    assert ulp_error(np.array([np.inf]), largest) == 1
    infinite = Exact(np.array([np.inf, np.nan]), np.zeros(2))
    np.testing.assert_array_equal(ulp_error(np.array([np.inf, np.nan]), infinite), 0)


def _rows():
    rng = np.random.default_rng(7)
    for units in (1, 2, 5, 17, 300):
        for spread in (1e-8, 0.3, 3.0, 50.0, 700.0):
            yield rng.normal(scale=spread, size=units)
    yield np.array([0.0, 40.0, -300.0, 39.9999])
    yield np.array([1e300, 1e300, -1e300, 0.0])
    yield np.array([-0.937e100, 0.212e100, 0.663e100])
    yield np.array([1.0, -730.0, -744.0])
    yield np.array([0.5, 0.5, 0.5])
    yield np.array([1000.0, -1000.0, 1000.0 + 1e-10, 255.0])


def _exact_softmax(row, sign=1):
    x = [mpmath.mpf(sign * float(v)) for v in row]
    top = max(x)
    e = [mpmath.exp(v - top) for v in x]
    total = mpmath.fsum(e)
    return [v / total for v in e]


def _exact_log_softmax(row):
    x = [mpmath.mpf(float(v)) for v in row]
    top = max(x)
    total = mpmath.log(mpmath.fsum(mpmath.exp(v - top) for v in x))
    return [(v - top) - total for v in x]


def _exact_sparsemax(row):
    x = [mpmath.mpf(float(v)) for v in row]
    total, tau = mpmath.mpf(0), mpmath.mpf(0)
    for k, v in enumerate(sorted(x, reverse=True), start=1):
        total += v
        if 1 + k * v > total:
            tau = (total - 1) / k
    return [max(v - tau, mpmath.mpf(0)) for v in x]


def _exact_hardmax(row):
    return [mpmath.mpf(int(i == int(np.argmax(row)))) for i in range(len(row))]


EXACT_ROWS = {
    "softmax": _exact_softmax,
    "log_softmax": _exact_log_softmax,
    "softmin": lambda row: _exact_softmax(row, -1),
    "sparsemax": _exact_sparsemax,
    "hardmax": _exact_hardmax,
}


@pytest.mark.parametrize("dtype", LIMITS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("activation", ALONG_AXIS, ids=repr)
def test_along_an_axis(activation, dtype):
    for row in _rows():
        with np.errstate(over="ignore"):
            row = np.clip(row, -1e30, 1e30).astype(dtype) if dtype is np.float32 else row  # noqa: PLW2901
        with mpmath.workprec(2500):
            exact = EXACT_ROWS[activation.facts.name](row)
            nearest = np.array([float(v) for v in exact])
            rest = np.array(
                [float((v - n) / np.spacing(abs(n))) for v, n in zip(exact, nearest, strict=True)]
            )
        error = ulp_error(activation(row), Exact(nearest, rest))
        assert error.max() <= LIMITS[dtype] / 1.25, (row, error)
