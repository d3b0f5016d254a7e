"""Targets and weights in every type, layout and container, and sparse samples: the numbers of a plain copy."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import InputError, diagnose, fit, initialize
from tests.inputs.arrays import FRAMES, KINDS, LAYOUTS, NO_NUMBERS, SEQUENCES, X, by_package
from tests.inputs.entry_points import flat, network

Y = X[:, 1:]
WEIGHTS = X[:, 2] + 1
OPTIONS = {"epochs": 2, "batch_size": 5, "rng": 0, "progress": False}
NET = initialize((3, 4, 3), "tanh", rng=0)
CLASSIFIER = initialize((3, 4, 4), "tanh", "softmax", rng=0)

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")


def _weights(trained) -> np.ndarray:
    return flat(*(array for layer in trained.network.layers for array in (layer.W, layer.b)))


def _fit(y, **options):
    return _weights(fit(NET, X, y, loss="squared", **(OPTIONS | options)))


def _classified(y, **options):
    loss = "categorical_cross_entropy"
    return _weights(fit(CLASSIFIER, X, y, loss=loss, **(OPTIONS | options)))


def _diagnosed(y):
    return flat(diagnose(NET, X, y, "squared", baseline=False).evidence.outputs.loss)


OF_MATRICES = {"fit": _fit, "diagnose": _diagnosed}
OF_LISTS = {
    "class numbers": _classified,
    "sample_weight": lambda weight: _fit(X, sample_weight=weight),
    "validation": lambda y: _classified(X[:, 2], validation=(X, y)),
}


@pytest.mark.parametrize("entry", OF_MATRICES)
def test_targets_of_several_outputs(entry):
    right = OF_MATRICES[entry](X)
    for kind in KINDS:
        np.testing.assert_array_equal(OF_MATRICES[entry](X.astype(kind)), right, kind)
    for name, layout in {**LAYOUTS, **SEQUENCES}.items():
        np.testing.assert_array_equal(OF_MATRICES[entry](layout(X)), right, name)


@pytest.mark.parametrize("entry", OF_MATRICES)
@pytest.mark.parametrize("frame", by_package(FRAMES))
def test_targets_of_several_outputs_in_frames(entry, frame):
    _, make = FRAMES[frame]
    np.testing.assert_array_equal(OF_MATRICES[entry](make(X)), OF_MATRICES[entry](X))


@pytest.mark.parametrize("entry", OF_LISTS)
def test_a_number_per_sample(entry):
    right = OF_LISTS[entry](X[:, 2] + 0.0)
    for kind in KINDS:
        np.testing.assert_array_equal(OF_LISTS[entry](X[:, 2].astype(kind)), right, kind)
    for name, layout in LAYOUTS.items():
        if name != "matrix":
            np.testing.assert_array_equal(OF_LISTS[entry](layout(X)[:, 2]), right, name)
    off_by_one = LAYOUTS["off by one"]
    for kind in ("f8", "i8"):
        np.testing.assert_array_equal(OF_LISTS[entry](off_by_one(X[:, 2:].astype(kind))[:, 0]), right)
    import pandas

    for kind in ("int8", "Int64", "Float64", "float32", "object", "category"):
        np.testing.assert_array_equal(OF_LISTS[entry](pandas.Series(X[:, 2]).astype(kind)), right, kind)


@pytest.mark.oracle
@pytest.mark.parametrize("entry", OF_LISTS)
def test_a_series_of_dask(entry):
    import pandas
    from dask import dataframe as frames

    series = frames.from_pandas(pandas.Series(X[:, 2]), npartitions=2)
    np.testing.assert_array_equal(OF_LISTS[entry](series), OF_LISTS[entry](X[:, 2]))


@pytest.mark.oracle
def test_labels_in_a_series_of_dask():
    import pandas
    from dask import dataframe as frames

    labels = np.array(["no", "yes"])[(X[:, 1] > 1).astype(int)]
    series = frames.from_pandas(pandas.Series(labels), npartitions=2)
    options = OPTIONS | {"loss": "binary_cross_entropy"}
    net = initialize((3, 1), (), "sigmoid", classes=["no", "yes"], rng=0)
    np.testing.assert_array_equal(
        _weights(fit(net, X, series, **options)), _weights(fit(net, X, labels, **options))
    )


def test_what_is_no_labels_is_called_what_it_is():
    from scipy import sparse

    net = initialize((3, 3), (), "softmax", classes=["a", "b", "c"], rng=0)
    options = OPTIONS | {"loss": "categorical_cross_entropy"}
    with pytest.raises(InputError, match=r"y is a csr_array; .*; give its toarray\(\)"):
        fit(net, X, sparse.csr_array(np.eye(3)[X[:, 1].astype(int) % 3]), **options)
    with pytest.raises(InputError, match="y is a set; expected an array of real numbers"):
        fit(net, X, {"a", "b"}, **options)
    with pytest.raises(InputError, match="y holds text; expected real numbers"):
        fit(net, X, [["a", "b"]] * len(X), **options)


@pytest.mark.parametrize("labels", [["a", "b"], np.array(["a", "b"]), np.array(["a", "b"], object)])
def test_labels_of_a_network_without_labels_are_refused_with_what_to_do(labels):
    net = initialize((3, 2), (), "softmax", rng=0)
    y = list(labels) * (len(X) // 2) if isinstance(labels, list) else np.resize(labels, len(X))
    with pytest.raises(
        InputError, match=r"y holds text, and this network has no class labels; make it with classes="
    ):
        fit(net, X[: len(y)], y, **OPTIONS | {"loss": "categorical_cross_entropy"})


def test_class_numbers_for_a_loss_of_numbers_are_refused_with_the_loss_that_takes_them():
    net = initialize((3, 2), (), "identity", rng=0)
    with pytest.raises(
        InputError, match=r"needs \(samples, 2\); where these are class numbers, take the loss cat"
    ):
        fit(net, X, np.arange(len(X)) % 2, **OPTIONS | {"loss": "squared"})


@pytest.mark.parametrize("what", NO_NUMBERS)
def test_what_holds_no_numbers_is_refused(what):
    given = NO_NUMBERS[what](X)
    for entry in OF_MATRICES.values():
        if given is not None:  # no y is another question
            with pytest.raises(InputError):
                entry(given)
    if what != "nothing":
        with pytest.raises(InputError):
            _fit(X, sample_weight=given)


@pytest.mark.parametrize(
    "form", ["csr_array", "csc_array", "coo_array", "bsr_matrix", "dia_array", "lil_matrix"]
)
@pytest.mark.parametrize("kind", ["f8", "f4", "i4", "?", "g"])  # SciPy has none of the other byte order
def test_sparse_samples(form, kind):
    from scipy import sparse

    x = (X > 1 if kind == "?" else X).astype(kind)
    given = getattr(sparse, form)(x)
    net = network()
    options = OPTIONS | {"loss": "squared"}
    right = _weights(fit(net, x.astype(np.float64), X[:, :1], **options))
    np.testing.assert_array_equal(_weights(fit(net, given, X[:, :1], **options)), right)
    found = diagnose(net, given, X[:, :1], baseline=False).evidence.inputs.mean
    np.testing.assert_array_equal(
        found, diagnose(net, x.astype(float), X[:, :1], baseline=False).evidence.inputs.mean
    )


def test_sparse_samples_that_are_refused():
    from scipy import sparse

    with pytest.raises(InputError, match="X holds complex128 values; expected real numbers"):
        fit(network(), sparse.csr_array(X.astype(complex)), X[:, :1], loss="squared", **OPTIONS)
    with pytest.raises(
        InputError, match=r"x is a csr_array; expected an array of real numbers; give its toarray\(\)"
    ):
        network()(sparse.csr_array(X))
