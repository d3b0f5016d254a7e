"""The NumPy reference of a native ufunc behaves like a ufunc, as far as its users reach."""

import numpy as np
import pytest

from multilayer.backend.reference import ReferenceAxisFunction, ReferenceUfunc

halve = ReferenceUfunc("halve", lambda x: x / 2)
scale = ReferenceUfunc("scale", lambda x, factor: x * factor, 1)
total = ReferenceAxisFunction("total", lambda x: x / x.sum(axis=-1, keepdims=True))
X = np.arange(6.0).reshape(2, 3)


def test_numbers_of_arguments_and_repr():
    assert (halve.nin, halve.nout, halve.nargs) == (1, 1, 2)
    assert (scale.nin, scale.nargs) == (2, 3)
    assert repr(halve) == "<NumPy reference ufunc 'halve'>"
    assert repr(total) == "<NumPy reference axis function 'total'>"


def test_parameters_broadcast():
    np.testing.assert_array_equal(scale(X, np.array([1.0, 0.0, -1.0])), X * [1, 0, -1])
    assert scale(X.astype(np.float32), np.float64(0.1)).dtype == np.float32


def test_wrong_number_of_inputs():
    with pytest.raises(TypeError, match="takes 2 inputs, got 1"):
        scale(X)


def test_out_where_dtype_casting():
    out = np.full((2, 3), 9.0)
    assert halve(X, out=(out,), where=X > 2) is out
    np.testing.assert_array_equal(out, np.where(X > 2, X / 2, 9.0))
    assert halve(X, dtype=np.float32).dtype == np.float32
    narrow = np.empty((2, 3), np.float32)
    np.testing.assert_array_equal(halve(X, out=narrow), X / 2)
    with pytest.raises(TypeError, match="Cannot cast"):
        halve(X, out=np.empty((2, 3), np.int64))
    with pytest.raises(TypeError, match="out must be an array"):
        halve(X, out=[0.0])
    assert halve(X, where=np.array([True, False, True])).shape == (2, 3)


def test_float16_goes_by_way_of_float32():
    third = ReferenceUfunc("third", lambda x: x / 3)
    x = np.arange(1, 2000, dtype=np.float16)
    np.testing.assert_array_equal(third(x), (x.astype(np.float64) / 3).astype(np.float32).astype(np.float16))


def test_overflow_and_nan_are_silent():
    with np.errstate(all="raise"):
        big = scale(np.array([1e300, np.nan, np.inf]), np.float64(1e300), dtype=np.float32)
        np.testing.assert_array_equal(big, [np.inf, np.nan, np.inf])
        scale(np.array([1e300]), np.float64(1.0), out=np.empty(1, np.float32))


def test_other_types_are_refused():
    for x in (np.array([1j]), np.array(["a"]), np.array([None]), np.zeros(2, np.longdouble)):
        with pytest.raises(TypeError, match="halve\\(\\) takes"):
            halve(x)


class Units(np.ndarray):
    """A subclass with rules of its own for ufuncs."""

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        return "mine", ufunc, method, keywords


class Refuses:
    __array_ufunc__ = None


def test_array_ufunc_is_asked():
    assert halve(X.view(Units)) == ("mine", halve, "__call__", {})
    assert halve(X, out=X.view(Units))[3].keys() == {"out"}
    with pytest.raises(TypeError, match="do not support halve"):
        halve(Refuses())


def test_pandas_comes_back_as_pandas():
    import pandas

    series = pandas.Series([1.0, 2.0], index=["a", "b"], name="s")
    pandas.testing.assert_series_equal(halve(series), series / 2)
    frame = pandas.DataFrame({"p": [1.0, 2.0], "q": [3.0, 4.0]})
    pandas.testing.assert_frame_equal(halve(frame), frame / 2)


@pytest.mark.oracle
def test_xarray_comes_back_as_xarray():
    import xarray

    array = xarray.DataArray(X, dims=("row", "unit"), coords={"unit": list("abc")})
    xarray.testing.assert_identical(halve(array), array / 2)


@pytest.mark.oracle
def test_dask_stays_lazy():
    from dask import array as dask

    array = dask.from_array(X, chunks=(1, 3))
    result = halve(array)
    assert isinstance(result, dask.Array)
    np.testing.assert_array_equal(result.compute(), X / 2)


class TestAxis:
    def test_any_axis_and_type(self):
        x = np.arange(1, 25, dtype=np.float32).reshape(2, 3, 4)
        for axis in (0, 1, 2, -2):
            result = total(x, axis=axis)
            assert result.dtype == np.float32
            assert result.flags.c_contiguous
            np.testing.assert_allclose(result, x / x.sum(axis=axis, keepdims=True), rtol=1e-6)

    def test_out(self):
        out = np.empty((2, 3), np.float32)
        assert total(X, out=out) is out
        np.testing.assert_allclose(out, X / X.sum(axis=1, keepdims=True), rtol=1e-6)

    def test_empty(self):
        assert total(np.zeros((0, 3))).shape == (0, 3)
        assert total(np.zeros((3, 0))).shape == (3, 0)
