"""The forward pass gives the same bits however it is called, and they are those of the chain it promises."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import MLP, Dense, InputError, backend, threads
from multilayer.activations import Activation, PReLU, catalogue
from tests.backend.chains import weighted_sums
from tests.backend.networks import BATCHES, KINDS, WIDTHS, digest, network, program, same_bits, samples

pytestmark = pytest.mark.native


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_weighted_sums_are_the_promised_chain(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    rows, inputs, units = (data.draw(st.integers(1, most)) for most in (8, 9, 20))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    scale = 2.0 ** rng.integers(-60, 60, (3, 1))
    x = (scale[0] * rng.standard_normal((rows, inputs))).astype(kind)
    W = (scale[1] * rng.standard_normal((inputs, units))).astype(kind)
    b = (scale[2] * rng.standard_normal(units)).astype(kind)
    assert same_bits(backend.affine(W, b)(x), weighted_sums(x, W, b))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_close_to_extended_precision(widths: tuple[int, ...], kind: Any) -> None:
    net = network(widths, kind, ("identity",))
    x = samples(25, net)
    exact, size = x.astype(np.longdouble), np.abs(x.astype(np.longdouble))
    for layer in net.layers:
        exact = exact @ layer.W.astype(np.longdouble) + layer.b
        size = size @ np.abs(layer.W) + np.abs(layer.b)
    # Each sum of n terms is off by n roundings of the sum of their sizes at most.
    assert np.all(np.abs(net(x) - exact) <= sum(widths) * np.finfo(kind).eps * size)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_a_row_alone_is_the_row_in_any_batch(widths: tuple[int, ...], kind: Any) -> None:
    net = network(widths, kind)
    x = samples(max(BATCHES), net)
    y = net(x)
    for rows in BATCHES:
        assert same_bits(net(x[:rows]), y[:rows])
        assert same_bits(net(x[-rows:]), y[-rows:])
    for i in range(0, len(x), 37):
        assert same_bits(net(x[i]), y[i])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_row_at_any_place(data: st.DataObject) -> None:
    widths = tuple(data.draw(st.lists(st.integers(1, 70), min_size=2, max_size=4)))
    net = network(widths, data.draw(st.sampled_from(KINDS)), seed=data.draw(st.integers(0, 99)))
    x = samples(data.draw(st.integers(1, 60)), net)
    order = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(len(x))
    assert same_bits(net(x[order]), net(x)[order])
    assert same_bits(np.array([net(row) for row in x]), net(x))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_any_layout(widths: tuple[int, ...], kind: Any) -> None:
    net = network(widths, kind)
    for rows in (1, 5, 40, 500):
        x = samples(rows, net)
        y = net(x)
        unaligned = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(kind).reshape(x.shape)
        record = np.zeros(x.shape, [("skip", np.int8), ("x", kind)])
        record["x"] = x
        x.flags.writeable = False
        layouts = [
            np.asfortranarray(x),
            np.repeat(x, 3, axis=0)[1::3],
            np.repeat(x, 2, axis=1)[:, ::2],
            x[::-1].copy()[::-1],
            np.ascontiguousarray(x[:, ::-1])[:, ::-1],
            x.astype(x.dtype.newbyteorder()),
            unaligned,
            record["x"],
        ]
        for layout in layouts:
            assert np.array_equal(layout, x)
            assert same_bits(net(layout), y)
        assert same_bits(net(x.tolist()), y)
    one = samples(1, net)
    assert same_bits(net(np.broadcast_to(one, (30, widths[0]))), np.broadcast_to(net(one), (30, widths[-1])))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 7, 300])
@pytest.mark.parametrize("activation", catalogue, ids=repr)
def test_the_network_and_its_trace_agree(activation: Activation, rows: int, kind: Any) -> None:
    net = network((9, 35, 22, 5), kind, (activation,))
    x = 3 * samples(rows, net)
    trace = net.trace(x)
    assert same_bits(net(x), trace[-1].z)
    for record in trace:
        assert same_bits(record.a, backend.affine(record.layer.W, record.layer.b)(record.x))


@pytest.mark.parametrize("widths", [(9, 35, 1, 22), (300, 400, 350, 5)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_parameter_per_unit(widths: tuple[int, ...], kind: Any) -> None:
    net = network(widths, kind)
    rng = np.random.default_rng(3)
    net = MLP(Dense(layer.W, layer.b, PReLU(rng.standard_normal(layer.units))) for layer in net.layers)
    x = samples(150, net)
    trace = net.trace(x)
    y = net(x)
    assert same_bits(y, trace[-1].z)
    for record in trace:
        slope = record.layer.activation.parameters[0]
        assert same_bits(record.z, np.where(record.a < 0, slope * record.a, record.a).astype(kind))
    for n in (1, 2, 3):
        with threads(n):
            assert all(same_bits(net(x[:rows]), y[:rows]) for rows in (1, 2, 7, 65, 150))


def test_values_that_are_not_finite_stay_in_their_rows() -> None:
    net = network((20, 30, 10), np.float32, ("identity",))
    x = samples(9, net)
    y = net(x)
    x[4, 3], x[6, 0] = np.nan, np.inf
    assert np.isnan(net(x)[4]).all()
    others = [0, 1, 2, 3, 5, 7, 8]
    assert same_bits(net(x)[others], y[others])


def test_other_types_are_taken_in_the_type_of_the_network() -> None:
    net = network((3, 4, 2), np.float32)
    for kind in ("?", "i1", "u8", "f2", "f8", "g"):
        x = np.arange(6).reshape(2, 3).astype(kind)
        assert same_bits(net(x), net(x.astype(np.float32)))
    assert np.isfinite(net([1e300, 0, 1])).all()
    for wrong in ([1j, 0, 0], ["a", "b", "c"], [1, 2], [[[1, 2, 3]]], 1.0):
        with pytest.raises(InputError):
            net(wrong)


def test_no_rows() -> None:
    net = network((3, 4, 2), np.float64)
    assert net(np.empty((0, 3))).shape == (0, 2)


@pytest.mark.slow
def test_the_last_bit_does_not_depend_on_the_level() -> None:
    from multilayer.backend import _core

    code = "from tests.backend.networks import digest; print(digest())"
    digests = {program(code, MULTILAYER_CPU=level) for level in _core.levels()}
    assert digests == {f"{digest()}\n"}


def test_a_network_that_was_run_is_pickled_as_any_other() -> None:
    net = network((5, 6, 2), np.float64)
    x = samples(4, net)
    y = net(x)
    assert same_bits(pickle.loads(pickle.dumps(net))(x), y)  # noqa: S301


def test_the_core_refuses_what_is_no_network() -> None:
    from multilayer.backend._core import Network

    W, b = np.ones((2, 3)), np.zeros(3)
    for layers in (
        [],
        [(W, np.zeros(2), None, ())],
        [(np.ones((0, 3)), b, None, ())],
        [(W, b, None, ()), (W, b, None, ())],
        [(W, b, "no such thing", ())],
        [(W, b, "sigmoid", (1.0,))],
        [(W, b, "prelu", ())],
        [(W, b, "prelu", (np.ones(2),))],
        [(np.ones(3), b, None, ())],
    ):
        with pytest.raises(ValueError, match=r"."):
            Network(layers)
    for layers in ([(W, b)], [3], [([[1.0]], b, None, ())], 5, [(W, b, 1, ())], [(W, b, "sigmoid", None)]):
        with pytest.raises(TypeError):
            Network(layers)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Network([(W, b, None, ())])(W, W)  # type: ignore[call-arg]
