"""Autoencoders: targets that are the inputs themselves give nothing away, and no linear model is to be beaten."""

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose, fit, initialize
from multilayer.diagnosis import Finding
from multilayer.diagnosis.outputs import are_inputs
from multilayer.optimizers import Adam

RNG = np.random.default_rng(0)
HIDDEN = RNG.standard_normal((300, 2))
X = np.tanh(HIDDEN @ RNG.standard_normal((2, 5))) + 0.01 * RNG.standard_normal((300, 5))
ONE = np.column_stack([X, np.ones(300)])


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (X, True),
        (X.astype(np.float32), True),
        (2.0 * X - 1.0, True),
        (X + 1e-3 * RNG.standard_normal(X.shape), True),
        (X + RNG.standard_normal(X.shape), False),
        (X[:, ::-1], False),
        (X[:, :4], False),
        (np.column_stack([X[:, :4], X[:, 0] * X[:, 1]]), False),
        (np.zeros_like(X), False),
    ],
)
def test_what_is_told(y, expected):
    assert are_inputs(y, X) is expected


def test_constant_columns_and_a_single_one():
    assert are_inputs(ONE, ONE)
    assert not are_inputs(X[:, :1], X[:, :1])  # a column that gives its target away


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_an_autoencoder_that_works_is_no_trouble(scale):
    start = initialize((5, 8, 2, 8, 5), "tanh", rng=0)
    trained = fit(start, X, scale * X, loss="squared", epochs=300, batch_size=32, optimizer=Adam(0.01), rng=0)
    found = diagnose(trained, X, scale * X)
    assert found.evidence.outputs.score > 0.8
    assert not found.trouble
    reasons = {outcome.check: outcome.reason for outcome in found.not_measured}
    assert reasons["leaking_inputs"] == "the targets are the inputs themselves"
    assert "which it would copy" in reasons["linear_enough"]


def test_one_that_outputs_the_mean_is_no_better():
    net = MLP([Dense(np.zeros((5, 2)), None, "tanh"), Dense(np.zeros((2, 5)), X.mean(axis=0))])
    found = diagnose(net, X, X)
    assert found.trouble
    assert "no_better_than_constant" in {finding.check for finding in found.findings}


def leak(net: MLP, X: np.ndarray, y: np.ndarray) -> Finding:
    return next(one for one in diagnose(net, X, y).findings if one.check == "leaking_inputs")


def test_columns_that_are_outputs_too_are_a_note():
    y = np.column_stack([X[:, 0], X[:, 1], X[:, 0] * X[:, 1]])
    found = leak(initialize((5, 3), rng=0), X, y)
    assert found.title == "columns 1, 2 of X give the target away"
    assert found.severity == "note"


@pytest.mark.parametrize(("share", "severity"), [(1.0, "error"), (0.2, "note"), (0.1, "note")])
def test_a_leak_is_as_severe_as_the_network_relies_on_it(share, severity):
    """y is the sum of 0.8 of one column and 0.6 of another, and one more is y itself."""
    a, b = np.linalg.qr(np.random.default_rng(0).standard_normal((400, 2)))[0].T * 20.0
    y = 0.8 * a + 0.6 * b
    net = MLP([Dense(np.array([[(1 - share) * 0.8], [(1 - share) * 0.6], [share]]))])
    found = leak(net, np.column_stack([a, b, y]), y[:, np.newaxis])
    assert found.severity == severity
    assert f"in place of {1.0:.3g}" in found.evidence
