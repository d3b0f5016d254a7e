"""Without the native core there is one warning, and the NumPy reference computes."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, warnings
sys.modules["multilayer.backend._core"] = None  # as where no compiler was there at install
import numpy as np
from multilayer import MLP, Dense, fit, initialize
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(2):
        y = MLP([Dense([[1.0], [10.0]])])([[1.0, 2.0]])
        fit(initialize((1, 2, 1), rng=0), [[0.0], [1.0]], [0.0, 1.0], loss="squared", epochs=1, rng=0)
assert y.tolist() == [[21.0]]
print(*(f"{warning.category.__name__}: {warning.message}" for warning in caught), sep="\\n")
"""


def reported(**environment):
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment
    )
    return run.stdout.strip().splitlines()


def test_one_warning_with_the_slowdown():
    (line,) = reported()
    assert line.startswith("FallbackWarning: networks run in the NumPy reference, without the native core (")
    assert "10 to 20 times as long" in line


def test_who_asks_for_numpy_is_not_warned():
    assert reported(MULTILAYER_BACKEND="numpy") == []


def test_who_asks_for_the_core_is_refused():
    with pytest.raises(subprocess.CalledProcessError) as failed:
        reported(MULTILAYER_BACKEND="native")
    assert "MULTILAYER_BACKEND=native, but the native core" in failed.value.stderr


def test_a_command_tells_it_in_one_line():
    program = (
        'import sys; sys.modules["multilayer.backend._core"] = None; from multilayer.cli import main; main()'
    )
    network, samples = "examples/seed/network.json", "examples/seed/samples.csv"
    run = subprocess.run(
        [sys.executable, "-c", program, "run", network, samples, "--json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={},
    )
    (line,) = run.stderr.splitlines()
    assert line.startswith(
        "multilayer: warning: networks run in the NumPy reference, without the native core ("
    )
