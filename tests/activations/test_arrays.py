"""How every activation treats arrays: types, shapes, out=, where=, and warnings."""

import numpy as np
import pytest

from tests.activations.every import EVERY, EVERY_ELEMENTWISE, FLOATS, SPECIAL, X, same


class TestArrays:
    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_type_and_shape_stay(self, activation, kind):
        x = np.clip(X, -60, 60).astype(kind)
        for shaped in (x, x.T, x[:, ::2], x[::-1], np.asfortranarray(x), np.broadcast_to(x[0], (2, 4))):
            result = activation(shaped)
            assert (result.dtype, result.shape) == (kind, shaped.shape)
            same(result, activation(np.ascontiguousarray(shaped)))
        for empty in (np.zeros((0, 3), kind), np.zeros((3, 0), kind)):
            assert activation(empty).shape == empty.shape
            assert activation(empty).dtype == kind

    @EVERY_ELEMENTWISE
    @pytest.mark.parametrize("kind", FLOATS)
    def test_derivative_type_and_shape_stay(self, activation, kind):
        for shaped in (X.astype(kind), X.astype(kind).T, np.zeros((0, 3), kind)):
            result = activation.derivative(shaped)
            assert (result.dtype, result.shape) == (kind, shaped.shape)

    @EVERY_ELEMENTWISE
    @pytest.mark.parametrize("kind", FLOATS)
    def test_single_numbers(self, activation, kind):
        for result in (activation(kind(0.4)), activation.derivative(kind(0.4))):
            assert isinstance(result, kind)
        assert isinstance(activation(0.4), np.float64)
        assert activation(kind(0.4)) == activation(np.array([0.4], kind))[0]

    @EVERY
    def test_integers_and_booleans_become_float64(self, activation):
        for kind in (np.int8, np.uint16, np.int64, np.bool_):
            x = np.array([[1, 0, 1]], kind)
            same(activation(x), activation(x.astype(np.float64)))
        same(activation([[1, 2]]), activation(np.array([[1.0, 2.0]])))

    @EVERY
    def test_other_types_are_refused(self, activation):
        for x in (np.array([1j]), np.array(["a"]), np.array([None])):
            with pytest.raises(
                TypeError, match=r"takes float16, float32, float64|not supported for the input types"
            ):
                activation(x)

    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_inputs_are_never_changed(self, activation, kind):
        x = np.clip(X, -60, 60).astype(kind)
        x.flags.writeable = False
        before = x.copy()
        result = activation(x)
        slope = activation.derivative(x)
        activation.vjp(x, result, result)
        same(x, before)
        assert not np.shares_memory(result, x)
        assert not np.shares_memory(slope, x)
        assert result.flags.writeable

    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_out(self, activation, kind):
        x = np.clip(X, -60, 60).astype(kind)
        expected = activation(x)
        out = np.empty_like(x)
        assert activation(x, out=out) is out
        same(out, expected)
        assert activation(x, out=x) is x
        same(x, expected)

    @EVERY_ELEMENTWISE
    def test_where(self, activation):
        mask = X > 0
        out = np.full_like(X, 7.0)
        activation(X, out=out, where=mask)
        same(out, np.where(mask, activation(X), 7.0))
        activation.derivative(X, out=out, where=mask)
        same(out[mask], activation.derivative(X)[mask])

    @EVERY
    @pytest.mark.parametrize("kind", FLOATS)
    def test_no_warning_escapes(self, activation, kind):
        # Warnings are errors in the whole suite.
        limits = np.finfo(kind)
        x = np.array(
            [*SPECIAL[:5], limits.max, limits.min, limits.smallest_subnormal, 1.0, -1.0, 11.0, -100.0], kind
        )
        value = activation(x)
        activation.derivative(x)
        with np.errstate(all="raise"):
            activation(x)
            activation(x, out=np.empty(x.shape, kind))
            activation.vjp(x, value, x)
