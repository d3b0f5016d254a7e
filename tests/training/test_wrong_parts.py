"""A user-defined loss or optimizer that returns something else than it should is refused by its name."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from multilayer import InputError, fit, initialize
from multilayer.activations import Interval
from multilayer.losses import Loss, LossFacts
from multilayer.optimizers import Optimizer

X, Y = np.eye(2), [0.0, 1.0]
NETWORK = initialize((2, 3, 1), "tanh", "identity", rng=0)
WHOLE = Interval(-np.inf, np.inf)


@dataclass(frozen=True)
class Distance(Loss):
    """|z - y|, with its results changed."""

    value: str = "right"
    derivative: str = "right"

    @property
    def facts(self):
        return LossFacts("distance", "|z - y|", "sign(z - y)", "|z - y|", outputs=WHOLE, targets=WHOLE)

    def formula(self, z, y, /):
        return {"right": np.abs(z - y), "summed": np.abs(z - y).sum(axis=-1), "mean": 0.5}[self.value]

    def derivative_formula(self, z, y, /):
        right = np.sign(z - y)
        return {"right": right, "summed": right.sum(axis=-1), "three": np.ones(3), "none": None}[
            self.derivative
        ]


@dataclass(frozen=True)
class Descent(Optimizer):
    """Gradient descent with a slot, with its results changed."""

    learning_rate: float = 0.01
    returns: str = "right"
    slots: ClassVar[tuple[str, ...]] = ("m",)

    def formula(self, t, rate, w, g, /, m):
        new = w - rate * g
        return {"right": (new, m), "array": new, "w alone": (new,), "one row": (new[:1], m)}[self.returns]


def trained(**options):
    return fit(NETWORK, X, Y, epochs=1, rng=0, **{"loss": Distance(), "optimizer": Descent(), **options})


def test_right_parts_train():
    assert trained().stopped == "epochs"


@pytest.mark.parametrize("value", ["summed", "mean"])
def test_a_loss_that_is_no_number_for_each_output(value):
    with pytest.raises(
        InputError, match=r"the loss distance: formula must return an array of the shape of z, \("
    ):
        trained(loss=Distance(value=value))


@pytest.mark.parametrize("derivative", ["summed", "three", "none"])
def test_a_derivative_that_is_no_number_for_each_output(derivative):
    with pytest.raises(
        InputError, match=r"the loss distance: derivative_formula must return an array of the shape"
    ):
        trained(loss=Distance(derivative=derivative))


@pytest.mark.parametrize("returns", ["array", "w alone", "one row"])
def test_an_optimizer_that_does_not_return_w_and_its_slots(returns):
    with pytest.raises(
        InputError, match=r"the optimizer Descent: formula must return a tuple, \(w, m,\), of arrays"
    ):
        trained(optimizer=Descent(returns=returns))
