"""Optimizers against hand-written recurrences in extended precision, and against scikit-learn's own."""

import math

import numpy as np
import pytest

from multilayer import InputError
from multilayer.optimizers import (
    SGD,
    Adam,
    AdamW,
    ClipByNorm,
    ClipByValue,
    RMSprop,
)

OPTIMIZERS = [
    SGD(0.1),
    SGD(0.1, momentum=0.0),
    SGD(0.05, momentum=0.7, nesterov=False),
    RMSprop(0.01),
    Adam(0.01),
    Adam(0.01, beta1=0.5, beta2=0.9, epsilon=1e-3),
    AdamW(0.01, weight_decay=0.2),
]


def start(dtype=np.float64):
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (4,), (4, 2), (2,)]
    draw = lambda: tuple(rng.normal(size=shape).astype(dtype) for shape in shapes)  # noqa: E731
    return draw(), [draw() for _ in range(12)]


def by_hand(optimizer, w, gradients, decays):
    """The textbook recurrences, for one array."""
    L = np.longdouble
    w, rate = w.astype(L), L(optimizer.learning_rate)
    velocity, m, v = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        g = g.astype(L)  # noqa: PLW2901
        match optimizer:
            case SGD(_, momentum, nesterov):
                velocity = L(momentum) * velocity - rate * g
                w = w + (L(momentum) * velocity - rate * g if nesterov else velocity)
            case RMSprop(_, rho, epsilon):
                v = L(rho) * v + (1 - L(rho)) * g**2
                w = w - rate * g / (np.sqrt(v) + L(epsilon))
            case Adam() | AdamW():
                beta1, beta2 = L(optimizer.beta1), L(optimizer.beta2)
                m = beta1 * m + (1 - beta1) * g
                v = beta2 * v + (1 - beta2) * g**2
                # The corrections where the paper's algorithm 1 has them; epsilon is scaled along, as in section 2.
                epsilon = L(optimizer.epsilon) / np.sqrt(1 - beta2**t)
                step = rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
                decay = rate * L(optimizer.weight_decay) * w if decays and isinstance(optimizer, AdamW) else 0
                w = w - step - decay
    return w


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_recurrences(optimizer, dtype):
    parameters, gradients = start(dtype)
    kept = [array.copy() for array in parameters]
    state, now = optimizer.init(parameters), parameters
    for g in gradients:
        now, state = optimizer.update(g, state, now)
    assert state.step == 12
    for n, (array, old) in enumerate(zip(now, parameters, strict=True)):
        assert array.dtype == dtype
        np.testing.assert_array_equal(old, kept[n])
        exact = by_hand(optimizer, old, [g[n] for g in gradients], decays=old.ndim == 2)
        np.testing.assert_allclose(
            array, exact.astype(float), rtol=60 * np.finfo(dtype).eps, atol=60 * np.finfo(dtype).eps
        )


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.1), SGD(0.1, momentum=0.5, nesterov=False), Adam(0.01), Adam(0.1, 0.8, 0.9, 1e-4)],
    ids=repr,
)
def test_the_very_bits_of_scikit_learn(optimizer):
    from sklearn.neural_network import _stochastic_optimizers as theirs

    parameters, gradients = start()
    other = [array.copy() for array in parameters]
    if isinstance(optimizer, SGD):
        peer = theirs.SGDOptimizer(other, 0.1, momentum=optimizer.momentum, nesterov=optimizer.nesterov)
    else:
        peer = theirs.AdamOptimizer(
            other, optimizer.learning_rate, optimizer.beta1, optimizer.beta2, optimizer.epsilon
        )
    state = optimizer.init(parameters)
    for g in gradients:
        parameters, state = optimizer.update(g, state, parameters)
        peer.update_params(other, list(g))
        for array, expected in zip(parameters, other, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_a_schedule_may_say_the_rate():
    parameters, gradients = start()
    slow, _ = SGD(0.1).update(gradients[0], SGD(0.1).init(parameters), parameters, 0.02)
    same, _ = SGD(0.02).update(gradients[0], SGD(0.02).init(parameters), parameters)
    np.testing.assert_array_equal(slow[0], same[0])


def test_clipping():
    gradients = (np.array([[3.0, -4.0]]), np.array([12.0]))
    clipped = ClipByNorm(6.5)(gradients)
    assert math.sqrt(sum(float((g**2).sum()) for g in clipped)) == pytest.approx(6.5)
    np.testing.assert_allclose(clipped[0], [[1.5, -2.0]])
    assert ClipByNorm(13.0)(gradients) is gradients
    np.testing.assert_array_equal(ClipByValue(3.5)(gradients)[0], [[3.0, -3.5]])
    single = tuple(g.astype(np.float32) for g in gradients)
    assert {g.dtype for clip in (ClipByNorm(1.0), ClipByValue(1.0)) for g in clip(single)} == {
        np.dtype(np.float32)
    }


def test_clipping_by_norm_does_not_overflow_and_leaves_what_is_not_finite():
    large = (np.full(3, 1e30, np.float32),)
    assert ClipByNorm(1.0)(large)[0] == pytest.approx(1 / math.sqrt(3))
    overflows = (np.array([1e200]),)
    assert ClipByNorm(1.0)(overflows) is overflows
    bad = (np.array([np.nan, 1.0]),)
    assert ClipByNorm(1.0)(bad) is bad


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Adam(0.0), "Adam: learning_rate must be a finite number, above 0; got 0.0"),
        (lambda: Adam(beta1=1.0), "Adam: beta1"),
        (lambda: SGD("fast"), "SGD: learning_rate"),
        (lambda: SGD(momentum=-0.1), "SGD: momentum"),
        (lambda: RMSprop(rho=float("inf")), "RMSprop: rho"),
        (lambda: ClipByNorm(0), "ClipByNorm: limit"),
        (lambda: AdamW(weight_decay=-1), "AdamW: weight_decay"),
    ],
)
def test_settings_out_of_limits(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_what_is_written_is_what_is_computed(optimizer):
    """The plain text of each update, evaluated, gives the numbers of the formula."""
    rng, t, rate = np.random.default_rng(0), 3, 0.05
    w, g, *slots = rng.uniform(0.1, 1.0, (2 + len(optimizer.slots), 2, 3))
    known = (
        dict(zip(optimizer.slots, slots, strict=True))
        | vars(optimizer)
        | {"w": w, "g": g, "t": t, "rate": rate}
    )
    new, *kept = optimizer.formula(t, rate, w, g, *slots)
    expected = dict(zip(optimizer.slots, kept, strict=True)) | {"w": new}
    assert "w" in optimizer.written
    for name, text in optimizer.written.items():
        code = text.replace("new ", "new_").replace("^", "**")
        found = eval(code, {"sqrt": np.sqrt}, known)  # noqa: S307  (the text of this repository)
        np.testing.assert_allclose(found, expected[name], rtol=1e-12)
        known[f"new_{name}"] = found
