"""What tutorials say of activations, each claim measured: confirmed, or corrected, with the figure."""

import math

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, fit, initialize, separability
from multilayer.activations import measure
from multilayer.network.collapse import equality
from multilayer.optimizers import Adam
from tests.measure.efforts import DEEP, TRAINED

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def test_linear_layers_stay_linear():
    """Confirmed: eight layers without an activation are one, in exact arithmetic."""
    rng = np.random.default_rng(0)
    net = MLP([Dense(rng.integers(-3, 4, (4, 4)), rng.integers(-3, 4, 4)) for _ in range(8)])
    one = net.collapse()
    assert len(one.layers) == 1
    assert equality(net, one)
    # ... and what one linear layer cannot do, they cannot: exclusive or.
    assert not separability(XOR, [0, 1, 1, 0])


def test_a_linear_network_does_not_learn_what_is_not_separable():
    """Confirmed: exclusive or, 400 epochs: at most 3 of 4 right without an activation, 4 with tanh."""
    right = {}
    for hidden in ("identity", "tanh"):
        net = initialize((2, 8, 1), hidden, "sigmoid", dtype=np.float64, rng=0)
        trained = fit(
            net, XOR, [0, 1, 1, 0], loss="binary_cross_entropy", epochs=400, optimizer=Adam(0.05), rng=0
        )
        right[hidden] = int((trained.network.classify(XOR) == [0, 1, 1, 0]).sum())
    assert right["identity"] <= 3
    assert right["tanh"] == 4


def test_step_cannot_be_trained():
    """Confirmed: its derivative is 0 on all floats, no gradient passes one layer, and training refuses it."""
    found = measure("step", only=["zero_derivative", "depth", "centring"], effort=DEEP)
    assert found.zero_derivative.fraction_float64 == 1.0
    assert all(share == 0.0 for survival in found.depth.survivals for share in survival.median)
    assert not found.centring
    with pytest.raises(InputError, match="step"):
        fit(initialize((2, 3, 1), "step", rng=0), XOR, [0, 1, 1, 0], loss="squared", epochs=1)


def test_sigmoid_is_not_zero_centred():
    """Confirmed: its mean is 1/2 whatever the variance; 85 % of its power is that constant."""
    centre = measure("sigmoid", only=["centre"]).centre
    assert not centre.zero_centred
    assert centre.mean == pytest.approx(0.5, abs=1e-15)
    assert centre.fixed_mean == pytest.approx(0.5, abs=1e-15)
    assert centre.constant_fraction == pytest.approx(0.852, abs=0.001)


def test_tanh_is_zero_centred():
    """Confirmed: its mean is 0 to rounding."""
    centre = measure("tanh", only=["centre"]).centre
    assert centre.zero_centred
    assert abs(centre.mean) < 1e-15


def test_relu_is_not_zero_centred():
    """Confirmed: its mean is 1 / sqrt(2 pi) = 0.399; 32 % of its power is that constant."""
    centre = measure("relu", only=["centre"]).centre
    assert not centre.zero_centred
    assert centre.mean == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-14)
    assert centre.constant_fraction == pytest.approx(1 / math.pi, rel=1e-12)


@pytest.mark.parametrize(("name", "end"), [("sigmoid", 5.98645), ("tanh", 2.99322)])
def test_where_the_derivative_is_near_zero(name, end):
    """Confirmed: below 1 % of its largest value from there on; for standard normal a, that is rare (tanh: 0.28 %)."""
    found = measure(name, only=["saturation"]).saturation
    assert found.regions == (
        (-math.inf, pytest.approx(-end, abs=1e-5)),
        (pytest.approx(end, abs=1e-5), math.inf),
    )
    assert found.probability < 0.003


@pytest.fixture(scope="module")
def depths():
    return {name: measure(name, only=["depth"], effort=DEEP).depth for name in ("sigmoid", "tanh", "relu")}


def test_the_gradient_of_sigmoid_vanishes(depths):
    """Confirmed, by far: 31.5 orders of magnitude in 50 layers; no standard initialization saves it."""
    assert depths["sigmoid"].chosen.orders == pytest.approx(31.5, abs=1.0)
    assert all(survival.orders > 20 for survival in depths["sigmoid"].survivals)


def test_the_gradient_of_tanh_vanishes_only_with_poor_weights(depths):
    """Corrected: with Glorot's weights one order of magnitude in 50 layers, where sigmoid loses 31."""
    assert 0.3 < depths["tanh"].chosen.orders < 2.0
    assert depths["sigmoid"].chosen.orders > 15 * depths["tanh"].chosen.orders


def test_the_gradient_of_relu_does_not_vanish_if_weights_are_drawn_for_it(depths):
    """Corrected: 0.2 orders of magnitude in 50 layers with He's weights, but 7.8 with Glorot's."""
    named = {survival.initializer.split("(")[0]: survival for survival in depths["relu"].survivals}
    assert depths["relu"].chosen.orders < 1.0
    assert named["He"].orders < 1.0
    assert named["Glorot"].orders == pytest.approx(7.7, abs=0.7)  # 50 log10 sqrt(2) = 7.5 for wide layers


def test_relu_has_no_gradient_at_all_on_half_of_the_line():
    """Corrected: "no vanishing gradient" holds where a > 0 only; elsewhere it is exactly 0."""
    found = measure("relu", only=["zero_derivative", "saturation"])
    assert found.zero_derivative.probability == 0.5
    assert found.zero_derivative.fraction_float64 == pytest.approx(0.5, abs=1e-9)
    assert found.saturation.regions == ((-math.inf, 0.0),)


@pytest.mark.parametrize(
    ("name", "share"), [("sigmoid", 1.0), ("relu", 1.0), ("tanh", 0.0), ("leaky_relu", 0.0)]
)
def test_updates_of_outputs_of_one_sign_have_one_sign(name, share):
    """Confirmed for one sample: all weights into a unit move the same way. Over all samples less so (relu: 22 %)."""
    found = measure(name, only=["update_direction"]).update_direction
    assert found.per_sample == pytest.approx(share, abs=0.01)
    assert found.of_all <= 0.9


@pytest.mark.slow
def test_centring_speeds_training_by_the_rates_it_allows():
    """Corrected: at the same rate the centred sigmoid gains little (237 to 181 steps); at its own best rate, 237 to 69.

    relu gains a quarter (13 to 10 steps), tanh has nothing to gain.
    """
    found = {
        name: measure(name, only=["centring"], effort=TRAINED).centring
        for name in ("sigmoid", "relu", "tanh")
    }
    sigmoid = found["sigmoid"]
    assert sigmoid.gain > 2.0
    assert sigmoid.centred_rate >= 2 * sigmoid.rate
    assert sigmoid.steps < 2.0 * sigmoid.centred_steps_same_rate
    assert 1.0 <= found["relu"].gain < 2.0
    assert found["tanh"].gain == 1.0
