"""Slips are named: made by the table on many networks, and by hand in NumPy; right answers raise no alarm."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import multilayer.web
from multilayer import InputError, initialize
from multilayer.web.aim import AimRequest, aim_of
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, State
from multilayer.web.slips import Work, arrays_of, check
from multilayer.web.slips.calculation import Calculation, Steps
from multilayer.web.slips.table import SLIPS
from multilayer.web.typed import typed
from tests.web.slips import answers, text_of, works
from tools.translations import python_sentences

WEB = Path(multilayer.web.__file__).parent
NETWORKS = 20


def named_right(slip, networks, digits):
    """How many wrong answers were made, and the verdicts on those that were not named."""
    rng, made, missed = np.random.default_rng(1), 0, []
    for work in works(4 * networks):
        given = answers(slip.name, work, digits, rng)
        if given is None:
            continue
        wrong, name, text = given
        verdict = check(wrong, typed(text), name)
        made += 1
        if slip.name not in verdict.slips:
            missed.append((name, text, verdict.findings))
        if made == networks:
            break
    return made, missed


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_slip_is_named(slip):
    made, missed = named_right(slip, 3, 4)
    assert made >= 2
    assert missed == []


@pytest.mark.slow
@pytest.mark.parametrize("digits", [3, 4, 8])
@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_slip_is_named_on_many_networks(slip, digits):
    made, missed = named_right(slip, NETWORKS, digits)
    assert made >= NETWORKS / 2
    assert len(missed) <= 0.05 * made, missed


@pytest.mark.parametrize("digits", [3, 5, 17])
def test_right_answers_raise_no_alarm(digits):
    for work in works(12, seed=5):
        for name, right in arrays_of(work).items():
            assert check(work, typed(text_of(right, digits)), name).right, (name, text_of(right, digits))


def test_the_calculation_without_a_slip_is_that_of_the_gradients():
    for work in works(12, seed=2):
        made = Calculation(work, Steps.of(work))
        for name, right in arrays_of(work).items():
            np.testing.assert_allclose(made[name], right, rtol=1e-10, atol=1e-14)


def book():
    return Work(aim_of(PRESETS["book"].make(), AimRequest()), 0.1)


@pytest.mark.parametrize(
    ("text", "array", "sentence"),
    [
        ("[0.6 1.33]", "a(2)", "a(1) was used where z(1) belongs"),
        ("0.3 0.7 1.1", "a(1)", "Right to the one digit given: these are the numbers of a(1)."),
        ("[0.31682708 0.69627909]", "z(3)", "Right to 8 digits: these are the numbers of z(3)."),
        ("[0.57 0.66 0.75]", "z(1)", "Right, but the last digit is cut off, where it should be rounded."),
        ("0,3 0,7 1,1", "z(1)", "the activation of layer 1 was not applied: these numbers go on with a(1)"),
        ("0.2 0.5 0.8", "a(1)", "b(1) was forgotten"),
    ],
)
def test_the_book(text, array, sentence):
    """The sums of chapter 3, by hand."""
    assert [finding.sentence for finding in check(book(), typed(text), array).findings] == [sentence]
    if "not applied" not in sentence:  # else they are the right numbers of a(1)
        found = check(book(), typed(text))
        assert (array, sentence.replace("z(3)", array)) in [
            (each.array, each.sentence) for each in found.findings
        ]


def two_layers():
    """A network with one tanh layer and squared error, over three rows, and the same in plain NumPy."""
    rng = np.random.default_rng(3)
    net = initialize((2, 3, 2), "tanh", "sigmoid", rng=2, dtype=float)
    X, y = rng.normal(size=(3, 2)).round(2), np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Work(aim_of(State(net, Rows(X, y)), AimRequest(0, 3, "squared")), 0.5), net, X, y


def by_hand(slip):
    """dW(1) of `two_layers`, with one slip, in plain NumPy."""
    _, net, X, y = two_layers()
    (W1, b1), (W2, b2) = ((layer.W, layer.b) for layer in net.layers)
    a1 = X @ W1 + b1
    z1 = np.tanh(a1)
    z2 = 1 / (1 + np.exp(-((a1 if slip == "a for z" else z1) @ W2 + b2)))
    slope2 = 1.0 if slip == "without output slope" else z2 * (1 - z2)
    dz2 = {"sign": y - z2, "half": 2 * (z2 - y)}.get(slip, z2 - y)
    da2 = dz2 * slope2 / (1 if slip == "sum for mean" else len(X))
    before = a1 if slip == "a for z" else z1
    W2 = W2 - 0.5 * before.T @ da2 if slip == "updated too early" else W2
    slopes = {
        "without hidden slope": 1.0,
        "slope at z": 1 - np.tanh(z1) ** 2,
        "slope at a": 1 - a1**2,
        "sigmoid's slope": z1 * (1 - z1),
    }
    return X.T @ (da2 @ W2.T * slopes.get(slip, 1 - z1**2))


@pytest.mark.parametrize(
    "slip",
    [
        "a for z",
        "without output slope",
        "sign",
        "half",
        "sum for mean",
        "updated too early",
        "without hidden slope",
        "slope at z",
        "slope at a",
        "sigmoid's slope",
    ],
)
def test_a_slip_by_hand_in_numpy(slip):
    work, *_ = two_layers()
    assert slip in check(work, typed(text_of(by_hand(slip), 4)), "dW(1)").slips
    assert check(work, typed(text_of(by_hand(""), 4)), "dW(1)").right


def test_transposed_and_in_float32_and_rounded_between_steps():
    work, net, X, _ = two_layers()
    dW = arrays_of(work)["dW(1)"]
    assert check(work, typed(text_of(dW.T, 5)), "dW(1)").slips == ("transposed",)
    single = net.astype(np.float32).trace(X)[1]
    assert check(work, typed(str(single.z)), "z(2)").slips == ("float32",)
    z1 = np.tanh((X @ net.layers[0].W + net.layers[0].b).round(2)).round(2)
    a2 = (z1 @ net.layers[1].W + net.layers[1].b).round(2)
    assert check(work, typed(text_of(a2, 9)), "a(2)").slips == ("rounded between steps",)
    z1 = arrays_of(work)["z(1)"]
    assert check(work, typed(text_of(z1 @ np.eye(3), 4)), "a(1)").slips == ("another array",)


def test_what_nothing_explains_is_not_guessed():
    work, *_ = two_layers()
    for name, right in arrays_of(work).items():
        wrong = right + np.random.default_rng(0).normal(1, 0.3, right.shape)
        found = check(work, typed(text_of(wrong, 5)), name)
        assert not found.right
        assert found.slips == ()
        assert "No known slip" in found.findings[0].sentence
        assert not found.fits.any()


def test_one_number_is_wrong():
    work, *_ = two_layers()
    wrong = arrays_of(work)["a(1)"].round(4)
    wrong[1, 2] += 0.5
    found = check(work, typed(text_of(wrong, 5)), "a(1)")
    assert np.argwhere(~found.fits).tolist() == [[1, 2]]
    assert found.findings[0].sentence == "No known slip explains these numbers: 1 of 9 are wrong."
    found = check(work, typed(text_of(wrong, 5)))
    assert (found.array, found.is_found) == ("a(1)", True)
    assert found.findings[0].sentence.startswith("Most of these are the numbers of a(1): 1 of 9 are wrong")
    assert not check(work, typed("1 2 3 4 5 6 7 8 9")).is_found


def test_several_slips_that_explain_are_all_named():
    work, *_ = two_layers()  # with two outputs a half is the mean over them
    found = check(work, typed(text_of(0.5 * arrays_of(work)["dz(2)"], 5)), "dz(2)")
    assert found.slips == ("half", "mean over outputs")


@pytest.mark.parametrize(
    ("text", "array", "message"),
    [
        ("1 2", "a(1)", r"a\(1\) has shape \(3, 3\) for these rows, 9 numbers; 2 were given"),
        ("1 2 3 4 5 6 7", None, "no array of this network has 7 numbers"),
        ("1 2", "q(1)", "no array 'q"),
    ],
)
def test_what_is_no_array_is_refused(text, array, message):
    work, *_ = two_layers()
    with pytest.raises(InputError, match=message):
        check(work, typed(text), array)


def test_in_a_large_network_wrong_numbers_are_marked():
    net = initialize((10, 600, 2), "tanh", "sigmoid", rng=0, dtype=float)
    work = Work(aim_of(State(net, Rows(np.ones((1, 10)))), AimRequest()), 0.1)
    a = arrays_of(work)["a(2)"]
    assert check(work, typed(text_of(a, 4)), "a(2)").right
    found = check(work, typed(text_of(a + np.array([[0.0, 1.0]]), 4)), "a(2)")
    assert found.fits.tolist() == [[True, False]]
    assert found.findings[0].sentence == "1 of 2 are wrong; beyond 5,000 weights no slips are looked for."


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_named_slip_has_advice(slip):
    work, name, text = next(
        given for work in works(80) if (given := answers(slip.name, work, 6, np.random.default_rng(1)))
    )
    found = {finding.slip: finding.advice for finding in check(work, typed(text), name).findings}
    assert found[slip.name] == slip.advice


def test_no_sentence_has_an_article_that_looks_like_a_weighted_sum():
    """The page puts its letters into these sentences: `a` is a weighted sum in all of them."""
    for path in ("slips/table.py", "slips/forward.py", "slips/backward.py", "slips/judges.py", "backward.py"):
        for sentence in python_sentences((WEB / path).read_text()):
            assert not re.search(r"\ba (?!was|belongs|grows|moves|of|and|takes)[a-z0-9]", sentence), sentence
