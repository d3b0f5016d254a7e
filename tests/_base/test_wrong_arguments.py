"""Wrong arguments of the public functions: one line with what was expected."""

from pathlib import Path

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, activations, fit, gradients, initialize, load, save
from multilayer._base.fields import Limits
from multilayer.initializers import He
from multilayer.training import Checkpoint

X = np.linspace(-1.0, 1.0, 12).reshape(6, 2)
Y = np.array([0, 1, 0, 1, 0, 1])
NET = initialize((2, 3, 2), "relu", "softmax", rng=0)
LOSS = "cross_entropy"
SCALAR = np.array(3)
"""An array without an axis: it has `__iter__`, and cannot be iterated over."""


def fit_with(**options):
    return fit(NET, X, Y, **{"loss": LOSS, "epochs": 1, "rng": 0, **options})


REFUSED = {
    "metrics": (lambda: fit_with(metrics=SCALAR), "metrics must be names or Metrics; got ndarray"),
    "callbacks": (lambda: fit_with(callbacks=SCALAR), "callbacks, entry 1: expected a callable"),
    "widths": (lambda: initialize(SCALAR), "widths must be at least two whole numbers"),
    "classes": (lambda: initialize((2, 2), classes=SCALAR), "classes must be a sequence of strings"),
    "inputs": (lambda: initialize((2, 2), inputs=SCALAR), "inputs must be a sequence of strings"),
    "activations": (
        lambda: load("x.json", activations=SCALAR),
        "activations must be Activations of your own",
    ),
    "layers, an array": (lambda: MLP(SCALAR), "layers must be Dense layers in a list"),
    "layers, one layer": (lambda: MLP(Dense([[1.0]])), "layers must be Dense layers in a list"),
    "layers, None": (lambda: MLP(None), "layers must be Dense layers in a list; got None"),
    "layer, an array": (lambda: NET.with_layer(np.ones(2), b=[1]), "there is no layer array"),
    "layer, a half": (lambda: NET.with_layer(1.0, b=[1]), "there is no layer 1.0"),
    "distribution": (lambda: He(np.array(["normal"])), "distribution must be 'uniform' or 'normal'"),
    "backward": (
        lambda: activations.Surrogate(activations.step, "sigmoid"),
        "backward must be an Activation, such as sig",
    ),
    "gradients": (lambda: gradients(None, X, Y, LOSS), "expected a multilayer.MLP, got NoneType"),
    "load, None": (lambda: load(None), "a path is a text or a Path; got None"),
    "load, bytes": (lambda: load(b"x.json"), "a path is a text or a Path; got b'x.json'"),
    "save, None": (lambda: save(NET, None), "a path is a text or a Path; got None"),
    "save, nothing": (lambda: save(NET, ""), "^'': expected a network file"),
    "batches, a class": (lambda: fit(NET, int, loss=LOSS), "returns batches|needs arguments"),
    "batches, a network": (lambda: fit(NET, NET, loss=LOSS), "X is a function that needs arguments"),
    "batches, nothing": (
        lambda: fit(NET, lambda: None, loss=LOSS),
        "X is a function; expected that it returns batches",
    ),
    "epochs": (
        lambda: fit_with(epochs=10**400, schedule="cosine"),
        "epochs must be at most 2\\^53; got 1000",
    ),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_arguments_are_refused_in_words(call, message):
    with pytest.raises(InputError, match=message) as refused:
        call()
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_the_largest_whole_number():
    limits = Limits(minimum=1, integer=True)
    assert limits.checked("epochs", 2**53) == 2**53
    with pytest.raises(InputError, match=r"epochs must be at most 2\^53"):
        limits.checked("epochs", 2**53 + 1)


def test_gradients_are_of_whatever_holds_a_network():
    trained = fit_with()
    of_trained, of_network = (gradients(it, X, Y, LOSS) for it in (trained, trained.network))
    assert np.array_equal(of_trained[0].dW, of_network[0].dW)


# What scikit-learn, Keras, PyTorch and JAX call an option, and what is meant.
ELSEWHERE = {
    "lr": "optimizer=Adam",
    "learning_rate": "optimizer=Adam",
    "momentum": "optimizer=SGD",
    "patience": "stopping=EarlyStopping",
    "early_stopping": "stopping=EarlyStopping",
    "max_iter": "epochs=",
    "validation_split": "validation=0.1",
    "validation_data": r"validation=\(X, y\)",
    "criterion": "loss=",
    "scheduler": "schedule=",
    "random_state": "rng=",
    "seed": "rng=",
    "verbose": "progress=",
    "alpha": "l2=",
}


@pytest.mark.parametrize(("option", "here"), ELSEWHERE.items())
def test_an_option_of_another_library_is_refused_with_ours(option, here):
    with pytest.raises(InputError, match=f"fit: no option is called '{option}'; it is {here}"):
        fit_with(**{option: 1})


def test_a_hint_is_given_only_where_the_function_has_the_option():
    with pytest.raises(InputError, match="initialize: no option is called 'activation'; it is hidden= here"):
        initialize((2, 3, 1), activation="relu")
    with pytest.raises(InputError, match="no option is called 'seed'; it is rng= here"):
        initialize((2, 3, 1), seed=0)
    with pytest.raises(InputError) as refused:
        initialize((2, 3, 1), verbose=1)
    assert "progress" not in str(refused.value)


def test_a_slip_in_an_option_of_with_layer():
    with pytest.raises(InputError, match=r"^with_layer: no option is called 'w'; did you mean 'W'\?$"):
        NET.with_layer(1, w=[[1.0]])


@pytest.mark.parametrize("other", [X, np.float32(1.0), None, NET, [1.0]])
def test_nothing_but_a_trace_is_taken_from_a_trace(other):
    trace = NET.trace(X)
    for difference in (lambda: trace - other, lambda: other - trace):
        with pytest.raises(InputError, match=r"^a trace is compared with another trace; got \w+$"):
            difference()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no such device")
@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_a_checkpoint_is_no_device(device):
    """Reading one of these two has no end."""
    seen = []
    with pytest.raises(InputError, match=f"{device}: expected a file, found a device or a pipe; name a file"):
        fit_with(checkpoint=Checkpoint(device), callbacks=seen.append)
    assert not seen


@pytest.mark.parametrize(
    ("option", "here"),
    [
        ("lr", r"optimizer=Adam\(0.01\)"),
        ("eps", r"optimizer=Adam\(0.01\)"),
        ("learning_rate_schedule", "schedule="),
        ("tol", "stopping=EarlyStopping"),
        ("kernel_regularizer", "l2="),
        ("n_jobs", r"multilayer.set_threads\(2\)"),
        ("dtype", r"network.astype\(np.float32\)"),
    ],
)
def test_an_option_of_another_library_is_answered_with_the_one_here(option, here):
    with pytest.raises(InputError, match=f"fit: no option is called '{option}'; it is {here}"):
        fit_with(**{option: 1})


@pytest.mark.parametrize("option", ["n_hidden", "hidden_layers", "hidden_layer_sizes", "units"])
def test_the_widths_of_another_library_are_answered_with_ours(option):
    with pytest.raises(InputError, match=rf"'{option}'; it is widths=\(inputs, ..., outputs\) here"):
        initialize((2, 3, 1), **{option: 3})
