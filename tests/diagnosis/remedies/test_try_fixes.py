"""Remedies are tried with the same seeds, and ranked by what they gain."""

import math

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, initialize
from multilayer.activations import sigmoid
from multilayer.diagnosis import Setup, TrainingRecord, try_fixes
from multilayer.diagnosis.remedies import Ranking, Row
from multilayer.diagnosis.remedies.ranking import ordered
from multilayer.initializers import ScikitLearn
from multilayer.losses import binary_cross_entropy, categorical_cross_entropy, squared
from multilayer.optimizers import SGD, Adam
from multilayer.training import EarlyStopping, TrainConfig, fit
from tests.diagnosis.remedies.problems import FAR, PRODUCT, REGRESSION, RNG, issue_31235

STUCK = Setup(
    network=initialize((2, 20, 20, 1), "sigmoid", "sigmoid", dtype=np.float64, rng=0),
    config=TrainConfig(
        loss=binary_cross_entropy, stopping=EarlyStopping(10, 1e-4, "loss", restore_best=False), l2=1e-4
    ),
    initializer=ScikitLearn(sigmoid),
)
"""MLPClassifier((20, 20), activation="logistic")."""


@pytest.mark.slow
def test_scikit_learn_31235_has_a_remedy():
    X, y = issue_31235()
    ranking = try_fixes(STUCK, X, y, seeds=2, held_out=None)
    assert ranking.untouched.score == max(y.mean(), 1 - y.mean()) == 0.576
    assert ranking.best is ranking.rows[0]
    assert ranking.best.remedy == "solver"
    assert ranking.best.score >= 0.99
    assert {row.remedy for row in ranking.rows if row.helps} >= {"standardize", "activation", "patience"}


@pytest.mark.slow
def test_the_gain_is_paired_and_the_same_each_time():
    one = try_fixes(REGRESSION, FAR, PRODUCT, seeds=3, rng=5)
    two = try_fixes(REGRESSION, FAR, PRODUCT, seeds=3, rng=5)
    assert [row.scores for row in one.rows] == [row.scores for row in two.rows]
    for row in one.rows:
        differences = np.subtract(row.scores, one.untouched.scores)
        np.testing.assert_array_equal(row.gains, differences)
    assert one.seeds != try_fixes(REGRESSION, FAR, PRODUCT, seeds=3, epochs=1, rng=6).seeds


def test_standardizing_is_found_for_inputs_far_away():
    ranking = try_fixes(REGRESSION, FAR, PRODUCT, seeds=3)
    assert ranking.best.remedy == "standardize"
    assert ranking.best.gain > 0.9
    assert ranking.metric == "r2"


@pytest.mark.parametrize(("factor", "offset"), [(1e4, 4e4), (1e-4, 0.0)])
def test_standardizing_targets_is_found_for_targets_of_another_size(factor, offset):
    X = RNG.standard_normal((200, 2))
    y = factor * (X[:, :1] * X[:, 1:]) + offset
    ranking = try_fixes(REGRESSION, X, y, seeds=2)
    row = next(row for row in ranking.rows if row.remedy == "targets")
    assert row.helps
    assert row.score > 0.8
    assert ranking.on("unscaled_targets") == (
        f"The verdict's own remedy is the one that helps most: {row.change}."
        if row is ranking.best
        else f"The verdict's own remedy helps, and another one more: {row.change}, {row.gain:+.4f} R^2."
    )
    assert all(
        one.remedy != "targets" for one in try_fixes(REGRESSION, X, y / factor, seeds=1, epochs=1).rows
    ) == (offset == 0.0)


def test_whether_the_remedy_of_the_verdict_won():
    ranking = try_fixes(REGRESSION, FAR, PRODUCT, seeds=3)
    assert ranking.on("unscaled_inputs") == (
        "The verdict's own remedy is the one that helps most: standardized inputs."
    )
    assert ranking.on("undertraining").startswith("The verdict's own remedy")
    assert ranking.on("too_few_units") == "The verdict's own remedy was not tried."
    assert ranking.on("duplicate_inputs") == ""


def test_the_verdict_where_nothing_helps():
    y = np.random.default_rng(0).integers(0, 2, 100)
    noise = np.zeros((100, 2))
    setup = Setup(
        network=initialize((2, 4, 2), "relu", "softmax", dtype=np.float64, rng=0),
        config=TrainConfig(loss=categorical_cross_entropy, epochs=5),
    )
    ranking = try_fixes(setup, noise, y, seeds=2)
    assert ranking.best is None
    assert ranking.verdict.startswith("No remedy helped; the best of them is")
    assert not any(row.helps for row in ranking.rows)


@pytest.mark.slow
def test_held_out_samples_are_scored_and_not_trained_on():
    X = RNG.standard_normal((60, 5))
    y = RNG.integers(0, 2, 60)
    setup = Setup(
        network=initialize((5, 50, 1), "tanh", "sigmoid", dtype=np.float64, rng=0),
        config=TrainConfig(loss=binary_cross_entropy, optimizer=Adam(0.05), batch_size=20),
    )
    ranking = try_fixes(setup, X, y, held_out=0.5, seeds=2)
    assert (ranking.of, ranking.samples) == ("held-out", 30)
    assert ranking.untouched.score < 0.9  # the labels are coin flips; learnt by heart they score 1
    assert try_fixes(setup, X, y, seeds=2, held_out=None).untouched.score > 0.95


def test_a_quarter_is_held_out_where_there_are_samples_enough():
    ranking = try_fixes(REGRESSION, FAR, PRODUCT, seeds=1, epochs=1)
    assert "(seeds: 1)" in ranking.verdict
    assert "(seeds: 1, training samples: 150)" in repr(ranking)
    assert (ranking.of, ranking.samples) == ("held-out", 150)
    few = try_fixes(REGRESSION, FAR[:39], PRODUCT[:39], seeds=1, epochs=1)
    assert (few.of, few.samples) == ("training", 39)
    assert "the training samples were scored, as 39 samples are too few to hold some out" in few.notes


def test_trains_on_some_samples_of_many():
    ranking = try_fixes(REGRESSION, FAR, PRODUCT, samples=50, seeds=1, epochs=2, held_out=None)
    assert ranking.samples == 50
    assert ranking.notes == (
        "50 of 200 samples were used, drawn at random",
        "trainings were cut short to 2 epochs, of 100",
    )
    assert "50 of 200 samples" in repr(ranking)


def test_a_network_with_its_course():
    X, y = issue_31235()
    start = initialize((2, 6, 1), "tanh", "sigmoid", rng=0, dtype=np.float64)
    trained = fit(start, X, y, loss="binary_cross_entropy", optimizer=SGD(0.5), epochs=3, rng=0)
    course = TrainingRecord(
        history=trained.history, optimizer="SGD", learning_rate=0.5, epochs=3, start=start
    )
    ranking = try_fixes(trained.network, X, y, "binary_cross_entropy", course=course, seeds=1)
    assert {row.call for row in ranking.rows} >= {"optimizer=SGD(5)", "optimizer=SGD(0.05)", "epochs=100"}
    assert not ranking.not_tried  # as the start is known, other starts are remedies


def test_labels_that_are_the_networks_classes():
    X, y = issue_31235()
    network = initialize((2, 3, 1), "tanh", "sigmoid", classes=["below", "above"], rng=0)
    named = try_fixes(network, X, np.array(["below", "above"])[y], "binary_cross_entropy", seeds=1, epochs=2)
    numbered = try_fixes(network, X, y[:, np.newaxis], "binary_cross_entropy", seeds=1, epochs=2)
    assert named.untouched.scores == numbered.untouched.scores
    assert named.metric == "accuracy"


def test_training_that_breaks_off_is_no_gain():
    X = np.array([[1e152], [-1e152], [1e151]])
    setup = Setup(
        network=initialize((1, 2, 1), "relu", dtype=np.float64, rng=0),
        config=TrainConfig(loss=squared, optimizer=SGD(1.0), epochs=5),
    )
    ranking = try_fixes(setup, X, [1.0, 2.0, 3.0], seeds=2)
    assert ranking.untouched.scores == (-math.inf, -math.inf)
    assert ranking.best.gain == math.inf


def _row(name, *gains, seconds=1.0, chance=0.0):
    return Row(name, name, name, gains, gains, seconds, chance)


def test_order():
    rows = [
        _row("slow", 0.5, 0.5, seconds=2.0),
        _row("fast", 0.5, 0.5),
        _row("unsure", 0.0, 1.8),
        _row("best", 0.6, 0.6),
        _row("by chance", 0.8, 0.8, chance=0.9),
    ]
    assert [row.remedy for row in ordered(rows)] == ["best", "fast", "slow", "unsure", "by chance"]


def test_a_remedy_that_helps_is_the_best_whatever_one_that_is_not_sure_gains():
    rows = ordered([_row("unsure", -0.1, 0.3, 0.3), _row("sure", 0.1, 0.1, 0.1)])
    ranking = Ranking("accuracy", "held-out", 75, (0, 1, 2), _row("", 0.0, 0.0, 0.0), rows, ())
    assert ranking.best.remedy == "sure"
    assert ranking.verdict.startswith("What helps most is sure:")


@pytest.mark.parametrize(
    ("gains", "helps"),
    [
        ((0.1, 0.2, 0.3, 0.1, -0.1), True),
        ((0.1, 0.2, 0.3, -0.1, -0.1), False),
        ((0.009, 0.009, 0.009), False),
        ((0.0, 0.0, 0.5), False),
        ((0.02,), True),
    ],
)
def test_what_helps(gains, helps):
    assert _row("remedy", *gains).helps is helps


def test_a_mean_gain_that_may_be_chance_does_not_help():
    assert not _row("remedy", 0.1, 0.1, 0.3, chance=0.2).helps
    assert _row("remedy", 0.1, 0.1, 0.3, chance=0.16).helps


def test_prints_and_makes_html():
    ranking = try_fixes(REGRESSION, FAR, PRODUCT, seeds=2, epochs=20)
    text = repr(ranking)
    lines = text.splitlines()
    assert lines[0].startswith(("What helps most is", "No remedy helped"))
    for row in ranking.rows:
        assert row.change in text
        assert row.call in text
    assert "Not tried: initial weights chosen for each activation" in text
    assert ranking._repr_html_().count("<tr>") == len(ranking.rows) + 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seeds": 0}, "seeds must be a whole number, at least 1; got 0"),
        ({"held_out": 0.001}, "held_out=0.001 takes 0 of 200 samples"),
        ({"time_limit": 0.0}, "time_limit must be a finite number, above 0, or None; got 0.0"),
        ({"rng": -1}, "rng must be a seed"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(InputError, match=message):
        try_fixes(REGRESSION, FAR, PRODUCT, **arguments)


def test_a_network_does_not_tell_its_loss():
    network = MLP([Dense([[1.0], [1.0]])])
    with pytest.raises(InputError, match="the loss that the model was trained with is not known; give loss="):
        try_fixes(network, FAR, PRODUCT)


def test_one_target_per_sample():
    with pytest.raises(InputError, match="X has 200 samples but y has 199"):
        try_fixes(REGRESSION, FAR, PRODUCT[1:])


def test_progress_is_shown(capsys):
    try_fixes(REGRESSION, FAR, PRODUCT, seeds=1, epochs=2, progress=True)
    shown = capsys.readouterr().err
    assert "epoch" in shown
    try_fixes(REGRESSION, FAR, PRODUCT, seeds=1, epochs=2)
    assert capsys.readouterr() == ("", "")
