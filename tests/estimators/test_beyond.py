"""What scikit-learn's networks do not have."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss

import multilayer
from multilayer import optimizers
from multilayer._base.errors import InputError
from multilayer.activations import Custom, LeakyReLU, gelu, step
from multilayer.estimators import MLPClassifier, MLPRegressor
from multilayer.losses import CategoricalCrossEntropy, Quantile
from multilayer.training.checkpoint_writer import Checkpoint
from tests.estimators.data import CLASSES, X_DIABETES, Y_DIABETES, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
Y = CLASSES["multi-class"]


def classifier(*, sizes=(6, 5), **settings):
    return MLPClassifier(sizes, **({"max_iter": 5, "random_state": 3} | settings))


@pytest.mark.parametrize(
    "activation", ["gelu", gelu, LeakyReLU(0.2), ["softsign", LeakyReLU(0.3)], ("mish", "silu")]
)
def test_activations_by_name_object_or_layer(activation):
    model = classifier(activation=activation).fit(X, Y)
    names = activation if isinstance(activation, list | tuple) else [activation] * 2
    assert [layer.activation for layer in model.network_.layers[:-1]] == list(
        map(multilayer.activations.get, names)
    )


def test_a_user_defined_activation():
    cube = Custom("cube", lambda x: x**3, lambda x: 3 * x**2)
    model = classifier(activation=cube, max_iter=20, batch_size=10, learning_rate_init=0.01).fit(X, Y)
    assert model.score(X, Y) > 0.8


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": ["relu"]}, "activation has 1 entries, but hidden_layer_sizes makes 2"),
        ({"activation": "rely"}, "no activation is called 'rely'; did you mean 'relu'"),
        ({"activation": step}, "layer 1: step cannot be trained through"),
        ({"output_activation": "tanh"}, "categorical_cross_entropy needs outputs in"),
        ({"dropout": [0.5]}, "dropout has 1 numbers"),
        ({"dropout": 1.5}, "'dropout' parameter of MLPClassifier must be"),
        ({"loss": "squered"}, "no loss is called"),
        ({"optimizer": "adam"}, "'optimizer' parameter of MLPClassifier must be"),
    ],
)
def test_mistakes(settings, message):
    with pytest.raises(ValueError, match=message):
        classifier(**settings).fit(X, Y)


def test_output_activation():
    model = classifier(output_activation="sparsemax", max_iter=30).fit(X, Y)
    assert model.out_activation_ == "sparsemax"
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    positive = MLPRegressor(output_activation="softplus", max_iter=5, random_state=0)
    assert (positive.fit(X_DIABETES, Y_DIABETES).predict(X_DIABETES) >= 0).all()


@pytest.mark.parametrize("loss", ["huber", "absolute", Quantile(0.9)])
def test_losses_of_a_regressor(loss):
    model = MLPRegressor(loss, (20,), max_iter=60, learning_rate_init=0.01, random_state=0)
    below = model.fit(X_DIABETES * 20, Y_DIABETES).predict(X_DIABETES * 20) >= Y_DIABETES
    assert abs(below.mean() - (0.9 if isinstance(loss, Quantile) else 0.5)) < 0.15


def test_label_smoothing_keeps_from_certainty():
    sharp, smooth = (
        classifier(loss=loss, max_iter=40, batch_size=10, learning_rate_init=0.02)
        .fit(X, Y)
        .predict_proba(X)
        .max()
        for loss in ("log_loss", CategoricalCrossEntropy(label_smoothing=0.3))
    )
    assert smooth < 0.95 < sharp


def test_dropout_changes_training_alone():
    plain, dropped = (classifier(dropout=rate).fit(X, Y) for rate in (0.0, [0.5, 0.2]))
    assert not np.array_equal(plain.coefs_[0], dropped.coefs_[0])
    np.testing.assert_array_equal(dropped.predict_proba(X), dropped.predict_proba(X))


@pytest.mark.parametrize("kind", ["binary", "multi-class", "multi-label"])
def test_class_weight_is_a_sample_weight(kind):
    y = CLASSES[kind]
    if kind == "multi-label":
        class_weight = [{0: 1.0, 1: 3.0}, {0: 1.0, 1: 1.0}]
        weight = np.where(y[:, 0] == 1, 3.0, 1.0)
    else:
        favourite = np.unique(y)[1]
        class_weight = dict.fromkeys(np.unique(y).tolist(), 1.0) | {favourite.item(): 3.0}
        weight = np.where(y == favourite, 3.0, 1.0)
    by_class = classifier(class_weight=class_weight).fit(X, y)
    by_sample = classifier().fit(X, y, weight)
    for a, b in zip(by_class.coefs_, by_sample.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_given_validation_data(early_stopping, sparse):
    train, val = slice(0, None, 2), slice(1, None, 2)
    model = classifier(early_stopping=early_stopping, max_iter=30, learning_rate_init=0.01, solver="adam")
    X_val = csr_matrix(X[val]) if sparse else X[val]
    model.fit(X[train], Y[train], validation_data=(X_val, Y[val]))
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == model.n_iter_
    assert model.best_validation_score_ == max(model.validation_scores_)
    last = model.score(X[val], Y[val])
    assert last == (model.best_validation_score_ if early_stopping else model.validation_scores_[-1])
    assert (model.best_loss_ is None) == early_stopping


def test_validation_data_must_have_known_labels():
    with pytest.raises(ValueError, match=r"`y` has classes not in `self\.classes_`"):
        classifier().fit(X, Y, validation_data=(X, np.full(len(X), "unknown")))
    with pytest.raises(InputError, match=r"validation_data must be \(X, y\)"):
        classifier().fit(X, Y, validation_data=X)


def test_callbacks_see_every_epoch_and_may_end_training():
    seen = []

    def until_three(epoch):
        seen.append((epoch.epoch, epoch.loss, epoch.network))
        return epoch.epoch == 3

    model = classifier(callbacks=[until_three], max_iter=50).fit(X, Y)
    assert [epoch for epoch, _, _ in seen] == [1, 2, 3]
    assert [loss for _, loss, _ in seen] == model.loss_curve_
    assert seen[-1][2] == model.network_


def test_optimizer_and_schedule():
    model = classifier(
        optimizer=optimizers.AdamW(0.01, weight_decay=0.1),
        learning_rate=optimizers.Cosine(warmup=2),
        solver="lbfgs",
        batch_size=10,
        max_iter=20,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the schedule was made for these epochs
        assert model.fit(X, Y).score(X, Y) > 0.8
    assert len(model.loss_curve_) == 20


def test_interrupted_and_resumed_is_uninterrupted(tmp_path):
    settings = {"sizes": (6,), "early_stopping": True, "n_iter_no_change": 50}
    whole = classifier(max_iter=12, **settings).fit(X, Y)
    path = tmp_path / "fit.safetensors"
    classifier(max_iter=5, checkpoint=path, **settings).fit(X, Y)
    resumed = classifier(max_iter=12, checkpoint=Checkpoint(path), **settings).fit(X, Y)
    assert resumed.network_ == whole.network_
    for name in ("loss_curve_", "validation_scores_", "n_iter_", "t_", "best_validation_score_"):
        assert getattr(resumed, name) == getattr(whole, name), name
    with pytest.raises(InputError, match="the checkpoint is of another training"):
        classifier(max_iter=12, checkpoint=path, **settings | {"sizes": (7,)}).fit(X, Y)


def test_ctrl_c_keeps_what_was_learned():
    def press(epoch):
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    model = classifier(callbacks=[press], max_iter=50)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model.fit(X, Y)
    assert model.n_iter_ == len(model.loss_curve_) == 2


def test_divergence_names_the_place_and_keeps_finite_weights():
    model = MLPRegressor(activation="identity", solver="sgd", learning_rate_init=1e3, random_state=0)
    with pytest.raises(ValueError, match=r"Solver produced non-finite .* \(epoch \d+, batch \d+, layer \d: "):
        model.fit(X * 100, Y == "setosa")
    assert all(np.isfinite(W).all() for W in model.coefs_)
    model.set_params(early_stopping=True)
    with pytest.warns(ConvergenceWarning, match=r"epoch \d+, batch \d+, layer"):
        model.fit(X * 100, Y == "setosa")
    assert np.isfinite(model.predict(X)).all()


def test_the_network_ships(tmp_path):
    model = classifier().fit(X, Y)
    multilayer.save(model.network_, tmp_path / "iris.safetensors")
    network = multilayer.load(tmp_path / "iris.safetensors")
    np.testing.assert_array_equal(network(X), model.predict_proba(X))
    np.testing.assert_array_equal(network.classify(X), model.predict(X))
    assert network.classes == ("setosa", "versicolor", "virginica")
    assert "a(1) = x W(1) + b(1)" in repr(model.network_.trace(X[:2]))


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"dropout": 0.5}, "dropout"),
        ({"dropout": (0.0, 0.1)}, "dropout"),
        ({"learning_rate": optimizers.Cosine()}, "learning_rate"),
        ({"checkpoint": "there.safetensors"}, "checkpoint"),
    ],
)
def test_lbfgs_refuses_what_it_would_leave_out(settings, name):
    with pytest.raises(InputError, match=f"solver='lbfgs' takes no {name}="):
        classifier(solver="lbfgs", **settings).fit(X, Y)


def test_lbfgs_calls_back_after_every_iteration():
    seen = []
    model = classifier(solver="lbfgs", max_iter=7, callbacks=[seen.append]).fit(X, Y)
    assert [event.epoch for event in seen] == list(range(1, model.n_iter_ + 1)) == list(range(1, 8))
    losses = [event.loss for event in seen]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == model.loss_


def test_a_callback_ends_lbfgs():
    model = classifier(solver="lbfgs", callbacks=[lambda event: event.epoch == 3]).fit(X, Y)
    straight = classifier(solver="lbfgs", max_iter=3).fit(X, Y)
    assert model.n_iter_ == 3
    for ours, theirs in zip(model.coefs_, straight.coefs_, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_lbfgs_measures_validation_data():
    model = classifier(solver="lbfgs", max_iter=8)
    model.fit(X[::2], Y[::2], validation_data=(X[1::2], Y[1::2]))
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == model.n_iter_
    assert model.validation_scores_[-1] == model.score(X[1::2], Y[1::2])
    assert model.best_validation_score_ == max(model.validation_scores_)
    mean = log_loss(Y[1::2], model.predict_proba(X[1::2]))
    assert model.validation_loss_curve_[-1] == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("terminal", [False, True])
def test_verbose_prints_every_epoch_and_shows_a_bar_on_a_terminal(solver, terminal, monkeypatch, capsys):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    for verbose in (False, True):
        classifier(solver=solver, verbose=verbose).fit(X, Y)
        seen = capsys.readouterr()
        assert seen.out.count("Iteration") == 5 * verbose
        assert ("5/5" in seen.err) == (verbose and terminal)
