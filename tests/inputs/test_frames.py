"""Data frames: columns by the names of the inputs, in any order; other columns are refused."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, diagnose, fit, from_model, initialize
from multilayer.losses import categorical_cross_entropy
from multilayer.training.samples import targets
from tests.inputs.arrays import NAMES, X, _arrow, _dask_frame, _pandas, _polars, by_package
from tests.inputs.entry_points import OWN, network

PACKAGES = {
    "pandas": ("pandas", _pandas),
    "polars": ("polars", _polars),
    "Arrow": ("pyarrow", _arrow),
    "Dask": ("dask.dataframe", _dask_frame),
}
BY_NAME = [entry for entry in OWN if entry not in ("weighted_sums", "separability", "fit with validation")]


def _frame(package, x=X, columns=NAMES):
    frame = PACKAGES[package][1](x)
    return frame.select(columns) if package in ("polars", "Arrow") else frame[columns]


@pytest.mark.parametrize("package", by_package(PACKAGES))
@pytest.mark.parametrize("entry", [*BY_NAME, "fit with validation"])
def test_columns_are_taken_by_name(entry, package):
    named = network(inputs=NAMES)
    right = OWN[entry](named, X)
    np.testing.assert_array_equal(OWN[entry](named, _frame(package, columns=["c", "a", "b"])), right)


@pytest.mark.parametrize("entry", BY_NAME)
def test_other_columns_are_left_out_whatever_they_hold(entry):
    named = network(inputs=NAMES)
    frame = _frame("pandas").assign(row="text")[["row", "c", "b", "a"]]
    np.testing.assert_array_equal(OWN[entry](named, frame), OWN[entry](named, X))


@pytest.mark.parametrize("package", by_package(PACKAGES))
@pytest.mark.parametrize("entry", BY_NAME)
def test_a_missing_column_is_named_with_what_is_near(entry, package):
    named = network(inputs=["a", "B", "c"])
    with pytest.raises(
        InputError, match=r"[xX]: no column is called 'B', an input of the network; did you mean 'b'\?"
    ):
        OWN[entry](named, _frame(package))


def test_columns_that_are_called_alike():
    import pandas

    named = network(inputs=NAMES)
    frame = pandas.DataFrame(np.column_stack([X, X[:, 0]]), columns=["a", "b", "c", "a"])
    with pytest.raises(InputError, match="x: two columns are called 'a'; rename one of them"):
        named(frame)
    extra = pandas.DataFrame(np.column_stack([X, X, X[:, :1]])[:, :5], columns=["a", "b", "c", "row", "row"])
    np.testing.assert_array_equal(named(extra), named(X))


def test_labels_are_compared_as_text():
    import pandas

    years = network(inputs=["2023", "2024", "2025"])
    frame = pandas.DataFrame(X, columns=[2023, 2024, 2025])[[2025, 2023, 2024]]
    np.testing.assert_array_equal(years(frame), years(X))
    counted = network(inputs=["2", "0", "1"])
    np.testing.assert_array_equal(counted(pandas.DataFrame(X)), counted(X[:, [2, 0, 1]]))


def test_without_names_columns_are_taken_as_they_stand():
    import pandas

    plain, named = network(), network(inputs=NAMES)
    np.testing.assert_array_equal(plain(_frame("pandas", columns=["c", "a", "b"])), plain(X[:, [2, 0, 1]]))
    np.testing.assert_array_equal(named(pandas.DataFrame(X)), named(X))  # a frame without names
    with pytest.raises(InputError, match=r"x has shape \(12, 4\); this network takes \(3,\)"):
        named(pandas.DataFrame(np.column_stack([X, X[:, 0]])))
    assert (
        fit(plain, _frame("pandas"), X[:, 0], loss="squared", epochs=1, progress=False).network.input_names
        is None
    )


def test_a_series_is_a_sample_by_the_labels_of_its_index():
    import pandas

    named = network(inputs=NAMES)
    row = _frame("pandas", columns=["c", "b", "a"]).iloc[5]
    np.testing.assert_array_equal(named(row), named(X[5]))
    np.testing.assert_array_equal(network()(row), network()(X[5, ::-1]))
    np.testing.assert_array_equal(named(pandas.Series(X[5])), named(X[5]))
    assert named.trace(row)[0].x.tolist() == X[5].tolist()
    with pytest.raises(InputError, match="no column is called 'a'"):
        named(pandas.Series(X[5], index=[7, 8, 9]))


@pytest.mark.oracle
@pytest.mark.parametrize("gap", [None, float("nan")])
def test_gaps_are_nan(gap):
    import pandas
    import polars

    net = MLP([Dense(np.eye(2))], inputs=["a", "b"])
    columns = {"b": [1.0, gap], "a": [True, None]}
    right = [[1.0, 1.0], [np.nan, np.nan]]
    np.testing.assert_array_equal(
        net(pandas.DataFrame(columns).astype({"a": "boolean", "b": "Float64"})), right
    )
    np.testing.assert_array_equal(net(pandas.DataFrame(columns)), right)
    np.testing.assert_array_equal(net(polars.DataFrame(columns)), right)
    np.testing.assert_array_equal(net([[1.0, 1.0], [None, None]]), right)


def test_integers_beyond_float64_are_rounded_once():
    import pandas

    net = MLP([Dense(np.eye(2))], inputs=["a", "b"])
    large = 2**63 + 2**10 + 1
    found = net(pandas.DataFrame({"a": np.array([large], np.uint64), "b": [-1]}))
    np.testing.assert_array_equal(found, [[float(large), -1.0]])


def test_a_wrong_number_is_refused_with_its_place():
    import pandas

    named = network(inputs=NAMES)
    with pytest.raises(InputError, match="x, column 'b', entry 3 holds 'x'; expected a real number"):
        named(_frame("pandas").astype({"b": object}).where(np.arange(36).reshape(12, 3) != 7, "x"))
    with pytest.raises(
        InputError, match=r"x, row 1, column 3 holds '1e400', a Decimal|x, row 1, column 3 holds"
    ):
        named(np.array([[1, 2, 10**400]], object))
    with pytest.raises(InputError, match=r"x, column 'c' holds datetime64\S* values; expected real numbers"):
        named(_frame("pandas").assign(c=pandas.Timestamp("2020-01-01")))


@pytest.mark.oracle
def test_a_lazy_frame_is_refused_with_the_fix():
    lazy = _polars(X).lazy()
    with pytest.raises(InputError, match=r"x is a LazyFrame; .*; give its collect\(\)"):
        network(inputs=NAMES)(lazy)


def test_names_are_quoted_in_one_line():
    import pandas

    named = network(inputs=["a", "b", "\x1b[2J\n" + "c" * 500])
    with pytest.raises(InputError) as refusal:
        named(pandas.DataFrame(X, columns=NAMES))
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("package", ["sklearn.neural_network", "multilayer.estimators"])
@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_a_fitted_model_is_diagnosed_by_its_names(package, kind):
    frame = _frame("pandas")
    y = (X[:, 1] > 1).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = getattr(importlib.import_module(package), kind)(
            hidden_layer_sizes=(4,), max_iter=5, random_state=0
        )
        model.fit(frame, y)
    assert from_model(model).input_names == tuple(NAMES)
    right = diagnose(model, frame, y, baseline=False).evidence
    shuffled = frame.assign(row="x")[["row", "c", "a", "b"]]
    found = diagnose(model, shuffled, y, baseline=False).evidence
    np.testing.assert_array_equal(found.inputs.mean, right.inputs.mean)
    assert found.outputs.score == right.outputs.score
    assert found.outputs.score == pytest.approx(model.score(frame, y))
    with pytest.raises(InputError, match="no column is called 'b', an input of the network"):
        diagnose(model, frame[["a", "c"]], y)
    np.testing.assert_array_equal(from_model(model)(shuffled), from_model(model)(X))


def test_batches_of_frames():
    named = network(inputs=NAMES)
    options = {"loss": "squared", "epochs": 2, "rng": 0, "progress": False}
    y = X[:, :1] / 4

    def batches(frame):
        return [(frame[rows], y[rows]) for rows in (slice(0, 6), slice(6, 12))]

    right = fit(named, batches(X), **options).network
    assert fit(named, batches(_frame("pandas", columns=["b", "c", "a"])), **options).network == right
    with pytest.raises(InputError, match="y is missing"):
        fit(named, _frame("pandas"), **options)


def test_wanted_outputs_by_the_names_of_the_classes():
    import pandas

    net = initialize((3, 3), (), "softmax", classes=["x", "y", 7], rng=0)
    labels = ["y", 7, "x", "x"]
    one_hot = pandas.get_dummies(pandas.Series(labels, dtype=object))
    assert list(one_hot.columns) != list(net.classes)
    found = targets(net, categorical_cross_entropy, one_hot)
    assert (
        found.argmax(axis=1).tolist()
        == targets(net, categorical_cross_entropy, labels).tolist()
        == [1, 2, 0, 0]
    )
    with pytest.raises(InputError, match="y: no column is called 'y', a class of the network"):
        targets(net, categorical_cross_entropy, one_hot.rename(columns={"y": "z"}))
    column = pandas.DataFrame({"label": labels})
    assert targets(net, categorical_cross_entropy, column).tolist() == [1, 2, 0, 0]
