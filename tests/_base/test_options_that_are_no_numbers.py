"""Types, widths and objects that an option takes; each refusal is one line."""

import math

import numpy as np
import pytest

from multilayer import InputError, initialize, initializers, optimizers, set_threads
from multilayer.diagnosis import Live
from multilayer.measure import Effort, measure
from multilayer.plots import decision_boundary
from multilayer.training import Checkpoint, EarlyStopping, Metric
from tests._base.network import NET, X, Y, training


@pytest.mark.parametrize(
    "dtype",
    [
        "int",
        int,
        np.int64,
        "float16",
        np.float16,
        "complex",
        bool,
        "float128",
        object,
        "f3",
        None,
        "U4",
        ">f4",
        3,
        [],
    ],
)
def test_a_network_is_float32_or_float64(dtype):
    for call in (lambda: initialize((2, 3, 1), rng=0, dtype=dtype), lambda: NET.astype(dtype)):
        with pytest.raises(InputError, match=r"^dtype must be float32 or float64; got ") as caught:
            call()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", ["float32", np.float32, "f4", "float64", float, np.dtype(np.float64), "d"])
def test_types_by_any_name(dtype):
    net = initialize((2, 3, 1), rng=0, dtype=dtype)
    assert net.dtype == np.dtype(dtype)
    assert all(layer.W.any() for layer in net.layers)


@pytest.mark.parametrize(
    "widths", [5, "234", None, (2,), (2, 0), (2, 1.5), (2, True), (2, "3"), (2, math.nan), {}, object]
)
def test_widths(widths):
    with pytest.raises(InputError, match=r"^widths must be at least two whole numbers above 0"):
        initialize(widths)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initialize((2, 3, 1), 5), "an activation is a name or an Activation; got int"),
        (lambda: initialize((2, 3, 1), None), "an activation is a name or an Activation; got NoneType"),
        (lambda: initialize((2, 3, 1), initializer=5), "an initializer is a name or an Initializer; got int"),
        (
            lambda: initializers.Orthogonal(gain="x"),
            "Orthogonal: gain must be a finite number, above 0; got 'x'",
        ),
        (lambda: initializers.ScikitLearn("relu"), "ScikitLearn: hidden must be an Activation"),
        (lambda: initializers.Glorot(3), "Glorot: distribution must be 'uniform' or 'normal'; got 3"),
        (
            lambda: initialize((2, 3, 1), classes=5),
            "classes must be a sequence of strings, finite numbers or booleans; got 5",
        ),
        (lambda: initialize((2, 3, 1), inputs=["x", 2]), "inputs must be a sequence of strings"),
        (lambda: EarlyStopping(monitor=3), "EarlyStopping: monitor must be a name or None; got 3"),
        (lambda: Checkpoint(3), "checkpoint must be a path or a Checkpoint; got 3"),
        (lambda: training("checkpoint")(3), "checkpoint must be a path or a Checkpoint; got 3"),
        (lambda: training("stopping")(3), "stopping must be an EarlyStopping, or None; got 3"),
        (lambda: training("clip")(3), "clip must be a ClipByNorm or ClipByValue, or None; got 3"),
        (lambda: training("optimizer")(optimizers.Adam), r"got the class Adam: write Adam\(\)"),
        (lambda: training("schedule")(3), "a schedule is a name or a Schedule; got int"),
        (
            lambda: training("dropout")("0.1"),
            "dropout must be a finite number, at least 0, below 1; got '0.1'",
        ),
        (
            lambda: training("dropout")([0.1, 0.2]),
            "dropout has 2 numbers; expected one for all, or one per hidden",
        ),
        (lambda: training("dropout")([math.nan]), "dropout must be a finite number"),
        (lambda: training("sample_weight")([[1], [2, 3]]), "sample_weight has rows of different lengths"),
        (lambda: Metric("mine", None), "Metric: expected a name and a function"),
        (lambda: Metric("mine", len, "no"), "Metric: greater_is_better must be True or False"),
        (lambda: Live(X, Y, on_finding=3), "on_finding must be a callable or None; got 3"),
        (lambda: Live(X, Y, start=3), "start must be an MLP or None; got 3"),
        (lambda: Effort(depths=(1.5,)), "Effort: depths must be a tuple of whole numbers"),
        (lambda: Effort(depths=("1",)), "Effort: depths must be a tuple of whole numbers"),
        (lambda: measure("relu", effort=3), "effort must be an Effort or None; got 3"),
        (lambda: set_threads(1.5), "n must be a number of threads"),
        (lambda: NET.with_layer(True, W=np.ones((2, 3))), "there is no layer True"),
        (lambda: decision_boundary(NET, X, inputs=3), "inputs must be two of 0 to 1; got 3"),
        (lambda: decision_boundary(NET, X, inputs=(0, 1, 1)), "inputs must be two of 0 to 1"),
        (lambda: decision_boundary(NET, X, inputs=([0], [1])), "inputs must be two of 0 to 1"),
    ],
)
def test_what_is_no_number_is_refused_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
