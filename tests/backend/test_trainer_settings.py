"""The settings of a native trainer, by name: every one is needed, none is unknown, and each has its type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from multilayer.backend.training import LossKernel, OptimizerKernel, trainer

pytestmark = pytest.mark.native

LAYERS = ((3, 2, ("identity", ()), None, 0.0, 1.0, 1.0, 1.0),)
SETTINGS: dict[str, Any] = {
    "loss": "squared",
    "loss_parameter": 0.0,
    "target_scale": 1.0,
    "target_offset": 0.0,
    "rule": "sgd",
    "decay1": 0.9,
    "decay2": 0.0,
    "epsilon": 0.0,
    "nesterov": False,
    "weight_decay": 0.0,
    "limit": np.inf,
    "norm_limit": np.inf,
    "from_sums": False,
    "own_clip": False,
    "l2": 0.0,
    "input_scale": 0.0,
}


def made(**changes: Any) -> Any:
    from multilayer.backend import _core

    settings = {name: value for name, value in (SETTINGS | changes).items() if value is not None}
    return _core.Trainer(dtype=np.dtype(float), layers=LAYERS, settings=settings)


def test_all_of_them_make_a_trainer() -> None:
    assert made().steps == made(l2=1).steps == 0


@pytest.mark.parametrize("name", SETTINGS)
def test_a_missing_one_is_an_error(name: str) -> None:
    with pytest.raises(TypeError, match="16 settings; got 15"):
        made(**{name: None})


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("value", [b"adam", [0.0], "squared of", 1j])
def test_one_of_another_type_is_an_error(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=name if value != "squared of" else "is not|no kernel"):
        made(**{name: value})


def test_an_unknown_one_is_an_error() -> None:
    with pytest.raises(TypeError, match="no setting 'momentum'"):
        made(momentum=0.9)


def test_kernels_are_found_by_name() -> None:
    with pytest.raises(ValueError, match="no kernel is called 'squares'"):
        trainer(np.dtype(float), LAYERS, loss=LossKernel("squares"), l2=0.0, input_scale=0.0)
    with pytest.raises(ValueError, match="no kernel is called 'adams'"):
        trainer(np.dtype(float), LAYERS, rule=OptimizerKernel("adams"), l2=0.0, input_scale=0.0)
