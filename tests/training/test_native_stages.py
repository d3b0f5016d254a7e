"""The stages of a step that is open, in any order: a step, or an error; never numbers that are not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer.backend import training

pytestmark = pytest.mark.native

INPUTS, HIDDEN, OUTPUTS, ROWS = 5, 4, 3, 6
IDENTITY = ("identity", ())
RATES = np.array([0.1, 1.0, 1.0])


def trainer(own: bool = False) -> Any:
    """A trainer in the core, loaded and begun; the activation of its hidden layer is the caller's or the core's."""
    made = training.trainer(
        np.dtype(np.float64),
        [
            (INPUTS, HIDDEN, None if own else ("relu", ()), None, 0.0, 1.0, 1.0, 1.0),
            (HIDDEN, OUTPUTS, IDENTITY, None, 0.0, 1.0, 1.0, 1.0),
        ],
        slots=1,
        loss=training.LossKernel("squared"),
        rule=training.OptimizerKernel("sgd", 0.9),
        clip=training.ClipKernel(norm_limit=1e9),
        l2=0.0,
        input_scale=0.0,
    )
    assert made is not None
    rng = np.random.default_rng(0)
    shapes = [(INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, OUTPUTS), (OUTPUTS,)]
    made.load(tuple(rng.standard_normal(s) for s in shapes), [tuple(np.zeros(s) for s in shapes)], 0)
    return made._core


def data(rows: int = ROWS, targets: bool = True) -> tuple[Any, ...]:
    rng = np.random.default_rng(1)
    y = rng.standard_normal((rows, OUTPUTS)) if targets else None
    return rng.standard_normal((rows, INPUTS)), y, None, None, rows, None


STAGES: dict[str, Callable[[Any], Any]] = {
    "open": lambda core: core.open(data(), 0, 0.1),
    "open without targets": lambda core: core.open(data(targets=False), 0, 0.1),
    "open few": lambda core: core.open(data(2), 0, 0.1),
    "run": lambda core: core.run(data(40), RATES, lambda: False),
    "forward 0": lambda core: core.forward(0),
    "forward 1": lambda core: core.forward(1),
    "compute_loss": lambda core: core.compute_loss(),
    "write_values": lambda core: core.write_values(np.zeros(ROWS)),
    "backward 1": lambda core: core.backward(1),
    "backward 0": lambda core: core.backward(0),
    "objective": lambda core: core.objective(),
    "find_gradients": lambda core: core.find_gradients(),
    "update": lambda core: core.update(),
    "read a": lambda core: core.read("a", 0, np.empty((ROWS, HIDDEN))),
    "read da": lambda core: core.read("da", 1, np.empty((ROWS, OUTPUTS))),
    "write z": lambda core: core.write("z", 0, np.ones((ROWS, HIDDEN))),
    "write da": lambda core: core.write("da", 1, np.ones((ROWS, OUTPUTS))),
    "close": lambda core: core.release("slot1"),
}
WHOLE_STEP = ["open", "forward 0", "compute_loss", "backward 1", "objective", "find_gradients", "update"]


@pytest.mark.parametrize("before", ["nothing", "open without targets", "run", "close"])
@pytest.mark.parametrize(
    "stage", [*WHOLE_STEP[1:], "read a", "read da", "write z", "write da", "write_values"]
)
def test_a_stage_without_those_before_it_is_an_error(stage: str, before: str) -> None:
    core = trainer()
    if before != "nothing":
        STAGES[before](core)
    if (before, stage) == ("open without targets", "forward 0"):
        STAGES[stage](core)
        stage = "compute_loss"
    with pytest.raises(ValueError, match=r"out of order|without targets|no numbers yet|closed"):
        STAGES[stage](core)


@pytest.mark.parametrize("left_out", range(4))
def test_no_stage_that_others_need_can_be_left_out(left_out: int) -> None:
    core, stages = trainer(), [stage for stage in WHOLE_STEP if stage != "objective"]
    for stage in stages[:left_out]:
        STAGES[stage](core)
    with pytest.raises(ValueError, match="out of order"):
        STAGES[stages[left_out + 1]](core)


@pytest.mark.parametrize("own", [False, True])
@given(stages=st.lists(st.sampled_from(sorted(STAGES)), max_size=12))
@settings(deadline=None, max_examples=150)
def test_any_order_is_a_step_or_an_error(own: bool, stages: list[str]) -> None:
    core = trainer(own)
    for stage in stages:
        try:
            STAGES[stage](core)
        except (ValueError, IndexError) as error:
            assert str(error)  # noqa: PT017  (any of several is right)


def test_a_whole_step_is_the_one_that_run_makes() -> None:
    in_stages, in_one_call = trainer(), trainer()
    for stage in WHOLE_STEP:
        STAGES[stage](in_stages)
    in_one_call.run(data(), RATES, lambda: False)
    found = [
        tuple(np.empty(s) for s in [(INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, OUTPUTS), (OUTPUTS,)])
        for _ in range(2)
    ]
    in_stages.save("weights", found[0])
    in_one_call.save("weights", found[1])
    assert all(np.array_equal(one, other) for one, other in zip(*found, strict=True))
