"""The native kernels are NumPy ufuncs: everything that NumPy offers around a ufunc holds for them."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest

from multilayer.activations import get
from tests.backend.native import AXIS, ELEMENTWISE, bits, numbers

pytestmark = pytest.mark.native


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_types_follow_the_input(name: str) -> None:
    function, parameters = ELEMENTWISE[name]
    assert isinstance(function, np.ufunc)
    for kind in (np.float16, np.float32, np.float64):
        assert function(np.ones(3, kind), *parameters).dtype == kind
        assert function(np.ones((), kind), *parameters).dtype == kind
    for kind in "?bBhHiIlLqQ":
        whole = np.array([0, 1, 1], kind)
        result = function(whole, *parameters)
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, function(whole.astype(np.float64), *parameters))
    with pytest.raises(TypeError):
        function(np.ones(3, complex), *parameters)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_float16_is_float32_rounded(name: str) -> None:
    function, parameters = ELEMENTWISE[name]
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    with np.errstate(all="ignore"):
        expected = function(every.astype(np.float32), *parameters).astype(np.float16)
    np.testing.assert_array_equal(bits(function(every, *parameters)), bits(expected))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_where_out_and_casting(name: str) -> None:
    function, parameters = ELEMENTWISE[name]
    x = numbers(50, np.float64)
    chosen = np.arange(50) % 3 == 0
    out = np.full(50, 7.0)
    assert function(x, *parameters, out=out, where=chosen) is out
    np.testing.assert_array_equal(out[chosen], function(x, *parameters)[chosen])
    assert (out[~chosen] == 7.0).all()
    narrow = np.zeros(50, np.float32)
    with np.errstate(all="ignore"):
        function(x, *parameters, out=narrow, casting="same_kind")
        np.testing.assert_array_equal(narrow, function(x, *parameters).astype(np.float32))
    with pytest.raises(TypeError):
        function(x, *parameters, out=np.zeros(50, int))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_empty_scalar_and_big_endian(name: str) -> None:
    function, parameters = ELEMENTWISE[name]
    assert function(np.zeros((0, 3)), *parameters).shape == (0, 3)
    assert function(np.zeros((3, 0), np.float32), *parameters).shape == (3, 0)
    x = numbers(40, np.float64)
    np.testing.assert_array_equal(function(x.astype(">f8"), *parameters), function(x, *parameters))
    assert isinstance(function(0.5, *parameters), np.float64)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_warning_is_left_behind(name: str, kind: Any) -> None:
    function, parameters = ELEMENTWISE[name]
    x = numbers(300, kind)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        function(x, *parameters)


@pytest.mark.parametrize("name", ["prelu", "prelu_derivative", "elu", "silu"])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_a_parameter_per_unit(name: str, kind: Any) -> None:
    function, _ = ELEMENTWISE[name]
    x = numbers(60, kind).reshape(5, 12)
    slopes = np.linspace(0.1, 2.0, 12)
    slopes[3:6] = 0.5
    expected = np.stack([function(x[:, j], slopes[j]) for j in range(12)], axis=1)
    np.testing.assert_array_equal(bits(function(x, slopes)), bits(expected))
    np.testing.assert_array_equal(bits(function(x.T, slopes[:, np.newaxis])), bits(expected.T))


@pytest.mark.parametrize("name", [*ELEMENTWISE, *AXIS])
def test_pickles_to_itself(name: str) -> None:
    function = AXIS[name].kernel if name in AXIS else ELEMENTWISE[name][0]
    assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301


@pytest.mark.parametrize("name", AXIS)
def test_rows_of_every_type(name: str) -> None:
    activation = AXIS[name]
    x = np.array([[1, 0, 3], [2, 2, 0]])
    for kind in "?bBhHiIlLqQ":
        assert activation(x.astype(kind)).dtype == np.float64
    half = activation(x.astype(np.float16))
    np.testing.assert_array_equal(half, activation(x.astype(np.float32)).astype(np.float16))
    out = np.zeros((2, 3), np.float32)
    assert activation(x.astype(np.float32), out=out) is out
    assert activation(np.zeros((4, 0))).shape == (4, 0)
    assert activation(np.zeros((0, 4))).shape == (0, 4)
    with pytest.raises(ValueError, match="dimension"):
        activation(1.0)


@pytest.mark.oracle
def test_dask() -> None:
    from dask import array

    x = numbers(100, np.float32).reshape(10, 10)
    lazy = array.from_array(x, chunks=(3, 10))
    for name in ("sigmoid", "gelu"):
        activation = get(name)
        assert isinstance(activation(lazy), array.Array)
        np.testing.assert_array_equal(activation(lazy).compute(), activation(x))
        np.testing.assert_array_equal(activation.derivative(lazy).compute(), activation.derivative(x))


def test_pandas() -> None:
    import pandas

    x = numbers(30, np.float64)
    series = pandas.Series(x, index=np.arange(30) * 2, name="a")
    result = get("tanh")(series)
    assert isinstance(result, pandas.Series)
    assert result.name == "a"
    np.testing.assert_array_equal(result.index, series.index)
    np.testing.assert_array_equal(result.to_numpy(), get("tanh")(x))


@pytest.mark.oracle
def test_xarray() -> None:
    import xarray

    x = numbers(30, np.float64).reshape(5, 6)
    result = get("softplus")(xarray.DataArray(x, dims=("sample", "unit")))
    assert result.dims == ("sample", "unit")
    np.testing.assert_array_equal(result.to_numpy(), get("softplus")(x))
