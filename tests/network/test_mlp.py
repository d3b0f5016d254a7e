"""The forward pass, its trace, and the classes, against the seed's numbers and against mpmath."""

import copy
import pickle
import re

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import MLP, Dense, InputError
from multilayer.activations import Custom, catalogue, get, identity, leaky_relu, sigmoid
from tests import seed


def random_network(shape, activations, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return MLP(
        Dense(rng.normal(size=(n, m)).astype(dtype), rng.normal(size=m).astype(dtype), h)
        for n, m, h in zip(shape, shape[1:], activations, strict=False)
    )


def test_seed_network_gives_the_seed_outputs():
    np.testing.assert_allclose(seed.network()(seed.X), seed.Y, rtol=0, atol=1e-15)


def test_seed_shapes_are_those_of_the_tutorial():
    trace = seed.network().trace(seed.X)
    shapes = [trace[0].x.shape]
    for record in trace:
        shapes += [record.layer.W.shape, record.a.shape]
        assert record.z.shape == record.a.shape
    assert shapes == [(5, 2), (2, 4), (5, 4), (4, 3), (5, 3)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_forward_agrees_with_mpmath(dtype):
    net = random_network((3, 5, 2), [sigmoid, identity], dtype=dtype)
    x = np.random.default_rng(1).normal(size=(7, 3)).astype(dtype)
    with mpmath.workprec(200):
        for row, y in zip(x.tolist(), net(x), strict=True):
            z = mpmath.matrix([row])
            for layer, h in zip(net.layers, (lambda a: 1 / (1 + mpmath.exp(-a)), lambda a: a), strict=True):
                a = z * mpmath.matrix(layer.W.tolist()) + mpmath.matrix([layer.b.tolist()])
                z = a.apply(h)
            np.testing.assert_allclose(
                y, [float(value) for value in z], rtol=20 * np.finfo(dtype).eps, atol=20 * np.finfo(dtype).eps
            )


@pytest.mark.parametrize("activation", catalogue, ids=lambda act: act.facts.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_activation_runs_in_a_network(activation, dtype):
    net = random_network((3, 5, 2), [activation, activation], dtype=dtype)
    x = np.random.default_rng(2).normal(size=(4, 3)).astype(dtype)
    trace = net.trace(x)
    assert net(x).dtype == dtype
    assert net(x).tobytes() == trace[-1].z.tobytes()
    for record in trace:
        np.testing.assert_array_equal(record.z, activation(record.a))


def test_a_user_defined_activation_runs_in_a_network():
    mine = Custom("cube", lambda x: x**3, lambda x: 3 * x**2)
    net = random_network((3, 5, 2), [mine, identity])
    trace = net.trace(np.ones((4, 3)))
    np.testing.assert_array_equal(trace[0].z, trace[0].a ** 3)


def test_compiling_early_changes_nothing():
    net = seed.network()
    assert net.compile() is net
    assert net(seed.X).tobytes() == seed.network()(seed.X).tobytes()


def test_one_sample_is_the_row_of_many():
    net = seed.network()
    assert net(seed.X[2]).shape == (3,)
    np.testing.assert_allclose(net(seed.X[2]), net(seed.X)[2], rtol=1e-15)
    assert net.trace(seed.X[2])[0].a.shape == (4,)
    assert net(np.empty((0, 2))).shape == (0, 3)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda x: np.repeat(x, 2, axis=1)[:, ::2], np.flipud])
def test_layout_of_x_does_not_matter(layout):
    x = layout(seed.X)
    x.flags.writeable = False
    before = x.copy()
    np.testing.assert_allclose(seed.network()(x), seed.network()(np.ascontiguousarray(x)), rtol=1e-15)
    np.testing.assert_array_equal(x, before)


def test_result_has_the_dtype_of_the_network():
    net = seed.network().astype(np.float32)
    assert net.dtype == np.float32
    assert net(seed.X).dtype == np.float32
    assert net(seed.X.astype(int)).dtype == np.float32


def test_nan_and_infinity_pass_through_without_a_warning():
    y = seed.network()([[np.nan, 0], [np.inf, 0], [1e308, 1e308]])
    assert np.isnan(y[0]).all()
    assert np.isfinite(y[2]).all()


def test_classes():
    net = seed.network()
    np.testing.assert_array_equal(net.classify(seed.X), [1, 1, 1, 1, 1])
    assert net.classify(seed.X[0]) == 1
    labelled = MLP(net.layers, classes=["red", "green", "blue"])
    assert labelled.classify(seed.X).tolist() == ["green"] * 5
    assert labelled.classify(seed.X[0]) == "green"


@pytest.mark.parametrize(
    ("activation", "limit"), [("sigmoid", 0.5), ("tanh", 0.0), ("identity", 0.0), ("step", 0.0)]
)
def test_a_single_output_unit_has_a_threshold(activation, limit):
    net = MLP([Dense([[1.0]], [0.0], activation)], classes=["no", "yes"])
    assert net.classify([[-1.0], [0.0], [1.0]]).tolist() == ["no", "no", "yes"]
    assert net.classify([[-1.0], [0.0], [1.0]], threshold=limit).tolist() == ["no", "no", "yes"]
    assert net.classify([1.0]) == "yes"
    assert MLP(net.layers).classify([[1.0]], threshold=10).tolist() == [0]


def test_summary_counts_every_parameter():
    summary = seed.network().summary()
    assert [(row.weights, row.biases, row.total, row.bytes) for row in summary.layers] == [
        (8, 4, 12, 96),
        (12, 3, 15, 120),
    ]
    assert (summary.weights, summary.biases, summary.total, summary.bytes) == (20, 7, 27, 216)
    assert "sigmoid" in str(summary)
    assert "<table>" in summary._repr_html_()


def test_equality_hash_pickle_and_copy():
    net = MLP(seed.network().layers, classes=["a", "b", "c"], inputs=["x1", "x2"])
    for twin in (pickle.loads(pickle.dumps(net)), copy.copy(net), copy.deepcopy(net)):  # noqa: S301
        assert twin == net
        assert hash(twin) == hash(net)
        assert not twin.layers[0].W.flags.writeable
    assert net != seed.network()
    assert net != "net"
    assert seed.network("tanh") != seed.network()
    assert seed.network().astype(np.float32) != seed.network()


def test_weights_are_owned_and_frozen():
    W = np.ones((2, 3))
    layer = Dense(W)
    W[:] = 7
    assert layer.W.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        layer.W[0, 0] = 2
    with pytest.raises(AttributeError):
        layer.W = W


def test_reprs_say_what_it_is():
    assert repr(seed.network()) == "MLP(2-4-3, sigmoid sigmoid, float64)"
    assert (
        repr(Dense([[1, 2]], None, leaky_relu)) == "Dense(1 inputs, 2 units, LeakyReLU(slope=0.01), float64)"
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense([1, 2]), r"W has shape \(2,\); expected \(inputs, units\)"),
        (lambda: Dense(np.empty((2, 0))), r"W has shape \(2, 0\)"),
        (lambda: Dense([[1, 2], [3]]), "W has rows of different lengths"),
        (lambda: Dense([["a"]]), "W holds text; expected real numbers"),
        (lambda: Dense([[1j]]), "W holds complex128 values"),
        (lambda: Dense([[1, 2]], [1]), r"b has shape \(1,\) but W has 2 columns; expected \(2,\)"),
        (lambda: Dense([[1, 2]], [1, 2], "rleu"), "did you mean 'relu'"),
        (lambda: Dense([[1, 2]], [1, 2], "lambda"), "no activation is called 'lambda'"),
        (lambda: MLP([]), "at least one layer"),
        (lambda: MLP([1]), "layer 1 is of type int"),
        (
            lambda: MLP([Dense(np.ones((2, 5))), Dense(np.ones((4, 3)))]),
            r"layer 2: W has shape \(4, 3\) but layer 1 has 5 units; expected \(5, n\)",
        ),
        (lambda: MLP([Dense([[1.0]]), Dense(np.ones((1, 1), np.float32))]), "layer 2 is float32 but layer 1"),
        (lambda: MLP([Dense([[1, 2]])], classes=["a"]), "classes has 1 names; this network needs 2"),
        (lambda: MLP([Dense([[1, 2]])], classes=["a", "a"]), "one thing twice"),
        (lambda: MLP([Dense([[1, 2]])], inputs="x"), "sequence of strings"),
        (lambda: seed.network()([1, 2, 3]), r"x has shape \(3,\); this network takes \(2,\)"),
        (lambda: seed.network()([[1, 2], [3]]), "x has rows of different lengths"),
        (lambda: seed.network()(np.ones((2, 2, 2))), r"x has shape \(2, 2, 2\)"),
        (lambda: seed.network()([["a", "b"]]), "x holds text"),
        (lambda: seed.network().classify([np.nan, 1]), "the sample has an output that is nan"),
        (lambda: seed.network().classify([[0, 0], [np.nan, 1]]), "sample 2 has an output that is nan"),
        (lambda: seed.network().classify([0, 0], threshold=0.5), "a threshold is for a single output unit"),
        (lambda: seed.network().astype(np.float16), "dtype must be float32 or float64; got .*float16"),
        (lambda: Dense([[1, 2]], None, get("prelu", slope=[1, 2, 3])), "3 numbers but the layer has 2"),
    ],
)
def test_mistakes_are_refused_in_one_line(make, message):
    with pytest.raises(InputError, match=message) as refusal:
        make()
    assert "\n" not in str(refusal.value)


@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.integers(0, 5), st.integers(0, 2**32))
def test_trace_and_prediction_are_the_same_bits(shape, samples, entropy):
    net = random_network(shape, [sigmoid] * (len(shape) - 1), entropy)
    x = np.random.default_rng(entropy).normal(size=(samples, shape[0]))
    assert net(x).tobytes() == net.trace(x)[-1].z.tobytes()
    assert net(x).shape == (samples, shape[-1])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("predict", "net(X) has the outputs"),
        ("forward", "net(X) has the outputs"),
        ("fit", "multilayer.fit(net, X, y"),
        ("coefs_", "net.layers[0].W"),
        ("save", "multilayer.save(net, path)"),
    ],
)
def test_names_of_other_libraries_are_answered(name, said):
    net = MLP([Dense([[1.0]], [0.0], "identity")])
    assert not hasattr(net, name)
    with pytest.raises(AttributeError, match=re.escape(said)):
        getattr(net, name)


def test_a_name_that_nobody_knows_is_plainly_refused():
    net = MLP([Dense([[1.0]], [0.0], "identity")])
    with pytest.raises(AttributeError, match=r"'MLP' object has no attribute 'nothing'$"):
        net.nothing  # noqa: B018
    assert pickle.loads(pickle.dumps(net)) == net  # noqa: S301
    assert copy.deepcopy(net) == net
