"""Values that are a matter of definition."""

import pickle

import numpy as np
import pytest

from multilayer import activations
from multilayer.activations import AlongAxis, HardSigmoid, PReLU, get
from tests.activations.every import EVERY, same


class TestDefinitions:
    """Values that are a matter of definition."""

    @pytest.mark.parametrize(
        ("name", "at", "derivative"),
        [
            ("step", 0.0, 0.0),
            ("relu", 0.0, 0.0),
            ("leaky_relu", 0.0, 0.01),
            ("prelu", 0.0, 0.25),
            ("relu6", 0.0, 0.0),
            ("relu6", 6.0, 0.0),
            ("thresholded_relu", 1.0, 0.0),
            ("elu", 0.0, 1.0),
            ("celu", 0.0, 1.0),
            ("selu", 0.0, 1.7580993408473768),
            ("hard_sigmoid", -3.0, 0.0),
            ("hard_sigmoid", 3.0, 0.0),
            ("hard_swish", -3.0, 0.0),
            ("hard_swish", 3.0, 1.0),
            ("hard_tanh", -1.0, 0.0),
            ("hard_tanh", 1.0, 0.0),
            ("soft_shrink", 0.5, 0.0),
            ("soft_shrink", -0.5, 0.0),
            ("hard_shrink", 0.5, 0.0),
            ("hard_shrink", -0.5, 0.0),
        ],
    )
    def test_derivative_at_kinks(self, name, at, derivative):
        # The side that PyTorch 2.13 takes, compared with it when this table was written.
        assert get(name).derivative(at) == derivative

    @pytest.mark.parametrize(
        ("name", "at", "value"),
        [
            *(
                (name, 0.0, 0.0)
                for name in ("step", "relu", "gelu", "silu", "mish", "tanh", "softsign", "elu")
            ),
            *(
                (name, -0.0, -0.0)
                for name in ("identity", "tanh", "gelu", "silu", "elu", "selu", "celu", "softsign")
            ),
            *((name, -0.0, 0.0) for name in ("step", "relu", "relu6", "soft_shrink", "hard_shrink")),
            *((name, -np.inf, -0.0) for name in ("gelu", "gelu_tanh", "silu", "mish")),
            *(
                (name, np.inf, np.inf)
                for name in ("gelu", "gelu_tanh", "silu", "mish", "softplus", "tanh_shrink")
            ),
            *((name, -np.inf, 0.0) for name in ("sigmoid", "relu", "hard_swish", "softplus", "squareplus")),
            ("softsign", np.inf, 1.0),
            ("softsign", -np.inf, -1.0),
            ("elu", -np.inf, -1.0),
            ("log_sigmoid", np.inf, -0.0),
            ("log_sigmoid", -np.inf, -np.inf),
            ("hard_swish", -3.0, 0.0),
            ("thresholded_relu", 1.0, 0.0),
            ("gaussian", np.inf, 0.0),
        ],
    )
    def test_value_at_special_points(self, name, at, value):
        same(get(name)(at), value)

    def test_slope_0_at_minus_infinity(self):
        same(get("leaky_relu", slope=0.0)(-np.inf), 0.0)

    def test_smallest_float32(self):
        assert activations.sigmoid(np.float32(-100)) == np.float32(3.783506e-44)

    def test_three_hard_sigmoids(self):
        x = np.array([-4.0, -2.0, -0.5, 0.0, 0.8, 2.75, 3.5])
        np.testing.assert_allclose(activations.hard_sigmoid(x), np.clip(x / 6 + 0.5, 0, 1), atol=1e-16)
        np.testing.assert_allclose(HardSigmoid(0.2, 0.5)(x), np.clip(0.2 * x + 0.5, 0, 1), atol=1e-16)
        np.testing.assert_allclose(HardSigmoid(0.5, 0.5)(x), np.clip((x + 1) / 2, 0, 1), atol=1e-16)
        x = np.linspace(-4, 4, 8001)
        gap = np.abs(activations.hard_sigmoid(x) - HardSigmoid(0.2, 0.5)(x)).max()
        np.testing.assert_allclose(gap, 0.0833, atol=1e-4)

    def test_two_gelus(self):
        x = np.linspace(-5, 5, 10001)
        gap = np.abs(activations.gelu(x) - activations.gelu_tanh(x)).max()
        np.testing.assert_allclose(gap, 4.73e-4, atol=1e-6)

    def test_prelu_per_unit(self):
        activation = PReLU(slope=[0.1, 0.5, -1.0])
        x = np.array([[-1.0, -2.0, -3.0], [4.0, 5.0, 6.0]], np.float32)
        np.testing.assert_array_equal(activation(x), np.array([[-0.1, -1.0, 3.0], [4, 5, 6]], np.float32))
        assert activation(x).dtype == np.float32
        np.testing.assert_array_equal(activation.derivative(x)[0], np.array([0.1, 0.5, -1.0], np.float32))
        assert pickle.loads(pickle.dumps(activation)) == activation  # noqa: S301
        assert hash(activation) == hash(PReLU((0.1, 0.5, -1.0)))

    @EVERY
    def test_trainable_tells_whether_the_derivative_carries_signal(self, activation):
        x = np.array([[0.3, 0.4, -0.2]])
        slope = activation.derivative(x if isinstance(activation, AlongAxis) else np.linspace(-3, 3, 20))
        assert bool(np.any(slope)) == activation.facts.trainable
