"""Cloned, copied, searched, piped and routed as any estimator."""

import inspect
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from sklearn import neural_network as theirs
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from multilayer import estimators as ours
from multilayer.activations import LeakyReLU, gelu
from multilayer.estimators import MLPClassifier, MLPRegressor
from tests.estimators.data import CLASSES, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
Y = CLASSES["multi-class"]


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_every_parameter_and_default_is_there(name):
    our, their = (inspect.signature(getattr(module, name)).parameters for module in (ours, theirs))
    for parameter in their.values():
        assert our[parameter.name].default == parameter.default, parameter.name
    positional = [n for n, p in their.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert [n for n, p in our.items() if p.kind is p.POSITIONAL_OR_KEYWORD] == positional
    methods = {n for n in dir(getattr(theirs, name)) if not n.startswith("_")}
    assert methods <= set(dir(getattr(ours, name)))


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_the_docstring_has_every_parameter_and_every_attribute(kind):
    text = inspect.getdoc(kind)
    parameters, attributes = text.split("Attributes\n")
    described = re.findall(r"^(\w+) : .*, default=(.*)\n    \S", parameters, re.MULTILINE)
    signature = inspect.signature(kind).parameters.values()
    assert described == [(parameter.name, repr(parameter.default)) for parameter in signature]
    assert "{" not in text.split("Examples")[0]
    fitted = kind(max_iter=2, early_stopping=True).fit(X, CLASSES["binary"] * 1)
    for name in vars(fitted).keys() | {"network_"}:
        assert not name.endswith("_") or re.search(rf"\b{name}\b", attributes), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alpha", -1),
        ("max_iter", 0),
        ("momentum", 2),
        ("batch_size", 0),
        ("verbose", "x"),
    ],
)
def test_parameters_are_refused_in_the_same_words(name, value):
    reported = []
    for kind in (MLPClassifier, theirs.MLPClassifier):
        with pytest.raises(ValueError, match=name) as error:
            kind(**{name: value}).fit(X, Y)
        reported.append((error.type, str(error.value)))
    assert reported[0] == reported[1]


BAD = {
    "nan": (np.where(X > 1, np.nan, X), Y),
    "lengths": (X, Y[:-1]),
    "no rows": (X[:0], Y[:0]),
    "one axis": (X[:, 0], Y),
    "objects": (np.full((150, 4), "a", dtype=object), Y),
    "continuous labels": (X, X[:, 0]),
    "several columns of classes": (X, np.c_[Y, Y]),
    "nan labels": (X, np.where(X[:, 0] > 1, np.nan, 1.0)),
}


@pytest.mark.parametrize(("X", "y"), BAD.values(), ids=BAD)
def test_data_are_refused_in_the_same_words(X, y):
    reported = []
    for kind in (MLPClassifier, theirs.MLPClassifier):
        with pytest.raises(ValueError) as error:  # noqa: PT011  (the text is compared)
            kind().fit(X, y)
        reported.append((error.type, str(error.value)))
    assert reported[0] == reported[1]


def test_inputs_are_never_changed():
    samples, labels = X.copy(), CLASSES["multi-label"].copy()
    for array in (samples, labels):
        array.flags.writeable = False
    model = MLPClassifier(max_iter=3).fit(samples, labels).partial_fit(samples, labels)
    model.predict(samples)
    np.testing.assert_array_equal(samples, X)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_pickle(kind, solver):
    model = kind(
        hidden_layer_sizes=(5,), activation=[LeakyReLU(0.2)], solver=solver, max_iter=5, random_state=0
    ).fit(X, CLASSES["binary"] * 1)
    weights = sum(array.nbytes for array in model.coefs_ + model.intercepts_)
    data = pickle.dumps(model)
    again = pickle.loads(data)  # noqa: S301
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.network_ == model.network_
    assert len(data) < 12_000 + 4 * weights
    if solver == "adam":
        for one in (model, again):
            one.set_params(random_state=1).partial_fit(X, CLASSES["binary"] * 1)
        assert again.network_ == model.network_


def test_clone_and_parameters():
    model = MLPClassifier((3, 3), [gelu, "tanh"], callbacks=[print], dropout=[0.1, 0.2])
    copy = sklearn.clone(model)
    assert copy.get_params() == model.get_params()
    assert "gelu" in repr(copy) or "GELU" in repr(copy)
    assert "MLPClassifier" in copy._repr_html_()


def test_grid_search_over_activations_in_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((5, 4), max_iter=10, random_state=0))
    grid = {"mlpclassifier__activation": ["tanh", gelu, [LeakyReLU(0.1), "softplus"]]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, Y)
    assert search.best_params_["mlpclassifier__activation"] in grid["mlpclassifier__activation"]
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_metadata_routing():
    weight = np.random.default_rng(0).uniform(0, 2, len(X))
    with sklearn.config_context(enable_metadata_routing=True):
        scores = [
            cross_val_score(
                kind((5,), max_iter=5, random_state=0)
                .set_fit_request(sample_weight=True)
                .set_score_request(sample_weight=True),
                X,
                Y,
                params={"sample_weight": weight},
                cv=3,
            )
            for kind in (MLPClassifier, theirs.MLPClassifier)
        ]
    np.testing.assert_allclose(*scores)


def test_set_output_is_for_transformers():
    assert not hasattr(MLPClassifier(), "set_output")
    with sklearn.config_context(transform_output="pandas"):
        model = make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=3, random_state=0)).fit(X, Y)
        assert isinstance(model.predict_proba(X), np.ndarray)


def test_without_scikit_learn_the_error_names_the_extra():
    code = "import sys; sys.modules['sklearn'] = None; import multilayer; import multilayer.estimators"
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    last = outcome.stderr.strip().splitlines()[-1]
    assert last.endswith(
        'multilayer.estimators needs scikit-learn: install it with  pip install "multilayer[sklearn]"'
    )
