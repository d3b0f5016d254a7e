import dataclasses
import math
import signal
import time
import warnings
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, initialize
from multilayer.activations import sigmoid
from multilayer.diagnosis import Setup, TrainingRecord, try_fixes
from multilayer.diagnosis.remedies import Row
from multilayer.diagnosis.remedies.problem import problem_of
from multilayer.diagnosis.remedies.ranking import ordered
from multilayer.initializers import ScikitLearn
from multilayer.losses import binary_cross_entropy, categorical_cross_entropy, squared
from multilayer.optimizers import SGD, Adam, ClipByNorm, InverseScaling, Optimizer
from multilayer.training import EarlyStopping, Metric, fit
from multilayer.training.config import TrainConfig

RNG = np.random.default_rng(0)
FAR = RNG.uniform(100.0, 200.0, (200, 2))
PRODUCT = FAR[:, 0] * FAR[:, 1] / 1e4
REGRESSION = Setup(
    network=initialize((2, 8, 1), "tanh", dtype=np.float64, rng=0),
    config=TrainConfig(loss=squared, optimizer=Adam(0.03), epochs=100),
)


def issue_31235():
    """The data of scikit-learn#31235: 500 points in a square, above a parabola or not."""
    X = np.random.RandomState(1).random_sample((500, 2))
    return X, (X[:, 0] + (2 * (X[:, 1] - 0.5)) ** 2 - 0.75 >= 0).astype(np.int64)


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


def test_the_setup_of_an_estimator_does_what_the_estimator_does():
    from sklearn.neural_network import MLPClassifier

    X, y = issue_31235()
    model = MLPClassifier((20, 20), activation="logistic", random_state=42).fit(X, y)
    assert (model.n_iter_, model.score(X, y)) == (15, 0.576)
    problem = problem_of(model, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=RNG)
    assert problem.notes == ()
    network = problem.setup.trained(problem.data.X, problem.data.y, 42).network
    for layer, W, b in zip(network.layers, model.coefs_, model.intercepts_, strict=True):
        np.testing.assert_allclose(layer.W, W, rtol=0, atol=1e-12)
        np.testing.assert_allclose(layer.b, b, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "sgd", "learning_rate": "invscaling", "momentum": 0.5, "alpha": 0.1, "batch_size": 30},
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2, "shuffle": False},
        {"solver": "adam", "beta_1": 0.8, "epsilon": 1e-6, "tol": 1e-3},
        {"solver": "lbfgs", "alpha": 0.01},
        {"hidden_layer_sizes": (), "activation": "logistic"},
    ],
)
def test_settings_are_understood(settings):
    from sklearn.neural_network import MLPRegressor

    X = RNG.standard_normal((100, 3))
    y = np.tanh(X[:, 0]) + X[:, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        always = {"hidden_layer_sizes": (6,), "activation": "tanh", "max_iter": 15, "random_state": 3}
        model = MLPRegressor(**(always | settings)).fit(X, y)
    problem = problem_of(model, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=RNG)
    network = problem.setup.trained(problem.data.X, problem.data.y, 3).network
    for layer, W in zip(network.layers, model.coefs_, strict=True):
        np.testing.assert_allclose(layer.W, W, rtol=0, atol=1e-9)


def test_early_stopping_of_an_estimator_is_tried_with_early_stopping():
    from multilayer.estimators import MLPClassifier

    X, y = issue_31235()
    model = MLPClassifier((5,), early_stopping=True, max_iter=30, random_state=0, validation_fraction=0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    setup = problem_of(model, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=RNG).setup
    assert setup.held_out == 0.2
    assert setup.config.stopping.monitor == "accuracy"
    assert setup.config.stopping.restore_best
    setup.trained(X, y[:, np.newaxis], 0)


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


def test_the_verdict_where_nothing_helps():
    X, y = RNG.standard_normal((100, 2)), RNG.integers(0, 2, 100)
    noise = np.zeros_like(X)
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


def test_work_is_limited():
    setup = Setup(
        network=initialize((2000, 3000, 1), "relu", rng=0),
        config=TrainConfig(loss=squared, epochs=10_000),
    )

    X = np.zeros((100, 2000))
    problem = problem_of(setup, X, X[:, 0], None, None, epochs=None, samples=2000, held_out=None, rng=RNG)
    assert problem.setup.config.epochs == 27  # 1e11 / (6 * 6,003,000 * 100)


def test_a_network_with_its_course():
    X, y = issue_31235()
    start = initialize((2, 6, 1), "tanh", "sigmoid", rng=0, dtype=np.float64)
    trained = fit(start, X, y, loss="binary_cross_entropy", optimizer=SGD(0.5), epochs=3, rng=0)
    course = TrainingRecord(
        history=trained.history, optimizer="SGD", learning_rate=0.5, epochs=3, start=start
    )
    ranking = try_fixes(trained.network, X, y, "binary_cross_entropy", course=course, seeds=1)
    assert {row.call for row in ranking.rows} >= {"optimizer=SGD(5)", "optimizer=SGD(0.05)", "epochs=30"}
    assert not ranking.not_tried  # as the start is known, other starts are remedies


@pytest.mark.parametrize("given", ["model", "course"])
def test_the_settings_of_a_training_are_taken_over(given):
    X, y = issue_31235()
    start = initialize((2, 6, 5, 1), "tanh", "sigmoid", rng=0, dtype=np.float64)
    settings = {
        "loss": "binary_cross_entropy",
        "optimizer": SGD(0.5),
        "schedule": InverseScaling(),
        "clip": ClipByNorm(3.0),
        "epochs": 4,
        "batch_size": 50,
        "shuffle": False,
        "dropout": (0.0, 0.1),
        "l2": 0.01,
        "weight_decay": 0.001,
    }
    trained = fit(start, X, y, rng=np.random.RandomState(3), **settings)
    model, course = (trained, None) if given == "model" else (trained.network, trained)
    options = {"epochs": None, "samples": 2000, "held_out": None, "rng": RNG}
    problem = problem_of(model, X, y, None, course, **options)
    assert problem.setup.config == trained.config
    assert problem.setup.trained(X, y[:, np.newaxis], 3).network == trained.network
    assert problem.notes == ()


def test_early_stopping_on_validation_data_monitors_a_part_of_the_samples():
    X, y = issue_31235()
    far = Metric("far", lambda y, z, weights: float(np.abs(y - z).max()), greater_is_better=False)
    trained = fit(
        initialize((2, 3, 1), "tanh", "sigmoid", rng=0),
        X,
        y,
        loss="binary_cross_entropy",
        validation=0.3,
        stopping=EarlyStopping(2, monitor="far"),
        metrics=["accuracy", far],
        epochs=3,
        rng=0,
    )
    problem = problem_of(
        trained, X, y, None, None, epochs=None, samples=2000, held_out=None, rng=np.random.default_rng(0)
    )
    assert (problem.setup.held_out, problem.setup.config.metrics) == (0.1, (far,))
    assert problem.notes == (
        "early stopping monitors 10% of the samples, as the validation data are not known",
    )
    assert len(problem.setup.trained(X, y[:, np.newaxis], 0).history.metrics["far"]) == 3


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


def _row(name, *gains, seconds=1.0):
    return Row(name, name, name, gains, gains, seconds)


def test_order():
    rows = [
        _row("slow", 0.5, 0.5, seconds=2.0),
        _row("fast", 0.5, 0.5),
        _row("unsure", 0.0, 1.0),
        _row("best", 0.6, 0.6),
    ]
    assert [row.remedy for row in ordered(rows)] == ["best", "fast", "slow", "unsure"]


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


@dataclasses.dataclass(frozen=True)
class Counted(Optimizer):
    """Adam that calls a function before each update, so that moments of a training are counted and not timed."""

    slots: ClassVar[tuple[str, ...]] = ("mean", "square")
    before_update: Callable[[], None] = print
    learning_rate: float = 0.01

    def formula(self, t, rate, w, g, mean, square, /):
        self.before_update()
        return Adam.formula(Adam(), t, rate, w, g, mean, square)


def stopped_after(updates, stop):
    """Return a setup whose trainings call `stop` once so many arrays have been updated."""
    count = 0

    def before_update():
        nonlocal count
        count += 1
        if count == updates:
            stop()

    return REGRESSION.with_config(optimizer=Counted(before_update), epochs=5, batch_size=200)


UPDATES = 5 * 4  # of one training: 5 epochs of one batch, W1, b1, W2, b2


def press():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_stops_the_whole_and_hands_back_what_there_is():
    options = {"held_out": None, "rng": 1, "seeds": 3}
    whole = try_fixes(stopped_after(0, press), FAR, PRODUCT, **options)
    assert whole.partial is None
    per_seed = 1 + len(whole.rows)
    ranking = try_fixes(stopped_after(7 * UPDATES + 3, press), FAR, PRODUCT, **options)
    assert ranking.partial == "interrupted"
    assert len(ranking.seeds) == 1
    assert "Partial: interrupted; seeds that all remedies listed were trained with: 1" in repr(ranking)
    for row in ranking.rows:  # nothing that was half trained is scored
        (same,) = (other for other in whole.rows if other.change == row.change)
        assert row.scores == same.scores[:1]
    tried_or_not = {row.change for row in ranking.rows} | {one.change for one in ranking.not_tried}
    assert {row.change for row in whole.rows} <= tried_or_not
    assert len(ranking.rows) < per_seed
    assert any(one.reason == "interrupted" for one in ranking.not_tried)


def test_ctrl_c_in_the_first_training_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        try_fixes(stopped_after(3, press), FAR, PRODUCT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_time_limit_is_kept(monkeypatch):
    now = 0.0

    def forward():
        nonlocal now
        now += 100.0

    monkeypatch.setattr(time, "monotonic", lambda: now)
    ranking = try_fixes(stopped_after(2 * UPDATES + 3, forward), FAR, PRODUCT, time_limit=50.0)
    assert ranking.partial == "the time limit of 50 s was reached"
    assert len(ranking.rows) == 1
    now = 0.0
    with pytest.raises(
        InputError, match="time limit of 50 s was reached before the first training of 5 epochs"
    ):
        try_fixes(stopped_after(3, forward), FAR, PRODUCT, time_limit=50.0)
