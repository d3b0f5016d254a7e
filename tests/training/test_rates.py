"""Rate factors, and schedules of dropout and weight decay, against their definition in NumPy."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from multilayer import InputError, fit, initialize
from multilayer.activations import identity, tanh
from multilayer.optimizers import (
    SGD,
    Adam,
    AdamW,
    Constant,
    Cosine,
    FlatCosine,
    OptimizerState,
    Schedule,
    Time,
)
from multilayer.training import RateFactors, TrainConfig, native_engine
from multilayer.training.batches import Batches
from multilayer.training.engine import engine_for
from multilayer.training.numpy_engine import NumpyEngine
from multilayer.training.rates import step_rates
from multilayer.training.step import updated
from tests.training.problem import NET, OPTIONS, X, Y, bits, data

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture(params=["numpy", pytest.param("native", marks=pytest.mark.native)])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps by either engine."""
    if request.param == "numpy":
        monkeypatch.setattr(native_engine.NativeEngine, "of", lambda *_: None)


SHAPE = (4, 6, 3, 1)


def problem() -> tuple[tuple[NDArray[Any], ...], Batches]:
    rng = np.random.default_rng(0)
    shapes = [shape for n, m in pairwise(SHAPE) for shape in ((n, m), (m,))]
    parameters = [rng.standard_normal(shape) for shape in shapes]
    x, y = data(40)
    return tuple(parameters), Batches(x, y, None, None, 40, 0, 40)


def steps(config: TrainConfig, rates: Any) -> tuple[NDArray[Any], ...]:
    """Return the parameters after a step on all samples for each rate."""
    parameters, batches = problem()
    engine = engine_for(config, (tanh, tanh, identity), parameters, config.optimizer.init(parameters))
    rng = np.random.default_rng(3)
    for one in step_rates(rates):
        engine.run(batches, one[np.newaxis], rng)
    return engine.parameters()


def gradients(parameters: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    reference = NumpyEngine(TrainConfig(loss="squared"), (tanh, tanh, identity))
    reference.load(parameters, OptimizerState(0, {}))
    return reference.objective(*data(40), None)[1]


def assert_all_close(found: Any, expected: Any) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_the_optimizer_trains_v_by_the_inputs_of_each_layer() -> None:
    """Adam on V, b with W = V / sqrt(inputs), each with its own rate: as PyTorch would have it."""
    factors = RateFactors(weights=(1.0, 0.5, 2.0), biases=0.1, by_inputs=True)
    rates, epsilon = np.linspace(0.05, 0.01, 6), 1e-2  # so large that it counts
    found = steps(
        TrainConfig(loss="squared", optimizer=Adam(beta2=0.95, epsilon=epsilon), rate_factors=factors), rates
    )
    start, _ = problem()
    roots = [math.sqrt(w.shape[0]) if w.ndim == 2 else 1.0 for w in start]
    V = [w * root for w, root in zip(start, roots, strict=True)]
    own = [1.0, 0.1, 0.5, 0.1, 2.0, 0.1]
    m, v = [0.0] * 6, [0.0] * 6
    for t, rate in enumerate(rates, 1):
        g = gradients(tuple(w / root for w, root in zip(V, roots, strict=True)))
        for n in range(6):
            dV = g[n] / roots[n]
            m[n] = 0.9 * m[n] + 0.1 * dV
            v[n] = 0.95 * v[n] + 0.05 * dV**2
            corrected = rate * own[n] * math.sqrt(1 - 0.95**t) / (1 - 0.9**t)
            V[n] = V[n] - corrected * m[n] / (np.sqrt(v[n]) + epsilon)
    assert_all_close(found, [w / root for w, root in zip(V, roots, strict=True)])


@pytest.mark.parametrize("optimizer", [SGD(), SGD(nesterov=False), "rmsprop", "adamw"], ids=str)
def test_factors_count_once(optimizer: Any) -> None:
    """A step with a factor is a step with another rate, weight decay included."""
    common: dict[str, Any] = {"loss": "squared", "optimizer": optimizer, "clip": None}
    if optimizer != "adamw":
        common["weight_decay"] = 3.0
    found = steps(TrainConfig(**common, rate_factors=RateFactors((3.0, 0.5, 0.0), (0.25, 2.0, 1.0))), [0.01])
    by_factor = {f: steps(TrainConfig(**common), [0.01 * f]) for f in (3.0, 0.5, 0.0, 0.25, 2.0, 1.0)}
    assert_all_close(found, [by_factor[f][n] for n, f in enumerate((3.0, 0.25, 0.5, 2.0, 0.0, 1.0))])
    assert np.array_equal(found[4], problem()[0][4])


def test_weight_decay_does_not_go_by_inputs() -> None:
    """Where the gradient is 0, W shrinks by the same fraction in any parametrization."""
    parameters, _ = problem()
    config = TrainConfig(
        loss="squared",
        optimizer=SGD(momentum=0.0),
        weight_decay=0.5,
        rate_factors=RateFactors(0.1, by_inputs=True),
    )
    zero = tuple(np.zeros_like(w) for w in parameters)
    found, _ = updated(config, zero, parameters, config.optimizer.init(parameters), 0.2, 0.25)
    expected = [w * (1 - 0.2 * 0.1 * 0.5 * 0.25) if w.ndim == 2 else w for w in parameters]
    assert_all_close(found, expected)


def test_a_schedule_is_a_factor_of_each_step() -> None:
    common: dict[str, Any] = {"loss": "squared", "optimizer": SGD(momentum=0.0)}
    rows = np.array([[0.1, 0.5, 1.0], [0.1, 0.0, 1.0], [0.1, 1.0, 0.25]])
    found = steps(TrainConfig(**common, dropout=(0.4, 0.6), weight_decay=0.8), rows)
    parameters, batches = problem()
    rng = np.random.default_rng(3)
    for rate, dropping, decaying in rows:
        config = TrainConfig(**common, dropout=(0.4 * dropping, 0.6 * dropping), weight_decay=0.8 * decaying)
        engine = engine_for(config, (tanh, tanh, identity), parameters, config.optimizer.init(parameters))
        if not dropping:
            rng.integers(0, 2**64, (1, 2), np.uint64)  # keys are drawn wherever there may be dropout
        engine.run(batches, [rate], rng)
        parameters = engine.parameters()
    assert_all_close(found, parameters)


def test_schedules_go_over_all_steps() -> None:
    """FlatCosine leaves the first half as it is, and what a schedule sees are the steps of all epochs."""
    seen: list[Time] = []

    class Spy(Schedule):
        def rate(self, base: float, time: Time, /) -> float:
            assert base == 1.0
            seen.append(time)
            return base

    options = {**OPTIONS, "weight_decay": 0.5, "dropout": 0.3, "epochs": 2}
    spied = fit(NET, X, Y, **options, dropout_schedule=Spy())
    assert [time.step for time in seen] == list(range(6))
    assert {time.total for time in seen} == {6}
    plain = fit(NET, X, Y, **options)
    assert bits(spied.network) == bits(plain.network)
    half = fit(NET, X, Y, **{**options, "epochs": 1})
    flat = fit(NET, X, Y, **options, dropout_schedule=FlatCosine(), weight_decay_schedule="flat_cos")
    assert bits(flat.network) != bits(plain.network)
    first = fit(NET, X, Y, **{**options, "epochs": 1}, dropout_schedule=FlatCosine(steps=6))
    assert bits(first.network) == bits(half.network)


def test_neutral_values_give_the_bits_without_them() -> None:
    options = {**OPTIONS, "weight_decay": 0.5, "dropout": 0.3, "epochs": 3, "l2": 0.1}
    plain = bits(fit(NET, X, Y, **options).network)
    for neutral in (
        {"rate_factors": RateFactors(1, (1.0, 1.0))},
        {"input_scale": 0},
        {"dropout_schedule": "constant", "weight_decay_schedule": FlatCosine(steps=10**9)},
    ):
        assert bits(fit(NET, X, Y, **options, **neutral).network) == plain


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate_factors": 0.1}, "rate_factors must be a RateFactors; got 0.1"),
        (
            {"rate_factors": RateFactors((1.0, 2.0, 3.0))},
            "RateFactors: weights has 3 numbers; .* one per layer, 2",
        ),
        ({"rate_factors": RateFactors(biases=(1.0,))}, "RateFactors: biases has 1 numbers"),
        ({"input_scale": -1.0}, "input_scale must be a finite number, at least 0"),
        ({"dropout_schedule": "cosin"}, "did you mean 'cosine'"),
        ({"optimizer": AdamW(), "weight_decay_schedule": "cosine"}, "AdamW has its own"),
        ({"optimizer": "lbfgs", "rate_factors": RateFactors(0.5)}, "LBFGS takes no rate_factors"),
        ({"optimizer": "lbfgs", "input_scale": 1.0}, "LBFGS takes no input_scale"),
        ({"optimizer": "lbfgs", "dropout_schedule": Cosine()}, "LBFGS takes no dropout_schedule"),
    ],
)
def test_what_does_not_fit_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(NET, X, Y, epochs=1, **OPTIONS, **settings)


@pytest.mark.parametrize("factor", [-0.5, 2.0, math.nan])
def test_a_schedule_out_of_its_limits_is_refused(factor: float) -> None:
    class Wrong(Schedule):
        def rate(self, base: float, time: Time, /) -> float:
            return factor

    with pytest.raises(InputError, match="weight_decay_schedule must give factors from 0 to 1"):
        fit(NET, X, Y, epochs=1, weight_decay_schedule=Wrong(), **OPTIONS)
    assert fit(NET, X, Y, epochs=1, schedule=Constant(), **OPTIONS).stopped == "epochs"


def test_factors_that_are_not_numbers_are_refused() -> None:
    for wrong in (-1.0, math.inf, "1", (1.0, -2.0), None):
        with pytest.raises(InputError, match="RateFactors: weights must be a finite number, at least 0"):
            RateFactors(weights=wrong)  # type: ignore[arg-type]
    assert replace(RateFactors(), biases=[1, 2]).biases == (1.0, 2.0)


def test_a_user_defined_optimizer_takes_them_all() -> None:
    class Own(SGD):  # type: ignore[misc]
        kernel = None

    network = initialize((4, 8, 1), "tanh", rng=0, dtype=np.float64)
    options: dict[str, Any] = {
        **OPTIONS, "epochs": 3, "weight_decay": 0.1, "weight_decay_schedule": "flat_cos", "input_scale": 3.0,
        "rate_factors": RateFactors(0.5, 0.1, by_inputs=True),
    }  # fmt: skip
    own, known = (fit(network, X, Y, optimizer=kind(0.05), **options).network for kind in (Own, SGD))
    assert_all_close([layer.W for layer in own.layers], [layer.W for layer in known.layers])
