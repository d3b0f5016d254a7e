"""Whole diagnoses: what comes out for networks and data at the edge of what can be measured."""

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose, initialize, losses, separability
from multilayer.diagnosis import TrainingRecord
from tests.diagnosis.evidence import findings, reasons


def test_an_output_activation_that_the_loss_refuses():
    X = np.random.default_rng(0).standard_normal((30, 2))
    net = MLP([Dense(np.eye(2), None, "relu"), Dense(np.eye(2))])
    cause = diagnose(net, X, np.arange(30) % 2, "categorical_cross_entropy").cause
    assert cause.check == "wrong_output"
    assert "use softmax" in cause.evidence
    assert losses.categorical_cross_entropy.facts.advice in cause.advice


def test_a_network_of_steps_has_no_gradients_to_lose():
    X = np.random.default_rng(0).standard_normal((30, 2))
    net = MLP([Dense(np.eye(2), None, "step"), Dense(np.ones((2, 1)), None, "sigmoid")])
    found = diagnose(net, X, X[:, 0] > 0)
    assert not [finding for finding in found.findings if finding.check in ("dead_units", "saturated_units")]
    assert "Surrogate(step, sigmoid)" in reasons("vanishing_gradients", found.evidence)[0]


def test_gradients_that_overflow_are_found_where_the_forward_pass_does_not():
    W = np.full((2, 2), 1e160)
    net = MLP([Dense(np.eye(2), None, "tanh"), Dense(W, None, "tanh"), Dense(W, None, "tanh"), Dense(W)])
    X = np.random.default_rng(0).standard_normal((30, 2)) * 1e-170
    found = diagnose(net, X, np.full((30, 2), -1.0), "squared")
    assert found.evidence.not_finite is None
    assert [finding.value for finding in findings("exploding_gradients", found.evidence)] == [np.inf]
    assert found.evidence.gradients[0].dW.counts.sum() == 4


def test_what_is_missing_has_a_reason():
    X = np.random.default_rng(0).standard_normal((30, 2))
    found = diagnose(initialize((2, 4, 3), "relu", "softmax", rng=0), X)
    reported = {outcome.check: outcome.reason for outcome in found.not_measured}
    assert reported["class_imbalance"] == "no y was given"
    assert "give course=" in reported["undertraining"]
    assert "course=TrainingRecord(start=...)" in reported["initialization"]
    assert "bounded" in reported["saturated_units"]
    regression = diagnose(initialize((2, 4, 1), rng=0), X, X[:, 0])
    assert {o.check: o.reason for o in regression.not_measured}[
        "class_imbalance"
    ] == "the targets are not classes"


def test_without_scipy_the_linear_model_is_not_measured(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    X = np.random.default_rng(0).standard_normal((30, 2))
    found = diagnose(initialize((2, 4, 3), "relu", "softmax", rng=0), X, np.arange(30) % 3)
    reason = {outcome.check: outcome.reason for outcome in found.not_measured}["linear_enough"]
    assert "needs SciPy" in reason
    assert "[lbfgs]" in reason


@pytest.mark.parametrize("exclusive", [False, True])
def test_a_linear_model_without_a_mistake_is_a_proof(exclusive):
    X = np.random.default_rng(0).choice([-1.0, 1.0], (60, 2)) + 1e-3
    y = (X[:, 0] > 0) ^ (exclusive & (X[:, 1] > 0))
    found = diagnose(initialize((2, 4, 1), "tanh", "sigmoid", rng=0), X, y.astype(float))
    reported = [finding.evidence for finding in found.findings if finding.check == "linear_enough"]
    assert any("linearly separable" in evidence for evidence in reported) != exclusive
    assert separability(X, y).separable != exclusive


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (1, 1)])
def test_one_sample_and_one_layer_are_enough(shape, kind):
    output = "softmax" if shape[-1] > 1 else "sigmoid"
    net = initialize(shape, "tanh", output, rng=0, dtype=kind)
    X = np.ones((1, shape[0]))
    for found in (diagnose(net, X), diagnose(net, X, [1])):
        reported = {outcome.check for outcome in found.not_measured}
        assert "duplicate_inputs" in reported
        assert found.verdict


def test_the_order_of_samples_does_not_matter():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((5000, 6))
    X[:, 4] = X[:, 1] * 3
    X[:, 5] *= 1000
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    net = initialize((6, 30, 2), "relu", "softmax", rng=1, dtype=np.float64)
    order = rng.permutation(5000)
    one, other = diagnose(net, X, y, baseline=False), diagnose(net, X[order], y[order], baseline=False)
    assert len(one.findings) >= 2
    keys = [[(f.check, f.severity, f.layer, f.units, f.title) for f in d.findings] for d in (one, other)]
    assert keys[0] == keys[1]
    for a, b in zip(one.findings, other.findings, strict=True):
        assert a.value == pytest.approx(b.value)


def test_a_single_nan_is_named_and_left_out():
    X = np.random.default_rng(0).standard_normal((50, 3))
    X[6, 1] = np.nan
    y = np.arange(50) % 2
    found = diagnose(initialize((3, 4, 2), "relu", "softmax", rng=0), X, y)
    assert found.cause.check == "not_finite"
    assert "x of layer 1, sample 7" in found.cause.evidence
    assert found.evidence.samples == 49


def test_samples_of_nan_alone_give_one_finding():
    X = np.full((20, 3), np.nan)
    found = diagnose(initialize((3, 4, 2), "relu", "softmax", rng=0), X, np.arange(20) % 2)
    assert [finding.check for finding in found.findings] == ["not_finite"]
    assert {outcome.reason for outcome in found.not_measured} >= {
        "no sample passes through the network with finite numbers only"
    }


def test_a_course_is_taken_from_what_training_returns():
    from multilayer import fit

    X = np.random.default_rng(0).standard_normal((60, 3))
    y = (X[:, 0] > 0).astype(int)
    trained = fit(
        initialize((3, 4, 2), "tanh", "softmax", rng=0), X, y, loss="cross_entropy", epochs=12, rng=0
    )
    for course in (trained, trained.history, TrainingRecord(history=trained.history)):
        assert diagnose(trained.network, X, y, course=course).evidence.course.history == trained.history
    assert diagnose(trained.network, X, y, course=trained).evidence.course.stopped == "epochs"
