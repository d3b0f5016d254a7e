"""Columns and targets near the ends of their type: a power of 2 changes no digit, so that nothing else may change."""

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose, initialize
from multilayer.diagnosis import moments
from multilayer.reports.diagnosis import to_html

RNG = np.random.default_rng(3)
X = np.round(RNG.uniform(-0.9, 0.9, (60, 3)), 6)
X[:, 2] = -2.0 * X[:, 0]
LARGEST, SMALLEST = 1023, -1000
TARGETS = {
    "two classes": (np.arange(60) % 2, (1, "sigmoid")),
    "three classes": (np.arange(60) % 3, (3, "softmax")),
    "numbers": (RNG.standard_normal((60, 2)) + X[:, :2], (2, "identity")),
}


def networks(units, output, kind):
    """A network, and one with the same outputs for samples 2^power times as large."""
    net = initialize((3, 4, units), "tanh", output, rng=0, dtype=kind)
    first, last = net.layers

    def scaled(power):
        return MLP([Dense(np.ldexp(first.W, -power), first.b, "tanh"), last])

    return net, scaled


@pytest.mark.parametrize("targets", TARGETS)
@pytest.mark.parametrize(
    ("kind", "power"), [("float64", LARGEST), ("float64", SMALLEST), ("float32", 126), ("float32", -100)]
)
def test_the_size_of_the_columns_changes_nothing_but_their_size(kind, power, targets):
    y, output = TARGETS[targets]
    net, scaled = networks(*output, kind)
    x = X.astype(kind)
    plain = diagnose(net, x, y).evidence
    found = diagnose(scaled(power), np.ldexp(x, power), y)
    extreme = found.evidence
    assert extreme.outputs.score == pytest.approx(plain.outputs.score, rel=1e-6)
    assert extreme.outputs.linear_score == pytest.approx(plain.outputs.linear_score, abs=1e-6)
    for what in ("mean", "std", "minimum", "maximum"):
        expected = np.ldexp(getattr(plain.inputs, what), power)
        np.testing.assert_allclose(getattr(extreme.inputs, what), expected, rtol=1e-6)
    assert [pair[:2] for pair in extreme.inputs.duplicates] == [(0, 2)]
    assert "unscaled_inputs" in {finding.check for finding in found.findings}


@pytest.mark.parametrize("power", [LARGEST - 3, -900])
def test_the_size_of_targets_does_not_change_the_score(power):
    y, output = TARGETS["numbers"]
    net, _ = networks(*output, "float64")
    first, last = net.layers
    larger = MLP([first, Dense(np.ldexp(last.W, power), np.ldexp(last.b, power))])
    plain, extreme = (
        diagnose(n, X, t, "squared").evidence.outputs for n, t in ((net, y), (larger, np.ldexp(y, power)))
    )
    assert extreme.score == pytest.approx(plain.score, rel=1e-12)
    assert extreme.linear_score == pytest.approx(plain.linear_score, rel=1e-6)


def test_one_column_of_one_huge_number_is_a_constant_column():
    x = X.copy()
    x[:, 1] = 1e308
    y, _ = TARGETS["two classes"]
    net = initialize((3, 4, 1), "tanh", "sigmoid", rng=0, dtype="float64")
    found = diagnose(net, x, y)
    assert found.evidence.outputs.linear_score is not None
    assert "column 2 of X never changes" in {finding.title for finding in found.findings}


def test_a_linear_model_that_is_not_there_is_not_measured(monkeypatch):
    y, output = TARGETS["numbers"]
    net, _ = networks(*output, "float64")
    # Columns so small that the weights of a linear model are beyond the largest double.
    found = diagnose(net, X * 1e-315, y)
    assert found.evidence.outputs.linear_score is None
    reported = {outcome.check: outcome.reason for outcome in found.not_measured}
    assert "its weights are not finite" in reported["linear_enough"]

    def singular(*_):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(moments.np.linalg, "solve", singular)
    assert diagnose(net, X, y).evidence.outputs.linear_score is None


def test_the_page_of_it_is_drawn():
    y, _ = TARGETS["two classes"]
    net = initialize((3, 4, 1), "tanh", "sigmoid", rng=0, dtype="float64")
    for power in (LARGEST, SMALLEST):
        assert "not scaled" in to_html(diagnose(net, np.ldexp(X, power), y))
