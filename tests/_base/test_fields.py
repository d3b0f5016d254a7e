"""Every number that a user can set, in every public function and dataclass: its type, its limits, nan, and flags."""

import dataclasses
import inspect
import math
import typing
from fractions import Fraction

import numpy as np
import pytest

import multilayer
from multilayer import (
    MLP,
    Dense,
    InputError,
    activations,
    diagnose,
    fit,
    initialize,
    initializers,
    losses,
    optimizers,
    train,
)
from multilayer._base.fields import Limits
from multilayer.diagnosis import Live, Setup, TrainingRecord, try_fixes
from multilayer.measure import Effort, measure
from multilayer.optimizers import schedules
from multilayer.training import Checkpoint, EarlyStopping, TrainConfig
from tests._base.network import NET, X, Y, training

# The dataclasses that users make, each with what has to be given.
GIVEN = {
    Checkpoint: {"path": "nowhere"},
    TrainingRecord: {},
    Effort: {},
    Setup: {
        "network": initialize((2, 3, 1), rng=0),
        "config": TrainConfig(loss=losses.squared),
    },
    TrainConfig: {"loss": losses.squared},
    EarlyStopping: {},
    optimizers.ClipByNorm: {"limit": 1.0},
    optimizers.ClipByValue: {"limit": 1.0},
}


for _module in (losses, optimizers, schedules, initializers):
    GIVEN |= {type(_module.get(name)): {} for name in _module.names()}


# Numbers of another kind than an option: `Time` and the like are made by training.
FLAGS = [
    (kind, field.name) for kind in GIVEN for field in dataclasses.fields(kind) if field.type in ("bool", bool)
]


NUMBERS = [
    (kind, field)
    for kind in GIVEN
    for field in dataclasses.fields(kind)
    if typing.get_type_hints(kind).get(field.name) in (int, float, int | None, float | None)
]


def wrong_numbers(limits):
    """What no number with these limits may be."""
    wrong = [math.nan, -math.inf, "1", b"1", True, np.True_, 1j, [1.0], (1,), {}, object, np.array([1.0])]
    wrong += [] if limits.infinite else [math.inf, np.float32("inf")]
    wrong += [] if limits.optional else [None]
    wrong += [] if limits.integer else [10**400, -(10**400)]
    wrong += [1.5, 2.0, Fraction(3, 2)] if limits.integer else []
    step = 1 if limits.integer else 1e-9
    wrong += [limits.above] if math.isfinite(limits.above) else []
    wrong += [limits.below] if math.isfinite(limits.below) else []
    wrong += [limits.minimum - step] if math.isfinite(limits.minimum) else []
    wrong += [limits.maximum + step] if math.isfinite(limits.maximum) else []
    return wrong


def refused(name, call, given):
    with pytest.raises(InputError) as caught:
        call(given)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    assert f"{name} must be " in message or f"{name}[" in message, message
    assert not any(inner in message for inner in ("TrainConfig", "Cadence", "Limits"))


@pytest.mark.parametrize(
    ("kind", "field"), NUMBERS, ids=[f"{kind.__name__}.{field.name}" for kind, field in NUMBERS]
)
def test_every_number_of_a_dataclass_has_limits_that_hold(kind, field):
    limits = field.metadata.get("limits")
    assert isinstance(limits, Limits), "declare it by multilayer._base.fields.setting"
    for wrong in wrong_numbers(limits):
        refused(field.name, lambda given: kind(**GIVEN[kind] | {field.name: given}), wrong)


def test_the_table_holds_what_it_should():
    listed = {f"{kind.__name__}.{field.name}" for kind, field in NUMBERS}
    assert {
        "Adam.learning_rate",
        "Orthogonal.gain",
        "EarlyStopping.patience",
        "Quantile.q",
        "Cosine.steps",
    } <= listed
    assert len(listed) > 45
    assert {"shuffle", "resume", "restore_best", "nesterov"} <= {name for _, name in FLAGS}


@pytest.mark.parametrize(("kind", "name"), FLAGS, ids=[f"{kind.__name__}.{name}" for kind, name in FLAGS])
@pytest.mark.parametrize("wrong", ["no", 0, 1, None, [], 0.0])
def test_every_flag_is_true_or_false(kind, name, wrong):
    with pytest.raises(InputError, match=f"{name} must be True or False; got "):
        kind(**GIVEN[kind] | {name: wrong})
    assert getattr(kind(**GIVEN[kind] | {name: np.False_}), name) is False


WHOLE = Limits(minimum=1, integer=True)

WHOLE_OR_NONE = Limits(minimum=1, integer=True, optional=True)

SHARE = Limits(minimum=0.0, below=1.0)

OPEN_SHARE = Limits(above=0.0, below=1.0, optional=True)

NOT_NEGATIVE = Limits(minimum=0.0)

FUNCTIONS = {
    "train epochs": ("epochs", training("epochs"), WHOLE),
    "train batch_size": ("batch_size", training("batch_size"), WHOLE),
    "train l2": ("l2", training("l2"), NOT_NEGATIVE),
    "train weight_decay": ("weight_decay", training("weight_decay"), NOT_NEGATIVE),
    "train input_scale": ("input_scale", training("input_scale"), NOT_NEGATIVE),
    "train every": ("every", training("every"), WHOLE_OR_NONE),
    "train dropout": ("dropout", training("dropout"), SHARE),
    "fit epochs": ("epochs", lambda given: fit(NET, X, Y, loss="mse", epochs=given), WHOLE),
    "Live samples": ("samples", lambda given: Live(X, Y, samples=given), WHOLE),
    "Live fraction": ("fraction", lambda given: Live(X, Y, fraction=given), Limits(above=0.0, maximum=1.0)),
    "Live every": ("every", lambda given: Live(X, Y, every=given), WHOLE_OR_NONE),
    "try_fixes seeds": ("seeds", lambda given: try_fixes(NET, X, Y, "mse", seeds=given), WHOLE),
    "try_fixes epochs": ("epochs", lambda given: try_fixes(NET, X, Y, "mse", epochs=given), WHOLE_OR_NONE),
    "try_fixes samples": ("samples", lambda given: try_fixes(NET, X, Y, "mse", samples=given), WHOLE),
    "try_fixes held_out": ("held_out", lambda given: try_fixes(NET, X, Y, "mse", held_out=given), OPEN_SHARE),
    "try_fixes time_limit": (
        "time_limit",
        lambda given: try_fixes(NET, X, Y, "mse", time_limit=given),
        Limits(above=0.0, optional=True),
    ),
    "classify threshold": ("threshold", lambda given: NET.classify(X, given), Limits(optional=True)),
    "class_weight": (
        "class_weight",
        lambda given: train(NET, X, Y > 0, loss="squared", class_weight={0: given}),
        NOT_NEGATIVE,
    ),
}


@pytest.mark.parametrize(("name", "call", "limits"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_number_of_a_function_has_limits_that_hold(name, call, limits):
    for wrong in wrong_numbers(limits):
        # A sequence has a meaning of its own for dropout: a share per hidden layer.
        if name == "dropout" and isinstance(wrong, list | tuple):
            continue
        refused(name, call, wrong)


@pytest.mark.parametrize(
    "wrong", [0.0, 1.0, -0.1, 1.5, math.nan, math.inf, "0.1", True, 0, 1, [X, Y], {}, np.float64(2)]
)
def test_validation_is_a_share_or_data(wrong):
    with pytest.raises(
        InputError, match=r"^validation must be a finite number, above 0, below 1, or \(X, y\)"
    ):
        train(NET, X, Y, loss="squared", validation=wrong)


def test_numbers_of_numpy_are_numbers():
    whole = fit(
        NET, X, Y, loss="squared", epochs=np.int64(2), batch_size=np.uint8(6), l2=np.float32(0.5), rng=0
    )
    plain = fit(NET, X, Y, loss="squared", epochs=2, batch_size=6, l2=0.5, rng=0)
    assert whole.network == plain.network
    assert optimizers.Adam(np.float32(0.5)) == optimizers.Adam(0.5)
    assert type(optimizers.Adam(np.float64(0.5)).learning_rate) is float
    assert EarlyStopping(math.inf).patience == math.inf


@pytest.mark.parametrize("wrong", ["no", 0, None])
def test_flags_of_functions(wrong, tmp_path):
    refused("shuffle", training("shuffle"), wrong)
    refused("overwrite", lambda given: multilayer.save(NET, tmp_path / "net.json", given), wrong)
    refused("baseline", lambda given: diagnose(NET, X, Y, baseline=given), wrong)
    refused("quick", lambda given: measure("relu", quick=given, only="centre"), wrong)
    if wrong is not None:
        refused("progress", lambda given: fit(NET, X, Y, loss="mse", progress=given), wrong)
        refused("progress", lambda given: try_fixes(NET, X, Y, "mse", progress=given), wrong)


PARAMETERS = [
    (type(activation), name) for activation in activations.catalogue for name in activation.parameter_names()
]


@pytest.mark.parametrize(
    ("kind", "name"), PARAMETERS, ids=[f"{kind.__name__}.{name}" for kind, name in PARAMETERS]
)
@pytest.mark.parametrize(
    "wrong", [math.nan, math.inf, "1", ["1"], [True], True, np.True_, 1j, None, [], [[1.0]], [1, [2]], {}]
)
def test_parameters_of_activations(kind, name, wrong):
    with pytest.raises(InputError, match=f"^{kind.__name__}: {name} must be a finite number"):
        kind(**{name: wrong})


def test_no_public_function_has_a_number_that_is_not_in_the_tables():
    """A new option with a number in its annotation has to be put to the test above."""
    known = {name.split()[-1] for name in FUNCTIONS} | {
        "validation",
        "n",
        "shuffle",
        "block_sums",
        "baseline",
        "progress",
    }
    for function in (train, fit, initialize, diagnose, try_fixes, Live, MLP.classify, Dense, multilayer.load):
        for name, parameter in inspect.signature(function).parameters.items():
            words = set(
                str(parameter.annotation).replace("|", " ").replace("[", " ").replace("]", " ").split()
            )
            if words & {"int", "float", "bool"} and name not in ("widths", "overwrite", "stop"):
                assert name in known, f"{function.__name__}({name})"
