import warnings

import numpy as np
import pytest
from sklearn import neural_network as theirs
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PolynomialFeatures, RobustScaler, StandardScaler

from multilayer import InputError, from_model
from multilayer.estimators import MLPClassifier, MLPRegressor
from multilayer.interop.scikit_learn import metric_of, targets_of

X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])


def _fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they need not converge
        return model.fit(X, y)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("package", [theirs.MLPClassifier, MLPClassifier])
def test_classes(package, activation):
    model = _fitted(package((7, 5), activation, max_iter=20, random_state=0), X, NAMES[y])
    network = from_model(model)
    np.testing.assert_allclose(network(X), model.predict_proba(X), rtol=1e-12)
    assert np.array_equal(network.classify(X), model.predict(X))


def test_two_classes():
    model = _fitted(theirs.MLPClassifier((7,), max_iter=20, random_state=0), X[:100], NAMES[y[:100]])
    network = from_model(model)
    assert network.classes == ("setosa", "versicolor")
    np.testing.assert_allclose(network(X[:100])[:, 0], model.predict_proba(X[:100])[:, 1], rtol=1e-12)
    assert np.array_equal(network.classify(X[:100]), model.predict(X[:100]))


def test_labels_of_several_kinds_at_once():
    X, y = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    model = _fitted(theirs.MLPClassifier((7,), max_iter=20, random_state=0), X, y)
    network = from_model(model)
    assert network.classes is None
    np.testing.assert_allclose(network(X), model.predict_proba(X), rtol=1e-12)


@pytest.mark.parametrize("kind", ["binary", "several classes", "several labels", "numbers"])
def test_metric_and_targets_score_as_the_model_does(kind):
    rows, targets = {
        "binary": (X[:100], NAMES[y[:100]]),
        "several classes": (X, NAMES[y]),
        "several labels": make_multilabel_classification(60, 5, n_classes=3, random_state=0),
        "numbers": (X[:, :2], X[:, 2]),
    }[kind]
    model = theirs.MLPRegressor if kind == "numbers" else theirs.MLPClassifier
    model = _fitted(model(hidden_layer_sizes=(7,), max_iter=20, random_state=0), rows, targets)
    score = metric_of(model).function(targets_of(model, targets), from_model(model)(rows), None)
    assert score == pytest.approx(model.score(rows, targets), abs=1e-12)


@pytest.mark.parametrize("targets", [X[:, 3], X[:, 2:]])
@pytest.mark.parametrize("package", [theirs.MLPRegressor, MLPRegressor])
def test_numbers(package, targets):
    model = _fitted(package(hidden_layer_sizes=(7,), max_iter=20, random_state=0), X, targets)
    wanted = model.predict(X).reshape(len(X), -1)
    np.testing.assert_allclose(from_model(model)(X), wanted, rtol=1e-12, atol=1e-14)


def test_float32_stays():
    model = _fitted(theirs.MLPClassifier((7,), max_iter=5, random_state=0), X.astype(np.float32), y)
    assert from_model(model).dtype == np.float32


def test_names_of_the_inputs():
    import pandas

    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = _fitted(theirs.MLPClassifier((7,), max_iter=5, random_state=0), frame, y)
    assert from_model(model).input_names == ("a", "b", "c", "d")


def test_weights_that_were_replaced():
    model = _fitted(MLPClassifier((7,), max_iter=5, random_state=0), X, y)
    model.coefs_[0] = 2 * model.coefs_[0]
    np.testing.assert_allclose(from_model(model)(X), model.predict_proba(X), rtol=1e-12)


def test_refuses_what_is_not_fitted():
    with pytest.raises(InputError, match="this MLPClassifier is not fitted"):
        from_model(theirs.MLPClassifier())


def test_refuses_an_own_estimator_that_is_not_fitted():
    with pytest.raises(InputError, match="this MLPRegressor is not fitted"):
        from_model(MLPRegressor())


SCALERS = {
    "standard": [StandardScaler()],
    "standard, no mean": [StandardScaler(with_mean=False)],
    "standard, no spread": [StandardScaler(with_std=False)],
    "min and max": [MinMaxScaler((-1, 1))],
    "largest": [MaxAbsScaler()],
    "robust": [RobustScaler()],
    "robust, no centre": [RobustScaler(with_centering=False)],
    "several": [RobustScaler(with_scaling=False), MinMaxScaler(), "passthrough", StandardScaler()],
    "none": ["passthrough"],
}
RAW = 5.0 * X + 20.0


@pytest.mark.parametrize("scalers", SCALERS.values(), ids=SCALERS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("package", [theirs.MLPClassifier, MLPClassifier])
def test_scalers_of_a_pipeline_become_part_of_the_first_layer(package, kind, scalers):
    samples = RAW.astype(kind)
    pipeline = make_pipeline(*scalers, package((6,), max_iter=20, random_state=0))
    _fitted(pipeline, samples, NAMES[y])
    network = from_model(pipeline)
    assert (network.dtype, network.widths, network.classes) == (kind, (4, 6, 3), tuple(NAMES))
    tolerance = 1e-12 if kind == np.float64 else 2e-4
    np.testing.assert_allclose(
        network(samples), pipeline.predict_proba(samples), rtol=tolerance, atol=tolerance
    )


def test_names_of_a_pipelines_inputs():
    import pandas

    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    pipeline = make_pipeline(StandardScaler(), theirs.MLPClassifier((7,), max_iter=5, random_state=0))
    assert from_model(_fitted(pipeline, frame, y)).input_names == ("a", "b", "c", "d")


class OwnScaler(StandardScaler):
    def transform(self, X, copy=None):
        """Do something else."""
        return super().transform(X) ** 3


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            PolynomialFeatures(),
            r"step polynomialfeatures \(PolynomialFeatures\): it is not a scaling .* pipeline\[-1\]",
        ),
        (OwnScaler(), r"step ownscaler \(OwnScaler\): it is not a scaling of columns, as a layer can do"),
        (MinMaxScaler(clip=True), r"step minmaxscaler \(MinMaxScaler\): it clips what is out of range"),
    ],
)
def test_refuses_steps_that_no_layer_can_do(step, message):
    pipeline = _fitted(make_pipeline(step, theirs.MLPClassifier((3,), max_iter=3, random_state=0)), X, y)
    with pytest.raises(InputError, match=message):
        from_model(pipeline)
    assert from_model(pipeline[-1]).widths[1:] == (3, 3)


def test_refuses_a_pipeline_that_is_not_fitted():
    fitted = _fitted(theirs.MLPClassifier((3,), max_iter=3, random_state=0), X, y)
    with pytest.raises(InputError, match=r"step standardscaler \(StandardScaler\): it is not fitted"):
        from_model(make_pipeline(StandardScaler(), fitted))
    with pytest.raises(InputError, match="this MLPClassifier is not fitted"):
        from_model(make_pipeline(StandardScaler(), theirs.MLPClassifier()))
    with pytest.raises(InputError, match="this Pipeline has no steps"):
        from_model(Pipeline([]))


def test_refuses_a_scaler_that_folding_would_lose_digits_of():
    far = X + np.float64(1.7e9)
    pipeline = _fitted(
        make_pipeline(StandardScaler(), theirs.MLPClassifier((3,), max_iter=3, random_state=0)), far, y
    )
    with pytest.raises(
        InputError, match=r"the mean of column \d is .* standard deviations from 0; .* half of its"
    ):
        from_model(pipeline)


def test_the_network_that_a_search_has_found():
    pipeline = make_pipeline(StandardScaler(), theirs.MLPClassifier((3,), max_iter=3, random_state=0))
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.1, 0.01]}, cv=2)
    with pytest.raises(InputError, match="this GridSearchCV has no best_estimator_; fit it with refit=True"):
        from_model(search)
    assert from_model(_fitted(search, X, y)) == from_model(search.best_estimator_)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler((-1, 1)), RobustScaler(), None])
def test_scaled_targets_become_part_of_the_last_layer(scaler):
    regressor = make_pipeline(
        StandardScaler(), theirs.MLPRegressor(hidden_layer_sizes=(5,), max_iter=9, random_state=0)
    )
    model = _fitted(TransformedTargetRegressor(regressor, transformer=scaler), X[:, :3], 100 + 7 * X[:, 3])
    network = from_model(model)
    np.testing.assert_allclose(network(X[:, :3])[:, 0], model.predict(X[:, :3]), rtol=1e-12, atol=1e-12)


def test_logarithms_of_targets_become_an_exponential_output():
    inner = theirs.MLPRegressor(hidden_layer_sizes=(5,), max_iter=9, random_state=0)
    model = _fitted(TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp), X, X[:, 0])
    np.testing.assert_allclose(from_model(model)(X)[:, 0], model.predict(X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("frozen", [False, True])
def test_a_temperature_is_part_of_the_last_layer(classes, frozen):
    inner = theirs.MLPClassifier(hidden_layer_sizes=(5,), max_iter=9, random_state=0)
    rows = y < classes
    if frozen:
        inner = FrozenEstimator(_fitted(inner, X[rows], NAMES[y[rows]]))
    calibrated = CalibratedClassifierCV(inner, method="temperature", cv=2, ensemble=False)
    model = _fitted(calibrated, X[rows], NAMES[y[rows]])
    network = from_model(model)
    found = network(X) if classes == 3 else np.hstack([1 - network(X), network(X)])
    np.testing.assert_allclose(found, model.predict_proba(X), rtol=1e-9)
    np.testing.assert_array_equal(network.classify(X), model.predict(X))


def test_several_temperatures_are_no_network():
    inner = theirs.MLPClassifier(hidden_layer_sizes=(5,), max_iter=9, random_state=0)
    model = _fitted(CalibratedClassifierCV(inner, method="temperature", cv=2), X, y)
    with pytest.raises(
        InputError, match=r"the mean of 2 networks; multilayer\.exchange\.read makes it a model"
    ):
        from_model(model)


def test_refuses_other_transformed_targets():
    inner = theirs.MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=0)
    model = _fitted(TransformedTargetRegressor(inner, func=np.sqrt, inverse_func=np.square), X, X[:, 0])
    with pytest.raises(InputError, match=r"function of its own; give model\.regressor_, with"):
        from_model(model)
    assert from_model(model.regressor_).widths == (4, 3, 1)
