"""What every elementwise activation keeps to, with its defaults and other parameters."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.activations.cases import SETTINGS
from tests.activations.every import EVERY_ELEMENTWISE, EVERY_SETTING, SPECIAL, X, same


class TestElementwise:
    @EVERY_SETTING
    def test_nan_stays_nan(self, activation):
        assert np.isnan(activation(np.nan))
        assert np.isnan(activation.derivative(np.nan))

    @EVERY_SETTING
    def test_only_nan_makes_nan(self, activation):
        x = SPECIAL[1:]
        assert not np.isnan(activation(x)).any()
        assert not np.isnan(activation.derivative(x)).any()

    @EVERY_SETTING
    def test_range_holds(self, activation):
        interval = activation.facts.range
        z = activation(np.concatenate([X.ravel(), np.linspace(-30, 30, 4001), SPECIAL[1:]]))
        margin = 4 * np.finfo(float).eps * np.maximum(1.0, np.abs(z))
        assert (z >= interval.low - margin).all()
        assert (z <= interval.high + margin).all()

    @EVERY_SETTING
    def test_ends_of_the_range_are_approached(self, activation):
        interval = activation.facts.range
        kinks = np.array(activation.facts.kinks)
        scale = max([1.0, *np.abs(kinks)], default=1.0)
        around = (kinks[:, np.newaxis] + np.array([-1e-6, 0.0, 1e-6])).ravel()
        x = np.concatenate([np.linspace(-9, 9, 40001) * scale, SPECIAL[1:], around])
        if activation.facts.name == "silu":
            x = np.concatenate(
                [x, -1.2784645427610738 / activation.parameters[0] * np.linspace(0.99, 1.01, 201)]
            )
        z = activation(x)
        for end, found in ((interval.low, z.min()), (interval.high, z.max())):
            assert found == end or math.isclose(found, end, rel_tol=1e-6, abs_tol=1e-4)

    @EVERY_SETTING
    def test_the_derivative_jumps_at_the_kinks_and_nowhere_else(self, activation):
        def jumps(at, step=1e-9):
            left, right = (activation.derivative(np.float64(at + s)) for s in (-step, step))
            values = activation(np.array([at - step, at + step]))
            return abs(left - right) > 1e-6 or abs(values[0] - values[1]) > 1e-6

        if activation.facts.name in {"squareplus", "silu", "softplus", "celu"}:
            assert activation.facts.kinks == ()
            return
        for kink in activation.facts.kinks:
            assert jumps(kink) or activation(kink + 1e-9) == activation(kink) == 0.0
        for at in (-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, 3.0, 6.0):
            if all(abs(at - kink) > 1e-6 for kink in activation.facts.kinks):
                assert not jumps(at)

    @EVERY_SETTING
    def test_derivative_is_the_limit_of_differences(self, activation):
        x = np.linspace(-7.03, 7.04, 141)
        step = 2.0**-12
        for kink in activation.facts.kinks:
            x = x[np.abs(x - kink) > 2 * step]
        if any(p > 1e100 or p < 1e-100 for p in np.abs(activation.parameters) if p != 0):
            x = x[np.abs(x) > 0.1]
        differences = (activation(x + step) - activation(x - step)) / (2 * step)
        scale = np.maximum(1.0, np.abs(activation(x)))
        assert (np.abs(activation.derivative(x) - differences) <= 1e-5 * scale).all()

    @EVERY_SETTING
    def test_vjp_is_the_derivative_times_the_gradient(self, activation):
        dz = np.linspace(-1, 1, X.size).reshape(X.shape)
        same(activation.vjp(X, activation(X), dz), dz * activation.derivative(X))

    @EVERY_ELEMENTWISE
    @settings(max_examples=20)
    @given(
        x=hnp.arrays(
            st.sampled_from([np.float32, np.float64]),
            hnp.array_shapes(max_dims=3, max_side=5),
            elements=st.floats(width=32),
        )
    )
    def test_elementwise_means_one_by_one(self, activation, x):
        for function in (activation, activation.derivative):
            one_by_one = np.array([function(v) for v in x.ravel()], x.dtype).reshape(x.shape)
            same(np.nan_to_num(function(x), nan=7.0), np.nan_to_num(one_by_one, nan=7.0))

    @pytest.mark.parametrize(
        "activation",
        [
            s
            for s in SETTINGS
            if s.facts.name not in {"gelu", "gelu_tanh", "silu", "mish", "hard_swish", "gaussian"}
        ],
        ids=repr,
    )
    @settings(max_examples=20)
    @given(data=st.data())
    def test_monotone(self, activation, data):
        number = st.floats(-50, 50)
        x = np.sort(data.draw(hnp.arrays(np.float64, 8, elements=number)))
        if activation.facts.name in {"leaky_relu", "thresholded_relu"}:
            x = x[x > max(0.0, *activation.parameters)]
        z = activation(x)
        assert (np.diff(z) >= -8 * np.spacing(np.abs(z[1:]))).all()
