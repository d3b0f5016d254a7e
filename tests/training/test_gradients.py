"""Backpropagation against finite differences, for every activation and loss, and against JAX."""

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, activations, gradients, losses
from multilayer.activations import Surrogate, catalogue, get, hardmax, identity, sigmoid, softmax, step, tanh
from multilayer.optimizers import OptimizerState
from multilayer.training import TrainConfig, backward
from multilayer.training.numpy_engine import NumpyEngine

ROWS, INPUTS, HIDDEN, OUTPUTS = 5, 3, 4, 2


def network(hidden, output, rng, dtype=np.float64):
    first = Dense(
        rng.normal(size=(INPUTS, HIDDEN)).astype(dtype), rng.normal(size=HIDDEN).astype(dtype), hidden
    )
    second = Dense(
        (0.5 * rng.normal(size=(HIDDEN, OUTPUTS))).astype(dtype),
        rng.normal(size=OUTPUTS).astype(dtype),
        output,
    )
    return MLP([first, second])


def targets(loss, rng):
    if loss.facts.name == "categorical_cross_entropy":
        return rng.integers(OUTPUTS, size=ROWS)
    if loss.facts.targets.high == 1.0:
        return rng.integers(2, size=(ROWS, OUTPUTS)).astype(float)
    return rng.integers(1, 4, size=(ROWS, OUTPUTS)) + 0.37


def differences(net, x, y, loss, h=1e-6):
    """The gradient by central differences, in the order W1, b1, W2, b2."""

    activation = net.layers[-1].activation
    engine = NumpyEngine(TrainConfig(loss=loss), tuple(layer.activation for layer in net.layers))
    y = loss.targets(y, OUTPUTS)

    def value(arrays):
        engine.load(tuple(arrays), OptimizerState(0, {}))
        return loss.values(y, *engine.outputs(x), activation).mean()

    arrays = [array.copy() for layer in net.layers for array in (layer.W, layer.b)]
    found = []
    for array in arrays:
        slope = np.empty_like(array)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + h
            above = value(arrays)
            array[place] = kept - h
            below = value(arrays)
            array[place] = kept
            slope[place] = (above - below) / (2 * h)
        found.append(slope)
    return found


def near_a_kink(net, x, y, loss):
    for record in net.trace(x):
        kinks = record.layer.activation.facts.kinks
        if any(np.abs(record.a - kink).min() < 1e-3 for kink in kinks):
            return True
    distance = np.abs(record.z - y) if np.ndim(y) == 2 else np.ones(1)
    return distance.min() < 1e-3 or (loss.facts.name == "huber" and np.abs(distance - 1.0).min() < 1e-3)


def check(hidden, output, loss):
    for seed in range(100):
        rng = np.random.default_rng(seed)
        net, x, y = network(hidden, output, rng), rng.normal(size=(ROWS, INPUTS)), targets(loss, rng)
        if not near_a_kink(net, x, y, loss):
            break
    found = gradients(net, x, y, loss)
    arrays = [array for layer in found for array in (layer.dW, layer.db)]
    expected = differences(net, x, y, loss)
    scale = max(1.0, *(np.abs(array).max() for array in expected))
    for array, other in zip(arrays, expected, strict=True):
        np.testing.assert_allclose(array, other, rtol=2e-6, atol=2e-8 * scale)
    single = gradients(net.astype(np.float32), x.astype(np.float32), y, loss)
    for layer, exact in zip(single, found, strict=True):
        for name in ("da", "dW", "db", "dx"):
            assert getattr(layer, name).dtype == np.float32
            np.testing.assert_allclose(
                getattr(layer, name), getattr(exact, name), rtol=2e-3, atol=2e-4 * scale
            )


@pytest.mark.parametrize("loss", losses.catalogue, ids=lambda loss: loss.facts.name)
@pytest.mark.parametrize("activation", catalogue, ids=lambda activation: activation.facts.name)
class TestEveryActivationAndLoss:
    def test_hidden(self, activation, loss):
        check(activation, loss.fused_activations[0]() if loss.fused_activations else identity, loss)

    def test_output(self, activation, loss):
        try:
            loss.check(activation, OUTPUTS)
        except InputError as error:
            assert activation.facts.name in str(error)  # noqa: PT017
        else:
            check(tanh, activation, loss)


def test_sample_weights_are_shares_of_the_mean():
    rng = np.random.default_rng(0)
    net, x, y = network(tanh, softmax, rng), rng.normal(size=(ROWS, INPUTS)), rng.integers(OUTPUTS, size=ROWS)
    weights = np.array([2.0, 0.0, 1.0, 1.0, 0.0])
    twice = [0, 0, 2, 3]
    weighted, repeated = (
        gradients(net, x, y, "cce", sample_weight=weights),
        gradients(net, x[twice], y[twice], "cce"),
    )
    assert weighted.loss == pytest.approx(repeated.loss)
    for one, other in zip(weighted, repeated, strict=True):
        np.testing.assert_allclose(one.dW, other.dW, rtol=1e-13)
        np.testing.assert_allclose(one.db, other.db, rtol=1e-13)


def test_dx_and_da_are_per_sample():
    rng = np.random.default_rng(1)
    net, x, y = (
        network(tanh, identity, rng),
        rng.normal(size=(ROWS, INPUTS)),
        rng.normal(size=(ROWS, OUTPUTS)),
    )
    found = gradients(net, x, y, "squared")
    shapes = [(layer.da.shape, layer.dW.shape, layer.db.shape, layer.dx.shape) for layer in found]
    assert shapes == [((5, 4), (3, 4), (4,), (5, 3)), ((5, 2), (4, 2), (2,), (5, 4))]
    h = 1e-6
    moved = x.copy()
    moved[3, 1] += h
    slope = (gradients(net, moved, y, "squared").loss - found.loss) / h
    assert found[0].dx[3, 1] == pytest.approx(slope, rel=1e-4)


def test_backward_without_the_input_gradient():
    net = network(tanh, identity, np.random.default_rng(2))
    trace = net.trace(np.ones((1, INPUTS)))
    last, first = backward(trace, np.ones((1, OUTPUTS)), inputs=False)
    assert first.dx is None
    assert last.dx.shape == (1, HIDDEN)


def test_printed_like_the_trace():
    net = MLP([Dense([[0.5], [-0.5]], [0.0], "sigmoid")])
    found = gradients(net, [1, 3], [1], "bce")
    text = repr(found)
    assert text.startswith("loss = 1.31326, the mean of 1 samples")
    assert "dw_11(1) = -0.731059" in text
    assert "db(1) = sum of da(1) over samples  (1,)" in text
    assert "<table>" in found._repr_html_()


@pytest.mark.parametrize("hidden", [step, hardmax], ids=repr)
def test_surrogate(hidden):
    stand_in = softmax if hidden is hardmax else sigmoid
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(ROWS, INPUTS)), rng.normal(size=(ROWS, OUTPUTS))
    net = network(Surrogate(hidden, stand_in), identity, rng)
    plain = MLP([Dense(net.layers[0].W, net.layers[0].b, hidden), net.layers[1]])
    np.testing.assert_array_equal(net(x), plain(x))
    first, last = gradients(net, x, y, "squared")
    a = net.trace(x)[0].a
    np.testing.assert_array_equal(first.da, stand_in.vjp(a, stand_in(a), last.dx))
    assert np.abs(first.dW).max() > 0
    assert np.abs(gradients(plain, x, y, "squared")[0].dW).max() == 0


def test_surrogate_needs_a_derivative_and_stays_out_of_files(tmp_path):
    from multilayer import save

    with pytest.raises(InputError, match="step is no surrogate"):
        Surrogate(hardmax, step)
    net = network(Surrogate(step, sigmoid), identity, np.random.default_rng(4))
    with pytest.raises(InputError, match="give the layer step instead"):
        save(net, tmp_path / "net.json")
    assert get(Surrogate(step, sigmoid)).facts.name == "step_as_sigmoid"


JAX_NAMES = {
    "relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "silu": "silu", "elu": "elu",
    "selu": "selu", "softsign": "soft_sign", "mish": "mish", "celu": "celu", "log_sigmoid": "log_sigmoid",
    "squareplus": "squareplus", "relu6": "relu6", "leaky_relu": "leaky_relu", "hard_tanh": "hard_tanh",
}  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("name", JAX_NAMES)
def test_jax_agrees(name):
    import jax

    jnp = jax.numpy
    jax_losses = {
        "squared": lambda a, y: 0.5 * ((a - y) ** 2).sum(1),
        "absolute": lambda a, y: jnp.abs(a - y).sum(1),
        "binary_cross_entropy": lambda a, y: (jax.nn.softplus(a) - a * y).sum(1),
        "categorical_cross_entropy": lambda a, y: (
            -jnp.take_along_axis(jax.nn.log_softmax(a), y[:, None], 1)[:, 0]
        ),
        "poisson": lambda a, y: (jnp.exp(a) - y * a).sum(1),
    }
    with jax.enable_x64(True):
        h = getattr(jax.nn, JAX_NAMES[name])
        for loss_name, function in jax_losses.items():
            loss = losses.get(loss_name)
            rng = np.random.default_rng(5)
            net = network(
                activations.get(name),
                loss.fused_activations[0]() if loss.fused_activations else identity,
                rng,
            )
            x, y = rng.normal(size=(ROWS, INPUTS)), targets(loss, rng)
            arrays = [jnp.array(array) for layer in net.layers for array in (layer.W, layer.b)]

            def mean(arrays, x=x, y=y, function=function):
                W1, b1, W2, b2 = arrays
                return function(h(x @ W1 + b1) @ W2 + b2, jnp.array(y)).mean()

            expected = jax.grad(mean)(arrays)
            found = [array for layer in gradients(net, x, y, loss) for array in (layer.dW, layer.db)]
            for array, other in zip(found, expected, strict=True):
                np.testing.assert_allclose(array, np.asarray(other), rtol=1e-11, atol=1e-13)
