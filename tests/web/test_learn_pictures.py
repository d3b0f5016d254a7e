"""The pictures of a training: of its outputs, of weights and of units."""

from __future__ import annotations

import math

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, gradients
from multilayer.activations import tanh
from multilayer.network.initialized import initialize
from multilayer.web.plane import PlaneRequest, Surface
from multilayer.web.session import Rows, Session, State
from multilayer.web.views import pictures
from multilayer.web.views.pictures import HistogramRequest, WeightsRequest
from tests.web.page import texts_of
from tests.web.test_learn import session_of


def codes_of(session, request):
    found = np.frombuffer(Surface(session.state, request).codes(session.state.network), "<i2")
    size = pictures.plane(session, request).size
    return found.astype(float).reshape(size, size)


def code_of(kind, low, high, y):
    if kind == "classes":
        return 100 * int(np.argmax(y)) + int(100 * min(max(*y, 0.0), 0.99))
    level = 32767 * min(max(2 * (y[0] - low) / (high - low) - 1, -1), 1)
    return math.ceil(level) if level > 0 else math.floor(level)


@pytest.mark.parametrize("preset", ["seed", "xor", "book", "stuck", "spirals"])
@pytest.mark.parametrize("row", [None, 0])
def test_the_picture_is_the_networks_output(preset, row):
    session = session_of(preset)
    net, X = session.state.network, session.state.rows.X
    request = PlaneRequest(1, 0, row, 7)
    plane = pictures.plane(session, request)
    found = codes_of(session, request)
    across, up = np.linspace(plane.left, plane.right, 7), np.linspace(plane.bottom, plane.top, 7)
    for j, i in ((0, 0), (3, 5), (6, 1)):
        x = X.mean(axis=0) if row is None else X[row].copy()
        x[1], x[0] = across[i], up[j]
        assert abs(found[j, i] - code_of(plane.kind, plane.low, plane.high, net(x))) <= 1
    assert all(plane.left <= point.x <= plane.right for point in plane.points)


@pytest.mark.parametrize("b", [-1e-9, 0.0, 1e-9, np.nan, np.inf])
def test_the_sign_of_a_picture_is_exact(b):
    net = MLP([Dense(np.zeros((2, 1)), np.array([b]), tanh)])
    session = Session(State(net, Rows(np.eye(2), np.array([-1.0, 1.0]))))
    assert set(codes_of(session, PlaneRequest()).ravel()) == {{-1e-9: -1, 1e-9: 1, np.inf: 32767}.get(b, 0)}


def test_a_large_network_gets_a_coarse_picture():
    net = initialize((3, 700, 700, 2), "relu", "softmax", rng=0)
    session = Session(State(net, Rows(np.eye(3), np.array([0, 1, 1]))))
    plane = pictures.plane(session, PlaneRequest())
    assert plane.size < 25
    assert codes_of(session, PlaneRequest()).size == plane.size**2
    assert (plane.kind, plane.names) == ("classes", ["class 0", "class 1"])


def test_a_plane_of_an_input_that_is_not_there():
    with pytest.raises(InputError, match="there is no input 3; the network has 2"):
        pictures.plane(session_of(), PlaneRequest(0, 2))


def test_histograms_count_every_number():
    session = session_of()
    state = session.state
    found = pictures.hist(session, HistogramRequest(None))
    expected = gradients(state.network, state.rows.X, state.rows.y, "binary_cross_entropy")
    for bars, record, gradient in zip(found, expected.trace, expected, strict=True):
        assert sum(bars.z.counts) == record.z.size
        assert sum(bars.gradient.counts) == np.count_nonzero(gradient.dW)
        assert float(bars.root_mean_square) == np.sqrt(np.mean(gradient.dW**2))
        assert float(bars.z.high) == record.z.max()
    assert [bars.gradient for bars in pictures.hist(session_of("seed"), HistogramRequest())] == [None, None]


def test_weights_are_cells():
    session = session_of()
    cells = {}
    for block in pictures.weights(session, WeightsRequest()):
        cells |= texts_of(block)
    net = session.state.network
    assert cells["W(1)[2,3]"] == f"{net.layers[0].W[1, 2]:.6g}"
    assert cells["b(2)[1]"] == f"{net.layers[1].b[0]:.6g}"
    assert len(cells) == 33
