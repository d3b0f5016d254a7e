"""What every activation along an axis keeps to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from multilayer import activations
from tests.activations.every import EVERY_ALONG_AXIS, same


class TestAlongAxis:
    @EVERY_ALONG_AXIS
    @pytest.mark.parametrize("axis", [0, 1, 2, -1])
    def test_any_axis(self, activation, axis):
        x = np.random.default_rng(3).normal(size=(2, 3, 4))
        expected = np.moveaxis(activation(np.moveaxis(x, axis, -1)), -1, axis)
        same(activation(x, axis=axis), expected)
        dz = np.random.default_rng(4).normal(size=x.shape)
        moved = (np.moveaxis(array, axis, -1) for array in (x, expected, dz))
        same(activation.vjp(x, expected, dz, axis=axis), np.moveaxis(activation.vjp(*moved), -1, axis))

    @EVERY_ALONG_AXIS
    def test_rows_are_independent(self, activation):
        x = np.random.default_rng(5).normal(size=(4, 7), scale=2)
        same(activation(x), np.array([activation(row) for row in x]))

    @pytest.mark.native
    @EVERY_ALONG_AXIS
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("units", [1, 2, 3, 7, 8, 9, 16, 31, 32, 33])
    def test_rows_side_by_side_have_the_bits_of_rows_alone(self, activation, dtype, units):
        # As many rows as a register has lanes, one more, one less; any place in memory; numbers of all kinds.
        rng = np.random.default_rng(units)
        for rows in (1, 2, 3, 4, 5, 7, 8, 9, 15, 17, 40):
            x = rng.normal(size=(rows, units)) * rng.choice([1e-3, 1, 30, 1e3], (rows, 1))
            x[rng.random(x.shape) < 0.05] = rng.choice([0, -0.0, np.inf, -np.inf, np.nan, 1e-310, 800, -800])
            x = x.astype(dtype)
            alone = np.array([activation(row) for row in x])
            same(activation(x), alone)
            same(activation(np.asfortranarray(x)), alone)
            same(activation(np.repeat(x, 2, axis=0)[::2]), alone)
            same(activation(np.ascontiguousarray(x.T), axis=0).T, alone)

    @EVERY_ALONG_AXIS
    def test_vjp_is_the_limit_of_differences(self, activation):
        rng = np.random.default_rng(6)
        x, dz, step = rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 2.0**-14
        found = activation.vjp(x, activation(x), dz)
        assert found.shape == x.shape
        for j in range(x.shape[1]):
            shift = np.zeros(5)
            shift[j] = step
            differences = (activation(x + shift) - activation(x - shift)) / (2 * step)
            np.testing.assert_allclose(found[:, j], (dz * differences).sum(axis=1), atol=1e-6)

    @EVERY_ALONG_AXIS
    def test_derivative_is_the_jacobian(self, activation):
        x = np.random.default_rng(8).normal(size=(2, 4, 3))
        jacobian = activation.derivative(x, axis=1)
        assert jacobian.shape == (2, 3, 4, 4)
        dz = np.random.default_rng(9).normal(size=x.shape)
        product = np.einsum("bui,buij->buj", np.moveaxis(dz, 1, -1), jacobian)
        np.testing.assert_allclose(
            activation.vjp(x, activation(x, axis=1), dz, axis=1), np.moveaxis(product, -1, 1), atol=1e-14
        )

    @EVERY_ALONG_AXIS
    def test_single_numbers_have_no_axis(self, activation):
        with pytest.raises(ValueError, match=r"along an axis|does not have enough dimensions"):
            activation(1.0)

    @EVERY_ALONG_AXIS
    def test_nan_fills_its_row_and_no_other(self, activation):
        x = np.array([[1.0, np.nan, 2.0], [1.0, 0.0, 2.0]])
        z = activation(x)
        assert np.isnan(z[0]).all()
        assert not np.isnan(z[1]).any()
        da = activation.vjp(x, z, np.ones_like(x))
        assert np.isnan(da[0]).all()
        assert not np.isnan(da[1]).any()

    def test_infinities(self):
        masked = np.array([-np.inf, 0.0, 0.0])
        same(activations.softmax(masked), [0.0, 0.5, 0.5])
        same(activations.sparsemax(masked), [0.0, 0.5, 0.5])
        same(activations.softmin(-masked), [0.0, 0.5, 0.5])
        same(activations.hardmax(masked), [0.0, 1.0, 0.0])
        assert activations.log_softmax(masked)[0] == -np.inf
        for row in ([np.inf, 0.0], [np.inf, np.inf], [-np.inf, -np.inf]):
            for activation in (activations.softmax, activations.log_softmax, activations.sparsemax):
                assert np.isnan(activation(row)).all()
        same(activations.hardmax([0.0, np.inf, np.inf]), [0.0, 1.0, 0.0])

    @given(
        hnp.arrays(
            np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(-1e6, 1e6)
        )
    )
    def test_probabilities(self, x):
        for activation in (
            activations.softmax,
            activations.softmin,
            activations.sparsemax,
            activations.hardmax,
        ):
            z = activation(x)
            assert (z >= 0).all()
            assert (z <= 1 + 1e-15).all()
            np.testing.assert_allclose(z.sum(axis=1), 1.0, rtol=1e-13)
        np.testing.assert_allclose(
            np.exp(activations.log_softmax(x)), activations.softmax(x), rtol=1e-9, atol=1e-300
        )
