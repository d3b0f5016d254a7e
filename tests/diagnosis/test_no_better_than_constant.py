"""A network that fares no better than a constant is never "no trouble"; one that does is left in peace."""

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose, fit, initialize
from multilayer.diagnosis import TrainingRecord
from multilayer.optimizers import SGD, Adam
from multilayer.training import History
from tests.diagnosis.evidence import findings, with_outputs

RNG = np.random.default_rng(0)
XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([0, 1, 1, 0])
NAME = "no_better_than_constant"


def reported(found):
    return next((finding for finding in found.findings if finding.check == NAME), None)


def test_the_posted_network_whose_output_stays_at_a_half():
    """CodingTrain/Toy-Neural-Network-JS#155: plain gradient descent at a rate of 0.01, 5000 epochs."""
    W = [[-0.12692590266986858, -0.9357427469178123], [-0.844955757436316, 0.8173651578783794]]
    first = Dense(W, [0.39650732687505963, -0.49808473788143637], "sigmoid")
    net = MLP([first, Dense([[-0.5832662974097391], [0.5309347844782579]], [0.2908941132572971], "sigmoid")])
    trained = fit(
        net,
        *XOR,
        loss="squared",
        optimizer=SGD(0.01, momentum=0.0, nesterov=False),
        batch_size=1,
        epochs=5000,
        rng=0,
    )
    found = diagnose(trained.network, *XOR, "squared", course=trained)
    assert (found.cause.check, found.cause.severity) == (NAME, "error")
    assert "Accuracy 0.5 (majority class 0.5, linear model 0.5)." in found.cause.evidence
    assert "nothing learnable was shown" in found.cause.evidence
    assert found.cause.advice.startswith("Look first at")


@pytest.mark.parametrize("units", [2, 4, 8])
@pytest.mark.parametrize("seed", range(4))
def test_xor_by_sigmoids_and_default_settings(units, seed):
    """Its loss stays beside ln 2, and a lucky 3 of 4 is no better than 2 of 4."""
    start = initialize((2, units, 1), "sigmoid", "sigmoid", rng=seed)
    trained = fit(start, *XOR, loss="bce", epochs=500, rng=seed)
    assert trained.history.loss[-1] > 0.65
    assert diagnose(trained.network, *XOR, course=trained).trouble
    assert diagnose(trained.network, *XOR).trouble


@pytest.mark.parametrize("seed", range(4))
def test_many_samples_do_not_make_it_better(seed):
    """Outputs of a half and a trace are on the right side for three of four, how often ever each is there."""
    X, y = np.repeat(XOR[0], 50, axis=0), np.repeat(XOR[1], 50)
    trained = fit(
        initialize((2, 2, 1), "sigmoid", "sigmoid", rng=seed), X, y, loss="bce", epochs=500, rng=seed
    )
    assert diagnose(trained.network, X, y).trouble
    found = reported(diagnose(trained.network, X, y, course=trained))
    assert found is not None
    if found.value > 0.5:
        assert "Its outputs are nearly the same for all samples" in found.evidence


def test_wrong_on_every_sample():
    X = RNG.standard_normal((300, 2))
    net = MLP([Dense([[-5.0], [0.0]], [0.0], "sigmoid")])
    cause = diagnose(net, X, (X[:, 0] > 0).astype(int)).cause
    assert (cause.check, cause.title) == (NAME, "the network is worse than a constant")
    assert "A linear model does better" in cause.evidence
    assert "with the two classes exchanged" in cause.advice


def test_worse_than_the_mean():
    X = RNG.standard_normal((100, 3))
    y = 9.0 + X[:, 0] + X[:, 1]
    net = initialize((3, 8, 1), "tanh", rng=0)
    cause = diagnose(net, X, y).cause
    assert cause.check == NAME
    assert cause.value < -2.0
    assert "standardized X and y" in cause.advice


def test_other_data_than_those_of_training():
    X = RNG.standard_normal((200, 3))
    y = np.sin(2 * X[:, 0])
    trained = fit(
        initialize((3, 16, 1), "tanh", rng=0), X, y, loss="squared", optimizer=Adam(0.01), epochs=200, rng=0
    )
    assert not diagnose(trained.network, X, y, course=trained).trouble
    found = diagnose(trained.network, X, RNG.permutation(y), course=trained)
    assert found.cause.check == "unrelated_targets"
    assert "these are not the X and y of training" in reported(found).advice


@pytest.mark.parametrize("output", ["tanh", "relu", "softplus", "softsign"])
def test_outputs_to_which_no_loss_belongs_are_judged_too(output):
    X = RNG.standard_normal((300, 2))
    y = np.where(X[:, 0] > 0, 1.0, -1.0 if output in {"tanh", "softsign"} else 0.0)
    inverted = MLP([Dense([[-5.0], [0.0]], [0.0], output)])
    cause = diagnose(inverted, X, y).cause
    assert cause.check in {NAME, "wrong_output"}
    assert any("squared is taken" in note for note in diagnose(inverted, X, y).evidence.notes)
    assert not diagnose(MLP([Dense([[5.0], [0.0]], [0.0], "tanh")]), X, np.sign(X[:, 0])).trouble


def test_what_was_not_judged_gets_no_clean_bill():
    X = RNG.standard_normal((60, 2))
    found = diagnose(initialize((2, 3), "tanh", "tanh", rng=0), X, np.arange(60) % 3)
    assert found.verdict.startswith("The network could not be scored: no loss was given")


def test_gives_way_to_a_named_cause():
    X = 1e4 * (1.0 + RNG.standard_normal((200, 2)))
    found = diagnose(initialize((2, 8, 1), "tanh", "sigmoid", rng=0), X, (X[:, 0] > 1e4).astype(int))
    assert found.cause.check == "unscaled_inputs"
    assert reported(found).severity == "error"


def test_nothing_to_learn():
    """Noise: the network is not to blame, but nothing was shown either."""
    X, y = RNG.standard_normal((400, 5)), RNG.integers(0, 2, 400)
    found = diagnose(initialize((5, 8, 1), "tanh", "sigmoid", rng=1), X, y)
    assert found.cause.check == "unrelated_targets"
    assert (
        "A linear model does better by no more than chance: nothing learnable was shown."
        in reported(found).evidence
    )


def test_few_samples_that_a_linear_model_fits():
    """Six samples in three columns: it makes no mistake, which is no evidence."""
    X = np.random.default_rng(11).standard_normal((6, 3))
    y = (X[:, 0] > 0).astype(int)
    found = diagnose(MLP([Dense([[-5.0], [0.0], [0.0]], [0.0], "sigmoid")]), X, y)
    assert found.evidence.outputs.linear_score > found.evidence.outputs.constant_score
    assert "better by no more than chance: nothing learnable was shown." in reported(found).evidence


def test_all_targets_alike():
    X = RNG.standard_normal((30, 2))
    net = MLP([Dense([[0.1], [0.1]], [5.0], "sigmoid")])
    found = diagnose(net, X, np.ones(30, int))
    assert reported(found) is None
    assert [(one.check, one.severity) for one in found.findings][:1] == [("unrelated_targets", "warning")]
    assert diagnose(net, X, np.zeros(30, int)).trouble


def test_too_early_to_tell():
    X = RNG.standard_normal((300, 3))
    y = RNG.integers(0, 2, 300)
    net = initialize((3, 8, 1), "tanh", "sigmoid", rng=0)
    begun = diagnose(net, X, y, course=History((0.75, 0.74)))
    assert reported(begun).severity == "note"
    assert not begun.verdict.startswith("No trouble")
    falling = diagnose(net, X, y, course=History(tuple(np.geomspace(2.0, 0.8, 40))))
    assert reported(falling).severity == "warning"
    over = diagnose(net, X, y, course=TrainingRecord(History((0.75, 0.74)), "epochs"))
    assert over.trouble


def healthy():
    """Networks that are better than a constant in one way only, or by little."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((2000, 4))
    sigmoid = MLP([Dense([[1.0], [0.0], [0.0], [0.0]], [-4.0], "sigmoid")])
    yield "a rare class that is never called", sigmoid, X, rng.random(2000) < sigmoid(X)[:, 0], "bce"
    sure = MLP([Dense([[60.0], [0.0], [0.0], [0.0]], None, "sigmoid")])
    yield "too sure of itself", sure, X, (X[:, 0] + rng.standard_normal(2000) > 0), "bce"
    yield "ten samples, and too sure of itself", sure, X[:10], (X[:10, 0] > 0) ^ (np.arange(10) < 2), "bce"
    weak = MLP([Dense([[0.15], [0.0], [0.0], [0.0]])])
    yield "a little of much noise", weak, X, 0.15 * X[:, 0] + rng.standard_normal(2000), "squared"
    yield (
        "numbers of great size",
        MLP([Dense(1e6 * np.eye(4)[:, :1], [5e8])]),
        X,
        5e8 + 1e6 * X[:, 0],
        "squared",
    )
    many = rng.standard_normal((20_000, 4))
    hint = MLP([Dense([[0.15], [0.0], [0.0], [0.0]], None, "sigmoid")])
    yield "a hint, and no more is promised", hint, many, rng.random(20_000) < hint(many)[:, 0], "bce"
    columns = np.c_[X[:, 0], X[:, 1], np.where(np.arange(2000) == 7, 1e-3, 0.0)]
    outputs = MLP([Dense(np.c_[np.eye(4)[:, :2], 0.1 * np.eye(4)[:, 2]])])
    yield "one of several outputs is hopeless", outputs, X, columns, "squared"
    labels = rng.random((2000, 3)) < MLP([Dense(np.eye(4)[:, :3], [-3.0] * 3, "sigmoid")])(X)
    yield (
        "labels, several or none a sample",
        MLP([Dense(np.eye(4)[:, :3], [-3.0] * 3, "sigmoid")]),
        X,
        labels,
        "bce",
    )
    code = np.linalg.qr(rng.standard_normal((4, 3)))[0]
    yield "an autoencoder", MLP([Dense(code), Dense(code.T)]), X, X, "squared"
    solved = MLP(
        [Dense([[6.0, -6.0], [-6.0, 6.0]], [-3.0, -3.0], "sigmoid"), Dense([[1.0], [1.0]], [-0.5], "sigmoid")]
    )
    yield "XOR, hardly", solved, *XOR, "bce"


@pytest.mark.parametrize("case", list(healthy()), ids=lambda case: case[0])
def test_is_left_in_peace(case):
    _, net, X, y, loss = case
    found = diagnose(net, X, np.asarray(y, float), loss)
    assert reported(found) is None, found


def test_too_few_samples_for_a_score_leave_it_to_the_loss():
    X, y = np.array([[1.0], [-1.0], [2.0]]), np.array([1, 0, 1])
    right = MLP([Dense([[3.0]], None, "sigmoid")])
    assert reported(diagnose(right, X, y)) is None
    unsure = MLP([Dense([[1e-3]], [1.0], "sigmoid")])
    assert reported(diagnose(unsure, X, y)) is not None


def test_without_a_score_the_loss_decides():
    X = RNG.standard_normal((60, 2))
    evidence = diagnose(initialize((2, 4, 3), "tanh", "softmax", rng=0), X, np.arange(60) % 3).evidence
    for loss, trouble in ((1.09, True), (0.5, False), (np.nan, True), (np.inf, True)):
        unscored = with_outputs(evidence, score=None, constant_score=None, confusion=None, loss=loss)
        assert bool(findings(NAME, unscored)) == trouble
