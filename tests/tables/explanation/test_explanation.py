"""Integrated gradients against finite differences and analytic models; importances against scikit-learn."""

import json

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance

from multilayer import MLP, Dense, initialize
from multilayer._base.errors import InputError
from multilayer.tables import Calibration, Column, Columns, Encoder, Model, Recipe, Target, fit_table
from multilayer.tables.explanation import explain
from multilayer.tables.explanation.attribution import Function, integrated_gradients
from tests.tables.suspicions.cases import simulated

TASKS = ["regression", "classification"]


def table(seed=0, rows=300, task="regression"):
    case = simulated(seed, rows, task)
    if case.classes:
        return Columns([*case.columns, Column("y", "category", case.y.astype(np.int32), case.classes)])
    return Columns([*case.columns, Column("y", "number", case.y)])


def model(columns, members=2, hidden="selu", calibration=None, widths=(12, 9)):
    encoder = Encoder.fit(columns.without(["y"]))
    target = Target.of(columns["y"])
    output = "softmax" if target.classes else "identity"
    shape = (encoder.width, *widths, target.outputs)
    networks = tuple(initialize(shape, hidden, output, rng=seed).astype("float32") for seed in range(members))
    return Model(encoder, networks, target, calibration)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("hidden", ["selu", "mish", "relu", "tanh"])
def test_the_sum_is_the_prediction(task, hidden):
    columns = table(task=task)
    m = model(columns, hidden=hidden, calibration=Calibration(0.6, 50) if task != "regression" else None)
    found = explain(m, columns, rows=30, repeats=1).attributions
    unit = m.target.scale if task == "regression" else 1.0
    assert found.base + found.values.sum(axis=1) == pytest.approx(found.prediction, abs=1e-3 * unit)
    assert found.error.max() <= 1e-3 * unit
    assert np.abs(found.base + found.values.sum(axis=1) - found.prediction) == pytest.approx(
        found.error, abs=1e-9 * unit
    )
    said = m(columns)[:30]
    if task == "classification":
        chosen = said.argmax(axis=1)
        assert found.classes == tuple(m.target.classes[n] for n in chosen)
        said = said[np.arange(30), chosen]
    else:
        inside = (said > m.target.low) & (said < m.target.high)
        said, found = said[inside], found.prediction[inside]
        assert found == pytest.approx(said, rel=1e-4, abs=1e-4 * unit)
        return
    assert found.prediction == pytest.approx(said, rel=1e-4, abs=1e-4 * unit)


@pytest.mark.parametrize("classes", [0, 2, 5])
def test_the_derivative_is_that_of_finite_differences(classes):
    rng = np.random.default_rng(classes)
    outputs = classes or 1
    networks = tuple(
        initialize((7, 6, 5, outputs), "mish", "softmax" if classes else "identity", rng=seed).astype(
            "float64"
        )
        for seed in range(3)
    )
    function = Function(networks, Calibration(1.7, 30) if classes else None, 5.0, 2.5, classes)
    x, chosen = rng.normal(size=(4, 7)), rng.integers(0, outputs, 4)
    _, gradient = function.with_gradient(x, chosen)
    for column in range(7):
        step = np.zeros(7)
        step[column] = 1e-6
        slope = (function.value(x + step, chosen) - function.value(x - step, chosen)) / 2e-6
        assert gradient[:, column] == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_a_linear_model_is_explained_by_its_weights():
    rng = np.random.default_rng(0)
    w = rng.normal(size=(5, 1))
    function = Function((MLP([Dense(w, [0.3])]),), None, 1.0, 2.0, 0)
    x, base = rng.normal(size=(6, 5)), rng.normal(size=5)
    values, error = integrated_gradients(function, x, base, np.zeros(6, np.intp), 1e-9)
    assert values == pytest.approx(2.0 * (x - base) * w[:, 0], rel=1e-12)
    assert error.max() < 1e-12


def test_kinks_are_met_by_more_segments():
    """max(0, x) from -1 to 3: the sum is 3, and the kink is at a quarter of the way."""
    function = Function((MLP([Dense([[1.0]], [0.0], "relu"), Dense([[1.0]])]),), None, 0.0, 1.0, 0)
    x = np.array([[3.0], [2.9], [0.5]])
    values, error = integrated_gradients(function, x, np.array([-1.0]), np.zeros(3, np.intp), 1e-3)
    assert values[:, 0] == pytest.approx(x[:, 0], abs=1.1e-3)
    assert error.max() <= 1e-3


class Peer(RegressorMixin, BaseEstimator):
    """The model as scikit-learn calls it, with numbers for X."""

    def __init__(self, model, names):
        self.model, self.names = model, names

    def fit(self, X, y):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return self.model(
            Columns(
                Column(n, "number", np.ascontiguousarray(c)) for n, c in zip(self.names, X.T, strict=True)
            )
        )


def numbers(rows=400):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(rows, 3))
    y = 3 * x[:, 0] + np.abs(x[:, 1]) + 0.1 * rng.normal(size=rows)
    return x, Columns(
        [*(Column(n, "number", c) for n, c in zip("abc", x.T, strict=True)), Column("y", "number", y)]
    )


def test_importances_are_those_of_scikit_learn():
    x, columns = numbers()
    m = model(columns)
    found = {one.column: one for one in explain(m, columns, repeats=100, rows=0).importances}
    peer = permutation_importance(
        Peer(m, "abc"),
        x,
        columns["y"].values,
        scoring="neg_root_mean_squared_error",
        n_repeats=100,
        random_state=1,
    )
    for place, name in enumerate("abc"):
        allowed = 4 * np.hypot(found[name].spread, peer.importances_std[place]) / 10 + 1e-9
        assert found[name].mean == pytest.approx(peer.importances_mean[place], abs=allowed)
        assert found[name].spread == pytest.approx(peer.importances_std[place], rel=0.3, abs=1e-9)


def test_partial_dependence_is_that_of_scikit_learn():
    x, columns = numbers()
    m = model(columns)
    found = explain(m, columns, repeats=1, rows=0).dependences
    for place, one in enumerate(found):
        assert len(one.values) == 11
        assert one.values[0] == x[:, place].min()
        assert one.values[-1] == x[:, place].max()
        peer = partial_dependence(
            Peer(m, "abc"),
            x,
            [place],
            custom_values={place: np.array(one.values)},
            method="brute",
            kind="average",
        )
        assert one.predictions == pytest.approx(peer["average"][0], rel=1e-6)


def test_a_column_that_is_not_used_has_no_importance_no_effect_and_no_share():
    _, columns = numbers()
    m = model(columns)
    unused = [place for place, source in enumerate(m.encoder.sources) if source == "c"]
    networks = []
    for network in m.networks:
        W = network.layers[0].W.copy()
        W[unused] = 0
        networks.append(network.with_layer(1, W=W))
    found = explain(Model(m.encoder, tuple(networks), m.target), columns, rows=10)
    (c,) = (one for one in found.importances if one.column == "c")
    assert (c.mean, c.spread) == (0.0, 0.0)
    assert np.ptp(found.dependences[2].predictions) == 0
    assert np.abs(found.attributions.values[:, 2]).max() == 0
    assert found.importances[-1].mean <= found.importances[0].mean


@pytest.mark.parametrize("task", TASKS)
def test_it_prints_and_is_json(task):
    columns = table(task=task, rows=120)
    found = explain(model(columns), columns, rows=3, repeats=2)
    text = repr(found)
    assert "income" in text
    assert "integrated gradients" in text
    assert "<table" in found._repr_html_()
    document = json.loads(found.to_json())
    assert len(document["importances"]) == 6
    assert {one["column"] for one in document["dependences"]} == set(columns.without(["y"]).names)
    assert repr(explain(model(columns), columns, rows=3, repeats=2)) == text


def test_without_a_target_there_are_no_importances():
    columns = table(rows=80)
    found = explain(model(columns), columns.without(["y"]), rows=2)
    assert found.importances == ()
    assert found.notes == ("the table has no column 'y', so importances are not measured",)
    assert repr(found)


def test_a_note_says_that_rows_are_those_of_training():
    columns = table(rows=200)
    recipe = Recipe(hidden=(4,), epochs=2)
    trained = fit_table(columns.take(slice(0, 150)), "y", members=1, recipe=recipe, progress=False)
    (note,) = explain(trained, columns.take(slice(100, 200)), rows=0).notes
    assert note == (
        "the model was trained on 50 of these 100 rows (50\N{NO-BREAK SPACE}%): "
        "importances may be different on new rows"
    )
    assert not explain(trained, columns.take(slice(150, 200)), rows=0).notes


def test_a_column_of_gaps_and_one_row():
    columns = table(rows=80)
    m = model(columns)
    gaps = Columns(
        Column(c.name, c.kind, np.full_like(c.values, np.nan)) if c.name == "income" else c for c in columns
    )
    found = explain(m, gaps.take(slice(0, 1)), rows=5)
    assert found.attributions.rows == (1,)
    assert found.dependences[1].values == ()
    assert np.abs(found.attributions.values).max() == 0  # the row is the mean row
    assert repr(found)


def test_mistakes_are_told():
    columns = table(rows=80)
    m = model(columns)
    with pytest.raises(InputError, match="no rows"):
        explain(m, columns.take(slice(0, 0)))
    with pytest.raises(InputError, match="repeats must be a whole number, at least 1"):
        explain(m, columns, repeats=0)
    with pytest.raises(InputError, match="expected a column 'age'"):
        explain(m, columns.without(["age"]))
