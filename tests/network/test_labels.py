"""One rule for labels at every entry point: the class of each, and the refusal of those that are none."""

from __future__ import annotations

import importlib
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import MLP, Dense, InputError, diagnose, fit, from_model, gradients, initialize, load, save
from multilayer.losses import binary_cross_entropy, categorical_cross_entropy, squared
from multilayer.network.labels import array_of_labels, class_numbers, labels_of
from multilayer.training.samples import targets
from tests.network.classes import RNG, X, network

WITHOUT_NUL = st.characters(exclude_characters="\0")
"""NumPy's arrays of text drop a NUL at the end."""


@pytest.mark.parametrize(
    ("classes", "labels", "numbers"),
    [
        (("a", "b", "c"), ["c", "a", "b", "a"], [2, 0, 1, 0]),
        (("a", "b", "c"), ["c", "a"], [2, 0]),
        (("1", "2", "3"), [3, 1, 2], [2, 0, 1]),
        (("1", "2", "3"), [2, 1], [1, 0]),  # some of the labels mean what all of them mean
        (("1", "2", "3"), [3.0, 1.0], [2, 0]),
        (("1", "2", "3"), ["3", "1.0", "2e0", "+1"], [2, 0, 1, 0]),
        (("0", "1", "2"), [2, 1], [2, 1]),
        ((1, 2, 3), ["3", "1.0"], [2, 0]),
        ((1, 2, 3), [3, 1.0], [2, 0]),
        ((0.5, 1.5), ["1.5", 0.5], [1, 0]),
        (("0", "1"), [True, False], [1, 0]),
        ((False, True), [True, False, 1, 0.0], [1, 0, 1, 0]),
        ((False, True), ["True", "false", "TRUE", "1"], [1, 0, 1, 1]),
        (("False", "True"), [True, False], [1, 0]),
        (("1", "01"), ["01", "1"], [1, 0]),  # two spellings of one number: as text
        (("1", "01"), [1], [0]),
        (("yes", "true"), [True, "yes"], [1, 0]),
        (("9007199254740993", "9007199254740992"), [9007199254740992], [1]),
        ((2**70, -1), [-1, 2**70], [1, 0]),
        (("a", 7, 2.5, True), ["7", 2.5, "a", "1"], [1, 2, 0, 3]),
        (("nan", "inf", "1_0"), ["inf", "nan", "1_0"], [1, 0, 2]),
    ],
)
def test_labels_become_class_numbers(classes, labels, numbers):
    assert class_numbers(classes, np.array(labels, object)).tolist() == numbers
    assert class_numbers(
        classes, labels if len({*map(type, labels)}) == 1 else np.array(labels, object)
    ).tolist() == (numbers)


@pytest.mark.parametrize(
    ("classes", "labels", "message"),
    [
        (("a", "b", "c"), ["a", "d"], "y holds 'd', not among the classes of the network: 'a', 'b', 'c'"),
        (("a", "b"), [0, 1], "y holds 0, 1, not among the classes of the network: 'a', 'b'"),
        (("1", "2"), [0, 1, 2, 3], "y holds 0, 3, not among the classes of the network: '1', '2'"),
        (("1", "2"), [1.5, 2.0], "y holds 1.5, not among"),
        (("1", "2"), [1.0, np.nan], "y holds nan, not among"),
        (("1", "01"), [1.0], "y holds 1.0, not among"),
        (("a", "None"), np.array(["a", None], object), "y holds None, not among"),
        (("a", "b"), ["a", "A"], "y holds 'A', not among"),
        (("a", "b"), [b"a", b"b"], "y holds b'a', b'b', not among"),
        (("a", "b"), [f"{n}x" for n in range(50)], "'7x' and 42 more, not among"),
        (("a", "b"), ["\x1b[2J" + "x" * 500], r"y holds '\\x1b\[2Jx+ \.\.\. x+', not among"),
        (("a", "b"), np.array([["a"], None, "b"], object), "y holds lists or the like"),
    ],
)
def test_labels_that_are_no_classes_are_named(classes, labels, message):
    with pytest.raises(InputError, match=message) as refusal:
        class_numbers(classes, labels)
    assert str(refusal.value).isprintable()


@given(
    st.lists(
        st.text(WITHOUT_NUL, max_size=3) | st.integers(-9, 9) | st.booleans(),
        min_size=1,
        unique_by=(str, lambda v: v),
    )
)
def test_every_class_is_itself(classes):
    assert class_numbers(classes, np.array([*classes, None], object)[:-1]).tolist() == list(
        range(len(classes))
    )
    # as a file writes it
    assert class_numbers(classes, [str(label) for label in classes]).tolist() == list(range(len(classes)))


def _kinds_of_labels():
    text, numbers = np.array(["3", "1", "2", "1"]), np.array([3, 1, 2, 1])
    yield "text", text
    yield "list", text.tolist()
    yield "objects", text.astype(object)
    yield "fixed width", text.astype("U20")
    for kind in ("i1", "u2", ">i4", "<u8", ">f8", "f4", "f2", "g"):
        yield kind, numbers.astype(kind)
    yield "spread", np.repeat(numbers, 2)[::2]
    yield "off by one", np.frombuffer(b"\0" + numbers.tobytes(), "i8", offset=1)
    import pandas

    for kind in ("int64", "Int64", "float32", "Float64", "str", "category", "object"):
        yield f"pandas {kind}", pandas.Series(numbers).astype(kind)
    yield "pandas text", pandas.Series(text).astype("category")
    yield "frame", pandas.DataFrame({"y": text})


def _labels_in_polars():
    import polars

    text = polars.Series(["3", "1", "2", "1"])
    yield "polars", text
    yield "polars categories", text.cast(polars.Categorical)


@pytest.mark.parametrize(
    "kinds", [_kinds_of_labels, pytest.param(_labels_in_polars, marks=pytest.mark.oracle)]
)
def test_labels_of_every_type(kinds):
    for classes in (("1", "2", "3"), (1, 2, 3)):
        for name, labels in kinds():
            found = targets(network(classes), categorical_cross_entropy, labels)
            assert found.tolist() == [2, 0, 1, 0], name


def test_masked_labels_are_refused():
    masked = np.ma.array(["1", "2"], mask=[False, True])
    with pytest.raises(InputError, match="y has 1 masked value"):
        targets(network((1, 2, 3)), categorical_cross_entropy, masked)


def test_every_loss_takes_the_classes_of_labels():
    one_hot = [[0, 1], [1, 0]]
    several = network(("no", "yes"))
    assert targets(several, categorical_cross_entropy, ["yes", "no"]).tolist() == [1, 0]
    assert targets(several, binary_cross_entropy, ["yes", "no"]).tolist() == one_hot
    assert targets(several, squared, ["yes", "no"]).tolist() == one_hot
    single = network(("no", "yes"), "sigmoid", units=1)
    assert targets(single, binary_cross_entropy, ["yes", "no"]).tolist() == [[1], [0]]


def test_the_form_of_the_loss_stays():
    net = network(("a", "b"))
    assert targets(net, categorical_cross_entropy, [[0.25, 0.75]]).tolist() == [[0.25, 0.75]]
    assert targets(network(("a", "b"), "sigmoid", units=1), binary_cross_entropy, [[1], [0]]).tolist() == [
        [1],
        [0],
    ]
    unnamed = initialize((3, 2), (), "softmax")
    assert targets(unnamed, categorical_cross_entropy, [1, 0]).tolist() == [1, 0]


ENTRY_POINTS = {
    "fit": lambda net, y: (
        fit(net, X, y, loss="categorical_cross_entropy", epochs=2, rng=0, progress=False).network
    ),
    "validation": lambda net, y: (
        fit(
            net,
            X,
            ORDER,
            loss="categorical_cross_entropy",
            epochs=1,
            rng=0,
            progress=False,
            validation=(X, y),
        ).history.validation_loss
    ),
    "batches": lambda net, y: (
        fit(net, [(X, y)], loss="categorical_cross_entropy", epochs=2, rng=0, progress=False).network
    ),
    "gradients": lambda net, y: gradients(net, X, y, "categorical_cross_entropy")[0].dW.tolist(),
    "diagnose": lambda net, y: diagnose(net, X, y, baseline=False).evidence.outputs.confusion.tolist(),
}

ORDER = np.array(["b", "c", "a"])[RNG.integers(0, 3, 60)]


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_labels_at_every_entry_point(entry):
    named, places = network(("c", "a", "b")), {"c": 0, "a": 1, "b": 2}
    numbers = np.array([places[label] for label in ORDER])
    assert ENTRY_POINTS[entry](named, ORDER) == ENTRY_POINTS[entry](named, np.eye(3)[numbers])
    with pytest.raises(
        InputError, match="y holds 0, 1, 2, not among the classes of the network: 'c', 'a', 'b'; give"
    ):
        ENTRY_POINTS[entry](named, numbers)


def test_numbers_are_labels_where_classes_are_the_same_numbers():
    unnamed = initialize((3, 4, 3), "tanh", "softmax", rng=0)
    y = RNG.integers(0, 3, 60)
    options = {"loss": "categorical_cross_entropy", "epochs": 3, "rng": 0, "progress": False}
    plain = fit(unnamed, X, y, **options).network
    for classes in (("0", "1", "2"), (0, 1, 2)):
        assert fit(MLP(unnamed.layers, classes=classes), X, y, **options).network.layers == plain.layers


def test_the_type_of_a_label_is_kept(tmp_path):
    layers = [Dense([[1.0, -1.0]], None, "softmax")]
    for classes in (
        ("a", "b"),
        (1, 2),
        (0.5, 1.5),
        (False, True),
        (2**70, 1),
        (7, "b"),
        (-1, 2**63),
        ("a", "a\0"),
    ):
        net = MLP(layers, classes=np.array(classes, object) if classes[0] == 7 else classes)
        for path in ("net.json", "net.safetensors"):
            save(net, tmp_path / path)
            assert load(tmp_path / path) == net
            assert list(map(type, load(tmp_path / path).classes)) == list(map(type, classes))
        assert pickle.loads(pickle.dumps(net)) == net  # noqa: S301
        reported = net.classify([[1.0], [-1.0]])
        assert reported.tolist() == list(classes)
        assert list(map(type, reported.tolist())) == list(map(type, classes))
        assert type(net.classify([1.0])) is type(classes[0])
        assert net.output_names == tuple(map(str, classes))
    assert MLP(layers, classes=(1, 0)) != MLP(layers, classes=(True, False))
    assert MLP(layers, classes=(1, 0)) != MLP(layers, classes=(1.0, 0.0))
    assert MLP(layers, classes=np.array([3, 4])).classes == (3, 4)
    assert array_of_labels((1, 2)).dtype == np.int64


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ((1, 1.0), "names one thing twice: 1, 1.0"),
        ((1, True), "names one thing twice: 1, True"),
        ((1, "1"), "names one thing twice: 1, 1"),
        ((None, "a"), "strings, finite numbers or booleans"),
        ((np.nan, 1.0), "strings, finite numbers or booleans"),
        ((np.inf, 1.0), "strings, finite numbers or booleans"),
        ((1j, 1.0), "strings, finite numbers or booleans"),
        ("ab", "strings, finite numbers or booleans"),
    ],
)
def test_what_no_network_may_call_its_classes(classes, message):
    with pytest.raises(InputError, match=message):
        MLP([Dense([[1.0, 2.0]])], classes=classes)


def test_labels_of_other_models():
    assert labels_of(np.array([3, 1])) == (3, 1)
    assert labels_of(np.array(["b", "a"])) == ("b", "a")
    assert labels_of([np.float32(0.5), None]) == (0.5, "None")
    assert labels_of([1, "1"]) is None
    assert labels_of([]) is None


@pytest.mark.parametrize("package", ["sklearn.neural_network", "multilayer.estimators"])
@pytest.mark.parametrize(
    "labels",
    [
        np.array(["a", "b", "c"]),
        np.array([1, 2, 3]),
        np.array([-1, 1]),
        np.array([False, True]),
        np.array([1.0, 2.0]),
    ],
)
def test_a_fitted_classifier_predicts_its_own_labels(package, labels):
    y = labels[RNG.integers(0, len(labels), 60)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = importlib.import_module(package).MLPClassifier((4,), max_iter=5, random_state=0).fit(X, y)
    reported = from_model(model).classify(X)
    np.testing.assert_array_equal(reported, model.predict(X))
    assert reported.dtype == labels.dtype
    some = y == labels[0]
    for given_labels in (y[some], y[some].astype(object), y[some].astype(str)):
        found = diagnose(from_model(model), X[some], given_labels, baseline=False).evidence.outputs.score
        assert found == pytest.approx(model.score(X[some], y[some]))
