"""PyTorch's classifiers end in weighted sums: one rule distinguishes them from regressors."""

import numpy as np
import pytest
from scipy import special

from multilayer import InputError, diagnose, from_model, initialize
from multilayer.diagnosis import try_fixes
from tests.interop.torch_stand_in import ACTIVATIONS, Linear, Sequential, activation

X = np.random.default_rng(0).standard_normal((120, 4))
TWO = (X[:, 0] > 0).astype(int)
THREE = TWO + (X[:, 1] > 0)
ONE_HOT = np.eye(3, dtype=int)[THREE]
SEVERAL = (X[:, :3] > 0).astype(int)
WORDS = np.array(["ant", "bee", "cow"])[THREE]


def _model(units):
    return Sequential(Linear(4, 8), ACTIVATIONS[0], Linear(8, units))


def _read(units, y, loss=None):
    """Return the output activation and the loss of what was diagnosed, and its notes."""
    evidence = diagnose(_model(units), X, y, loss).evidence
    last = evidence.network.layers[-1].activation.facts.name
    return last, evidence.loss.facts.name, evidence


CLASSES = {
    "integers": (3, THREE),
    "integers of a small type": (3, THREE.astype(np.uint8)),
    "integers in a column": (3, THREE[:, np.newaxis]),
    "integers in a list": (3, THREE.tolist()),
    "some of the classes": (5, THREE),
    "whole floats": (3, THREE.astype(np.float32)),
    "bools of two outputs": (2, TWO.astype(bool)),
    "one-hot": (3, ONE_HOT),
    "one-hot floats": (3, ONE_HOT.astype(float)),
    "words": (3, WORDS),
    "words as objects": (3, WORDS.astype(object)),
    "integers as objects": (3, THREE.astype(object)),
}
YES_OR_NO = {
    "integers": (1, TWO),
    "a column of floats": (1, TWO[:, np.newaxis].astype(np.float32)),
    "floats": (1, TWO.astype(float)),
    "bools": (1, TWO.astype(bool)),
    "words": (1, np.array(["no", "yes"])[TWO]),
    "a column of words": (1, np.array([["no"], ["yes"]])[TWO]),
    "several labels at once": (3, SEVERAL),
}
NUMBERS = {
    "floats": (1, X[:, 0]),
    "counts": (1, THREE),
    "fractions": (1, np.clip(X[:, 0], 0, 1)),
    "a column": (1, X[:, :1]),
    "several columns": (3, X[:, :3]),
    "several columns of counts": (3, 2 * SEVERAL),
}


@pytest.mark.parametrize(("units", "y"), CLASSES.values(), ids=CLASSES)
def test_classes_that_exclude_each_other(units, y):
    last, loss, evidence = _read(units, y)
    assert (last, loss) == ("softmax", "categorical_cross_entropy")
    assert (
        "no loss was given, and y holds classes: outputs are taken for logits, with softmax"
        in evidence.notes[0]
    )
    sums, wanted = from_model(_model(units))(X), THREE if units > 2 else TWO
    assert evidence.outputs.score == (sums.argmax(axis=1) == wanted).mean()
    log_p = special.log_softmax(sums, axis=1)[np.arange(len(X)), wanted]
    assert evidence.outputs.loss == pytest.approx(-log_p.mean(), rel=1e-12)
    assert np.array_equal(evidence.outputs.target_counts, np.bincount(wanted, minlength=units))


@pytest.mark.parametrize(("units", "y"), YES_OR_NO.values(), ids=YES_OR_NO)
def test_answers_of_yes_or_no(units, y):
    last, loss, evidence = _read(units, y)
    assert (last, loss) == ("sigmoid", "binary_cross_entropy")
    sums, wanted = from_model(_model(units))(X), TWO[:, np.newaxis] if units == 1 else SEVERAL
    each = np.logaddexp(0.0, np.where(wanted == 1, -sums, sums)).sum(axis=1)
    assert evidence.outputs.loss == pytest.approx(each.mean(), rel=1e-12)
    if units == 1:
        assert evidence.outputs.score == ((sums > 0) == wanted).mean()


@pytest.mark.parametrize(("units", "y"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_stay_numbers(units, y):
    last, loss, evidence = _read(units, y)
    assert (last, loss) == ("identity", "squared")
    assert evidence.network == from_model(_model(units))
    assert evidence.outputs.target_counts is None


@pytest.mark.parametrize(
    ("units", "y", "loss", "last"),
    [
        (1, TWO, "squared", "identity"),
        (3, ONE_HOT, "squared", "identity"),
        (1, TWO, "absolute", "identity"),
        (1, TWO, "bce", "sigmoid"),
        (3, ONE_HOT, "bce", "sigmoid"),
        (3, SEVERAL, "bce", "sigmoid"),
        (1, np.clip(X[:, 0], 0, 1), "bce", "sigmoid"),
        (3, THREE, "cce", "softmax"),
        (3, WORDS, "cce", "softmax"),
        (3, special.softmax(X[:, :3], axis=1), "cce", "softmax"),
    ],
)
def test_a_loss_that_is_given_decides(units, y, loss, last):
    found, name, evidence = _read(units, y, loss)
    assert found == last
    assert (f"outputs are taken for logits, with {last}, as {name} was given" in evidence.notes) == (
        last != "identity"
    )


@pytest.mark.parametrize("loss", [None, "cce"])
def test_logits_are_never_an_error(loss):
    """Weights that classify without a fault, though no output lies in [0, 1]."""
    model = Sequential(Linear(4, 2))
    model._modules["0"].weight.array[:] = [[-9, 0, 0, 0], [9, 0, 0, 0]]
    model._modules["0"].bias.array[:] = [-90, -90]
    found = diagnose(model, X, TWO, loss)
    assert not found.trouble
    assert found.evidence.outputs.score == 1.0
    assert found.evidence.outputs.mismatch is None


@pytest.mark.parametrize(
    ("units", "end", "y", "wanted"),
    [
        (3, activation("Softmax", None, dim=1), WORDS, THREE),
        (3, activation("LogSoftmax", None, dim=1), WORDS[:, np.newaxis].astype(object), THREE),
        (1, activation("Sigmoid", None), np.array(["no", "yes"])[TWO], TWO),
    ],
)
def test_words_are_classes_whatever_the_model_ends_in(units, end, y, wanted):
    model = Sequential(*_model(units)._modules.values(), end)
    found, plain = diagnose(model, X, y), diagnose(model, X, wanted)
    assert found.evidence.outputs.loss == plain.evidence.outputs.loss
    assert "the labels in y are taken for the classes in sorted order" in found.evidence.notes[1]
    assert plain.evidence.notes == found.evidence.notes[:1]


def test_a_cross_entropy_of_what_relu_lets_through():
    model = Sequential(*_model(3)._modules.values(), ACTIVATIONS[0])
    for y in (THREE, WORDS):
        found = diagnose(model, X, y)
        assert found.cause.check == "wrong_output"
        assert (
            "no loss was given, and y holds classes: categorical_cross_entropy is taken"
            in found.evidence.notes
        )


def test_the_order_of_text_labels_is_noted():
    assert (
        "the labels in y are taken for the classes in sorted order: 'ant', 'bee', 'cow'"
        in _read(3, WORDS)[2].notes
    )


@pytest.mark.parametrize(
    ("units", "y", "message"),
    [
        (4, WORDS, "y holds 3 different labels, but the model has 4 classes and does not name them"),
        (1, WORDS, "y holds 3 different labels, but the model has 2 classes"),
        (2, THREE, "categorical_cross_entropy needs class numbers from 0 to 1; found 2"),
        (3, THREE + 1, "categorical_cross_entropy needs class numbers from 0 to 2; found 3"),
        (3, THREE + 1.0, "categorical_cross_entropy needs class numbers from 0 to 2; found 3"),
        (3, THREE + 0.5, r"y has shape \(120,\)"),
    ],
)
def test_classes_that_do_not_fit_are_named(units, y, message):
    with pytest.raises(InputError, match=message):
        diagnose(_model(units), X, y)


def test_networks_that_were_trained_here_end_in_what_their_loss_needs():
    network = initialize((4, 8, 1), "relu", rng=0)
    assert diagnose(network, X, TWO).evidence.network is network
    assert diagnose(network, X, TWO, "bce").cause.check == "wrong_output"


def test_fixes_are_tried_on_the_classifier():
    ranking = try_fixes(_model(3), X, THREE, seeds=1, epochs=20)
    assert ranking.metric == "accuracy"
    assert "outputs are taken for logits" in ranking.notes[0]
