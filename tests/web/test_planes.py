"""Gates and planes: lines, classes, and what the first layer makes of the rows."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import InputError, separability
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, Session, State
from multilayer.web.views.planes import PlanesRequest, SeparableRequest, planes, separable


def opened(name):
    return Session(PRESETS[name].make())


@pytest.mark.parametrize("name", ["and", "or", "nand", "gates"])
def test_gates_are_right(name):
    session = opened(name)
    found = planes(session, PlanesRequest())
    assert found.right == 4
    assert found.answers == found.targets
    assert found.answers == [str(each) for each in session.state.network.classify(session.state.rows.X)]


def test_xor_breaks_in_two_rows_where_the_bias_of_nand_is_turned():
    session = opened("gates")
    session.change_network(lambda net: net.with_layer(1, b=[-3.0, -1.0]))
    found = planes(session, PlanesRequest())
    assert [point.right for point in found.inputs.points] == [True, False, False, True]
    assert found.right == 2


@given(
    st.tuples(*[st.floats(-3, 3, allow_subnormal=False).map(lambda w: round(w, 3))] * 3),
    st.integers(2, 5),
    st.integers(0, 2**32),
)
def test_a_line_is_where_the_weighted_sum_is_zero(numbers, inputs, seed):
    w, v, b = numbers
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((20, inputs))
    W = rng.standard_normal((inputs, 1))
    W[:2, 0] = w, v
    net = MLP([Dense(W, [b], "tanh")])
    found = planes(Session(State(net, Rows(X))), PlanesRequest()).inputs
    (line,) = found.lines
    means = X.mean(axis=0)
    if line.ends is None and not (w or v):
        return
    if line.ends is None:
        corners = np.array(
            [[x, y] for x in (found.low[0], found.high[0]) for y in (found.low[1], found.high[1])]
        )
        rest = means[2:] @ W[2:, 0] + b
        signs = np.sign(corners @ [w, v] + rest)
        assert abs(signs.sum()) >= 3  # at most one corner is touched
        return
    for end in line.ends:
        a = np.concatenate([end, means[2:]]) @ W[:, 0] + b
        assert abs(a) <= 1e-9 * (1 + np.abs(W).sum() * (1 + np.abs(X).max()))
        assert all(
            low - 1e-9 <= each <= high + 1e-9
            for each, low, high in zip(end, found.low, found.high, strict=True)
        )
    foot, tip, number = (np.concatenate([place, means[2:]]) @ W[:, 0] + b for place in line.mark)
    assert abs(foot) <= 1e-9 * (1 + np.abs(W).sum() * (1 + np.abs(X).max()))
    assert foot < tip < number


def test_numbers_of_lines_stand_apart():
    net = initialize((2, 8, 1), "tanh", "sigmoid", dtype=float, rng=0)  # all lines go through the origin
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 2))
    found = planes(Session(State(net, Rows(X))), PlanesRequest()).inputs
    low, high = np.array(found.low), np.array(found.high)
    numbers = (np.array([line.mark[2] for line in found.lines]) - low) / (high - low)
    assert ((numbers > 0) & (numbers < 1)).all()
    gaps = [math.dist(*pair) for pair in itertools.combinations(numbers, 2)]
    assert min(gaps) > 0.08


def test_separable_is_said_as_by_the_function_of_that_name():
    session = opened("gates")
    state = session.state
    assert separable(session, SeparableRequest()).text == str(separability(state.rows.X, state.rows.y))
    hidden = state.network.trace(state.rows.X)[0].z
    expected = str(separability(hidden, state.rows.y)).replace("x1", "z_1").replace("x2", "z_2")
    assert separable(session, SeparableRequest("z")).text == expected
    assert [separable(session, SeparableRequest(of)).separable for of in "xz"] == [False, True]


def test_wide_and_odd_networks():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((700, 30))
    net = initialize((30, 50, 4), "relu", "softmax", dtype=float, rng=0, classes=list("abcd"))
    y = np.array(list("abcd"))[rng.integers(0, 4, 700)]
    found = planes(Session(State(net, Rows(X, y))), PlanesRequest((3, 29), (0, 49)))
    assert len(found.inputs.points) == 500
    assert len(found.inputs.lines) == 24
    assert found.classes == list("abcd")
    assert found.after.axes == ("z_1(1)", "z_50(1)")
    one = MLP([Dense([[2.0]], [0.5], "sigmoid")])
    alone = planes(
        Session(State(one, Rows(np.array([[1.0], [-1.0]]), np.array([0.5, 0.25])))), PlanesRequest()
    )
    assert (alone.targets, alone.right, alone.after, alone.inputs.lines) == (None, None, None, [])


def test_what_cannot_be_asked_is_refused():
    session = opened("gates")
    with pytest.raises(InputError, match="there is no number 3; there are 2"):
        planes(session, PlanesRequest((0, 2)))
    with pytest.raises(InputError, match="give each row its class"):
        separable(opened("seed"), SeparableRequest())
