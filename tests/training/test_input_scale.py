"""A trained scale of the inputs: its gradient, what comes out, and how it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from multilayer import InputError, fit, initialize, train
from multilayer.activations import identity, tanh
from multilayer.optimizers import SGD, Adam, ClipByNorm, ClipByValue, Cosine, InputScale, OptimizerState
from multilayer.training import Checkpoint, EarlyStopping, RateFactors, TrainConfig
from multilayer.training.batches import Batches
from multilayer.training.engine import engine_for
from multilayer.training.numpy_engine import NumpyEngine
from tests.training.problem import OPTIONS, X, Y, bits

ACTIVATIONS = (tanh, identity)
NET = initialize((4, 8, 1), "tanh", rng=0, dtype=np.float64)
SETTINGS: dict[str, Any] = {
    "loss": "squared", "batch_size": 32, "optimizer": Adam(0.02), "input_scale": 6.0, "weight_decay": 0.1,
    "rate_factors": RateFactors(biases=0.1, by_inputs=True),
}  # fmt: skip


def problem(slots: tuple[str, ...]) -> tuple[tuple[NDArray[Any], ...], InputScale]:
    rng = np.random.default_rng(5)
    U, b1, W2, b2 = (rng.standard_normal(shape) for shape in ((4, 8), (8,), (8, 1), (1,)))
    scale = InputScale(U, rng.uniform(0.5, 2.0, 4), {name: np.zeros(4) for name in slots})
    return (scale.folded(), b1, W2, b2), scale


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_gradient_is_that_of_finite_differences(l2: float) -> None:
    """A step of plain gradient descent is the gradient, here against differences of the objective in u and s."""
    config = TrainConfig(loss="squared", optimizer=SGD(1.0, momentum=0.0), input_scale=2.0, l2=l2)
    parameters, scale = problem(("velocity",))
    zeros = tuple(map(np.zeros_like, parameters))
    engine = engine_for(config, ACTIVATIONS, parameters, OptimizerState(0, {"velocity": zeros}, scale))
    engine.run(Batches(X, Y, None, None, len(X), 0, len(X)), [1e-3], np.random.default_rng(0))
    after = engine.optimizer_state().scale
    assert after is not None
    dU, ds = (scale.weights - after.weights) / 1e-3, (scale.scale - after.scale) / 2e-3

    def objective(U: NDArray[Any], s: NDArray[Any]) -> float:
        reference = NumpyEngine(TrainConfig(loss="squared", l2=l2), ACTIVATIONS)
        reference.load((s[:, np.newaxis] * U, *parameters[1:]), OptimizerState(0, {}))
        return reference.objective(X, Y, None)[0]

    step = 1e-6
    for i in range(4):
        e = step * (np.arange(4) == i)
        difference = objective(scale.weights, scale.scale + e) - objective(scale.weights, scale.scale - e)
        assert ds[i] == pytest.approx(difference / (2 * step), rel=1e-5)
        for j in range(8):
            E = np.outer(e, np.arange(8) == j)
            difference = objective(scale.weights + E, scale.scale) - objective(scale.weights - E, scale.scale)
            assert dU[i, j] == pytest.approx(difference / (2 * step), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("clip", [None, ClipByValue(0.05), ClipByNorm(0.1)], ids=str)
def test_adam_on_v_and_s(clip: Any) -> None:
    """The recipe as it would be written with automatic differentiation: x s, V / sqrt(inputs), Adam on all of them."""
    config = TrainConfig(**{**SETTINGS, "clip": clip})
    parameters, scale = problem(("m", "v"))
    zeros = tuple(map(np.zeros_like, parameters))
    engine = engine_for(config, ACTIVATIONS, parameters, OptimizerState(0, {"m": zeros, "v": zeros}, scale))
    batches = Batches(X, Y, None, None, len(X), 0, len(X))
    trained = [2.0 * scale.weights, parameters[1], math.sqrt(8) * parameters[2], parameters[3], scale.scale]
    m, v = [0.0] * 5, [0.0] * 5
    for t, rate in enumerate(np.linspace(0.02, 0.01, 5), 1):
        V, b1, V2, b2, s = trained
        theta = (s[:, np.newaxis] * V / 2.0, b1, V2 / math.sqrt(8), b2)
        reference = NumpyEngine(TrainConfig(loss="squared"), ACTIVATIONS)
        reference.load(theta, OptimizerState(0, {}))
        dW1, db1, dW2, db2 = reference.objective(X, Y, None)[1]
        if clip is not None:
            dW1, db1, dW2, db2 = clip((dW1, db1, dW2, db2))
        g = [s[:, np.newaxis] * dW1 / 2.0, db1, dW2 / math.sqrt(8), db2, (dW1 * V / 2.0).sum(axis=1)]
        for n, factor in enumerate((1.0, 0.1, 1.0, 0.1, 6.0)):
            m[n] = 0.9 * m[n] + 0.1 * g[n]
            v[n] = 0.999 * v[n] + 0.001 * g[n] ** 2
            corrected = factor * rate * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            decay = rate * 0.1 if n in (0, 2) else 0.0
            trained[n] = trained[n] - corrected * m[n] / (np.sqrt(v[n]) + 1e-8) - decay * trained[n]
        engine.run(batches, [rate], np.random.default_rng(0))
    V, b1, V2, b2, s = trained
    for found, expected in zip(
        engine.parameters(), (s[:, np.newaxis] * V / 2.0, b1, V2 / math.sqrt(8), b2), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    state = engine.optimizer_state()
    assert state.scale is not None
    np.testing.assert_allclose(state.scale.scale, s, rtol=1e-7)
    np.testing.assert_allclose(state.scale.slots["m"], m[4], rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(state.slots["v"][0], v[0], rtol=1e-6, atol=1e-12)


def test_a_plain_network_comes_out() -> None:
    trained = fit(NET, X, Y, epochs=4, rng=0, validation=0.2, **SETTINGS)
    scale = trained.memory.optimizer.scale
    assert scale is not None
    assert np.array_equal(trained.network.layers[0].W, scale.folded())
    assert scale.scale == pytest.approx(1.0, abs=2.0)
    assert not np.allclose(scale.scale, 1.0, atol=1e-3)
    assert trained.network.widths == NET.widths
    plain = fit(NET, X, Y, epochs=4, rng=0, validation=0.2, **{**SETTINGS, "input_scale": 0.0})
    assert plain.memory.optimizer.scale is None
    assert bits(plain.network) != bits(trained.network)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_resumes_from_a_checkpoint_with_the_same_bits(tmp_path: Any, dtype: Any) -> None:
    network = initialize((4, 8, 1), "tanh", rng=0, dtype=dtype)
    options: dict[str, Any] = {
        **SETTINGS, "rng": 3, "schedule": Cosine(steps=40), "dropout": 0.2, "dropout_schedule": "flat_cos",
        "weight_decay_schedule": "flat_cos", "validation": 0.2, "stopping": EarlyStopping(math.inf, ties="last"),
    }  # fmt: skip
    whole = fit(network, X, Y, epochs=8, **options)
    path = tmp_path / "run.checkpoint"
    part = train(network, X, Y, epochs=8, checkpoint=Checkpoint(path), every=1, **options)
    for event in part:
        if event.steps == 10:  # in the middle of an epoch
            part.stop()
    resumed = fit(network, X, Y, epochs=8, checkpoint=path, **options)
    assert bits(resumed.network) == bits(whole.network)
    assert resumed.history.loss == whole.history.loss
    ours, theirs = resumed.memory.optimizer, whole.memory.optimizer
    assert ours.scale is not None
    assert theirs.scale is not None
    assert scale_bits(ours.scale) == scale_bits(theirs.scale)
    with pytest.raises(InputError, match=r"input_scale: 6\.0 there, 0\.0 here"):
        fit(network, X, Y, epochs=8, checkpoint=path, **{**options, "input_scale": 0.0})


def scale_bits(scale: InputScale) -> list[bytes]:
    slots: Mapping[str, NDArray[Any]] = scale.slots
    return [array.tobytes() for array in (scale.weights, scale.scale, *slots.values())]


def test_a_later_training_goes_on_with_the_same_bits() -> None:
    options = {**SETTINGS, "rng": 0, "shuffle": False}
    whole = fit(NET, X, Y, epochs=5, **options)
    first = fit(NET, X, Y, epochs=2, **options)
    second = fit(first.network, X, Y, epochs=3, after=first, **options)
    assert bits(second.network) == bits(whole.network)
    with pytest.raises(
        InputError, match="after holds a trained scale of the inputs; give the same input_scale="
    ):
        fit(first.network, X, Y, after=first, **{**options, "input_scale": 0.0})


def test_weights_that_are_not_those_of_the_scale_are_taken_as_they_are() -> None:
    """As where the best weights are restored: each entry of U is W1 divided by its scale."""
    _, scale = problem(("m", "v"))
    W = scale.folded()
    W[1] *= 1.5
    again = scale.of(W)
    np.testing.assert_allclose(again.folded(), W, rtol=1e-15)
    same = [0, 2, 3]
    assert np.array_equal(again.weights[same], scale.weights[same])
    assert np.array_equal(again.scale, scale.scale)
    dead = InputScale(scale.weights, scale.scale * [1, 0, 1, 1], scale.slots)
    assert np.array_equal(dead.of(W).folded()[1], W[1])
    assert dead.of(W).scale[1] == 1.0
    assert np.array_equal(dead.of(dead.folded()).scale, dead.scale)


@pytest.mark.parametrize("what", ["input_scale.s", "input_scale.W1", "optimizer.m.s"])
def test_a_checkpoint_whose_scale_does_not_fit_is_refused(tmp_path: Any, what: str) -> None:
    from safetensors import safe_open
    from safetensors.numpy import save_file

    from multilayer._base.tensor_file import digest_of

    path = tmp_path / "run.checkpoint"
    options = {**OPTIONS, **SETTINGS, "epochs": 2, "checkpoint": path}
    fit(NET, X, Y, **options)
    with safe_open(path, "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        text = file.metadata()["checkpoint"]
    for change in (lambda a: a[:-1], lambda a: a.astype(np.float32), lambda a: a[None], None):
        forged = {name: array for name, array in tensors.items() if name != what}
        if change is not None:
            forged[what] = np.ascontiguousarray(change(tensors[what]))
        save_file(forged, path, {"checkpoint": text, "digest": digest_of(text, forged)})
        with pytest.raises(InputError, match=r"input scale|axes"):
            fit(NET, X, Y, **options)
    forged = tensors | {"input_scale.s": np.full(4, np.nan)}
    save_file(forged, path, {"checkpoint": text, "digest": digest_of(text, forged)})
    with pytest.raises(InputError, match="input scale: expected finite numbers"):
        fit(NET, X, Y, **options)
