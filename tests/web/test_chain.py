"""The chain of a weighted sum: partial sums as the core adds them, and formulas with numbers put in."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from multilayer import backend
from multilayer.activations import AlongAxis, PReLU, catalogue, softmax
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.web.chain import chain_of, with_numbers
from multilayer.web.session import Rows, Session, State
from multilayer.web.views import see

NATIVE = backend.info().backend == "native"


def random_state(dtype: type, seed: int) -> State:
    rng = np.random.default_rng(seed)
    net = initialize((7, 30, 4), "tanh", "sigmoid", dtype=dtype, rng=seed)
    return State(net, Rows(rng.normal(size=(3, 7)) * 10.0 ** rng.integers(-3, 3, (3, 7))))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(5))
def test_each_partial_sum_is_that_of_the_layer_cut(dtype, seed):
    session = Session(random_state(dtype, seed))
    trace = session.state.network.trace(session.state.rows.X)
    for layer, unit in ((1, 1), (1, 30), (2, 4)):
        record = trace[layer - 1]
        found = see.chain(session, see.ChainRequest(layer, unit, 2, digits=None))
        W, b, x = record.layer.W, record.layer.b, record.x[2]
        assert found.bias == str(b[unit - 1])
        for term in found.terms:
            k = term.input
            cut = Dense(W[:k], b).weighted_sums(x[:k])[unit - 1]
            assert (term.x, term.w) == (str(x[k - 1]), str(W[k - 1, unit - 1]))
            size = np.abs(x[:k]) @ np.abs(W[:k, unit - 1]) + abs(b[unit - 1])
            assert abs(float(term.sum) - float(cut)) <= 8 * np.finfo(dtype).eps * size
            if NATIVE:
                assert term.sum == str(cut)
        assert (found.a, found.z) == (str(record.a[2, unit - 1]), str(record.z[2, unit - 1]))


@pytest.mark.native
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(20))
def test_the_last_sum_is_the_cell_of_a_bit_for_bit(dtype, seed):
    session = Session(random_state(dtype, seed))
    for layer, units in ((1, 30), (2, 4)):
        for unit in range(1, units + 1):
            found = see.chain(session, see.ChainRequest(layer, unit, 1, first=99, digits=None))
            assert found.ending.startswith(f"The last sum is a({layer})[2,{unit}], bit for bit")
            assert found.gap == ""
            assert found.last == found.a == (found.terms[-1].sum if found.terms else found.last)


def test_sums_are_chained_from_the_bias():
    """An oracle in exact numbers: with integers every order gives the same."""
    rng = np.random.default_rng(3)
    W, b, x = rng.integers(-9, 9, (6, 2)), rng.integers(-9, 9, 2), rng.integers(-9, 9, 6)
    record = MLP([Dense(W, b)]).trace(x[np.newaxis])[0]
    found = chain_of(record, 0, 1, 0, None)
    running = [float(b[1] + (x[:k] * W[:k, 1]).sum()) for k in range(1, 7)]
    assert [float(term.sum) for term in found.terms] == running
    assert found.gap == ""


@pytest.mark.parametrize(("steps", "gap"), [(0, ""), (1, "1"), (3, "3")])
def test_a_sum_in_another_order_is_so_many_ulp_away(steps, gap):
    record = MLP([Dense([[0.5], [0.25]], [1.0])]).trace([[1.0, 1.0]])[0]
    elsewhere = record.a.copy()
    for _ in range(steps):
        elsewhere = np.nextafter(elsewhere, np.inf)
    found = chain_of(replace(record, a=elsewhere), 0, 0, 0, None)
    assert (found.last, found.a, found.gap) == ("1.75", str(elsewhere[0, 0]), gap)


def test_long_chains_have_a_window():
    X = np.random.default_rng(0).normal(size=(1, 100))
    session = Session(State(initialize((100, 2), rng=0), Rows(X)))
    first = see.chain(session, see.ChainRequest(1, 1))
    assert [term.input for term in first.terms] == list(range(1, 25))
    later = see.chain(session, see.ChainRequest(1, 1, first=96))
    assert [term.input for term in later.terms] == [97, 98, 99, 100]
    assert first.count == later.count == 100
    assert later.terms[-1].sum == later.last


def test_nan_and_infinity_pass_through():
    record = MLP([Dense([[1.0], [1.0]])]).trace([[np.inf, -np.inf]])[0]
    found = chain_of(record, 0, 0, 0, None)
    assert [term.sum for term in found.terms] == ["inf", "nan"]
    assert found.gap == ""


ELEMENTWISE = [each for each in catalogue if not isinstance(each, AlongAxis)]
FUNCTIONS = {
    **{name: getattr(math, name) for name in ("exp", "log", "tanh", "erf", "sqrt", "pi")},
    **{"max": max, "min": min, "abs": abs, "sign": lambda a: math.copysign(1.0, a) if a else 0.0},
}


def value_of(formula: str) -> float:
    """Compute a formula as it is written, by Python."""
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", formula).replace("^", "**").replace("·", "*")
    text = re.sub(r"(?<=[\d)]) (?=\(|(?:exp|tanh|min|max)\()", " * ", text)
    return float(eval(text, {"__builtins__": {}}, FUNCTIONS))  # noqa: S307  (the formulas are our own)


@pytest.mark.parametrize("a", [-2.5, -0.25, 0.0, 0.75, 3.0])
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda each: each.facts.name)
def test_a_formula_with_its_numbers_is_the_value(activation, a):
    found = with_numbers(activation, np.array([9.0, a]), 1, lambda number: repr(float(number)))
    assert not re.search(r"\ba\b", found)
    assert value_of(found) == pytest.approx(float(activation(np.float64(a))), rel=1e-4, abs=1e-12)


def test_softmax_names_the_other_units():
    assert with_numbers(softmax, np.array([1.0, -2.0]), 0) == "exp(1) / (exp(1) + exp(-2))"
    many = with_numbers(softmax, np.arange(9.0), 8)
    assert many == "exp(8) / (exp(0) + exp(1) + exp(2) + … + exp(8))"


def test_a_parameter_of_each_unit_is_with_numbers():
    assert (
        with_numbers(PReLU(slope=(0.1, 0.5)), np.array([-1.0, -3.0]), 1) == "(-3) if (-3) > 0 else 0.5 * (-3)"
    )
